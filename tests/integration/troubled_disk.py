# SPDX-License-Identifier: BSD-2-Clause
"""A disk that fails when the test says so: a server of the network block device protocol (fixed newstyle, simple
replies) on a Unix socket, which QEMU uses as the medium of the journal."""

from __future__ import annotations

import os
import socket
import struct
import threading
from pathlib import Path

READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
ALL = frozenset({READ, WRITE, FLUSH})
EIO = 5

_GO = 7
_ACK, _INFO, _UNSUPPORTED = 1, 3, 0x80000001
_HAS_FLAGS, _SEND_FLUSH = 1, 4
_SOCKET = "disk.sock"


class TroubledDisk:
    """`fail(kinds)`: operations of these kinds end with an input/output error and change nothing, until heal(). What was
    written since the last flush that did not fail is lost if lose() says so."""

    def __init__(self, folder: Path, size: int) -> None:
        self._content = bytearray(size)
        self._unflushed: list[tuple[int, bytes]] = []  # what was there before each write since the last flush
        self._failing: frozenset[int] = frozenset()
        self._failed = threading.Condition()
        self._failures = 0
        # The machine runs in this folder; a short name fits a socket's address wherever the folder is.
        at = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"/proc/self/fd/{at}/{_SOCKET}")
        os.close(at)
        self._listener.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    @staticmethod
    def arguments() -> list[str]:
        """QEMU's: the disk in place of the board's."""
        return ["-drive", f"if=none,id=d0,format=raw,file.driver=nbd,file.server.type=unix,file.server.path={_SOCKET}",
                "-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.3,werror=report,rerror=report"]  # fmt: skip

    def fail(self, kinds: frozenset[int]) -> None:
        with self._failed:
            self._failing = kinds
            self._failures = 0

    def heal(self) -> None:
        self.fail(frozenset())

    def lose(self) -> int:
        """As the loss of power may: the content is that of the last flush. How many writes are lost. No machine may be
        running."""
        with self._failed:
            for offset, before in reversed(self._unflushed):
                self._content[offset : offset + len(before)] = before
            lost = len(self._unflushed)
            self._unflushed.clear()
            return lost

    def wait_failures(self, count: int, seconds: float = 180.0) -> None:
        """Waits until so many operations have failed since fail()."""
        with self._failed:
            assert self._failed.wait_for(lambda: self._failures >= count, seconds), f"{self._failures} have failed"

    def stop(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rwb") as stream:
            try:
                self._agree(stream)
                while self._answer(stream):
                    stream.flush()
            except (OSError, struct.error):
                pass  # the machine is gone

    def _agree(self, stream) -> None:  # type: ignore[no-untyped-def]
        """Until the client wants to go to work."""
        stream.write(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 1))
        stream.flush()
        stream.read(4)
        option = 0
        while option != _GO:
            _, option, length = struct.unpack(">8sII", stream.read(16))
            stream.read(length)
            if option == _GO:
                export = struct.pack(">HQH", 0, len(self._content), _HAS_FLAGS | _SEND_FLUSH)
                self._reply(stream, option, _INFO, export)
            self._reply(stream, option, _ACK if option == _GO else _UNSUPPORTED)
            stream.flush()

    @staticmethod
    def _reply(stream, option: int, kind: int, data: bytes = b"") -> None:  # type: ignore[no-untyped-def]
        stream.write(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)

    def _answer(self, stream) -> bool:  # type: ignore[no-untyped-def]
        """One request. False: it was the last."""
        _, _, kind, handle, offset, length = struct.unpack(">IHHQQI", stream.read(28))
        data = stream.read(length) if kind == WRITE else b""
        if kind == DISCONNECT:
            return False
        with self._failed:
            bad = kind in self._failing
            if bad:
                self._failures += 1
                self._failed.notify_all()
            elif kind == WRITE:
                self._unflushed.append((offset, bytes(self._content[offset : offset + length])))
                self._content[offset : offset + length] = data
            elif kind == FLUSH:
                self._unflushed.clear()
        stream.write(struct.pack(">IIQ", 0x67446698, EIO if bad else 0, handle))
        if kind == READ and not bad:
            stream.write(self._content[offset : offset + length])
        return True
