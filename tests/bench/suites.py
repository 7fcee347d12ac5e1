# SPDX-License-Identifier: BSD-2-Clause
"""Figures that other measuring programs of this tree print: the kernel's operations and the TLS engine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import steps
from figures import BenchError, Measured, median_of

_SECONDS = 1800
_HANDSHAKES = 3
_READINGS_INSIDE = 2


def _output(command: list[str | Path], root: Path) -> str:
    # When make runs us, what it passes on is for its own children only.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, errors="replace",
                          timeout=_SECONDS, check=False)
    if done.returncode != 0:
        raise BenchError(f"{command[0]} ended with status {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def kernel(root: Path, board: str) -> dict[str, Measured]:
    """Medians of the kernel's operations, from the "bench:" cases of its tests, and what one round of each does."""
    text = _output([root / "tests/kernel/run.py", "--build", f"build/{board}", "--only", "bench: "], root)
    figures = {name: Measured(int(value)) for name, value in re.findall(r"^ +(\w+) +(\d+)$", text, re.M)}
    watched: dict[str, Measured] = {}
    for name, executed in steps.operations(root, board).items():
        # The readings of the counter inside a round trip are not among the steps.
        if name not in figures or abs(len(executed) - figures[name].value) > _READINGS_INSIDE:
            raise BenchError(f"{name}: {len(executed)} instructions watched, {figures.get(name)} counted")
        watched |= steps.counts(name, executed)
    return figures | watched


def tls(root: Path) -> dict[str, Measured]:
    """Handshakes of the TLS engine on a bare machine, full and by ticket. Keys and nonces of the peer differ, and with
    them the work."""
    counts: dict[str, list[int]] = {"handshake": [], "resumption": []}
    for _ in range(_HANDSHAKES):
        text = _output([root / "crypto/bench/run.sh", "build/bench/tls", "build/third_party/mbedtls"], root)
        for what, values in counts.items():
            count = re.search(rf"^{what} (\d+)$", text, re.M)
            if not count:
                raise BenchError(f"crypto/bench/run.sh counted no {what}:\n{text[-3000:]}")
            values.append(int(count[1]))
    return {f"tls_{what}": median_of(values) for what, values in counts.items()}
