# SPDX-License-Identifier: BSD-2-Clause
"""What a gateway publishes besides readings, as another client of its broker sees it."""

from __future__ import annotations

import subprocess

from postern_lib.gateway import Gateway


def messages(gateway: Gateway, kind: str, count: int, seconds: int, retained: bool = False) -> list[str]:
    """The next messages of the device of a kind, or the retained one, as another client of the broker sees them."""
    identities = gateway.settings.identities
    command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(gateway.ports.monitor), "-t", f"postern/+/{kind}",
               "--cafile", identities / "ca.pem", "--cert", identities / "collector.crt.pem",
               "--key", identities / "collector.key.pem", "-C", str(count), "-W", str(seconds), "-q", "1",
               *(["--retained-only"] if retained else ["-R"])]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 10, check=False)
    lines = done.stdout.splitlines()
    assert len(lines) == count, f"{len(lines)} of {count} messages in {seconds} s: {done.stderr}"
    return lines
