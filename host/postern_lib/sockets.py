# SPDX-License-Identifier: BSD-2-Clause
"""Loopback ports and Unix sockets: finding free ones, waiting for them, and talking in lines."""

from __future__ import annotations

import os
import random
import socket
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"
# The bound of each wait for a peer on this machine, which may be busy.
ANSWER_SECONDS = 60.0
# Below those that the system gives to sockets that ask for any port.
_PORTS = range(16384, 32768)
_CHANCE = random.SystemRandom()
_held: list[socket.socket] = []


class SocketError(Exception):
    """A peer on this machine did not answer as it should."""


def free_ports(count: int) -> list[int]:
    """Different ports that are free on loopback for TCP and UDP. Until this process ends, no other call, here or in
    another process, returns them."""
    ports: list[int] = []
    while len(ports) < count:
        port = _CHANCE.choice(_PORTS)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind((LOOPBACK, port))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.bind((LOOPBACK, port))
        except OSError:
            tcp.close()
            continue
        # From here on a server may have it, as servers set the option, too; another call's bind() above still fails.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _held.append(tcp)
        ports.append(port)
    return ports


def connect_unix(path: Path, seconds: float = ANSWER_SECONDS) -> socket.socket:
    """Connects to a Unix socket, which may appear late and whose path may be longer than sockets allow."""
    deadline = time.monotonic() + seconds
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        while True:
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                client.connect(f"/proc/self/fd/{folder}/{path.name}")
                return client
            except OSError as error:
                client.close()
                if time.monotonic() > deadline:
                    raise SocketError(f"cannot connect to {path}: {error}") from error
                time.sleep(0.02)
    finally:
        os.close(folder)


def read_until(stream: socket.socket, end: bytes, seconds: float = ANSWER_SECONDS) -> bytes:
    """Reads up to and including end."""
    data = b""
    deadline = time.monotonic() + seconds
    while not data.endswith(end):
        stream.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            more = stream.recv(4096)
        except TimeoutError as error:
            raise SocketError(f"no {end!r} within {seconds:g} s after {data!r}") from error
        if not more:
            raise SocketError(f"the peer closed the connection after {data!r}")
        data += more
    return data
