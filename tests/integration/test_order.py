# SPDX-License-Identifier: BSD-2-Clause
"""The order of delivery after the broker was away: that of numbers, or live-first if the configuration says so.

The feeder (tests/feed) takes the sensors' place: many readings at once, which wait, and then new ones at a period. What a
reading says follows from its number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from postern_lib.gateway import Gateway
from postern_lib.judge import parse_event, reading_of
from postern_lib.losses import Numbers, explain, losses_of

MAKE = Callable[..., Gateway]
BURST = 1500
PERIOD_US = 20_000
OLD = 60  # readings at the period: what was made before them is older than historical_s by then
HISTORICAL_S = 1
PATIENCE_S = 240.0
READY = r"journal +info +journal of \d+ KiB, start \d+"


def durable(gateway: Gateway) -> int:
    gateway.console.send_line("stats journal")
    return int(gateway.console.expect(r"journal +durable +(\d+)\s")[1])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def start_without_broker(make_gateway: MAKE, order: str, qos: int, each: int = 1) -> Gateway:
    """each: readings in a message."""
    gateway = make_gateway(variant="feed", config="release", feed={"burst": BURST, "period_us": PERIOD_US},
                           uplink={"order": order, "qos": qos, "batch_readings": each, "historical_s": HISTORICAL_S},
                           journal={"commit_readings": 96, "release_ms": 10})  # fmt: skip
    gateway.compose()
    gateway.start_peers()
    gateway.nameserver.stop()
    gateway.start_machine()
    gateway.console.expect(READY, PATIENCE_S)
    return gateway


def arrived(gateway: Gateway) -> list[int]:
    return [reading.seq for reading in gateway.readings()]


def has_all(gateway: Gateway, last: int) -> bool:
    """Everything up to this number has come, but for what the feeder made and the journal never got."""
    events = [parse_event(line) for line in gateway.events()]
    losses = [losses_of(event) for event in events if event["type"] == "ledger"]
    numbers = {reading_of(event).seq for event in events if event["type"] in ("reading", "out_of_order")}
    missing = [Numbers(number, number) for number in range(1, last + 1) if number not in numbers]
    return all(part.cause == "sensors" for part in explain(missing, losses[-1] if losses else []))


def check(gateway: Gateway) -> int:
    """Every number says what it should, also when it came again. Returns how many came again."""
    events = [parse_event(line) for line in gateway.events()]
    again = 0
    for event in events:
        assert event["type"] not in ("malformed", "missing"), event
        if event["type"] in ("reading", "out_of_order", "duplicate"):
            reading = reading_of(event)
            assert Decimal(reading.value) == Decimal(2000 + reading.seq % 500) / 100, event
            again += event["type"] == "duplicate"
    return again


def historical(gateway: Gateway) -> dict[int, bool]:
    events = [parse_event(line) for line in gateway.events()]
    return {int(event["seq"]): bool(event.get("historical")) for event in events
            if event["type"] in ("reading", "out_of_order")}  # fmt: skip


@pytest.mark.parametrize("qos", [1, pytest.param(2, marks=pytest.mark.long)])
def test_new_readings_overtake_if_the_configuration_says_so(make_gateway: MAKE, qos: int) -> None:
    gateway = start_without_broker(make_gateway, "live-first", qos)
    wait_until(lambda: durable(gateway) >= BURST + OLD, "the backlog was not stored")
    gateway.nameserver.start()
    wait_until(lambda: has_all(gateway, BURST), "the backlog did not arrive")
    numbers = arrived(gateway)
    waited = max(place for place, number in enumerate(numbers) if number <= BURST)
    overtook = [number for number in numbers[:waited] if number > BURST + OLD]
    assert overtook, "nothing overtook the backlog"
    wait_until(lambda: has_all(gateway, max(overtook) + 2), "what is between did not arrive")
    marks = historical(gateway)
    assert all(marks[number] for number in numbers if number <= BURST)
    assert not all(marks[number] for number in overtook)
    assert check(gateway) == 0


def test_strict_order_lets_nothing_overtake(make_gateway: MAKE) -> None:
    gateway = start_without_broker(make_gateway, "strict", 1)
    wait_until(lambda: durable(gateway) >= BURST + OLD, "the backlog was not stored")
    gateway.nameserver.start()
    wait_until(lambda: has_all(gateway, BURST + OLD + 2), "the backlog did not arrive")
    numbers = arrived(gateway)
    assert numbers == sorted(set(numbers))
    assert check(gateway) == 0


@pytest.mark.long
@pytest.mark.parametrize("qos", [1, 2])
def test_power_cuts_while_new_readings_overtake(make_gateway: MAKE, qos: int) -> None:
    """What went ahead is known after the power was cut: with QoS 2 nothing comes twice, and nothing is lost with either."""
    gateway = start_without_broker(make_gateway, "live-first", qos, 2)
    gateway.nameserver.start()
    for share in (3, 2):
        before = len(arrived(gateway))
        wait_until(lambda: len(arrived(gateway)) > before + BURST // share, "too little arrived before a power cut")
        gateway.power_cut()
        gateway.start_machine()
        gateway.console.expect(READY, PATIENCE_S)
    gateway.console.expect(r"connected with MQTT 5, resumed session", 60)
    wait_until(lambda: durable(gateway) >= BURST, "nothing new was stored")
    waiting = re.findall(r"readings (\d+) to (\d+) wait for delivery", gateway.console.text())
    last = int(waiting[-1][1]) if waiting else BURST
    wait_until(lambda: has_all(gateway, last + BURST), "something was lost")
    again = check(gateway)
    assert qos == 1 or again == 0, f"{again} readings came again"
