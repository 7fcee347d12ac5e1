# SPDX-License-Identifier: BSD-2-Clause
"""A medium that fails for a while: readings are delivered all the same, none that was accepted is lost, and the journal
goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import Gateway
from published import wait_retained
from troubled_disk import ALL, FLUSH, READ, WRITE, TroubledDisk

SAMPLE = 3  # readings of one measurement
FAILS = r"journal +error +the disk fails: readings pass through memory and are not durable"
WORKS = r"journal +info +the disk works again: readings are durable from number (\d+) on"
Stage = tuple[Gateway, TroubledDisk]


@pytest.fixture
def stage(make_gateway: Callable[..., Gateway], request: pytest.FixtureRequest) -> Iterator[Stage]:
    """With QoS 2, which waits for the journal at each step, where a test asks for it."""
    gateway = make_gateway(has_disk=False, uplink={"qos": getattr(request, "param", 1)}, journal={"release_ms": 10})
    gateway.compose()
    gateway.start_peers()
    disk = TroubledDisk(gateway.folder.path, 1 << 20)
    gateway.start_machine(disk.arguments())
    gateway.wait_readings(SAMPLE)
    yield gateway, disk
    gateway.machine.stop()
    disk.stop()


def counter(gateway: Gateway, name: str) -> int:
    """A counter of the journal, from the console."""
    return gateway.stats("journal")[name]


def wait_durable(gateway: Gateway, number: int) -> int:
    """Waits until this number is durable; which one is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := counter(gateway, "durable")) < number:
        assert time.monotonic() < deadline, f"{now} is durable, {number} is not"
    return now


def wait_passed(gateway: Gateway) -> None:
    """While the medium fails: waits until a reading that was taken after this moment has arrived."""
    before = gateway.stats("journal")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while gateway.readings()[-1].seq <= before["taken"] + SAMPLE:
        assert time.monotonic() < deadline, f"nothing above {before['taken']} has arrived"
        time.sleep(0.05)
    assert counter(gateway, "not_durable") > before["not_durable"]


def check(gateway: Gateway) -> None:
    """Every number came, none is lost."""
    arrived = [reading.seq for reading in gateway.readings()]
    assert arrived == list(range(1, len(arrived) + 1))
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary() + "\n" + "\n".join(verdict.problems)


@pytest.mark.parametrize("stage", [2], indirect=True, ids=["qos2"])
def test_readings_go_on_while_the_medium_fails(stage: Stage) -> None:
    """Whatever fails, for however long: delivered from memory, said to be not durable; durable again when it works."""
    gateway, disk = stage
    for kinds in ({WRITE}, {FLUSH}, ALL):
        disk.fail(frozenset(kinds))
        gateway.console.expect(FAILS)
        wait_passed(gateway)
        disk.heal()
        again = int(gateway.console.expect(WORKS)[1])
        wait_durable(gateway, again)
    gateway.machine.set_link(False)  # and what is durable now outlives the loss of power
    durable = wait_durable(gateway, counter(gateway, "durable") + 2 * SAMPLE)
    gateway.power_cut()
    gateway.start_machine(disk.arguments())
    gateway.wait_readings(durable + SAMPLE - len(gateway.readings()))
    check(gateway)


def test_what_waits_on_the_medium_waits_for_it(stage: Stage) -> None:
    """The medium fails while accepted readings wait on it for the link, then nothing of it can be read at the next start:
    they are delivered first, and no number is used again."""
    gateway, disk = stage
    gateway.machine.set_link(False)
    wait_durable(gateway, counter(gateway, "durable") + 3 * SAMPLE)
    disk.fail(ALL)
    gateway.console.expect(FAILS)
    gateway.machine.set_link(True)
    disk.wait_failures(8)  # four of a frame, and the journal has tried to go on
    disk.heal()
    gateway.console.expect(WORKS)
    gateway.wait_readings(5 * SAMPLE)
    disk.fail(frozenset({READ}))
    gateway.power_cut()
    gateway.start_machine(disk.arguments())
    disk.wait_failures(20)
    disk.heal()
    assert int(gateway.console.expect(r"journal +info +journal of \d+ KiB, start (\d+), ready")[1]) == 2
    gateway.wait_readings(2 * SAMPLE)
    check(gateway)


def start_again(gateway: Gateway, disk: TroubledDisk) -> None:
    """The power comes back, with a disk that works."""
    disk.heal()
    gateway.start_machine(disk.arguments())
    assert int(gateway.console.expect(r"journal +info +journal of \d+ KiB, start (\d+), ready")[1]) == 2
    gateway.wait_readings(2 * SAMPLE)


def check_values(gateway: Gateway) -> None:
    """Each number stands for one reading, and none is missing without a cause."""
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary() + "\n" + "\n".join(verdict.problems)


def test_writes_without_flushes_outlive_the_power(stage: Stage) -> None:
    """Flushes fail and writes do not; the power is cut, and all that was written is there. What was delivered from memory
    meanwhile has numbers that are not used again, as far as the broker was told of them."""
    gateway, disk = stage
    wait_durable(gateway, 2 * SAMPLE)
    disk.fail(frozenset({FLUSH}))
    gateway.console.expect(FAILS)
    wait_passed(gateway)
    gateway.simulator.control("disconnect")
    gateway.console.expect(r"sensors +warn +sensor bme280: chip id 0xff")
    last = counter(gateway, "taken")
    wait_retained(gateway, "numbers", lambda now: now["last"] >= last)
    gateway.power_cut()
    start_again(gateway, disk)
    check_values(gateway)


def test_writes_without_flushes_are_gone_with_the_power(stage: Stage) -> None:
    """Flushes fail and writes do not while accepted readings wait for the link; the power is cut, and nothing of what was
    written since the last flush is there. What was accepted is delivered."""
    gateway, disk = stage
    gateway.machine.set_link(False)
    accepted = wait_durable(gateway, counter(gateway, "durable") + 2 * SAMPLE)
    disk.fail(frozenset({FLUSH}))
    gateway.console.expect(FAILS)
    disk.wait_failures(3)
    gateway.power_cut()
    assert disk.lose() > 0
    start_again(gateway, disk)
    gateway.wait_readings(accepted - len(gateway.readings()))
    arrived = [reading.seq for reading in gateway.readings()]
    assert arrived[:accepted] == list(range(1, accepted + 1))
    check_values(gateway)


@pytest.mark.long
def test_a_journal_that_is_found_late(stage: Stage) -> None:
    """Nothing can be read for so long after a start that it is given up; `restart journal` finds it, and its numbers go on."""
    gateway, disk = stage
    durable = wait_durable(gateway, 10 * SAMPLE)
    gateway.wait_readings(durable + SAMPLE - len(gateway.readings()))
    disk.fail(frozenset({READ}))
    gateway.power_cut()
    gateway.start_machine(disk.arguments())
    gateway.console.expect(FAILS)
    while counter(gateway, "not_durable") == 0:
        time.sleep(0.5)
    disk.heal()
    gateway.console.send_line("restart journal")
    gateway.console.expect(r"journal +info +journal of \d+ KiB, start 2, ready")
    gateway.wait_readings(2 * SAMPLE)
    arrived = [reading.seq for reading in gateway.readings()]
    assert arrived == list(range(1, len(arrived) + 1))
    assert counter(gateway, "bad_messages") == 0, "numbers did not go on at once"
