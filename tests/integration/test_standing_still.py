# SPDX-License-Identifier: BSD-2-Clause
"""A component that does nothing any more, without a fault and without a message, is noticed by its deadline and started
anew; some before that by their exhausted budget, unless the host holds up the machine meanwhile.

`stall` is a command of debug builds: the component runs in circles from then on.
"""

from __future__ import annotations

import re
import time

import pytest
from counters import Counters
from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import Gateway
from test_restart import BUS, CRASHING, SAMPLE, ask

# From system/gateway.xml: seconds of exhausted budget after which these have failed.
BUDGETED = {"spi0": 2, "sensors": 5, "uplink": 10}


def stall(gateway: Gateway, name: str, counters: str, seconds: int) -> None:
    """The component does nothing any more, is noticed, starts anew, and readings go on."""
    why = rf"no progress for {seconds}000 ms \({counters}"
    if name in BUDGETED:
        why = f"({why}|budget exhausted for {BUDGETED[name]}000 ms)"
    gateway.console.send_line(f"stall {name}")
    gateway.console.expect(rf"{name} stopped: {why}", seconds + PATIENCE_SECONDS)
    gateway.console.expect(rf"{name} restarted, 1 times now")
    gateway.wait_readings(2 * SAMPLE)


def settle_after_stalls(gateway: Gateway, names: list[str]) -> None:
    """These have been stopped for that, once; the others have not been touched."""
    shown = gateway.console.answer("pds")
    for name in CRASHING:
        once = ", restarts 1, stopped for (lack of progress|its exhausted budget)" if name in names else ""
        assert re.search(rf"^{name} +running{once}$", shown, re.M), shown
    deadline = time.monotonic() + PATIENCE_SECONDS
    stops = len(BUS.intersection(names))
    while not gateway.verdict(stops=stops).passed and time.monotonic() < deadline:
        gateway.wait_readings(SAMPLE)  # what has piled up is still on its way
    verdict = gateway.verdict(stops=stops)
    assert verdict.passed, verdict.summary()


def test_standing_still_is_noticed(gateway: Gateway) -> None:
    """No fault, no message: only that the counters of its work do not move though there is work."""
    stall(gateway, "spi0", "transfers", 5)
    stall(gateway, "timer", "calls", 10)
    stall(gateway, "crypto", "opens", 10)
    stall(gateway, "blk0", "reads", 10)
    stall(gateway, "eth0", "tx_frames", 10)
    settle_after_stalls(gateway, ["spi0", "timer", "crypto", "blk0", "eth0"])


def test_the_operators_way_standing_still_is_noticed(gateway: Gateway) -> None:
    """What the operator types, and what he should see, is work for console and uart0."""
    console = gateway.console
    console.skip()
    console.send_line("stall console")
    ask(gateway, "", r"Postern gateway. `help` lists the commands")
    gateway.wait_readings(SAMPLE)
    typed = Counters(gateway, "console", "console_metrics")
    received = typed.read()["input"]
    console.send_line("stall uart0")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while typed.read()["input"] < received + len("stall uart0\r"):  # then it is done, and the console cannot say so
        assert time.monotonic() < deadline
        time.sleep(0.1)
    gateway.broker.kill()  # something is logged
    gateway.broker.start()
    ask(gateway, "pds", r"uart0 +running, restarts 1")
    gateway.wait_readings(2 * SAMPLE)
    settle_after_stalls(gateway, ["console", "uart0"])


def test_no_seeds_is_noticed(gateway: Gateway) -> None:
    """Nobody needs entropy for a long time; once somebody does, he must not be taken for who stands still."""
    gateway.console.send_line("stall entropy")
    gateway.console.send_line("restart crypto")
    gateway.console.expect(r"crypto restarted, 1 times now")
    gateway.console.expect(r"entropy stopped: no progress for 5000 ms")
    gateway.console.expect(r"crypto +info +ready for")
    gateway.wait_readings(2 * SAMPLE)
    assert "crypto stopped" not in gateway.console.text()
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


@pytest.mark.long
@pytest.mark.parametrize(("name", "counters", "seconds"), [
    ("sensors", "bme280.samples", 20), ("net", "rx_frames", 30), ("journal", "accepted", 30), ("uplink", "attempts", 150)])
def test_a_long_deadline_passes(gateway: Gateway, name: str, counters: str, seconds: int) -> None:
    stall(gateway, name, counters, seconds)
    settle_after_stalls(gateway, [name])
