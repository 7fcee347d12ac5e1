# SPDX-License-Identifier: BSD-2-Clause
"""The main job: what the sensor put on the bus arrives, in order, without a gap, through every interruption."""

from __future__ import annotations

import json
import re

import pytest
from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement
IN_HAND = 1  # the measurement that is being read when the sensor fails; whether there is one is chance


def test_readings_equal_what_was_on_the_bus(gateway: Gateway) -> None:
    gateway.wait_readings(5 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_broker_killed_and_restarted(gateway: Gateway) -> None:
    gateway.broker.kill()
    gateway.console.expect(r"uplink .*(closed|lost|connection)")
    gateway.broker.start()
    gateway.wait_readings(3 * SAMPLE)
    numbers = [reading.seq for reading in gateway.readings()]
    assert numbers == sorted(set(numbers)), "out of order or twice"
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_link_down_and_up(gateway: Gateway) -> None:
    gateway.machine.set_link(False)
    gateway.console.expect(r"net .*link down")
    gateway.machine.set_link(True)
    gateway.console.expect(r"net .*link up")
    gateway.wait_readings(3 * SAMPLE)


def test_machine_paused_and_continued(gateway: Gateway) -> None:
    """As at a breakpoint of a debugger."""
    for _ in range(3):
        gateway.machine.monitor("stop")
        gateway.machine.monitor("cont")
        gateway.wait_readings(2 * SAMPLE)
    assert "chip id 0xff" not in gateway.console.text()
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


@pytest.mark.long
def test_gap_is_named_by_the_collector(make_gateway) -> None:  # type: ignore[no-untyped-def]
    """Without a disk, longer off than memory can hold: what was lost is named, and delivery goes on."""
    gateway = make_gateway(has_disk=False)
    gateway.start()
    gateway.wait_readings(SAMPLE)
    gateway.broker.kill()
    gateway.console.expect(r"sensors +warn +readings are dropped from number (\d+) on", 900)
    gateway.broker.start()
    lost = gateway.console.expect(r"sensors +warn +readings (\d+) to (\d+) were dropped")
    gateway.wait_readings(20 * SAMPLE)
    gaps = [json.loads(line) for line in gateway.events() if '"gap"' in line]
    assert [(gap["first"], gap["last"]) for gap in gaps] == [(int(lost[1]), int(lost[2]))]


def test_sensor_disconnected_is_flagged_and_recovers(gateway: Gateway) -> None:
    gateway.simulator.control("disconnect")
    gateway.console.expect(r"sensors +warn +sensor bme280: chip id 0xff, expected 0x60")
    gateway.simulator.control("connect")
    gateway.console.expect(r"sensors +info +sensor bme280: works again")
    gateway.wait_readings(2 * SAMPLE)
    verdict = gateway.verdict(stops=IN_HAND)
    assert verdict.passed, verdict.summary()


def test_garbage_on_the_bus_is_never_published(gateway: Gateway) -> None:
    gateway.simulator.control("garbage on")
    gateway.console.expect(r"sensors +warn +sensor bme280: ")
    gateway.simulator.control("garbage off")
    gateway.wait_readings(2 * SAMPLE)
    verdict = gateway.verdict(stops=IN_HAND)
    assert verdict.passed, verdict.summary()


def test_release_build_delivers_and_prints_no_debug(make_gateway) -> None:  # type: ignore[no-untyped-def]
    gateway = make_gateway(config="release")
    gateway.start()
    gateway.wait_readings(2 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
    assert re.search(r"MON\||kernel:", gateway.console.text()) is None
