# SPDX-License-Identifier: BSD-2-Clause
"""Temporal isolation: whatever others do, a round of sampling begins within the bound that the composer computes from
priorities and budgets, and who uses up its budget for too long is stopped for that.

One instruction is one nanosecond of the machine's time. While the machine idles, its time follows the host's clock; so
here it never idles: the component of the lowest priority runs in circles, too. Then times are exact, whatever the host is
busy with. What runs in circles cannot be asked, so the figures are read from outside.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from counters import Counters, sampling_bound_us
from postern_lib.gateway import Gateway
from postern_lib.machine import EXACT_TIME

SAMPLE = 3
# All whose work a measurement does not need. The last one has the lowest priority.
OTHERS = ["uart0", "eth0", "blk0", "entropy", "net", "journal", "uplink", "crypto", "console"]
ROUNDS = 2
LOOK_S = 0.2
PATIENCE_S = 600.0  # instructions pass slowly on a busy host


def begin(make_gateway: Callable[..., Gateway]) -> Gateway:
    gateway = make_gateway()
    gateway.start_peers()
    gateway.start_machine(EXACT_TIME)
    gateway.wait_readings(2 * SAMPLE, PATIENCE_S)
    return gateway


def rounds(counters: dict[str, int]) -> int:
    """None, while sensors is just being started."""
    return counters.get("bme280.samples", 0) + counters.get("bme280.failures", 0)


def samples(counters: dict[str, int]) -> int:
    return counters.get("bme280.samples", 0)


def worst_us(gateway: Gateway, looping: list[str]) -> int:
    """How late the latest of some rounds began while these ran in circles. Sensors is started anew for that, just before
    them: while the machine idles, a busy host makes rounds late. One round follows the start, the others are measured."""
    console, counters = gateway.console, Counters(gateway, "sensors")
    deadline = time.monotonic() + PATIENCE_S
    while (before := rounds(counters.read())) <= 1 + ROUNDS:
        gateway.wait_readings(SAMPLE, PATIENCE_S)
    console.send_line(f"restart sensors\rstall {','.join(looping)}")
    while rounds(counters.read()) >= before:
        assert time.monotonic() < deadline, "sensors was not started anew"
        time.sleep(LOOK_S)
    # Whoever runs in circles must not keep a measurement from succeeding; only a busy host, which leaves the bus, a program
    # of its own, without a processor, makes one fail.
    done = rounds if "spi0" in looping else samples
    while done(found := counters.read()) < 1 + ROUNDS:
        assert time.monotonic() < deadline, f"only {rounds(found)} rounds, {samples(found)} of them good"
        time.sleep(LOOK_S)
    print(f"{', '.join(looping)}: sampling at most {found['late_max_us']} us late")
    return found["late_max_us"]


def without_the_timer_us(gateway: Gateway) -> int:
    """How late a round begins that the timer should have begun while it ran in circles: the exception from the bound. A
    description in which anybody else could do this, the composer refuses (tests/unit/composer/verdicts)."""
    console = gateway.console
    console.send_line("stall timer")
    console.expect(r"timer restarted, 1 times now", PATIENCE_S)
    gateway.wait_readings(SAMPLE, PATIENCE_S)
    return Counters(gateway, "sensors").read()["late_max_us"]


def test_an_exhausted_budget_is_noticed_and_nobody_delays_sampling(make_gateway: Callable[..., Gateway]) -> None:
    """One that runs in circles is stopped by its budget, long before its deadline; all others at once delay nothing."""
    gateway = begin(make_gateway)
    console = gateway.console
    console.send_line("stall sensors")
    console.expect(r"sensors stopped: budget exhausted for 5000 ms", PATIENCE_S)
    console.expect(r"pc +0000000000200004")  # it did run in circles
    console.expect(r"sensors restarted, 1 times now")
    gateway.wait_readings(2 * SAMPLE, PATIENCE_S)
    console.send_line("pds")
    console.expect(r"sensors +running, restarts 1, stopped for its exhausted budget\n +out of budget (\d+) times\n")
    verdict = gateway.verdict(stops=1)
    assert verdict.passed, verdict.summary()
    bound = sampling_bound_us(gateway.compose())
    late = without_the_timer_us(gateway)
    assert late > bound, f"{late} us without the timer, on which sampling depends: what is measured cannot fail"
    worst = worst_us(gateway, OTHERS)
    assert worst <= bound, f"{worst} us, and the budgets allow {bound} us"


@pytest.mark.long
@pytest.mark.parametrize("name", [*OTHERS[:-1], "spi0"])
def test_one_delays_sampling_no_more(make_gateway: Callable[..., Gateway], name: str) -> None:
    """Each alone. A measurement needs spi0, its beginning does not."""
    gateway = begin(make_gateway)
    worst, bound = worst_us(gateway, [name, "console"]), sampling_bound_us(gateway.compose())
    assert worst <= bound, f"{worst} us, and the budgets allow {bound} us"
