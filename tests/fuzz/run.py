#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A fixed number of runs of every fuzzer from a fixed seed, in TAP form for tests/run; `make fuzz` looks longer."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[2] / "build/fuzz"
RUNS = {"composer_xml": 25000, "composer_elf": 20000}
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
    for number, (name, runs) in enumerate(RUNS.items(), 1):
        said = fuzz(name, runs)
        failed += bool(said)
        print(f"{'not ok' if said else 'ok'} {number} - {name}: {runs} runs from seed {SEED}", flush=True)
        for line in said.splitlines():
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
