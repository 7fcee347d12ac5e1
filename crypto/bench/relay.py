#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Between the bench's one serial line and a server: relay.py SERVER_PORT. Each ClientHello begins a connection of its own.

Prints the port that it listens on.
"""

import socket
import sys
import threading

LOOPBACK = "127.0.0.1"
HANDSHAKE, HEADER = 0x16, 5


def exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = line.recv(count - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def back(server: socket.socket, line: socket.socket) -> None:
    """What the server of one connection says."""
    try:
        while data := server.recv(4096):
            line.sendall(data)
    except OSError:
        pass


def main() -> None:
    listener = socket.create_server((LOOPBACK, 0))
    print(listener.getsockname()[1], flush=True)
    line = listener.accept()[0]
    server = None
    while True:
        header = exactly(line, HEADER)
        record = header + exactly(line, int.from_bytes(header[3:], "big"))
        # In TLS 1.3 a client's only handshake record without encryption is its ClientHello.
        if header[0] == HANDSHAKE or server is None:
            if server is not None:
                server.shutdown(socket.SHUT_RDWR)
            server = socket.create_connection((LOOPBACK, int(sys.argv[1])))
            threading.Thread(target=back, args=(server, line), daemon=True).start()
        server.sendall(record)


if __name__ == "__main__":
    main()
