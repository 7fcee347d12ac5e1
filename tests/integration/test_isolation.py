# SPDX-License-Identifier: BSD-2-Clause
"""Components that reach for what is not theirs are stopped and reported; the rest goes on."""

from __future__ import annotations

import re

from postern_lib.gateway import Gateway

EXPECTED = {
    "rogue_kernel": r"rogue_kernel stopped: load page fault at address 0xffffffff80200000, pc 0x2\w+",
    "rogue_device": r"rogue_device stopped: store page fault at address 0xc000000, pc 0x2\w+",
    "rogue_text": r"rogue_text stopped: store page fault at address 0x200000, pc 0x2\w+",
    "rogue_execute": r"rogue_execute stopped: instruction page fault at address 0x3fffffc000, pc 0x3fffffc000",
    "rogue_ring": r"rogue_ring stopped: store page fault at address 0x[0-9a-f]+, pc 0x2\w+",
    "rogue_cap": r"rogue_cap stopped: no capability at 0xca for this send, pc 0x2\w+",
}


def test_each_act_is_stopped_and_readings_arrive(make_gateway) -> None:  # type: ignore[no-untyped-def]
    gateway: Gateway = make_gateway(variant="rogue")
    gateway.start()
    gateway.wait_readings(6, 60)
    text = gateway.console.text()
    for name, pattern in EXPECTED.items():
        assert re.search(pattern, text), f"{name}: no line like {pattern}\n{text}"
    assert "NOT STOPPED" not in text
    gateway.console.send_line("status")
    gateway.console.expect(r"rogue_device +stopped by a fault at pc 0x2\w+, address 0xc000000")
    gateway.wait_readings(3)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
