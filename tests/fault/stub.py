# SPDX-License-Identifier: BSD-2-Clause
"""The machine under a debugger that only ever waits a while: stops, registers, and the machine's own time.

At each breakpoint and step QEMU forgets the code that it has translated (about 15 ms of work); an interruption or a look
at memory costs next to nothing.
"""

from __future__ import annotations

import select
import time
from pathlib import Path

from probe import Debugger

_PC, _PRIVILEGE, _CSRS = 32, 65, 66
_SATP, _TIME = 0x180, 0xC01
_ASID_SHIFT, _ASID_MASK = 44, 0xFFFF
TICK_NS = 100  # of the time CSR
BREAK = b"\x03"


class Stub(Debugger):
    """Between go() and a stop nothing may be asked. A stop at a breakpoint is left by go(), which steps over it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.points: set[int] = set()
        # Who has not asked what registers there are is not told those of the privileged part.
        self._ask("qXfer:features:read:target.xml:0,ffb")

    def watch(self, address: int) -> None:
        if address not in self.points:
            self.set(address)
            self.points.add(address)

    def unwatch(self, address: int) -> None:
        if address in self.points:
            self.clear(address)
            self.points.remove(address)

    def _value(self, number: int) -> int:
        return int.from_bytes(bytes.fromhex(self._ask(f"p{number:x}")), "little")

    def pc(self) -> int:
        return self._value(_PC)

    def argument(self, number: int) -> int:
        """Register a0.. of the program that runs."""
        return self._value(10 + number)

    def is_user(self) -> bool:
        return self._value(_PRIVILEGE) == 0

    def space(self) -> int:
        """The number of the address space that is in use."""
        return self._value(_CSRS + _SATP) >> _ASID_SHIFT & _ASID_MASK

    def now_ns(self) -> int:
        """The machine's time."""
        return self._value(_CSRS + _TIME) * TICK_NS

    def physical(self, address: int, size: int) -> bytes:
        """Memory as the machine has it, whichever program runs."""
        self._expect_ok("Qqemu.PhyMemMode:1")
        data = self.memory(address, size)
        self._expect_ok("Qqemu.PhyMemMode:0")
        if data is None:
            raise ValueError(f"there is no memory at {address:#x}")
        return data

    def write_physical(self, address: int, content: bytes) -> None:
        """The same, changed."""
        self._expect_ok("Qqemu.PhyMemMode:1")
        self._expect_ok(f"M{address:x},{len(content):x}:{content.hex()}")
        self._expect_ok("Qqemu.PhyMemMode:0")

    def derail(self) -> None:
        """The program that runs goes on at address 0, where nothing is mapped."""
        self._expect_ok(f"P{_PC:x}={0:016x}")

    def step_over(self) -> None:
        """One instruction, also where a breakpoint is."""
        here = self.pc()
        if here in self.points:
            self.clear(here)
        self.step()
        if here in self.points:
            self.set(here)

    def go(self, seconds: float) -> bool:
        """Runs to the next breakpoint, for at most so long. False: it was stopped wherever it was."""
        if self.pc() in self.points:
            self.step_over()
            if self.pc() in self.points:
                return True
        self._send("c")
        if not self._pending:
            ready, _, _ = select.select([self._socket], [], [], max(seconds, 0.0))
            # The stub acknowledges the packet before anything happens.
            deadline = time.monotonic() + seconds
            while ready and self._acknowledgement_only():
                ready, _, _ = select.select([self._socket], [], [], max(deadline - time.monotonic(), 0.0))
            if not ready:
                self._socket.sendall(BREAK)
        self._receive()
        return self.pc() in self.points

    def _acknowledgement_only(self) -> bool:
        if not self._pending:
            self._pending = self._socket.recv(4096)
        if self._pending.strip(b"+"):
            return False
        self._pending = b""
        return True
