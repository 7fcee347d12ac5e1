# SPDX-License-Identifier: BSD-2-Clause
"""A broker that breaks off, refuses, dawdles and lies: the gateway comes back, and no reading is lost.

One gateway meets all scripts, one after the other. After each it must deliver to a good broker again, and every
number must be at the collector, acknowledged by the scripted broker, or named by the gateway as given up.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from front import Front, Step
from lies import LIES, LONG_LIES, chance
from postern_lib.gateway import Gateway, Settings
from postern_lib.judge import parse_event, parse_simulator_log, reading_of
from postern_lib.sockets import free_ports

SAMPLE = 3  # readings of one measurement
# The uplink's pauses grow while nothing is acknowledged.
RECOVERY_SECONDS = 240.0


@dataclass
class Stage:
    """The gateway, and in front of its good broker the scripted one."""

    gateway: Gateway
    front: Front

    def play(self, steps: list[Step]) -> None:
        before = len(self.gateway.readings())
        self.front.play(*steps)
        tally = self.front.tally
        self.wait_for(max(tally.seen - tally.acknowledged - tally.refused, default=0), before)
        self.check()

    def wait_for(self, number: int, before: int) -> None:
        """Waits until the collector has the number, or a larger one, and more readings than `before`."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while len(now := self.gateway.readings()) <= before or now[-1].seq < number:
            assert time.monotonic() < deadline, f"no recovery; the console's end:\n{self.gateway.console.text()[-4000:]}"
            time.sleep(0.05)

    def given_up(self) -> set[int]:
        """The numbers that the gateway's console says are given up."""
        ranges = re.findall(r"uplink .*readings (\d+) to (\d+) given up", self.gateway.console.text())
        return {number for first, last in ranges for number in range(int(first), int(last) + 1)}

    def check(self) -> None:
        events = [parse_event(line) for line in self.gateway.events()]
        arrived = [reading_of(event).seq for event in events if event["type"] == "reading"]
        tally, given_up = self.front.tally, self.given_up()
        wrong = [event for event in events if event["type"] in ("malformed", "out_of_order")]
        assert not wrong, f"{[event.get('seq', event) for event in wrong]}; arrived: {arrived[-60:]}"
        assert arrived == sorted(arrived)
        missing = set(range(1, arrived[-1] + 1)) - set(arrived) - tally.acknowledged - given_up
        assert not missing, f"lost: {sorted(missing)}"
        assert tally.refused - tally.acknowledged - set(arrived) <= given_up
        text = self.gateway.console.text()
        assert not re.findall(r".*(?:panic|stopped:|dropped from).*", text)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Gateway(Settings()) as gateway:
        gateway.broker.port = free_ports(1)[0]
        gateway.compose()
        gateway.start_peers()
        front = Front(gateway.ports.broker, gateway.broker.port, gateway.settings.identities)
        try:
            gateway.start_machine()
            gateway.wait_readings(SAMPLE)
            yield Stage(gateway, front)
        finally:
            gateway.machine.stop()
            front.stop()


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
    """What arrived, through all of that, is what the simulator put on the bus."""
    readings = stage.gateway.readings()  # before the log is read: then it has them all
    measurements = parse_simulator_log(stage.gateway.simulator.log.read_text())
    assert len(readings) > SAMPLE
    for reading in readings:
        assert reading.value == measurements[(reading.seq - 1) // SAMPLE][reading.quantity], reading
