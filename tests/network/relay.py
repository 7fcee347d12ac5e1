# SPDX-License-Identifier: BSD-2-Clause
"""A cable that misbehaves: Ethernet frames between the gateway's network card and QEMU's user network.

Each side is a Unix datagram socket of QEMU, one datagram a frame. What happens to a frame is drawn from one
seed, which also decides how long frames are held back: in frames of the same direction, and never for ever.
"""

from __future__ import annotations

import os
import random
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FRAME_MAX = 65536
# A frame held back leaves at the latest after so long, so that a quiet line does not keep it.
HELD_SECONDS = 1.0
TO_HOST, TO_GUEST = 0, 1
RECENT = 48
DIRECTIONS = ("to the host", "to the guest")

FAULTS = ("lost", "duplicated", "corrupted", "checksums", "reordered", "delayed")
IPV4, TCP, UDP = b"\x08\x00", 6, 17


@dataclass(frozen=True)
class Rates:
    """Probability of each fault for a frame; what is left passes unharmed."""

    lost: float = 0.0
    duplicated: float = 0.0
    corrupted: float = 0.0  # a byte anywhere
    checksums: float = 0.0  # a byte of the IP, TCP or UDP checksum
    reordered: float = 0.0  # the next frame overtakes it
    delayed: float = 0.0  # several frames overtake it

    @staticmethod
    def all(rate: float) -> Rates:
        return Rates(**{fault: rate for fault in FAULTS})


@dataclass
class _Held:
    frame: bytes
    after: int  # further frames of its direction
    until: float  # or this time


@dataclass
class Counts:
    """Of one direction."""

    frames: int = 0  # that came in
    dead: int = 0  # that came in while the direction was dead
    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))


def flip(frame: bytes, at: int, mask: int) -> bytes:
    """The frame with some bits of one byte inverted; mask is not 0."""
    return frame[:at] + bytes([frame[at] ^ mask]) + frame[at + 1 :]


def checksum_offsets(frame: bytes) -> list[int]:
    """Where the bytes of the checksums are: of IPv4, and of TCP or UDP behind it. Empty for other frames."""
    if len(frame) < 34 or frame[12:14] != IPV4 or frame[14] >> 4 != 4:
        return []
    found = [24, 25]
    behind = 14 + 4 * (frame[14] & 15)
    first = {TCP: behind + 16, UDP: behind + 6}.get(frame[23])
    if first is not None and first + 2 <= len(frame):
        found += [first, first + 1]
    return found


class Faults:
    """What happens to the frames of one direction. No I/O: frames go in, frames come out, a clock is passed in."""

    def __init__(self, seed: str) -> None:
        self.counts = Counts()
        self.rates = Rates()
        self.dead = False
        self._random = random.Random(seed)
        self._held: list[_Held] = []

    def frame(self, frame: bytes, now: float) -> list[bytes]:
        """A frame came in: the frames that leave, in order."""
        self.counts.frames += 1
        if self.dead:
            self.counts.dead += 1
            return []
        passed = self._strike(frame, now)
        for held in self._held:
            held.after -= 1
        return passed + self.due(now)

    def due(self, now: float) -> list[bytes]:
        """Frames held back whose time has come."""
        ready = [held.frame for held in self._held if held.after < 0 or held.until <= now]
        self._held = [held for held in self._held if held.after >= 0 and held.until > now]
        return ready

    def _choose(self) -> str | None:
        point = self._random.random()
        for fault in FAULTS:
            point -= getattr(self.rates, fault)
            if point < 0:
                return fault
        return None

    def _strike(self, frame: bytes, now: float) -> list[bytes]:
        fault = self._choose()
        # Both are drawn for every frame, so that the frames' contents do not shift what later frames meet.
        place, mask, count = self._random.random(), self._random.randint(1, 255), self._random.randint(2, 6)
        if fault == "checksums" and not checksum_offsets(frame):
            fault = None
        if fault is None:
            return [frame]
        self.counts.faults[fault] += 1
        if fault == "lost":
            return []
        if fault == "duplicated":
            return [frame, frame]
        if fault in ("corrupted", "checksums"):
            places = list(range(len(frame))) if fault == "corrupted" else checksum_offsets(frame)
            return [flip(frame, places[int(place * len(places))], mask)]
        self._held.append(_Held(frame, 1 if fault == "reordered" else count, now + HELD_SECONDS))
        return []


class Relay:
    """Both directions and the thread that serves them. `folder` gets the four socket files."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.directions = [Faults(f"{seed}/{name}") for name in DIRECTIONS]
        self._sockets = []
        self._recent = [deque[bytes](maxlen=RECENT) for _ in DIRECTIONS]
        self._lock = threading.Lock()
        self._stop = threading.Event()
        # Socket names are short and relative: the machine runs in this folder, and we reach it by a descriptor.
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        for side in ("guest", "host"):
            each = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            each.setblocking(False)
            each.bind(self._path(f"{side}-relay.sock"))
            self._sockets.append(each)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def machine_arguments() -> tuple[str, list[str]]:
        """The card's network device, and QEMU's further arguments: the user network on a hub behind the relay."""

        def datagrams(side: str) -> str:
            local, remote = f"{side}-qemu.sock", f"{side}-relay.sock"
            return f"dgram,local.type=unix,local.path={local},remote.type=unix,remote.path={remote}"

        hub = ["-netdev", "user,id=u0", "-netdev", "hubport,id=h0,hubid=0,netdev=u0"]
        hub += ["-netdev", f"{datagrams('host')},id=d0", "-netdev", "hubport,id=h1,hubid=0,netdev=d0"]
        return datagrams("guest"), hub

    def set_rates(self, rates: Rates) -> None:
        with self._lock:
            for each in self.directions:
                each.rates = rates

    def set_dead(self, direction: int, dead: bool) -> None:
        with self._lock:
            self.directions[direction].dead = dead

    def counts(self, fault: str) -> int:
        with self._lock:
            return sum(each.counts.faults[fault] for each in self.directions)

    def frames(self, direction: int) -> int:
        with self._lock:
            return self.directions[direction].counts.frames

    def dead_frames(self, direction: int) -> int:
        with self._lock:
            return self.directions[direction].counts.dead

    def recent(self) -> list[bytes]:
        """The frames of both directions that came in last, as they came."""
        with self._lock:
            return [frame for each in self._recent for frame in each]

    def inject(self, frames: list[bytes]) -> int:
        """Puts frames of one's own on the way to the guest, unharmed and not counted. How many the machine has taken: a
        busy one takes few at a time."""
        return self._send(TO_GUEST, frames)

    def wait_struck(self, faults: tuple[str, ...], times: int, seconds: float) -> None:
        """Waits until each of these faults has struck so many frames. TimeoutError if they do not."""
        self._wait(lambda: min(map(self.counts, faults)), times, seconds)

    def wait_dead(self, direction: int, frames: int, seconds: float) -> None:
        """The same for frames that a dead direction has swallowed."""
        self._wait(lambda: self.dead_frames(direction), frames, seconds)

    @staticmethod
    def _wait(count: Callable[[], int], wanted: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while count() < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{count()} of {wanted} frames came in {seconds:g} s")
            time.sleep(0.02)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        for each in self._sockets:
            each.close()
        os.close(self._folder)

    def _path(self, name: str) -> str:
        return f"/proc/self/fd/{self._folder}/{name}"

    def _serve(self) -> None:
        while not self._stop.is_set():
            readable, _, _ = select.select(self._sockets, [], [], 0.05)
            now = time.monotonic()
            for direction, source in enumerate(self._sockets):
                if source in readable:
                    self._receive(direction, source, now)
                with self._lock:
                    late = self.directions[direction].due(now)
                self._send(direction, late)

    def _receive(self, direction: int, source: socket.socket, now: float) -> None:
        try:
            frame = source.recv(FRAME_MAX)
        except (BlockingIOError, ConnectionError):
            return
        with self._lock:
            self._recent[direction].append(frame)
            out = self.directions[direction].frame(frame, now)
        self._send(direction, out)

    def _send(self, direction: int, frames: list[bytes]) -> int:
        target, sent = ("host", "guest")[direction], 0
        for frame in frames:
            try:
                self._sockets[1 - direction].sendto(frame, self._path(f"{target}-qemu.sock"))
                sent += 1
            except (BlockingIOError, FileNotFoundError, ConnectionError):
                pass  # the machine is not there, or its queue is full: the network may lose that too
        return sent
