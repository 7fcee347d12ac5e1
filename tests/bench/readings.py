# SPDX-License-Identifier: BSD-2-Clause
"""What a reading costs from its acceptance on: instructions, bytes on the disk, readings a second. The feeder
(tests/feed) takes the sensors' place, so that no bus is counted."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import BenchError, Measured, median_of
from postern_lib.gateway import Gateway, Settings
from probe import COUNTING, Counter

BYTES_OF_READING = 40  # struct reading, as the sensors hand it over
ONE_BY_ONE = 60  # messages of the steady state with one reading each
PERIOD_US = 150_000
IDLE_SECONDS = 8.0
FLOOD_FROM, FLOOD_READINGS = 8_000, 60_000
BACKLOG = 20_000
A_SECOND = 1_000_000_000  # instructions, at one a nanosecond
PATIENCE = 600.0
STARTS = 3
JOURNAL_SIZE = 64 << 20


@contextmanager
def _machine(board: str, *, disk: bool = True, image: Path | None = None, connected: bool = True, single: bool = False,
             **feed: int) -> Iterator[tuple[Gateway, Counter]]:  # fmt: skip
    """A gateway with the feeder. image: of its disk; single: a reading a message, and a group of its own."""
    settings = Settings(board=board, config="release", variant="feed", has_disk=disk, disk=image, feed=dict(feed),
                        journal={"commit_readings": 1 if single else 96},
                        uplink={"batch_readings": 1 if single else 64})  # fmt: skip
    with Gateway(settings) as gateway:
        gateway.compose()
        gateway.start_peers()
        if not connected:
            gateway.nameserver.stop()
        gateway.start_machine(COUNTING)
        counter = Counter(gateway.folder.path)
        try:
            yield gateway, counter
        finally:
            counter.close()


class _Arrivals:
    """How many readings the collector has seen: counted as its log grows."""

    def __init__(self, gateway: Gateway) -> None:
        self._log = (gateway.folder.path / "collector.log").open("rb")
        self._count = 0

    def now(self) -> int:
        self._count += self._log.read().count(b'{"type":"reading"')
        return self._count

    def wait(self, count: int) -> int:
        deadline = time.monotonic() + PATIENCE
        while (here := self.now()) < count:
            if time.monotonic() > deadline:
                raise BenchError(f"{here} of {count} readings came in {PATIENCE:g} s")
            time.sleep(0.02)
        return here


def journal_stat(gateway: Gateway, name: str) -> int:
    """A counter of the journal, from the console."""
    gateway.console.send_line("stats journal")
    return int(gateway.console.expect(rf"journal +{re.escape(name)} +(\d+)\s")[1])


def accept_to_ack(board: str, disk: bool) -> tuple[Measured, Measured]:
    """Instructions of one reading in a message of its own, and of a second in which nothing happens."""
    most = ONE_BY_ONE + 5
    with _machine(board, disk=disk, single=True, period_us=PERIOD_US, most=most) as (gateway, counter):
        arrivals = _Arrivals(gateway)
        first = arrivals.wait(5)
        begin, begun = counter.when_idle(), time.monotonic()
        arrivals.wait(first + ONE_BY_ONE // 2)
        middle, halfway = counter.when_idle(), time.monotonic()
        at_middle = arrivals.now()
        arrivals.wait(most)
        end, ended = counter.when_idle(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        idle = (counter.when_idle() - end) / (time.monotonic() - ended)
    per_reading = (end - begin - idle * (ended - begun)) / (most - first)
    half = (middle - begin - idle * (halfway - begun)) / (at_middle - first)
    return Measured(round(per_reading), abs(half - per_reading) / per_reading), Measured(round(idle))


def sustained(board: str, disk: bool) -> Measured:
    """Readings that a second of instructions brings to the broker, of a source that never ends."""
    with _machine(board, disk=disk, period_us=0) as (gateway, counter):
        arrivals = _Arrivals(gateway)
        first = arrivals.wait(FLOOD_FROM)
        begin = counter.now()
        last = arrivals.wait(first + FLOOD_READINGS)
        return Measured(round(A_SECOND * (last - first) / (counter.now() - begin)))


def catch_up(board: str) -> Measured:
    """Readings a second of instructions from the disk to the broker, after it was away."""
    with _machine(board, disk=True, connected=False, period_us=0, most=BACKLOG) as (gateway, counter):
        gateway.console.expect(r"journal +info +journal of", PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while journal_stat(gateway, "durable") < BACKLOG:
            if time.monotonic() > deadline:
                raise BenchError(f"{BACKLOG} readings were not stored in {PATIENCE:g} s")
            time.sleep(0.2)
        arrivals = _Arrivals(gateway)
        begin = counter.now()
        gateway.nameserver.start()
        arrivals.wait(BACKLOG)
        return Measured(round(A_SECOND * BACKLOG / (counter.now() - begin)))


def written(gateway: Gateway) -> dict[str, Measured]:
    """Bytes that the gateway, as it is configured, has written to its disk for a reading."""
    readings, size = journal_stat(gateway, "accepted"), journal_stat(gateway, "bytes_written")
    return {
        "journal_bytes_per_reading": Measured(round(size / readings)),
        "journal_write_amplification": Measured(round(100 * size / (readings * BYTES_OF_READING))),
    }


def _recovery(board: str, image: Path | None) -> Measured:
    """Time of the machine that the journal takes to be ready, in microseconds; the pace of the host's disk is in it."""
    times = []
    for _ in range(STARTS):
        with _machine(board, image=image, connected=False, most=0) as (gateway, _counter):
            ready = gateway.console.expect(r"journal +info +journal of (\d+) KiB, start \d+, ready in (\d+) us", PATIENCE)
            if int(ready[1]) << 10 != JOURNAL_SIZE:
                raise BenchError(f"the journal has {ready[1]} KiB")
            times.append(int(ready[2]))
    return median_of(times)


def recovery(board: str, root: Path) -> dict[str, Measured]:
    """Starts with a new disk, and with one that is full of readings that were never delivered."""
    keys = root / "build" / "identity"
    with tempfile.TemporaryDirectory(dir=root / "build" / "bench") as folder:
        image = Path(folder) / "full.img"
        files = [keys / name for name in ("device.key.pem", "device.crt.pem", "ca.pem")]
        subprocess.run([root / "build/bench/fill", *files, image, str(JOURNAL_SIZE)], check=True, capture_output=True)
        return {"journal_recovery_empty_us": _recovery(board, None), "journal_recovery_full_us": _recovery(board, image)}


def figures(board: str) -> dict[str, Measured]:
    with_journal, idle = accept_to_ack(board, disk=True)
    without, _ = accept_to_ack(board, disk=False)
    return {
        "accept_to_ack_journal": with_journal,
        "accept_to_ack_no_journal": without,
        "idle_per_second": idle,
        "readings_per_second_journal": sustained(board, disk=True),
        "readings_per_second_no_journal": sustained(board, disk=False),
        "journal_catch_up_rate": catch_up(board),
    }
