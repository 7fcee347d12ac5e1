# SPDX-License-Identifier: BSD-2-Clause
"""The operator's shell: what it answers, and what it does with nonsense."""

from __future__ import annotations

from postern_lib.gateway import Gateway


def test_commands(gateway: Gateway) -> None:
    console = gateway.console
    console.send_line("help")
    console.expect(r"status +uptime")
    console.send_line("status")
    console.expect(r"time +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC")
    for name in ("timer", "uart0", "eth0", "spi0", "entropy", "sensors", "net", "uplink", "crypto", "console"):
        console.expect(rf"{name} +running")
    console.send_line("sensors")
    console.expect(r"sensors +\S*samples\S* +[1-9]\d*")
    console.send_line("stats uplink")
    console.expect(r"uplink +\S*acknowledged\S* +[1-9]\d*")


def test_nonsense(gateway: Gateway) -> None:
    console = gateway.console
    console.send_line("frobnicate now")
    console.expect(r"frobnicate: no such command; try help")
    console.send_line("stats nobody")
    console.expect(r'no component "nobody"')
    console.send_line("x" * 400)
    console.expect(r"x{20,80}: no such command")
    console.send_line("\x07\x1b[A\xff status")
    gateway.wait_readings(3)
