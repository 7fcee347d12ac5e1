# SPDX-License-Identifier: BSD-2-Clause
"""The machine's memory, which its emulator shares with the sensor: it outlives the machine, so that after a power cut the
journal's own page says how far it had come in that very moment."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

RAM_BASE = 0x80000000
_PAGE = "journal_state.journal"
_STATE = struct.Struct("<IIQQQ")  # version, condition, boot, next and durable number (postern/protocol/journal_state.h)


def page_offset(image: Path) -> int:
    """Where in the memory the page is, from the composer's account of the image."""
    placed = json.loads(Path(f"{image}.json").read_text())["memory"]["placed"]
    (address,) = (run["paddr"] for run in placed if run["name"] == _PAGE)
    return address - RAM_BASE


class Memory:
    """Of one start."""

    def __init__(self, descriptor: int, offset: int) -> None:
        self._descriptor = descriptor
        self._offset = offset

    @staticmethod
    def of(process: int, offset: int) -> Memory | None:
        """None: the emulator has none yet."""
        folder = Path(f"/proc/{process}/fd")
        try:
            for each in folder.iterdir():
                if os.readlink(each).startswith("/memfd:memory-backend"):
                    return Memory(os.open(each, os.O_RDONLY), offset)
        except OSError:  # it ends, or has closed what was listed
            pass
        return None

    def durable(self) -> int:
        """The last number that the journal calls stored; 0 while it starts."""
        return _STATE.unpack(os.pread(self._descriptor, _STATE.size, self._offset))[4]

    def close(self) -> None:
        os.close(self._descriptor)
