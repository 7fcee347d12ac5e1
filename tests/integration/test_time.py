# SPDX-License-Identifier: BSD-2-Clause
"""The clock with a time server that tells the truth, that lies, and a real-time clock that was set back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from counters import Counters
from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import ROOT, Gateway
from postern_lib.judge import CLOCK_SLACK_S, parse_event
from postern_lib.peers import HOST_SEEN_BY_GUEST
from time_server import Answer, TimeServer, honest

RELEASE_S = int(re.search(r"RELEASE_TIME_S +(\d+)",
                          (ROOT / "system/runtime/include/postern/release_time.h").read_text())[1])  # fmt: skip
UNSET = ["-rtc", "base=2020-01-01T00:00:00"]
DAY_S = 86400.0
SAMPLE = 3  # readings of one measurement
SLACK_S = 5.0  # clocks begin with a whole second, and the server is only asked so often


def start(gateway: Gateway, server: TimeServer | None, extra: list[str] | None = None) -> None:
    gateway.folder.write_config(gateway.settings.identities, gateway.ports)
    if server is not None:
        conf = gateway.folder.config / "net.conf"
        conf.write_text(conf.read_text() + f"sntp.server = {HOST_SEEN_BY_GUEST}:{server.port}\n")
    gateway.image = gateway.folder.compose(ROOT, gateway.settings.board, gateway.settings.config)
    gateway.start_peers()
    gateway.start_machine(extra)


def shown(gateway: Gateway) -> tuple[float, str]:
    """The time that the console shows, in seconds since 1970, and where it is from."""
    gateway.console.skip()
    gateway.console.send_line("time")
    date = gateway.console.expect(r"^time +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC\n")[1]
    source = gateway.console.expect(r"^source +(.+)\n")[1]
    when = datetime.strptime(date, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    return when, source


def check_shown(gateway: Gateway, ahead_s: float = 0.0) -> str:
    """The console shows the host's time, so much ahead. Where it is from."""
    begin = time.time()
    when, source = shown(gateway)
    assert begin - SLACK_S < when - ahead_s < time.time() + SLACK_S
    return source


def test_without_a_server(gateway: Gateway) -> None:
    gateway.console.expect(r"uplink +info +connected")
    assert check_shown(gateway) == "real-time clock"
    gateway.console.expect(r"^corrected +none\n")
    gateway.console.expect(r"^so far +0 steps, 0 slews, 0 answers refused\n")
    gateway.console.expect(r"^floor +\d{4}-\d\d-01 00:00:00 UTC \(this release\)\n")


def wait_durable(gateway: Gateway, more: int) -> None:
    """Waits until so many readings more are on the medium."""
    journal = Counters(gateway, "journal")
    wanted = journal.read()["durable"] + more
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := journal.read()["durable"]) < wanted:
        assert time.monotonic() < deadline, f"{now} is durable, {wanted} is not"
        time.sleep(0.1)


def arrived(gateway: Gateway, historical: bool) -> list[dict[str, Any]]:
    """The collector's events of readings that are marked so, or not."""
    events = [parse_event(line) for line in gateway.events()]
    return [each for each in events if each["type"] == "reading" and each.get("historical", False) == historical]


def check_marks(history: list[dict[str, Any]], offset: Decimal, step: Decimal) -> None:
    """Readings of a start whose clock became known `step` seconds after power-on: older ones are marked as corrected. All
    have the stamps of when they were taken, once a second; `offset` makes seconds since power-on of these."""
    assert {each["clock"] for each in history} == {"sntp"}
    marks = [each.get("corrected", False) for each in history]
    corrected = marks.count(True)
    assert corrected > SAMPLE and marks == [True] * corrected + [False] * (len(marks) - corrected)
    taken = [Decimal(each["time"]) - offset for each in history]
    assert 0 < taken[0] and taken[corrected - 1] - taken[0] > (corrected / SAMPLE - 1) / 2
    assert taken[corrected - 1] < step + CLOCK_SLACK_S
    assert taken[corrected] > step - 1, "the clock was not known when that was taken"


def test_clock_that_was_never_set(make_gateway: Callable[..., Gateway]) -> None:
    """The clock counts from the release, and no certificate is valid yet, until the server has told the time. What was
    taken before is then corrected and marked, and stays so when the power fails before the broker has it."""
    gateway = make_gateway()
    begin = time.time()
    with TimeServer(0, lie=lambda answer: None) as server:
        start(gateway, server, UNSET)
        gateway.console.expect(r"timer +warn +real-time clock is before this release")
        gateway.console.expect(r"net +warn +time server \S+ does not answer")
        when, source = shown(gateway)
        assert RELEASE_S <= when < RELEASE_S + time.time() - begin
        assert source.startswith("not set")
        assert gateway.readings() == []
        gateway.broker.stop()
        server.lie = honest
        step = gateway.console.expect(r"(\d+\.\d+) +timer +info +clock stepped by \d+ ms")[1]
        assert check_shown(gateway) == "time server (not authenticated)"
        correction = gateway.console.expect(r"^corrected +\+(\d+\.\d{6}) s, \d+ s ago, within \d+ us\n")[1]
        wait_durable(gateway, 4 * SAMPLE)  # the journal asks for the time once a second
        gateway.power_cut()
        gateway.broker.start()
        gateway.start_machine(UNSET)
        while not arrived(gateway, historical=False):
            gateway.wait_readings(1)
    check_marks(arrived(gateway, historical=True), RELEASE_S + Decimal(correction), Decimal(step))
    verdict = gateway.verdict()
    assert verdict.passed, "\n".join(verdict.problems)


LIES: dict[str, tuple[Callable[[Answer], Answer], str]] = {
    "origin": (lambda a: replace(a, origin=a.origin ^ 1), r"net .*not an answer to our question"),
    "zero-origin": (lambda a: replace(a, origin=0), r"net .*not an answer to our question"),
    "kiss": (lambda a: replace(a, stratum=0, reference=b"RATE"), r"net .*asked less: RATE"),
    "stratum-16": (lambda a: replace(a, stratum=16), r"net .*its own clock is not set"),
    "leap-3": (lambda a: replace(a, leap=3), r"net .*its own clock is not set"),
    "mode": (lambda a: replace(a, mode=5), r"net .*not a server's answer"),
    "short": (lambda a: replace(a, length=47), r"net .*too short"),
    "distance": (lambda a: replace(a, root_delay=3.0), r"net .*its clock is too inexact"),
    "before-release": (lambda a: replace(a, wall=RELEASE_S - DAY_S), r"timer .*too far in the future"),
    "far-future": (lambda a: replace(a, wall=a.wall + 30 * 365 * DAY_S), r"timer .*too far in the future"),
    "a-day-once": (lambda a: replace(a, wall=a.wall + DAY_S), r"timer .*believed when it is repeated"),
}


@pytest.mark.parametrize("name", LIES)
def test_lie(make_gateway: Callable[..., Gateway], name: str) -> None:
    lie, expected = LIES[name]
    gateway = make_gateway()
    with TimeServer(0, lie=lie) as server:
        start(gateway, server)
        gateway.console.expect(expected)
        server.lie = lambda answer: None  # some lies are believed when they are repeated
        assert check_shown(gateway) == "real-time clock"


def test_a_day_ahead_thrice(make_gateway: Callable[..., Gateway]) -> None:
    """A server a day ahead is believed the third time; each question has a port and a cookie of its own."""
    gateway = make_gateway()
    with TimeServer(0, lie=lambda a: replace(a, wall=a.wall + DAY_S)) as server:
        start(gateway, server)
        gateway.console.expect(r"timer +info +clock stepped by \d+ ms")
        check_shown(gateway, DAY_S)
        asked = list(server.questions)
    before = gateway.console.text().partition(" clock stepped by ")[0]
    assert before.count("believed when it is repeated") == 2
    assert len(asked) >= 3  # more, if a busy host has kept an answer back
    assert len({question.port for question in asked}) > 1
    assert len({question.origin for question in asked}) == len(asked)
    assert all(question.packet[:40] == bytes([0x23]) + bytes(39) for question in asked), "nothing else is told"


def test_clock_set_back_while_off(gateway: Gateway) -> None:
    """The real-time clock comes back a week early: time goes on from what the journal remembers."""
    gateway.wait_readings(3)
    before = float(gateway.readings()[-1].time)
    gateway.power_cut()
    begin = time.time()
    early = datetime.fromtimestamp(time.time() - 7 * DAY_S, timezone.utc)
    gateway.start_machine(["-rtc", f"base={early:%Y-%m-%dT%H:%M:%S}"])
    gateway.console.expect(r"timer +warn +the clock was behind what the journal remembers")
    when, source = shown(gateway)
    assert before - 15 < when < before + SLACK_S + time.time() - begin
    assert source.startswith("not set")
    gateway.console.expect(r"^floor +\S+ \S+ UTC \(seen before\)\n")
