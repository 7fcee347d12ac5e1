# SPDX-License-Identifier: BSD-2-Clause
"""What a component left behind when it failed, in words of its source: functions and lines from the debug information.

Reads what the gateway's console shows (`postmortem NAME`) or what it tells the broker, and distrusts both. The
backtrace is as good as the stack window: words that point behind a call are return addresses, or are left over from
earlier calls; nothing is unwound that the record does not hold.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOOLS = "riscv64-unknown-elf-"
MAX_TEXT = 1 << 22
MAX_RECORDS = 1000
WORD = 8
TOP = 1 << 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,22}")
_HEAD = re.compile(rf"postmortem of ({_NAME.pattern}): (fault \d{{1,10}}, start \d{{1,10}}), at (\d{{1,20}}\.\d{{3}}) s: (.*)")
_REGISTER = re.compile(r"\b(pc|ra|sp|gp|tp|[ast]\d{1,2}) +([0-9a-f]{16})\b")
_STACK = re.compile(r"\bsp\+([0-9a-f]{2,3})((?: [0-9a-f]{16}){1,4})")
_BUILD = re.compile(r"^.*\bbuild ([0-9a-f]{16})\s*$")
# Instructions that leave the address behind them in ra.
_INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t(\S+)(?:\t(.*))?$")
_CALLS_RA = re.compile(r"ra,|[a-z]+\d*$|-?\d+\([a-z0-9]+\)$|[0-9a-f]+ <")


class PostmortemError(Exception):
    """What is wrong with the record or the program, for people."""


@dataclass
class Record:
    component: str
    when: str
    cause: str
    build: int = 0  # first eight bytes of the build ID, 0: not known
    registers: dict[str, int] = field(default_factory=dict)
    stack: dict[int, int] = field(default_factory=dict)  # offset from sp: word


def _printable(text: str, most: int = 100) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text[:most])


def _hex(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{1,16}", value):
        raise PostmortemError(f"not a post-mortem: {_printable(repr(value))} is no hexadecimal number of 64 bits")
    return int(value, 16)


def _of_json(report: dict[str, Any]) -> Record:
    """One message (docs/messages.md), or the collector's line about it."""
    if report.get("type") == "postmortem" and isinstance(report.get("report"), dict):
        report = report["report"]
    component, registers = report.get("component"), report.get("regs")
    if not isinstance(component, str) or not _NAME.fullmatch(component) or not isinstance(registers, dict):
        raise PostmortemError("not a post-mortem: no component, or no registers")
    fault, start, milliseconds = (report.get(key) for key in ("fault", "start", "ms"))
    if not all(isinstance(number, int) and 0 <= number < TOP for number in (fault, start, milliseconds)):
        raise PostmortemError("not a post-mortem: \"fault\", \"start\" and \"ms\" are not all numbers")
    stack = report.get("stack", "")
    if not isinstance(stack, str) or not re.fullmatch(r"(?:[0-9a-f]{16}){0,32}", stack):
        raise PostmortemError("not a post-mortem: the stack is not up to 32 words in hexadecimal")
    data = bytes.fromhex(stack)
    return Record(
        component,
        f"fault {fault}, start {start}, at {milliseconds // 1000}.{milliseconds % 1000:03} s",
        _printable(str(report.get("cause", ""))),
        _hex(report.get("build", "0")),
        {_printable(name, 3): _hex(value) for name, value in registers.items()},
        {at: int.from_bytes(data[at : at + WORD], "little") for at in range(0, len(data), WORD)},
    )


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read(text: str) -> list[Record]:
    """All records of a text: lines of JSON, the console's output, or both."""
    records: list[Record] = []
    current: Record | None = None
    for line in text[:MAX_TEXT].splitlines():
        value = _json_object(line) if line.lstrip().startswith("{") else None
        if value is not None and ("regs" in value or value.get("type") == "postmortem"):
            records.append(_of_json(value))
            current = None
        elif head := _HEAD.search(line):
            current = Record(head[1], f"{head[2]}, at {head[3]} s", _printable(head[4]))
            records.append(current)
        elif current:
            _take(current, line)
        if len(records) > MAX_RECORDS:
            raise PostmortemError(f"more than {MAX_RECORDS} post-mortems")
    if not records:
        raise PostmortemError("no post-mortem found: neither the console's \"postmortem of NAME: ...\" nor a message in JSON")
    return records


def _take(record: Record, line: str) -> None:
    """One further line of the console's form."""
    if " log " in line:
        return
    if stack := _STACK.search(line):
        for i, word in enumerate(stack[2].split()):
            record.stack[int(stack[1], 16) + i * WORD] = int(word, 16)
    elif build := _BUILD.match(line):
        record.build = int(build[1], 16)
    elif not record.stack:
        for name, value in _REGISTER.findall(line):
            record.registers.setdefault(name, int(value, 16))


def _run(tool: str, *arguments: str | Path) -> str:
    try:
        done = subprocess.run([TOOLS + tool, *map(str, arguments)], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise PostmortemError(f"{TOOLS}{tool} is missing: install binutils-riscv64-unknown-elf") from error
    if done.returncode != 0:
        raise PostmortemError(f"{TOOLS}{tool}: {done.stderr.strip()[-300:]}")
    return done.stdout


class Program:
    """A component's ELF file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise PostmortemError(f"there is no {path}")
        build = re.search(r"Build ID: ([0-9a-f]{16})", _run("readelf", "-n", path))
        self.build = int(build[1], 16) if build else 0
        self._calls: set[int] | None = None

    def check_debug_information(self) -> None:
        if ".debug_line" not in _run("readelf", "-S", "-W", self.path):
            raise PostmortemError(f"{self.path} has no debug information")

    def calls(self) -> set[int]:
        """The addresses behind all calls."""
        if self._calls is None:
            self._calls = set()
            called = False
            for line in _run("objdump", "-d", "--no-show-raw-insn", self.path).splitlines():
                if instruction := _INSTRUCTION.match(line):
                    if called:
                        self._calls.add(int(instruction[1], 16))
                    called = instruction[2] in ("jal", "jalr") and bool(_CALLS_RA.match(instruction[3] or ""))
        return self._calls

    def places(self, addresses: list[int]) -> list[str]:
        """Function, file and line of each address, callers of inlined ones behind it. "": not in the program."""
        if not addresses:
            return []
        text = _run("addr2line", "-e", self.path, "-a", "-f", "-i", *(f"{address:#x}" for address in addresses))
        found: list[str] = []
        lines = text.splitlines()
        while lines:
            lines.pop(0)  # the address
            frames = []
            while lines and not re.fullmatch(r"0x[0-9a-f]{16}", lines[0]):
                function, place = lines.pop(0), lines.pop(0)
                if function != "??":
                    frames.append(f"{function} at {re.sub(r' .discriminator .*', '', place)}")
            found.append(", inlined into ".join(frames))
        return found


def find_program(record: Record, folders: list[Path]) -> Program:
    """The file that the component was made from."""
    programs = [Program(path) for folder in folders for path in [folder / f"{record.component}.elf"] if path.is_file()]
    if not programs:
        raise PostmortemError(f"no {record.component}.elf in {', '.join(map(str, folders)) or 'any folder'}")
    if record.build == 0:
        if len(programs) > 1:
            raise PostmortemError(f"the record of {record.component} does not say which build it is of, and there are "
                                  f"several: name one with --programs")  # fmt: skip
        return programs[0]
    for program in programs:
        if program.build == record.build:
            return program
    there = ", ".join(f"{program.path} is {program.build:016x}" for program in programs)
    raise PostmortemError(f"{record.component} is of another build: the record is of {record.build:016x}, {there}")


def explain(record: Record, program: Program) -> list[str]:
    """Lines for people."""
    program.check_debug_information()
    known = f"build {record.build:016x}" if record.build else "build not known, taken for"
    lines = [f"{record.component}: {record.when}: {record.cause}", f"  {known}: {program.path}"]
    # A return address belongs to the call before it.
    frames = [(name, record.registers[name], name == "ra") for name in ("pc", "ra") if name in record.registers]
    frames += [(f"sp+{at:02x}", word, True) for at, word in sorted(record.stack.items()) if word in program.calls()]
    places = program.places([value - 1 if back and value else value for _, value, back in frames])
    for (name, value, _), place in zip(frames, places):
        lines.append(f"  {name:<6} {value:#012x}  {place or 'not in the program'}")
    if record.stack:
        lines.append("  (of the stack, words that point behind a call; some may be left over from earlier calls)")
    else:
        lines.append("  (the record has no stack)")
    return lines
