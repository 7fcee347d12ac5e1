#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A fixed number of runs of every fuzzer from a fixed seed, its first inputs before all others, in TAP form for
tests/run: the same runs each time. `make fuzz` looks longer."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[2] / "build/fuzz"
# About a second each, but for the composer's.
RUNS = {
    "composer_xml": 25000,
    "composer_elf": 20000,
    "mqtt_packet": 200000,
    "mqtt_session": 40000,
    "mqtt_saved": 200000,
    "health": 100000,
    "configuration": 80000,
    "journal_record": 80000,
    "journal_medium": 16000,
    "sensor": 30000,
    "time_server": 200000,
    "console": 10000,
    "seal": 60000,
    "block": 12000,
    "device_tree": 10000,
    "collector": 40000,
}
SEED = 1
# So many of them are repeated, elsewhere in memory: what a run does must not depend on where things lie.
REPEATED = 0.05
EVENT = re.compile(r"^#\d+\t((?!pulse)\w+ +cov: \d+ ft: \d+ corp: \d+/\w+)", re.M)


def inputs(name: str) -> Path:
    """A file with the names of its first inputs, in an order that no file system decides."""
    names = FUZZ / "inputs" / name
    names.parent.mkdir(parents=True, exist_ok=True)
    names.write_text(",".join(sorted(str(file) for file in (FUZZ / "first" / name).iterdir())))
    return names


def play(name: str, runs: int, shift: int, *more: str) -> subprocess.CompletedProcess[str]:
    """Compares whose operands lie in memory would make addresses part of later inputs, so none are learnt from."""
    return subprocess.run([FUZZ / name, f"-seed={SEED}", f"-runs={runs}", "-use_cmp=0", "-timeout=120", "-rss_limit_mb=2048",
                           "-print_final_stats=1", f"-artifact_prefix={FUZZ}/{name}-", f"-seed_inputs=@{inputs(name)}", *more],
                          capture_output=True, text=True, errors="replace", timeout=1800, check=False,
                          env={"SHIFT": "x" * shift})


def fuzz(name: str, runs: int) -> str:
    """Empty if all runs went well, else what was said."""
    done = play(name, runs, 0)
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    if done.returncode != 0 or not executed or int(executed[1]) < runs:
        return f"ended with status {done.returncode}\n{done.stderr[-6000:]}"
    few = int(REPEATED * runs)
    # The search for leaks runs an input again, and counts it, when another thread allocates at the same time.
    again = [play(name, few, shift, "-detect_leaks=0") for shift in (0, 16)]
    failed = next((each for each in again if each.returncode != 0), None)
    if failed:
        return f"ended with status {failed.returncode}\n{failed.stderr[-6000:]}"
    first, second = (EVENT.findall(each.stderr) for each in again)
    different = next((f"{a} and {b}" for a, b in zip(first, second) if a != b), "")
    if different or abs(len(first) - len(second)) > 1 or not first:
        return f"{few} runs are not the same twice: {different or (len(first), len(second))}"
    return ""


def main() -> int:
    print(f"1..{len(RUNS)}")
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(fuzz, RUNS, RUNS.values()))
    for number, ((name, runs), said) in enumerate(zip(RUNS.items(), results, strict=True), 1):
        failed += bool(said)
        print(f"{'not ok' if said else 'ok'} {number} - {name}: {runs} runs from seed {SEED}", flush=True)
        for line in said.splitlines():
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
