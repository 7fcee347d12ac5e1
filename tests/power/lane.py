# SPDX-License-Identifier: BSD-2-Clause
"""One gateway whose power is cut again and again, as a generator that yields while it waits, so that several take turns.

The moments are drawn from a seeded generator: after the start, while the journal recovers, around a measurement, around
its delivery, and with the network gone, so that readings are left over for the next start.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from postern_lib.gateway import BUS_FAILED, Gateway
from postern_lib.judge import MAX_NOT_ACCEPTED, Verdict

READY = re.compile(r"journal +info +journal of \d+ KiB, start (\d+)")
WAITING = re.compile(r"journal +info +readings (\d+) to (\d+) wait for delivery")
SAMPLE = 3
# On a busy host the journal takes seconds to start: what is measured meanwhile is not accepted yet, and nobody has seen its
# numbers.
BUSY_MEASUREMENTS = 12
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
        self._chance = random.Random(seed)
        self._wanted = cuts
        self._began = 0  # where the console's text of this start begins

    def steps(self) -> Iterator[None]:
        moments: list[Callable[[], Iterator[None]]] = [
            self.while_booting, self.after_recovery, self.around_a_measurement, self.around_a_delivery,
            self.with_readings_left,
        ]  # fmt: skip
        self.gateway.compose()
        self.gateway.start_peers()
        for _ in range(self._wanted):
            moment = self._chance.choices(moments, weights=[3, 2, 5, 2, 2])[0]
            self._power_on()
            yield from moment()
            self.cuts[moment.__name__] += 1
            self.left_over += WAITING.search(self._console()) is not None
            self.gateway.power_cut()
        self._power_on()
        yield from self._until(lambda: READY.search(self._console()) is not None, "the last start")
        # What was left over comes first, so that it has all come when something new does.
        yield from self._until(self._something_new, "the last delivery")

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
        before = self._measured()
        yield from self._until(lambda: self._measured() >= before + 2, "two measurements")
        yield from self._pause(0.05)

    def verdict(self) -> Verdict:
        """When the bus has failed on a busy host, measurements may be missing in more places than at the ends of starts."""
        failed = BUS_FAILED in self.gateway.console.text()
        return self.gateway.verdict(stops=MAX_NOT_ACCEPTED * self._wanted if failed else 0, not_accepted=BUSY_MEASUREMENTS)

    def _power_on(self) -> None:
        self._began = len(self.gateway.console.text())
        self.gateway.start_machine()

    def _console(self) -> str:
        return self.gateway.console.text()[self._began :]

    def _ready(self) -> bool:
        return READY.search(self._console()) is not None

    def _measured(self) -> int:
        log = self.gateway.simulator.log
        return log.read_bytes().count(b"\n") if log.exists() else 0

    def _something_new(self) -> bool:
        """A reading that was taken in this start has arrived."""
        waiting = WAITING.search(self._console())
        last = int(waiting[2]) if waiting else 0
        readings = self.gateway.readings()
        return self._measured() >= 2 and bool(readings) and readings[-1].seq >= last + SAMPLE

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
