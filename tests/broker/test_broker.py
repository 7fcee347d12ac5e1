# SPDX-License-Identifier: BSD-2-Clause
"""A broker that breaks off, refuses, dawdles and lies: the gateway comes back, and no reading is lost.

One gateway meets all scripts, one after the other; after a script that failed, the next ones meet another gateway. After
each it must deliver to a good broker again, and every number must be at the collector, acknowledged by the scripted
broker, or named by the gateway as given up.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from itertools import groupby

import pytest
from front import Front, Step
from lies import LIES, LONG_LIES, chance
from postern_lib.gateway import BUS_SILENT, Gateway, Settings, failed_rounds
from postern_lib.judge import parse_event, parse_simulator_log, reading_of
from postern_lib.sockets import free_ports

SAMPLE = 3  # readings of one measurement
# The uplink's pauses grow while nothing is acknowledged.
RECOVERY_SECONDS = 240.0


class Stage:
    """The gateway, and in front of its good broker the scripted one. It is sound while every script has passed."""

    def __init__(self) -> None:
        self.sound = False
        self.gateway = Gateway(Settings())
        self.gateway.broker.port = free_ports(1)[0]
        self.gateway.compose()
        self.gateway.start_peers()
        self.front = Front(self.gateway.ports.broker, self.gateway.broker.port, self.gateway.settings.identities)

    def start(self) -> None:
        self.gateway.start_machine()
        self.gateway.wait_readings(SAMPLE)
        self.sound = True

    def stop(self) -> None:
        self.gateway.machine.stop()
        self.front.stop()
        self.gateway.stop()

    def play(self, steps: list[Step]) -> None:
        self.sound = False
        before = len(self.gateway.readings())
        self.front.play(*steps)
        tally = self.front.tally
        number = max(tally.seen - tally.acknowledged - tally.refused, default=0)
        self.wait_for(lambda: len(now := self.gateway.readings()) > before and now[-1].seq >= number, "no recovery")
        # What is given up is told on the console, which may be later than the network.
        self.wait_for(lambda: not self.lost(), "lost")
        self.check()
        self.sound = True

    def wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{otherwise}: {sorted(self.lost())}"
            time.sleep(0.05)

    def arrived(self) -> list[int]:
        """Numbers in the order of their first arrival."""
        return [reading.seq for reading in self.gateway.readings()]

    def given_up(self) -> set[int]:
        """The numbers that the gateway's console says are given up."""
        ranges = re.findall(r"uplink .*readings (\d+) to (\d+) given up", self.gateway.console.text())
        return {number for first, last in ranges for number in range(int(first), int(last) + 1)}

    def lost(self) -> set[int]:
        """Numbers that are missing without an excuse, so far."""
        arrived, tally = self.arrived(), self.front.tally
        missing = set(range(1, max(arrived, default=0) + 1)) | tally.refused
        return missing - set(arrived) - tally.acknowledged - self.given_up()

    def check(self) -> None:
        """What may never happen."""
        found = re.findall(r".*(?:panic|stopped:|dropped from).*", self.gateway.console.text())
        assert not found, found
        events = [parse_event(line) for line in self.gateway.events()]
        wrong = [event for event in events if event["type"] in ("malformed", "out_of_order")]
        assert not wrong, f"{[event.get('seq', event) for event in wrong]}; arrived: {self.arrived()[-60:]}"


class Stages:
    """One stage after the other: the present one, or a new one if that is not sound any more."""

    def __init__(self) -> None:
        self._present: Stage | None = None

    def present(self) -> Stage:
        if self._present is not None and not self._present.sound:
            self.stop()
        if self._present is None:
            self._present = Stage()
            self._present.start()
        return self._present

    def stop(self) -> None:
        if self._present is not None:
            self._present.stop()
        self._present = None


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    made = Stages()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def stage(stages: Stages, show_gateway: Callable[[Gateway], None]) -> Stage:
    stage = stages.present()
    show_gateway(stage.gateway)
    return stage


@pytest.mark.parametrize("name", LIES)
def test_lie(stage: Stage, name: str) -> None:
    stage.play(LIES[name])


def test_lies_of_chance(stage: Stage, seed: int) -> None:
    stage.play(chance(seed))


@pytest.mark.parametrize("name", LONG_LIES)
@pytest.mark.long
def test_long_lie(stage: Stage, name: str) -> None:
    stage.play(LONG_LIES[name])


def test_end(stage: Stage) -> None:
    """What arrived, through all of that, is what the simulator put on the bus. A transfer that fails, as when the host
    holds up the simulator, costs its measurement."""
    readings = stage.gateway.readings()  # before the log is read: then it has them all
    measurements = parse_simulator_log(stage.gateway.simulator.log.read_text())
    console, missed = stage.gateway.console.text(), 0
    most = max(failed_rounds(console), console.count(BUS_SILENT))
    assert len(readings) > SAMPLE
    for sample, group in groupby(sorted(readings, key=lambda each: each.seq), lambda each: (each.seq - 1) // SAMPLE):
        values = {reading.quantity: reading.value for reading in group}
        while not values.items() <= measurements[sample + missed].items():
            missed += 1
            assert missed <= most, f"{values} of sample {sample}, the simulator's is {measurements[sample]}"
