# SPDX-License-Identifier: BSD-2-Clause
"""The address that the gateway knows as its broker: each connection goes to the next step of a script, or, when no
script is under way, to a good broker."""

from __future__ import annotations

import queue
import select
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from session import PATIENCE_S, Session, Tally

Step = Callable[[Session], None]
_LOOPBACK = "127.0.0.1"


def bare(step: Step) -> Step:
    """A step that gets the TCP connection as it is, before TLS."""
    step.bare = True  # type: ignore[attr-defined]
    return step


class Front:
    """Listens on `port`; `good_port` is the good broker's. The certificates are those of the run's identities."""

    def __init__(self, port: int, good_port: int, identities: Path) -> None:
        self.tally = Tally()
        self.good = (_LOOPBACK, good_port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.load_cert_chain(identities / "broker.crt.pem", identities / "broker.key.pem")
        self._context.load_verify_locations(identities / "ca.pem")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._steps: queue.SimpleQueue[Step] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._drop = threading.Event()
        self._listener = socket.create_server((_LOOPBACK, port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def play(self, *steps: Step, seconds: float = 600.0) -> None:
        """The gateway's connection is cut; its next ones meet the steps. Raises what a step raised."""
        for step in steps:
            self._steps.put(step)
        self._drop.set()
        for step in steps:
            error = self._results.get(timeout=seconds)
            if error is not None:
                raise error

    def cut(self) -> None:
        """The gateway's connection to the good broker is cut."""
        self._drop.set()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not select.select([self._listener], [], [], 0.1)[0]:
                continue
            client, _ = self._listener.accept()
            with client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._drop.clear()
                if self._steps.empty():
                    self._pass_on(client)
                else:
                    self._results.put(self._run(self._steps.get(), client))

    def _run(self, step: Step, client: socket.socket) -> Exception | None:
        try:
            client.settimeout(PATIENCE_S)
            if getattr(step, "bare", False):
                step(Session(client, self.tally))
                return None
            with self._context.wrap_socket(client, server_side=True) as stream:
                step(Session(stream, self.tally))
            return None
        except Exception as error:  # the test that waits for it raises it
            return error

    def _pass_on(self, client: socket.socket) -> None:
        """Bytes go through unread until one side ends, or a script begins."""
        try:
            good = socket.create_connection(self.good, PATIENCE_S)
        except OSError:
            return
        with good:
            ways = {client: good, good: client}
            while not self._stop.is_set() and not self._drop.is_set():
                for source in select.select(list(ways), [], [], 0.02)[0]:
                    try:
                        data = source.recv(65536)
                        ways[source].sendall(data)
                    except OSError:
                        return
                    if not data:
                        return
