#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A fixed number of runs of every fuzzer from a fixed seed, its first inputs before all others, in TAP form for
tests/run; `make fuzz` looks longer."""

import re
import shutil
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


def fuzz(name: str, runs: int) -> str:
    """Empty if all runs went well, else what was said."""
    fresh = FUZZ / "fixed" / name
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    done = subprocess.run([FUZZ / name, f"-seed={SEED}", f"-runs={runs}", "-timeout=60", "-rss_limit_mb=2048",
                           "-print_final_stats=1", f"-artifact_prefix={FUZZ}/{name}-", fresh, FUZZ / "first" / name],
                          capture_output=True, text=True, errors="replace", timeout=600, check=False)
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    if done.returncode == 0 and executed and int(executed[1]) >= runs:
        return ""
    return f"ended with status {done.returncode}\n{done.stderr[-6000:]}"


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
