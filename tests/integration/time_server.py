# SPDX-License-Identifier: BSD-2-Clause
"""A time server on loopback that can lie: SNTP (RFC 4330) as little as the tests need, written from the RFC."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from postern_lib.sockets import LOOPBACK

_UNIX_1900 = 2208988800
_PACKET = struct.Struct(">BBbbIIIQQQQ")


def _stamp(unix: float) -> int:
    """NTP's 64 bits; what does not fit, from 2036 on, begins anew."""
    return int((unix + _UNIX_1900) * 2**32) % 2**64


@dataclass
class Answer:
    """What is said; each field a place for a lie."""

    wall: float  # the time to be told
    leap: int = 0
    mode: int = 4
    stratum: int = 2
    root_delay: float = 0.001
    root_dispersion: float = 0.001
    reference: bytes = b"TEST"
    origin: int = 0  # the question's own stamp
    length: int = 48

    def packet(self) -> bytes:
        raw = _PACKET.pack(self.leap << 6 | 4 << 3 | self.mode, self.stratum, 6, -20, int(self.root_delay * 65536),
                           int(self.root_dispersion * 65536), int.from_bytes(self.reference, "big"),
                           _stamp(self.wall - 60), self.origin, _stamp(self.wall), _stamp(self.wall))  # fmt: skip
        return raw[: self.length]


@dataclass
class Question:
    """What the server saw of one question."""

    port: int
    origin: int
    packet: bytes


Lie = Callable[[Answer], "Answer | None"]


def honest(answer: Answer) -> Answer:
    return answer


@dataclass
class TimeServer:
    """Answers until it is closed. `lie` changes what it says, or returns None for silence."""

    port: int
    lie: Lie = honest
    questions: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, self.port))
        self.port = self._socket.getsockname()[1]
        self._socket.settimeout(0.2)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._end.is_set():
            try:
                packet, peer = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            if len(packet) != _PACKET.size or packet[0] & 7 != 3:
                continue
            origin = _PACKET.unpack(packet)[-1]
            self.questions.append(Question(peer[1], origin, packet))
            answer = self.lie(Answer(wall=time.time(), origin=origin))
            if answer is not None:
                self._socket.sendto(answer.packet(), peer)

    def __enter__(self) -> TimeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._socket.close()
