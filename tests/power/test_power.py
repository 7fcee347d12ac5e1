# SPDX-License-Identifier: BSD-2-Clause
"""The power is cut at random moments, again and again: what the journal had accepted arrives, and no number twice for
two readings.

`seed` decides the moments; it is part of the test's name, and --seed N draws the same ones again. What a seed came to is
written to build/power/seedN.json, or live-firstN.json for the order live-first.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable

import pytest
from lane import SAMPLE, Lane
from postern_lib.gateway import LIVE_FIRST, ROOT, Gateway
from postern_lib.judge import Verdict

LANES = 2
CUTS = 100  # of each lane
TURN_S = 0.002


def report(name: str, seed: int, lanes: list[Lane], verdicts: list[Verdict], seconds: float) -> None:
    figures = {
        "seed": seed,
        "cuts": sum((lane.cuts for lane in lanes), Counter()),
        "starts_with_readings_left": sum(lane.left_over for lane in lanes),
        "readings": sum(verdict.readings for verdict in verdicts),
        "delivered_again": sum(verdict.duplicates for verdict in verdicts),
        "measurements_not_accepted": sum(verdict.not_accepted for verdict in verdicts),
        "lost": [str(numbers) for verdict in verdicts for numbers in verdict.lost],
        "problems": [problem for verdict in verdicts for problem in verdict.problems],
        "seconds": round(seconds),
    }
    folder = ROOT / "build" / "power"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}{seed}.json").write_text(json.dumps(figures, indent=1) + "\n")


def cut(make_gateway: Callable[..., Gateway], seed: int, name: str, uplink: dict[str, str | int]) -> None:
    began = time.monotonic()
    lanes = [Lane(make_gateway(config="release", uplink=uplink), seed * LANES + number, CUTS) for number in range(LANES)]
    running = [lane.steps() for lane in lanes]
    while running:
        running = [steps for steps in running if next(steps, StopIteration) is None]
        time.sleep(TURN_S)
    verdicts = [lane.verdict() for lane in lanes]
    for lane in lanes:
        lane.gateway.machine.stop()
    report(name, seed, lanes, verdicts, time.monotonic() - began)
    for lane, verdict in zip(lanes, verdicts):
        assert verdict.passed, verdict.summary() + "\n" + "\n".join(verdict.problems)
        assert not verdict.lost, verdict.summary()  # the ledger has no excuse: room there was, and a sound medium
        assert verdict.readings > lane.durable[-1] >= SAMPLE * lane.cuts["with_readings_left"]
    # The cuts were where they hurt.
    cuts = sum((lane.cuts for lane in lanes), Counter())
    assert sum(cuts.values()) == LANES * CUTS
    assert min(cuts.values()) >= 5
    assert sum(lane.left_over for lane in lanes) >= 10


def test_readings_survive_power_cuts(make_gateway: Callable[..., Gateway], seed: int) -> None:
    cut(make_gateway, seed, "seed", {})


@pytest.mark.long
def test_power_cuts_while_new_readings_overtake(make_gateway: Callable[..., Gateway], seed: int) -> None:
    cut(make_gateway, seed, LIVE_FIRST, {"order": LIVE_FIRST})
