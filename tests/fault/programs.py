# SPDX-License-Identifier: BSD-2-Clause
"""The programs of an image as a hunter sees them: where functions begin, and which address space is whose."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stub import Stub

ENTRY = 0x200000  # of every program
CALL_LENGTH = 4
# Instructions everywhere between them are reached by stepping.
_BORING = re.compile(r"^(_start|_text|_text_end|__riscv_(save|restore)_\d+)$")


def _tool(name: str, *arguments: str | Path) -> str:
    done = subprocess.run([f"riscv64-unknown-elf-{name}", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@dataclass(frozen=True)
class Program:
    name: str
    functions: dict[int, str]  # by address
    entries: dict[str, int]  # those that other files may call: the compiler has to leave them what they are
    calls: frozenset[int]  # of the kernel
    label: int  # where its name lies

    @property
    def places(self) -> set[int]:
        """Where functions begin, and where it comes back from the kernel."""
        return self.functions.keys() | {call + CALL_LENGTH for call in self.calls}

    def address(self, function: str) -> int:
        """Of one of the entries, and of no other function: that one might be inlined tomorrow."""
        return self.entries[function]

    def place(self, pc: int) -> str:
        """An address as people read it."""
        start = max((address for address in self.functions if address <= pc), default=0)
        return f"{self.functions.get(start, '?')}+{pc - start:#x}"


def load(name: str, elf: Path) -> Program:
    rows = [line.split() for line in _tool("nm", elf).splitlines()]
    functions = {int(row[0], 16): row[2] for row in rows if row[1] in "tT" and not _BORING.match(row[2])}
    entries = {row[2]: int(row[0], 16) for row in rows if row[1] == "T"}
    code = _tool("objdump", "-d", "--no-show-raw-insn", elf)
    label = next(int(row[0], 16) for row in rows if row[2] == "microkit_name")
    return Program(name, functions, entries, frozenset(_found(code, "ecall")), label)


def _found(code: str, instruction: str) -> list[int]:
    return [int(address, 16) for address in re.findall(rf"^ *([0-9a-f]+):\t+{instruction}\b", code, re.M)]


def kernel_exit(elf: Path) -> int:
    """The one instruction with which the kernel goes to a program."""
    (address,) = _found(_tool("objdump", "-d", "--no-show-raw-insn", elf), "sret")
    return address


def load_all(image: Path, folder: Path) -> dict[str, Program]:
    """The programs of the protection domains as the composer's report lists them."""
    text = Path(f"{image}.report.txt").read_text()
    rows = re.findall(r"^  (\w+) .* (\w+)\.elf$", text.partition("Memory in use")[0], re.M)
    return {name: load(name, folder / f"{program}.elf") for name, program in rows}


def region(image: Path, name: str) -> int:
    """The physical address of memory that programs share, as the composer's report has it."""
    text = Path(f"{image}.report.txt").read_text()
    return int(re.search(rf"^  {re.escape(name)} +\d+ +\d+ (0x[0-9a-f]+)", text, re.M)[1], 16)


def owner(stub: Stub, programs: dict[str, Program]) -> str | None:
    """Whose program it is that runs now. None: that which starts the others."""
    for name, program in programs.items():
        if stub.memory(program.label, len(name) + 1) == name.encode() + b"\0":
            return name
    return None


def learn_spaces(stub: Stub, programs: dict[str, Program], seconds: float) -> dict[int, str]:
    """The address space of each program, from the first instruction that each executes. They stay what they are."""
    spaces: dict[int, str] = {}
    stub.watch(ENTRY)
    while len(spaces) < len(programs):
        if not stub.go(seconds):
            raise TimeoutError(f"of {len(programs)} programs only {sorted(spaces.values())} have started")
        name = owner(stub, programs)
        if name is not None:
            spaces[stub.space()] = name
    stub.unwatch(ENTRY)
    return spaces
