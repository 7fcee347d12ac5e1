# SPDX-License-Identifier: BSD-2-Clause
"""What a running machine holds, read from its RAM without its knowledge: not one instruction of it is executed for that."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from postern_lib.gateway import Gateway

_HEADER, _ENTRY, _MOST = 16, 40, 75


class Counters:
    """The metrics page of one component. page: its name in the description."""

    def __init__(self, gateway: Gateway, component: str, page: str = "metrics") -> None:
        self._machine = gateway.machine
        self._file = gateway.folder.path / f"metrics.{component}"
        self.base = _placed(gateway.compose(), f"{page}.{component}")

    def read(self) -> dict[str, int]:
        """All counters and their values now."""
        answer = self._machine.monitor(f"pmemsave {self.base:#x} 4096 {self._file.name}")
        assert answer == "", answer
        page = self._file.read_bytes()
        count = int.from_bytes(page[4:8], "little")
        assert count <= _MOST, count
        entries = (struct.unpack_from("<32sQ", page, _HEADER + i * _ENTRY) for i in range(count))
        return {name.split(b"\0", 1)[0].decode(): value for name, value in entries}


def sampling_bound_us(image: Path) -> int:
    """The longest time from the timer's interrupt to the first instruction of sensors, by priorities and budgets alone,
    as the composer computes them."""
    waits = {each["name"]: each for each in composed(image)["protection_domains"]}
    return waits["timer"]["start_us"] + waits["timer"]["refill_us"] + waits["sensors"]["start_us"]


def composed(image: Path) -> dict[str, object]:
    """What the composer tells of an image."""
    return json.loads(Path(f"{image}.json").read_text())


def _placed(image: Path, region: str) -> int:
    return next(each["paddr"] for each in composed(image)["memory"]["placed"] if each["name"] == region)
