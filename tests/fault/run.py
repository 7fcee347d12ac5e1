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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(FOLDER))

from plan import MACHINES  # noqa: E402
from results import FAILS, leaks, lines, write_table  # noqa: E402

OUTPUT = ROOT / "build" / "fault"
DOCUMENT = ROOT / "docs" / "resilience.md"
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]
# Mostly they wait.
AT_ONCE = 5


def play(seed: int, rounds: int = 1) -> list[dict[str, Any]]:
    """The records of all machines of a seed, each with so many times its rounds. RuntimeError: one has ended early; what
    it said is in its log."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    jobs = [(lane, part, times * rounds) for lane, (parts, times) in MACHINES.items() for part in range(1, parts + 1)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda job: _play_one(seed, *job), jobs))


def _play_one(seed: int, lane: str, part: int, rounds: int) -> dict[str, Any]:
    record, log = (OUTPUT / f"{lane}-{part}-{seed}.{kind}" for kind in ("json", "log"))
    record.unlink(missing_ok=True)
    command = [*TIED, str(FOLDER / "play.py"), lane, str(part), str(seed), str(rounds), str(record)]
    with log.open("w") as text:
        status = subprocess.run(command, stdout=text, stderr=subprocess.STDOUT, check=False).returncode
    if status != 0:
        raise RuntimeError(f"{log.name}: status {status}\n" + log.read_text()[-6000:])
    return json.loads(record.read_text())


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
