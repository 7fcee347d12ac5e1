#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stops every program of the gateway at many places, lanes side by side, and writes build/fault/matrix.json.

With --document, the table in docs/resilience.md is written, too. Exit status 1: something did not come back.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(FOLDER))

from plan import rows  # noqa: E402
from results import FAILS, leaks, lines, write_table  # noqa: E402

OUTPUT = ROOT / "build" / "fault"
DOCUMENT = ROOT / "docs" / "resilience.md"
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]
# How often each row of a lane is played by one round. Boots take longest.
ROUNDS = {"steady": 2, "pairs": 1, "outage": 2, "boot": 1}


def play(seed: int, rounds: int = 1) -> list[dict[str, Any]]:
    """The records of all lanes of a seed. RuntimeError: one has ended early; what it said is in its log."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    running = []
    for lane, times in ROUNDS.items():
        record, log = OUTPUT / f"{lane}-{seed}.json", OUTPUT / f"{lane}-{seed}.log"
        record.unlink(missing_ok=True)
        command = [*TIED, str(FOLDER / "play.py"), lane, str(seed), str(len(rows(lane)) * times * rounds), str(record)]
        with log.open("w") as text:
            running.append((record, log, subprocess.Popen(command, stdout=text, stderr=subprocess.STDOUT)))
    ended = [(record, log, child.wait()) for record, log, child in running]
    for _, log, status in ended:
        if status != 0:
            raise RuntimeError(f"{log.name}: status {status}\n" + log.read_text()[-6000:])
    return [json.loads(record.read_text()) for record, _, _ in ended]


def save(lanes: list[dict[str, Any]]) -> None:
    (OUTPUT / "matrix.json").write_text(json.dumps(lanes, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--rounds", type=int, default=1, help="how many rounds of each")
    parser.add_argument("--document", action="store_true", help="write the table in docs/resilience.md")
    options = parser.parse_args()
    lanes = [lane for seed in range(options.seed, options.seed + options.seeds) for lane in play(seed, options.rounds)]
    save(lanes)
    found = lines(lanes)
    for line in found:
        print(line.text())
    for lane in lanes:
        for problem in [*lane["problems"], *leaks(lane)]:
            print(f"{lane['lane']} {lane['seed']}: {problem}")
    if options.document:
        write_table(DOCUMENT, found)
    return 1 if any(line.outcome == FAILS for line in found) or any(leaks(lane) for lane in lanes) else 0


if __name__ == "__main__":
    sys.exit(main())
