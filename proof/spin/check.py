#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs every variant of the ring models and compares the verdicts with variants.list; then donation.py.

usage: check.py LIST FOLDER
The models MODEL.pml lie beside the list.
Exit codes of the tools say nothing: the report of each run is read, and one that cannot be read is a failure.
"""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, "proof")
sys.path.insert(0, "proof/spin")
import donation  # pylint: disable=wrong-import-position
import results  # pylint: disable=wrong-import-position


def verdict(report):
    """'clean', 'deadlock', 'assertion', 'cycle' or 'unreadable', and the number of states."""
    errors = re.search(r"^State-vector .*errors: (\d+)$", report, re.M)
    states = re.search(r"^\s*(\d+) states, stored", report, re.M)
    if not errors or not states or "max search depth too small" in report or "out of memory" in report:
        return "unreadable", 0
    count = int(states.group(1))
    if errors.group(1) == "0":
        return "clean", count
    for line, kind in (("invalid end state", "deadlock"), ("assertion violated", "assertion"),
                       ("acceptance cycle", "cycle")):
        if re.search(r"^pan:\d+: " + line, report, re.M):
            return kind, count
    return "unreadable", count


def run(folder, command):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300)
    return done.stdout


def measure(model, folder, defines):
    os.makedirs(folder, exist_ok=True)
    log = run(folder, ["spin", "-a", *defines, model])
    log += run(folder, ["gcc", "-O1", "-w", "-DSAFETY", "-DNOCLAIM", "-o", "pan", "pan.c"])
    log += run(folder, ["gcc", "-O1", "-w", "-o", "panl", "pan.c"])
    safety = run(folder, ["./pan", "-m1000000", "-w22"])
    liveness = run(folder, ["./panl", "-a", "-f", "-m1000000", "-w22"])
    with open(os.path.join(folder, "log.txt"), "w", encoding="utf-8") as file:
        file.write(log + safety + liveness)
    return verdict(safety), verdict(liveness)


def main():
    listing, folder = sys.argv[1], sys.argv[2]
    with open(listing, encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    bad = 0
    rows = []
    for name, model, expected, *defines in lines:
        start = time.monotonic()
        path = os.path.join(os.path.dirname(os.path.abspath(listing)), f"{model}.pml")
        safety, liveness = measure(path, os.path.join(folder, name), defines)
        if expected == "pass":
            good = safety[0] == "clean" and liveness[0] == "clean"
        else:
            good = safety[0] == expected
        bad += not good
        rows.append((name, good, f"{safety[1]} states" if expected == "pass" else f"found {safety[0]}",
                     time.monotonic() - start))
        print(f"  {'ok  ' if good else 'FAIL'} spin {name:27} expected {expected:9} safety {safety[0]} "
              f"({safety[1]} states), liveness {liveness[0]}", flush=True)
    passing = sum(line[2] == "pass" for line in lines)
    if passing == 0 or passing == len(lines):
        print("  FAIL spin: the list needs variants that pass and variants that fail")
        bad += 1
        rows.append(("variants", False, "nothing to compare", 0))
    rows += donation.check(folder)
    bad = sum(not row[1] for row in rows)
    print(f"  spin: {passing} variants of the ring models proved within their bounds, {len(lines) - passing} mutants; "
          f"{bad} checks failed")
    return results.write(os.path.dirname(os.path.abspath(folder)), "spin", rows)


if __name__ == "__main__":
    sys.exit(main())
