#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts each bug of mutants.list into a copy of one kernel file and lets the random run find it. TAP.

usage: mutants.py [NAME]     (the objects of build/model/model must be there; make unit-build makes them)
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MODEL = Path("build/model")
SEEDS = "400"


def read_list():
    with open("tests/model/mutants.list", encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return [[part.strip() for part in line.split("|||")] for line in lines]


def build(name, path, text, replacement):
    """None, or why there is no mutant."""
    source = Path(path).read_text(encoding="utf-8")
    if source.count(text) != 1:
        return f"{path} has no single '{text}'"
    copy = MODEL / "mutants" / name / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(source.replace(text, replacement), encoding="utf-8")
    command = (MODEL / "compile.txt").read_text().split()
    link = (MODEL / "link.txt").read_text().split()
    own = str(MODEL / "obj" / Path(path).with_suffix(".o"))
    mutant = str(copy.with_suffix(".o"))
    if own not in link:
        return f"{own} is not part of the program"
    for step in ([*command, "-Wno-error", "-w", "-c", "-o", mutant, str(copy)],
                 [*(mutant if word == own else word for word in link), "-o", str(MODEL / "mutants" / name / "model")]):
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"does not compile: {done.stderr[-300:]}"
    return None


def attempt(mutant):
    name = mutant[0]
    problem = build(*mutant)
    if problem:
        return name, False, problem
    done = subprocess.run(["setpriv", "--pdeathsig", "KILL", "--", MODEL / "mutants" / name / "model", "--count", SEEDS,
                           "--keep"], capture_output=True, text=True, errors="replace", timeout=1800, check=False)
    lines = done.stdout.strip().splitlines()
    caught = done.returncode == 1 and lines and " fails at step " in lines[-1]
    errors = [line for line in done.stderr.splitlines() if "FAILED" in line or "runtime error" in line or "ERROR" in line]
    why = f"{lines[-1].split(':')[0]}: {errors[0] if errors else 'stopped'}" if caught else f"not noticed in {SEEDS} seeds"
    return name, caught, why


def main():
    only = sys.argv[1:]
    mutants = [mutant for mutant in read_list() if not only or mutant[0] in only]
    print(f"1..{len(mutants)}")
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for number, (name, caught, why) in enumerate(pool.map(attempt, mutants), 1):
            print(f"{'ok' if caught else 'not ok'} {number} - the model notices {name}", flush=True)
            print(f"# {why}")
            bad += not caught
    return 1 if bad or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
