# SPDX-License-Identifier: BSD-2-Clause
"""The power is cut at random moments, again and again: what the journal had accepted arrives, and no number twice for
two readings.

`seed` decides the moments; it is part of the test's name, and --seed N draws the same ones again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from lane import Lane
from postern_lib.gateway import Gateway

LANES = 2
CUTS = 100  # of each lane
TURN_S = 0.002


def test_readings_survive_power_cuts(make_gateway: Callable[..., Gateway], seed: int) -> None:
    lanes = [Lane(make_gateway(config="release"), seed * LANES + number, CUTS) for number in range(LANES)]
    running = [lane.steps() for lane in lanes]
    while running:
        running = [steps for steps in running if next(steps, StopIteration) is None]
        time.sleep(TURN_S)
    for lane in lanes:
        lane.gateway.machine.stop()
        verdict = lane.gateway.verdict()
        assert verdict.passed, verdict.summary() + "\n" + "\n".join(verdict.problems)
        assert verdict.readings > CUTS
    # The cuts were where they hurt.
    cuts = sum((lane.cuts for lane in lanes), Counter())
    assert sum(cuts.values()) == LANES * CUTS
    assert min(cuts.values()) >= 5
    assert sum(lane.left_over for lane in lanes) >= 10
