# SPDX-License-Identifier: BSD-2-Clause
"""Temporal isolation: a component that runs in circles does not keep sensors from sampling, nor the supervisor from
restarting it. docs/resilience.md says what the budgets bound.

In virtual time (one instruction is one nanosecond). While the guest idles, virtual time follows the host's clock, so a
busy host makes rounds late, too: the limit here is far above the bound, and far below what a loop without a budget does.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from postern_lib.gateway import Gateway

ICOUNT = ["-icount", "shift=0,sleep=on", "-rtc", "clock=vm"]
SAMPLE = 3
LIMIT_US = 200_000
# Everybody whose work a round does not need, but uart0, without which there is nothing to read. After journal's restart
# sensors waits for it.
LOOPING = ["eth0", "blk0", "eth0", "net", "entropy", "uplink", "crypto", "eth0", "journal"]


def late_us(gateway: Gateway) -> int:
    """How late the latest round of sampling began since the start of sensors."""
    gateway.console.skip()
    gateway.console.send_line("stats sensors")
    return int(gateway.console.expect(r"late_max_us +(\d+)\s")[1])


def test_endless_loops_do_not_delay_sampling(make_gateway: Callable[..., Gateway]) -> None:
    gateway = make_gateway()
    gateway.start_peers()
    gateway.start_machine(ICOUNT)
    gateway.wait_readings(2 * SAMPLE, 90)
    console = gateway.console
    console.send_line("restart sensors")  # the figures of the start do not count
    console.expect(r"sensors restarted")
    gateway.wait_readings(3 * SAMPLE, 60)
    quiet = late_us(gateway)
    for name in LOOPING:
        console.send_line(f"stall {name}")
        time.sleep(2.5)
        late = late_us(gateway)
        console.send_line(f"restart {name}")
        console.expect(rf"{name} restarted")
        print(f"{name}: sampling at most {late} us late, {quiet} us without")
        assert late <= LIMIT_US, f"{name} delays sampling by {late} us"
    console.send_line("stall spi0")
    console.expect(r"spi0 stopped: no progress for 5000 ms", 240)  # counted instructions pass slowly on a busy host
    console.expect(r"pc +0000000000200004")  # it did run in circles
    gateway.wait_readings(2 * SAMPLE, 60)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
