# SPDX-License-Identifier: BSD-2-Clause
"""The journal in the gateway: what was accepted survives the loss of power, and arrives once by its number."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import Gateway, Settings, failed_rounds
from postern_lib.losses import losses_of

SAMPLE = 3  # readings of one measurement
READY = r"journal +info +journal of (\d+) KiB, start (\d+), ready in (\d+) us"
MEMORY_ONLY = r"journal +warn +.*readings pass through memory and are not durable"
MAKE = Callable[..., Gateway]
FULL_SECONDS = 600.0  # until a little journal is full, at three readings a second


def numbers(gateway: Gateway) -> list[int]:
    return [reading.seq for reading in gateway.readings()]


def counter(gateway: Gateway, component: str, name: str) -> int:
    """A counter of a component, from the console."""
    return gateway.stats(component)[name]


def wait_counter(gateway: Gateway, component: str, name: str, least: int, seconds: float = PATIENCE_SECONDS) -> int:
    """Waits until a counter is so high; how high it is."""
    deadline = time.monotonic() + seconds
    while (now := counter(gateway, component, name)) < least:
        assert time.monotonic() < deadline, f"{component} {name}: {now}, not {least}"
    return now


@pytest.fixture(scope="module", autouse=True)
def held() -> Iterator[Gateway]:
    """A gateway without its broker and with little room, which waits when that is used up. That takes it a minute,
    in which the other tests run."""
    with Gateway(Settings(disk_size=20 << 10, journal={"policy": "hold", "segment_kib": 5})) as gateway:
        gateway.start()
        gateway.wait_readings(SAMPLE)
        gateway.machine.set_link(False)
        yield gateway


def test_readings_survive_a_power_cut(gateway: Gateway) -> None:
    """Cut off from the broker, what was accepted before the cut is delivered after it, before anything newer."""
    gateway.machine.set_link(False)
    gateway.nameserver.stop()  # keeps it cut off after the start
    durable = wait_counter(gateway, "journal", "durable", counter(gateway, "journal", "durable") + 4 * SAMPLE)
    gateway.power_cut()
    gateway.start_machine()
    assert int(gateway.console.expect(READY)[2]) == 2
    waiting = gateway.console.expect(r"journal +info +readings (\d+) to (\d+) wait for delivery")
    assert int(waiting[2]) >= durable
    gateway.nameserver.start()
    gateway.wait_readings(8 * SAMPLE)
    arrived = numbers(gateway)
    assert arrived == list(range(1, len(arrived) + 1))
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_longer_offline_than_memory_holds(gateway: Gateway) -> None:
    """More readings than all rings and the outbox together: they come from the disk, in order, none is missing."""
    gateway.machine.set_link(False)
    wait_counter(gateway, "journal", "durable", counter(gateway, "journal", "durable") + 30 * SAMPLE)
    gateway.machine.set_link(True)
    gateway.wait_readings(32 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_a_restart_while_the_disk_is_slow(gateway: Gateway) -> None:
    """An uplink that starts anew asks twice: at its start, and when it has heard what the broker remembers. The second
    time finds a slow disk in the middle of what waits: none of it is left out or overtaken."""
    gateway.machine.set_link(False)
    wait_counter(gateway, "journal", "durable", counter(gateway, "journal", "durable") + 12 * SAMPLE)
    assert not gateway.machine.monitor("block_set_io_throttle d0 0 0 0 12 0 0")
    gateway.machine.set_link(True)
    gateway.console.send_line("restart uplink")
    gateway.wait_readings(14 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
    assert not verdict.lost, verdict.summary()


def test_without_a_disk_readings_are_delivered(make_gateway: MAKE) -> None:
    gateway = make_gateway(has_disk=False)
    gateway.start()
    gateway.console.expect(r"blk0 +warn +no disk")
    gateway.console.expect(MEMORY_ONLY)
    gateway.wait_readings(3 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_journal_of_another_device_is_left_alone(make_gateway: MAKE, tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    first = make_gateway(disk=disk)
    first.start()
    first.wait_readings(2 * SAMPLE)
    first.stop()
    content = disk.read_bytes()
    other = make_gateway(disk=disk, identities=tmp_path / "identity")
    other.start()
    other.console.expect(r"journal +error +the disk holds a journal that this device cannot open: left alone")
    other.console.expect(MEMORY_ONLY)
    other.wait_readings(2 * SAMPLE)
    other.stop()
    assert disk.read_bytes() == content


def test_garbled_disk_is_used_anew(make_gateway: MAKE, tmp_path: Path) -> None:
    """What is no journal at all is overwritten, and the gateway delivers."""
    disk = tmp_path / "disk.img"
    disk.write_bytes(bytes((i * 7 + i // 251) & 0xFF for i in range(2 << 20)))
    gateway = make_gateway(disk=disk)
    gateway.start()
    assert gateway.console.expect(READY)[1] == "2048"
    gateway.wait_readings(3 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_too_small_disk_is_refused(make_gateway: MAKE) -> None:
    gateway = make_gateway(disk_size=16 << 10)
    gateway.start()
    gateway.console.expect(r"journal +warn +the disk is too small for a journal.*: readings pass through memory")
    gateway.wait_readings(2 * SAMPLE)


def test_numbers_go_on_after_an_orderly_stop(gateway: Gateway) -> None:
    gateway.restart_machine()
    gateway.wait_readings(2 * SAMPLE)
    arrived = numbers(gateway)
    assert arrived == list(range(1, len(arrived) + 1))
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


@pytest.mark.parametrize("component", ["blk0", "journal", "crypto", "uplink"])
def test_a_restart_loses_no_reading(gateway: Gateway, component: str) -> None:
    """Whatever part of the way from journal to broker starts anew: what was accepted arrives, in order."""
    gateway.console.send_line(f"restart {component}")
    gateway.console.expect(rf"supervisor .*{component}")
    gateway.wait_readings(5 * SAMPLE)
    arrived = numbers(gateway)
    assert arrived == sorted(set(arrived))
    gaps = [line for line in gateway.events() if '"gap"' in line]
    if component != "journal":
        assert gaps == []
    else:
        # What the sensors had handed over and the journal had not accepted: one measurement at most.
        assert len(arrived) >= arrived[-1] - SAMPLE


def settle_ledger(gateway: Gateway) -> None:
    """Waits until a ledger has come that names all numbers that are missing so far: it may come behind the readings."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        arrived = numbers(gateway)
        ledgers = [event for line in gateway.events() if (event := json.loads(line))["type"] == "ledger"]
        named = {number for loss in losses_of(ledgers[-1]) for number in range(loss.first, loss.last + 1)}
        if not (unnamed := set(range(1, arrived[-1])) - set(arrived) - named):
            return
        assert time.monotonic() < deadline, f"{sorted(unnamed)} are not named"
        time.sleep(0.2)


def test_what_the_policy_drops_is_named_by_the_host(make_gateway: MAKE) -> None:
    """Longer offline than the medium holds, and then the power fails, with what is in memory: the oldest are given up,
    and the host names exactly these and why."""
    gateway = make_gateway(disk_size=20 << 10, journal={"segment_kib": 5})
    gateway.start()
    gateway.wait_readings(SAMPLE)
    gateway.machine.set_link(False)
    wait_counter(gateway, "journal", "lost", 1, FULL_SECONDS)
    wait_counter(gateway, "journal", "durable", counter(gateway, "journal", "durable") + SAMPLE)
    gateway.power_cut()
    gateway.start_machine()
    gateway.wait_readings(20 * SAMPLE)
    wait_counter(gateway, "journal", "released", counter(gateway, "journal", "durable"))  # nothing more can be given up
    settle_ledger(gateway)
    arrived = numbers(gateway)
    missing = sorted(set(range(1, arrived[-1])) - set(arrived))
    verdict = gateway.verdict()
    assert verdict.passed, verdict.problems
    named = [number for part in verdict.lost for number in range(part.first, part.last + 1)]
    assert missing and missing == named
    assert {part.cause for part in verdict.lost} == {"oldest given up"}
    assert gateway.collector.stop() == 0
    events = [json.loads(line) for line in gateway.events()]
    assert [(each["first"], each["last"], each.get("cause")) for each in events if each["type"] == "missing"] == [
        (part.first, part.last, part.cause) for part in verdict.lost
    ]


def test_failing_disk_is_reported(make_gateway: MAKE, tmp_path: Path) -> None:
    """Every write fails: the console says so, and readings are delivered all the same."""
    gateway = make_gateway(has_disk=False)
    disk = tmp_path / "disk.img"
    disk.write_bytes(bytes(1 << 20))
    rules = tmp_path / "rules"
    rules.write_text('[inject-error]\nevent = "write_aio"\nerrno = "5"\n')
    gateway.start_peers()
    gateway.start_machine([
        "-drive", f"if=none,id=d0,driver=raw,file.driver=blkdebug,file.config={rules},file.image.filename={disk}",
        "-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.3,werror=report,rerror=report",
    ])  # fmt: skip
    gateway.console.expect(r"blk0 +warn +the disk has reported its first error")
    gateway.console.expect(r"journal +error +the disk fails: readings pass through memory")
    gateway.wait_readings(2 * SAMPLE)
    wait_counter(gateway, "blk0", "device_errors", 4)


def test_a_full_journal_that_holds_stops_the_sampling(held: Gateway) -> None:
    """Nothing is measured and no number is used up while the journal is full; then everything arrives, and it goes on."""
    held.console.expect(r"sensors +warn +sampling waits: the journal is full", FULL_SECONDS)
    before = held.stats("sensors")
    last = before["last_seq"]
    measured = held.simulator.log.read_bytes().count(b"\n")
    assert 0 <= measured * SAMPLE - last <= SAMPLE * failed_rounds(held.console.text())
    wait_counter(held, "sensors", "held", before["held"] + 3)
    assert counter(held, "sensors", "last_seq") == last
    assert held.simulator.log.read_bytes().count(b"\n") == measured
    assert counter(held, "journal", "lost") == 0 and counter(held, "sensors", "dropped") == 0
    held.machine.set_link(True)
    held.console.expect(r"sensors +info +sampling goes on, rounds left out: \d+")
    held.wait_readings(last + SAMPLE - len(numbers(held)))
    assert numbers(held) == list(range(1, len(numbers(held)) + 1))
    verdict = held.verdict()
    assert verdict.passed and verdict.lost == [], verdict.summary() + "\n" + "\n".join(verdict.problems)
