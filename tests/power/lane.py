# SPDX-License-Identifier: BSD-2-Clause
"""One gateway whose power is cut again and again, as a generator that yields while it waits, so that several take turns.

The moments are drawn from a seeded generator: after the start, while the journal recovers, around a measurement, around
its delivery, and with the network gone, so that readings are left over for the next start. After each cut the journal's
page says what it had stored by then: that has to arrive, however busy the host was.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from memory import Memory, page_offset
from postern_lib.gateway import BUS_FAILED, LIVE_FIRST, Gateway
from postern_lib.judge import Verdict

READY = re.compile(r"journal +info +journal of \d+ KiB, start (\d+)")
WAITING = re.compile(r"journal +info +readings (\d+) to (\d+) wait for delivery")
SAMPLE = 3
# The bound of each wait for something that a sound gateway does at once.
PATIENCE_S = 240.0


class LaneError(Exception):
    """The gateway did not do what it does every time."""


class Lane:
    """steps() is the whole run; `cuts` counts the power cuts by moment, `left_over` the starts that found readings."""

    def __init__(self, gateway: Gateway, seed: int, cuts: int) -> None:
        self.gateway = gateway
        self.cuts: Counter[str] = Counter()
        self.left_over = 0
        self.durable: list[int] = []  # the last number that was stored, by cut
        self._chance = random.Random(seed)
        self._wanted = cuts
        self._began = 0  # where the console's text of this start begins
        self._memory: Memory | None = None  # of this start
        self._owes = False  # the start before it has left readings over

    def steps(self) -> Iterator[None]:
        moments: list[Callable[[], Iterator[None]]] = [
            self.while_booting, self.after_recovery, self.around_a_measurement, self.around_a_delivery,
            self.with_readings_left,
        ]  # fmt: skip
        offset = page_offset(self.gateway.compose())
        self.gateway.start_peers()
        for _ in range(self._wanted):
            moment = self._chance.choices(moments, weights=[3, 2, 5, 2, 2])[0]
            yield from self._power_on(offset)
            yield from moment()
            self.cuts[moment.__name__] += 1
            self.left_over += WAITING.search(self._console()) is not None
            self._power_off()
            self._owes = moment == self.with_readings_left
        yield from self._power_on(offset)
        yield from self._until(self._ready, "the last start")
        # What was left over comes first, so that it has all come when something new does; or it has come, too.
        yield from self._until(self._something_new, "the last delivery")
        self._forget()

    def while_booting(self) -> Iterator[None]:
        yield from self._pause(0.7)

    def after_recovery(self) -> Iterator[None]:
        yield from self._until(self._ready, "the journal's recovery")
        yield from self._pause(0.1)

    def around_a_measurement(self) -> Iterator[None]:
        yield from self._until(lambda: self._measured() >= 1, "a measurement")
        yield from self._pause(0.05)

    def around_a_delivery(self) -> Iterator[None]:
        before = len(self.gateway.events())
        yield from self._until(lambda: len(self.gateway.events()) > before, "a delivery")
        yield from self._pause(0.02)

    def with_readings_left(self) -> Iterator[None]:
        yield from self._until(self._ready, "the journal's recovery")
        self.gateway.machine.set_link(False)
        before, stored = self._measured(), self._stored()
        yield from self._until(lambda: self._measured() >= before + 2, "two measurements")
        yield from self._until(lambda: self._stored() > stored, "a measurement in the journal")
        yield from self._pause(0.05)

    def verdict(self) -> Verdict:
        """What is on its way is waited for while the machine runs. When the bus has failed on a busy host, measurements may
        be missing in other places than at the ends of starts, and then so many of those that were not stored."""
        logs = [log.read_text() for log in self.gateway.simulator.earlier_logs if log.exists()]
        unstored = sum(log.count("\n") for log in logs) - self.durable[-1] // SAMPLE
        failed = BUS_FAILED in self.gateway.console.text()
        return self.gateway.verdict(stops=unstored if failed else 0, durable=self.durable)

    def _power_on(self, offset: int) -> Iterator[None]:
        self._began = len(self.gateway.console.text())
        self.gateway.start_machine()

        def has_memory() -> bool:
            self._memory = Memory.of(self.gateway.machine.process.pid, offset)
            return self._memory is not None

        yield from self._until(has_memory, "the machine")

    def _power_off(self) -> None:
        self.gateway.power_cut()
        self.durable.append(self._stored())
        self._forget()

    def _forget(self) -> None:
        assert self._memory
        self._memory.close()

    def _stored(self) -> int:
        """A start that has not come to that yet has lost nothing."""
        assert self._memory
        return max(self._memory.durable(), *self.durable[-1:], 0)

    def _console(self) -> str:
        return self.gateway.console.text()[self._began :]

    def _ready(self) -> bool:
        """The journal says that it is there, and what was left over."""
        console = self._console()
        return READY.search(console) is not None and (not self._owes or WAITING.search(console) is not None)

    def _measured(self) -> int:
        log = self.gateway.simulator.log
        return log.read_bytes().count(b"\n") if log.exists() else 0

    def _something_new(self) -> bool:
        """A reading that was taken in this start has arrived."""
        readings = self.gateway.readings()
        if self._measured() < 2 or not readings:
            return False
        if self.gateway.settings.uplink.get("order") == LIVE_FIRST:
            numbers = {reading.seq for reading in readings}
            return max(numbers) >= self.durable[-1] + SAMPLE and max(numbers) - min(numbers) + 1 == len(numbers)
        return readings[-1].seq >= self.durable[-1] + SAMPLE

    def _pause(self, most_s: float) -> Iterator[None]:
        end = time.monotonic() + self._chance.uniform(0.0, most_s)
        while time.monotonic() < end:
            yield

    def _until(self, condition: Callable[[], bool], what: str) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise LaneError(f"{what} did not come after {sum(self.cuts.values())} power cuts:\n{self._console()[-3000:]}")
            yield
