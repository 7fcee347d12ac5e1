#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Worst-case depth of a kernel's stacks, from its binary: every path through the instructions from every entry, with
what each adds to the stack. Recursion, calls whose target the instructions do not name, and anything else that it
cannot follow are refused. Jumps through the compiler's switch tables are followed into every entry of the table.

Interrupts are off in the kernel and a trap of its own goes to another stack, so nothing nests: the depth of an entry
is that of the longest chain of calls below it.
"""
import argparse
import bisect
import re
import subprocess
import sys
from dataclasses import dataclass

PREFIX = "riscv64-unknown-elf-"
ENTRIES = ("_start", "early_trap", "trap_entry", "trap_in_kernel_entry")
DATA = ("start_virtual",)  # among the instructions, but none
# Stack, and the symbol and offset at which it begins.
STACKS = {"kernel_stack_top": ("__guard", 0x1000), "emergency_stack_top": ("kernel_stack_top", 0)}
BRANCH = re.compile(r"b(eq|ne|lt|ge|gt|le)u?z?$")
ENDS = {"ret", "sret", "mret", "ebreak", "unimp", "c.ebreak"}
STORES = {"sb", "sh", "sw", "sd", "fsw", "fsd"}
USER = "user"  # the stack pointer is no longer the kernel's


class StackError(Exception):
    """The binary has something whose depth cannot be told."""


@dataclass(frozen=True)
class Instruction:
    name: str
    operands: tuple[str, ...]
    target: int | None  # address that the operands or the comment name
    following: int


def _run(tool: str, *arguments: str) -> str:
    return subprocess.run([PREFIX + tool, *arguments], check=True, capture_output=True, text=True).stdout


class Binary:
    """Instructions and symbols of one ELF file."""

    def __init__(self, elf: str) -> None:
        self.code: dict[int, Instruction] = {}
        self.symbols: dict[str, int] = {}
        for line in _run("nm", elf).splitlines():
            value, _, name = line.split(maxsplit=2)
            self.symbols[name] = int(value, 16)
        lines = [m for m in (re.match(r"\s*([0-9a-f]+):\t(\S+)\s*(.*)", each)
                             for each in _run("objdump", "-d", "--no-show-raw-insn", elf).splitlines()) if m]
        addresses = [int(m[1], 16) for m in lines] + [0]
        for i, m in enumerate(lines):
            text, _, comment = m[3].partition("#")
            named = re.search(r"\b([0-9a-f]{8,16}) <", text) or re.search(r"\b([0-9a-f]{8,16})\b", comment)
            operands = tuple(part.strip() for part in re.sub(r"<[^>]*>", "", text).split(",")) if text else ()
            target = int(named[1], 16) if named else None
            self.code[addresses[i]] = Instruction(m[2], operands, target, addresses[i + 1])
        sections = _run("objdump", "-s", "-j", ".rodata", elf) if ".rodata" in _run("objdump", "-h", elf) else ""
        self.named = {each.target for each in self.code.values() if each.name in ("add", "addi")}
        self.constants: dict[int, int] = {}
        for m in re.finditer(r"^ ([0-9a-f]{8,16}) ((?:[0-9a-f]{2,8} ?){1,4}) ", sections, re.M):
            for i, byte in enumerate(bytes.fromhex(m[2].replace(" ", ""))):
                self.constants[int(m[1], 16) + i] = byte

    def where(self, address: int) -> str:
        below = [(value, name) for name, value in self.symbols.items() if value <= address and not name.startswith("$")]
        value, name = max(below)
        return name if value == address else f"{name}+{address - value:#x}"

    def function(self, address: int) -> tuple[int, int]:
        """From the label at or before an address to the next one."""
        starts = sorted({v for n, v in self.symbols.items() if not n.startswith("$")})
        i = bisect.bisect_right(starts, address)
        return starts[i - 1], starts[i] if i < len(starts) else max(self.code) + 1

    def table(self, address: int, register: str) -> list[int]:
        """Targets of the jump at an address through a table of offsets from its own beginning: places in the same
        function. Every table that the register with the beginning ever holds in it counts."""
        start, end = self.function(address)
        inside = [self.code[a] for a in sorted(self.code) if start <= a < end]
        last = [self.code[a] for a in sorted(self.code) if start <= a < address][-6:]
        added = next((each for each in reversed(last) if each.operands[:1] == (register,)), None)
        if added is None or added.name != "add" or not any(each.name == "lw" for each in last):
            raise StackError(f"{self.where(address)}: jump to what a register holds")
        targets = []
        for each in inside:
            if each.name in ("add", "addi") and each.target and each.operands[0] in added.operands[1:]:
                base = place = each.target
                while (target := self._entry(base, place)) and start <= target < end:
                    targets.append(target)
                    place += 4
                    if place in self.named:  # the next table
                        break
        if not targets:
            raise StackError(f"{self.where(address)}: jump through a table that is none")
        return targets

    def _entry(self, base: int, place: int) -> int | None:
        if not all(place + i in self.constants for i in range(4)):
            return None
        word = bytes(self.constants[place + i] for i in range(4))
        target = base + int.from_bytes(word, "little", signed=True)
        return target if target in self.code else None


class Depths:
    """Deepest use below each function, and of each stack."""

    def __init__(self, binary: Binary) -> None:
        self.binary = binary
        self.known: dict[int, tuple[int, list[int]]] = {}
        self.returning: set[int] = set()  # functions that some path leaves by returning
        self.open: list[int] = []
        self.visited: set[int] = set()
        self.stacks: dict[str, tuple[int, list[int]]] = {}

    def below(self, entry: int) -> tuple[int, list[int]]:
        """Bytes that a function and all that it calls use, and the chain of calls that needs them."""
        if entry in self.open:
            chain = [*self.open[self.open.index(entry):], entry]
            raise StackError("recursion: " + " -> ".join(map(self.binary.where, chain)))
        if entry not in self.known:
            self.open.append(entry)
            self.known[entry] = self._follow(entry, None)
            self.open.pop()
        return self.known[entry]

    def _follow(self, entry: int, stack: str | None) -> tuple[int, list[int]]:
        deepest: tuple[int, list[int]] = (0, [entry])
        todo = [(entry, 0, stack)]
        seen = set()
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            address, depth, on = state
            self.visited.add(address)
            if len({d for a, d, _ in seen if a == address}) > 16:
                raise StackError(f"{self.binary.where(address)}: the stack grows in a loop")
            used, chain, following = self._step(address, depth, on, entry)
            if used > deepest[0]:
                deepest = (used, chain)
            if on in STACKS and used > self.stacks.get(on, (-1, []))[0]:
                self.stacks[on] = (used, chain)
            todo += following
        return deepest

    def _step(self, address: int, depth: int, on: str | None, entry: int):
        code = self.binary.code.get(address)
        if code is None:
            raise StackError(f"{address:#x}, reached from {self.binary.where(entry)}: no code")
        nothing = (depth, [entry])
        if code.name in ENDS:
            if code.name == "ret" and depth != 0:
                raise StackError(f"{self.binary.where(address)}: returns with {depth} bytes on the stack")
            if code.name == "ret":
                self.returning.add(entry)
            return *nothing, []
        if code.name == "j":
            return *nothing, [(code.target, depth, on)]
        if BRANCH.match(code.name):
            return *nothing, [(code.target, depth, on), (code.following, depth, on)]
        if code.name in ("jal", "jalr", "jr", "call", "tail"):
            return self._jump(address, code, depth, on, entry)
        if code.operands and code.operands[0] == "sp" and code.name not in STORES and not code.name.startswith("csrw"):
            return *nothing, [self._new_pointer(address, code, depth, on)]
        return *nothing, [(code.following, depth, on)]

    def _jump(self, address: int, code: Instruction, depth: int, on: str | None, entry: int):
        if code.name == "jr" and code.target is None and re.fullmatch(r"\w+", code.operands[0]):
            targets = self.binary.table(address, code.operands[0])
            return depth, [entry], [(target, depth, on) for target in targets]
        if code.target is None or (code.name == "jal" and len(code.operands) > 1):
            raise StackError(f"{self.binary.where(address)}: calls what a register holds")
        if code.name in ("jr", "tail"):
            return depth, [entry], [(code.target, depth, on)]
        if on == USER:
            raise StackError(f"{self.binary.where(address)}: calls on the user's stack")
        used, chain = self.below(code.target)
        following = [(code.following, depth, on)] if code.target in self.returning else []
        return depth + used, [entry, *chain], following

    def _new_pointer(self, address: int, code: Instruction, depth: int, on: str | None):
        if code.name == "auipc":
            second = self.binary.code[code.following]
            name = next((s for s in STACKS if self.binary.symbols.get(s) == second.target), None)
            if second.operands[:1] != ("sp",) or name is None:
                raise StackError(f"{self.binary.where(address)}: sets the stack pointer to something unknown")
            return second.following, 0, name
        if code.name in ("add", "addi") and code.operands[1] == "sp" and re.fullmatch(r"-?\d+", code.operands[2]):
            now = depth - int(code.operands[2])
            if now < 0 or on == USER:
                raise StackError(f"{self.binary.where(address)}: takes more off the stack than there is")
            return code.following, now, on
        if code.name == "ld" and code.operands[1] != "sp" and not code.operands[1].endswith("(sp)"):
            return code.following, depth, USER
        text = f"{code.name} {','.join(code.operands)}"
        raise StackError(f"{self.binary.where(address)}: {text} changes the stack pointer")


@dataclass(frozen=True)
class Stack:
    name: str
    used: int
    size: int
    chain: tuple[str, ...]  # the calls that need most


def measure(elf: str) -> list[Stack]:
    """Every stack of a kernel. Errors: StackError."""
    binary = Binary(elf)
    depths = Depths(binary)
    for entry in ENTRIES:
        if entry in binary.symbols:
            depths._follow(binary.symbols[entry], None)
    for address in sorted(set(binary.code) - depths.visited):
        if binary.symbols.get(binary.where(address)) == address and binary.where(address) not in DATA:
            raise StackError(f"{binary.where(address)}: no entry leads there, so some way is not known")
    found = []
    for name, (start, offset) in STACKS.items():
        if name not in depths.stacks:
            raise StackError(f"nothing ever runs on {name}")
        used, chain = depths.stacks[name]
        size = binary.symbols[name] - binary.symbols[start] - offset
        found.append(Stack(name, used, size, tuple(map(binary.where, chain))))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("elf", nargs="+")
    bad = False
    for elf in parser.parse_args().elf:
        for stack in measure(elf):
            print(f"{elf}: {stack.name}: {stack.used} of {stack.size} bytes: {' > '.join(stack.chain)}")
            bad |= stack.used > stack.size
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"error: {error}")
