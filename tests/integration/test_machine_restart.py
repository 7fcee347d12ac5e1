# SPDX-License-Identifier: BSD-2-Clause
"""The supervisor itself fails: nobody can start it anew, so the machine starts again and delivers as before."""

from __future__ import annotations

import re

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


LIMIT = 5  # boots in a row that did not last, from system/gateway.xml
SAFE = {"timer", "uart0", "eth0", "entropy", "net", "console"}
LEFT_OUT = {"spi0", "blk0", "sensors", "journal", "uplink", "crypto"}


def test_a_boot_loop_ends_in_the_safe_composition(gateway: Gateway) -> None:
    """Five boots that end at once; the sixth starts only what the operator needs, until he says otherwise."""
    console = gateway.console
    gateway.wait_readings(SAMPLE)
    for _ in range(LIMIT):
        console.send_line("crash supervisor")
        console.expect(r"Postern resets the machine", 20)
        console.expect(r"Postern gateway. `help` lists the commands", 60)
    console.expect(rf"supervisor +error +SAFE COMPOSITION: {LIMIT} boots in a row did not last")
    console.expect(r"net +info +address ")
    console.send_line("status")
    console.expect(rf"SAFE COMPOSITION: {LIMIT} boots in a row did not last; `boot` tries everything again")
    console.expect(r"console +running$")
    table = console.text().rsplit("SAFE COMPOSITION", 1)[1]
    for condition, names in (("running", SAFE), ("left out of the safe composition", LEFT_OUT)):
        assert set(re.findall(rf"^(\w+) +{condition}\r?$", table, re.M)) == names
    console.send_line("boot")
    console.expect(r"OpenSBI", 20)
    console.expect(r"uplink +info +connected with MQTT", 60)
    gateway.wait_readings(2 * SAMPLE)
    console.send_line("status")
    console.expect(r"sensors +running$")
    assert "SAFE" not in console.text().rsplit("OpenSBI", 1)[1]
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
