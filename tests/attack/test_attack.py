# SPDX-License-Identifier: BSD-2-Clause
"""Every component is taken over, one after the other, and tries all that is forbidden.

The attacker says before each act what must become of it; the referee, in the supervisor, sees what does. When the
supervisor itself is the attacker, the umpire does, which is its parent in this product. The lists come from the image itself (acts.py), so that nothing is forgotten, and the number of acts is counted. After its
attack a component starts anew as the honest one, on what it has left behind.
"""

from __future__ import annotations

import re
from collections import Counter

import acts
import counters
import leaks
from conftest import Hostile

# What a reading does not pass, or passes sealed and authenticated: while they attack, no reading may be changed or lost.
OFF_THE_PATH = ["pulse", "timer", "uart0", "console", "entropy", "eth0", "net", "blk0", "crypto"]
ON_THE_PATH = ["spi0", "sensors", "uplink", "journal"]
# Who has seeds takes no more for minutes: only a new start makes them look at what a hostile `entropy` gives.
SEED_USERS = ("uplink", "net", "crypto")
SAMPLE = 3  # readings of one measurement


def take_over(hostile: Hostile, names: tuple[str, ...], restarting: tuple[str, ...] = ()) -> None:
    """All acts have the outcome that they must have, each ring's other side has counted what was done to it unless it
    attacks, too, and readings go on afterwards. Components that are started anew meanwhile have only the attackers to
    start with."""
    victims = {victim for name in names for victim in counters.victims(hostile.system, name)
               if not victim.is_silent and victim.pd not in names}  # fmt: skip
    pages = {victim.pd for victim in victims}
    before = counters.read(hostile.gateway, hostile.system, pages)
    reports = hostile.attack(names, restarting)
    moved = counters.moved(before, counters.read(hostile.gateway, hostile.system, pages))
    for name, report in reports.items():
        expected_acts, expected_faults = hostile.tables[name].expected()
        assert report.wrong == 0, f"{name}: {report}"
        assert (report.acts, report.faults, report.said) == (expected_acts, expected_faults, expected_faults), name
        assert report.answers == expected_acts - expected_faults - sum(
            not probe & acts.FAULT for probe in hostile.tables[name].probes), name  # fmt: skip
        assert report.rounds == acts.ROUNDS, f"{name}: {report}"
    for victim in sorted(victims):
        for counter in victim.counters:
            assert counter in moved[victim.pd], f"{names} did to {victim} what {counter} does not show: {moved[victim.pd]}"
    hostile.gateway.wait_readings(SAMPLE)


def settle(hostile: Hostile, attacked: list[str], restarted: tuple[str, ...] = ()) -> None:
    """Those that attacked, or that the operator restarted, were started anew once for it; nobody else was stopped."""
    starts = Counter([*attacked, *restarted])
    for pd, state in hostile.states().items():
        restarts = f", restarts {starts[pd]}" if starts[pd] else ""
        end = ", last fault at pc 0x0, address 0x0" if pd in attacked else ""
        assert state == f"running{restarts}{end}", pd
    console = hostile.gateway.console
    stopped = set(re.findall(r"supervisor +error +(\w+) stopped", console.text()))
    assert stopped <= set(attacked)


def test_off_the_path_no_reading_is_harmed(hostile: Hostile) -> None:
    assert sorted(OFF_THE_PATH + ON_THE_PATH) == sorted(acts.components(hostile.system))
    for name, table in hostile.tables.items():
        assert len(table.probes) > 1000 and table.slots and table.rings, name
    for name in OFF_THE_PATH:
        take_over(hostile, (name,), SEED_USERS if name == "entropy" else ())
    settle(hostile, OFF_THE_PATH, SEED_USERS)
    leaks.check(hostile.gateway, hostile.system)
    verdict = hostile.verdict()
    assert verdict.passed, verdict.problems


def test_a_hostile_supervisor_stops_nobody_by_force(hostile: Hostile) -> None:
    """It may do with the threads of others what it likes, and so with them; memory, devices and the kernel it reaches
    no more than anybody else. It stands still afterwards, and the others work on by themselves."""
    take_over(hostile, ("supervisor",))
    hostile.gateway.wait_readings(SAMPLE)
    leaks.check(hostile.gateway, hostile.system)
    verdict = hostile.verdict()
    assert verdict.passed, verdict.problems


def test_on_the_path_the_others_live(hostile: Hostile) -> None:
    """Who holds readings can spoil those that it holds; sampling, journal and everybody else go on."""
    for name in ON_THE_PATH:
        take_over(hostile, (name,))
        hostile.wait_measured()
    settle(hostile, ON_THE_PATH)
    leaks.check(hostile.gateway, hostile.system)
