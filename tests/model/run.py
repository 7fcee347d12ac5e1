#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The bounded runs of kernel and model for `make test`, in TAP form: fixed seeds, two programs at a time.

Prints what ran, and on a failure the shortest sequence that shows it.
"""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

MODEL = "build/model/model"
PLAIN = "build/model/model_plain"

# name, command, what its last line must say
RUNS = [
    ("kernel and model agree, seeds 1..450", [MODEL, "--seed", "1", "--count", "450"], r"(\d+) steps, (\d+) short ways", 300000, 3000),
    ("kernel and model agree, seeds 1001..1450", [MODEL, "--seed", "1001", "--count", "450"], r"(\d+) steps, (\d+) short ways", 300000, 3000),
    ("kernel without short ways and model agree, seeds 1..300", [PLAIN, "--seed", "1", "--count", "300"],
     r"(\d+) steps, (\d+) short ways", 150000, 0),
    ("invariants while time goes on inside the kernel, seeds 1..300", [MODEL, "--seed", "1", "--count", "300", "--drift", "3"],
     r"(\d+) steps, (\d+) short ways", 100000, 0),
]


def run(case):
    name, command, pattern, steps, short_ways = case
    done = subprocess.run(["setpriv", "--pdeathsig", "KILL", "--", *command], capture_output=True, text=True,
                          errors="replace", timeout=1800, check=False)
    text = done.stdout + done.stderr
    found = re.search(pattern, text)
    if done.returncode != 0 or not found:
        return name, False, text
    if int(found[1]) < steps or int(found[2]) < short_ways:
        return name, False, f"{text}\nfewer than {steps} steps or {short_ways} short ways: the run means nothing"
    return f"{name}: {found[0]}", True, ""


def main():
    print(f"1..{len(RUNS)}")
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for number, (name, good, text) in enumerate(pool.map(run, RUNS), 1):
            print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
            bad += not good
            for line in text.splitlines()[-60:]:
                print(f"# {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
