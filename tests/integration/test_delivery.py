# SPDX-License-Identifier: BSD-2-Clause
"""The main job: what the sensor put on the bus arrives, in order, without a gap, through every interruption."""

from __future__ import annotations

import re

from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement


def test_readings_equal_what_was_on_the_bus(gateway: Gateway) -> None:
    gateway.wait_readings(5 * SAMPLE)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_broker_killed_and_restarted(gateway: Gateway) -> None:
    gateway.broker.kill()
    gateway.console.expect(r"uplink .*(closed|lost|connection)")
    gateway.broker.start()
    gateway.wait_readings(3 * SAMPLE, 90)
    numbers = [reading.seq for reading in gateway.readings()]
    assert numbers == sorted(set(numbers)), "out of order or twice"


def test_link_down_and_up(gateway: Gateway) -> None:
    gateway.machine.set_link(False)
    gateway.console.expect(r"net .*link down")
    gateway.machine.set_link(True)
    gateway.console.expect(r"net .*link up")
    gateway.wait_readings(3 * SAMPLE, 120)


def test_gap_is_named_by_the_collector(gateway: Gateway) -> None:
    """Longer off than the readings' ring and window can hold: what was lost is named, and delivery goes on."""
    gateway.broker.kill()
    gateway.console.expect(r"sensors .*dropp", 240)
    gateway.broker.start()
    gateway.wait_readings(3 * SAMPLE, 120)
    gaps = [line for line in gateway.events() if '"gap"' in line]
    assert gaps, "the collector reported no gap although readings were dropped"


def test_sensor_disconnected_is_flagged_and_recovers(gateway: Gateway) -> None:
    assert gateway.simulator.control("disconnect").startswith("ok")
    gateway.console.expect(r"sensors .*(disconnected|chip id|0xff)")
    gateway.console.skip()
    assert gateway.simulator.control("connect").startswith("ok")
    gateway.console.expect(r"sensors .*(bme280)", 60)
    gateway.wait_readings(2 * SAMPLE, 60)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_garbage_on_the_bus_is_never_published(gateway: Gateway) -> None:
    assert gateway.simulator.control("garbage on").startswith("ok")
    gateway.console.expect(r"sensors +(warn|error) .*")
    assert gateway.simulator.control("garbage off").startswith("ok")
    gateway.wait_readings(2 * SAMPLE, 60)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_release_build_delivers_and_prints_no_debug(make_gateway) -> None:  # type: ignore[no-untyped-def]
    gateway = make_gateway(config="release")
    gateway.start()
    gateway.wait_readings(2 * SAMPLE, 60)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
    assert re.search(r"MON\||kernel:", gateway.console.text()) is None
