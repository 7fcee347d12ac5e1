# SPDX-License-Identifier: BSD-2-Clause
"""Every program is stopped at places that chance gives, in the course of everything it does: the gateway delivers again,
nothing that was accepted is lost, nobody else is restarted, and no memory stays taken.

`seed` decides the places; build/fault names them.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from plan import EVENTS  # noqa: E402
from results import NOTHING, due, leaks, lines, longest_ms, outcomes, outcomes_of  # noqa: E402
from run import DOCUMENT, play, save  # noqa: E402

# Of a stop, until something new is acknowledged: a second for the next measurement, and what TCP waits for.
WORST_MS = 20_000
# Nobody may wait for his patience to end, or the watchdog's, when a program stops that has not said anything yet.
WORST_UNHEARD_MS = 5_000
FEWEST_STOPS = 3


def test_every_program_may_stop_anywhere(seed: int) -> None:
    lanes = play(seed)
    save(lanes)
    problems = [f"{lane['lane']}: {problem}" for lane in lanes for problem in lane["problems"]]
    problems += [f"{stop['event']} {stop['places']}: {problem}"
                 for lane in lanes for stop in lane["stops"] for problem in stop["problems"]]
    assert not problems, "\n".join(problems)
    taken = [leak for lane in lanes for leak in leaks(lane)]
    assert not taken, "\n".join(taken)
    found = lines(lanes)
    wanted = [(prey, event, due(event), NOTHING) for event, preys in EVENTS.items() for prey in preys]
    assert outcomes(found) == wanted
    assert min(line.stops for line in found) >= FEWEST_STOPS
    assert longest_ms(lanes) < WORST_MS
    assert longest_ms(lanes, "rings") < WORST_UNHEARD_MS
    assert outcomes_of(DOCUMENT.read_text()) == wanted, "docs/resilience.md is not what `make resilience` writes"
