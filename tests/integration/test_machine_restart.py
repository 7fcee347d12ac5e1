# SPDX-License-Identifier: BSD-2-Clause
"""The supervisor itself fails: nobody can start it anew, so the machine starts again and delivers as before."""

from __future__ import annotations

import pytest

from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement


# A fault of the supervisor ends in the kernel; a hang is seen by the pulse, whose own fault then does.
@pytest.mark.parametrize(("failure", "cause"), [("crash", "0000000000000000"), ("stall", "[0-9a-f]+")])
def test_without_its_supervisor_the_machine_starts_again(gateway: Gateway, failure: str, cause: str) -> None:
    console = gateway.console
    gateway.wait_readings(2 * SAMPLE)
    console.send_line(f"{failure} supervisor")
    console.expect(rf"Postern resets the machine: a vital thread faulted \(pc, address\) 0x[0-9a-f]+ 0x{cause}\s")
    console.expect(r"OpenSBI", 20)
    console.expect(r"uplink +info +connected with MQTT", 60)
    gateway.wait_readings(2 * SAMPLE)
    console.send_line("pds")
    console.expect(r"timer +running$")
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
