#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Plays one lane and writes its results: play.py LANE PART SEED ROUNDS FILE."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(ROOT / "tests" / "bench"), str(ROOT / "host")]

from lane import Lane  # noqa: E402

if __name__ == "__main__":
    kind, part, seed, rounds, file = sys.argv[1:]
    lane = Lane(kind, int(part), int(seed))
    with lane.gateway:
        lane.play(int(rounds))
    Path(file).write_text(json.dumps(lane.record(), indent=1) + "\n")
