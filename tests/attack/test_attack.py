# SPDX-License-Identifier: BSD-2-Clause
"""Every component but the supervisor is taken over, one after the other, and tries all that is forbidden.

The attacker says before each act what must become of it; the referee, in the supervisor, sees what does. The lists
come from the image itself (acts.py), so that nothing is forgotten, and the number of acts is counted. After its
attack a component starts anew as the honest one, on what it has left behind.
"""

from __future__ import annotations

import re

import acts
import leaks
from conftest import Hostile

# What a reading does not pass, or passes sealed and authenticated: while they attack, no reading may be changed or lost.
OFF_THE_PATH = ["pulse", "timer", "uart0", "console", "entropy", "eth0", "net", "blk0", "crypto"]
ON_THE_PATH = ["spi0", "sensors", "uplink", "journal"]
SAMPLE = 3  # readings of one measurement


def take_over(hostile: Hostile, name: str) -> None:
    """All acts have the outcome that they must have, and readings go on afterwards."""
    report = hostile.attack(name)
    expected_acts, expected_faults = hostile.tables[name].expected()
    assert report.wrong == 0, f"{name}: {report}"
    assert (report.acts, report.faults, report.said) == (expected_acts, expected_faults, expected_faults), name
    assert report.answers == expected_acts - expected_faults - sum(
        not probe & acts.FAULT for probe in hostile.tables[name].probes), name  # fmt: skip
    assert report.rounds == acts.ROUNDS, f"{name}: {report}"
    hostile.gateway.wait_readings(SAMPLE, 60)


def settle(hostile: Hostile, attacked: list[str]) -> None:
    """Those that attacked were started anew once each; nobody else was stopped."""
    console = hostile.gateway.console
    console.send_line("")
    console.skip()
    console.send_line("pds")
    for pd in acts.components(hostile.system):
        state = r"running, restarts 1, last fault at pc 0x0, address 0x0$" if pd in attacked else "running$"
        console.expect(rf"^{pd} +{state}")
    stopped = set(re.findall(r"supervisor +error +(\w+) stopped", console.text()))
    assert stopped <= set(attacked)


def test_off_the_path_no_reading_is_harmed(hostile: Hostile) -> None:
    assert sorted(OFF_THE_PATH + ON_THE_PATH) == sorted(acts.components(hostile.system))
    for name, table in hostile.tables.items():
        assert len(table.probes) > 1000 and table.slots and table.rings, name
    for name in OFF_THE_PATH:
        take_over(hostile, name)
    settle(hostile, OFF_THE_PATH)
    leaks.check(hostile.gateway, hostile.system)
    verdict = hostile.gateway.verdict()
    assert verdict.passed, verdict.problems


def test_on_the_path_the_others_live(hostile: Hostile) -> None:
    """Who holds readings can spoil those that it holds; sampling, journal and everybody else go on."""
    for name in ON_THE_PATH:
        measured = hostile.gateway.simulator.log.read_text().count("\n")
        take_over(hostile, name)
        assert hostile.gateway.simulator.log.read_text().count("\n") > measured
    settle(hostile, ON_THE_PATH)
    leaks.check(hostile.gateway, hostile.system)
