# SPDX-License-Identifier: BSD-2-Clause
"""What a gateway publishes besides readings, as another client of its broker sees it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import Gateway

LOOK_SECONDS = 10  # enough for a message that is retained to come


def subscriber(gateway: Gateway, kind: str) -> list[str | Path]:
    """The command of a client that reads the device's messages of a kind."""
    identities = gateway.settings.identities
    return ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(gateway.ports.monitor), "-t", f"postern/+/{kind}", "-q", "1",
            "--cafile", identities / "ca.pem", "--cert", identities / "collector.crt.pem",
            "--key", identities / "collector.key.pem"]  # fmt: skip


def messages(gateway: Gateway, kind: str, count: int, seconds: int, retained: bool = False) -> list[str]:
    """The next messages of the device of a kind, or the retained one."""
    command = [*subscriber(gateway, kind), "-C", str(count), "-W", str(seconds), "--retained-only" if retained else "-R"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + PATIENCE_SECONDS, check=False)
    lines = done.stdout.splitlines()
    assert len(lines) == count, f"{len(lines)} of {count} messages in {seconds} s: {done.stderr}"
    return lines


def wait_retained(gateway: Gateway, kind: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The retained message of a kind, when it is as wanted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    now: dict[str, Any] = {}
    while not now or not wanted(now):
        assert time.monotonic() < deadline, f"{kind}: {now}"
        try:
            now = json.loads(messages(gateway, kind, 1, LOOK_SECONDS, retained=True)[0])
        except AssertionError:  # nothing is retained yet
            continue
    return now
