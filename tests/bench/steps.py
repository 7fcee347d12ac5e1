# SPDX-License-Identifier: BSD-2-Clause
"""What one round of a kernel operation executes, instruction by instruction: loads, stores, satp writes and fences.

A "bench:" case calls bench_middle() before the round in the middle. From there on the machine is stepped through QEMU's
GDB stub, and each address is looked up in the disassembly of the kernel and the test's root task. Intervals between
two readings of instret are the operations, as in the case itself."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from figures import KINDS, BenchError, Measured
from probe import GDB_SOCKET, Debugger

_STEP_LIMIT = 20_000
_LOADS = re.compile(r"l([bhw]u?|d|r\.[wd])$")
_STORES = re.compile(r"s([bhwd]|c\.[wd])(\.aq|\.rl|\.aqrl)?$")


@dataclass(frozen=True)
class Operation:
    """A figure: the intervals first..last of the round, counted from 0, of the case with this name."""

    figure: str
    case: str
    first: int
    last: int


OPERATIONS = (
    Operation("ipc_call_reply_passive_0w", "bench: call and reply, passive server, 0 words", 0, 0),
    Operation("ipc_call_reply_passive_4w", "bench: call and reply, passive server, 4 words", 0, 0),
    Operation("ipc_call_reply_active_0w", "bench: call and reply, active server, 0 words", 0, 0),
    Operation("signal_wake_round_trip", "bench: signal wakes a waiter and comes back", 0, 0),
    Operation("signal_no_waiter", "bench: signal without waiter", 0, 0),
    Operation("irq_to_handler", "bench: interrupt and return", 0, 0),
    Operation("irq_round_trip", "bench: interrupt and return", 0, 2),
    Operation("vmfault_to_handler", "bench: page fault and reply", 0, 0),
    Operation("vmfault_reply", "bench: page fault and reply", 2, 2),
)


@dataclass(frozen=True)
class Step:
    address: int
    text: str  # as objdump prints it: "sd\ta0,80(tp)"

    @property
    def name(self) -> str:
        return self.text.partition("\t")[0]


def _disassembly(elf: Path) -> dict[int, str]:
    done = subprocess.run(["riscv64-unknown-elf-objdump", "-d", elf], check=True, capture_output=True, text=True)
    found = re.findall(r"^\s*([0-9a-f]+):\t[0-9a-f]+ *\t(.*)$", done.stdout, re.M)
    return {int(address, 16): text for address, text in found}


def _symbol(elf: Path, name: str) -> int:
    done = subprocess.run(["riscv64-unknown-elf-nm", elf], check=True, capture_output=True, text=True)
    return next(int(line.split()[0], 16) for line in done.stdout.splitlines() if line.split()[2] == name)


def trace(command: list[str], kernel: Path, root: Path, intervals: int) -> list[list[Step]]:
    """The first intervals of the round in the middle, each without the readings of instret around it."""
    code = _disassembly(root) | _disassembly(kernel)
    with tempfile.TemporaryDirectory() as folder:
        option = ["-S", "-gdb", f"unix:{GDB_SOCKET},server=on,wait=off"]
        machine = subprocess.Popen([*command, *option], cwd=folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            debugger = Debugger(Path(folder))
            start = _symbol(root, "bench_middle")
            debugger.set(start)
            debugger.run()
            debugger.clear(start)
            debugger.step_with_interrupts()
            return _intervals(_executed(debugger, code, _symbol(kernel, "trap_entry")), intervals)
        finally:
            machine.kill()
            machine.wait()


def _executed(debugger: Debugger, code: dict[int, str], entry: int) -> Iterator[Step]:
    """One instruction after the other, but not those in whose place an exception or interrupt was taken."""
    address = debugger.pc()
    for _ in range(_STEP_LIMIT):
        if address not in code:
            raise BenchError(f"step to {address:#x}, which is in neither kernel nor test")
        step = Step(address, code[address])
        debugger.step()
        address = debugger.pc()
        if address != entry or step.name == "ecall":
            yield step
    raise BenchError(f"no end after {_STEP_LIMIT} steps")


def _intervals(steps: Iterator[Step], count: int) -> list[list[Step]]:
    found: list[list[Step]] = []
    for step in steps:
        if step.name == "rdinstret":
            if len(found) == count:
                break
            found.append([])
        elif found:
            found[-1].append(step)
    return found


def counts(figure: str, steps: list[Step]) -> dict[str, Measured]:
    numbers = (
        sum(1 for step in steps if _LOADS.match(step.name)),
        sum(1 for step in steps if _STORES.match(step.name)),
        sum(1 for step in steps if re.match(r"csr[wsc]\w*\tsatp", step.text)),
        sum(1 for step in steps if step.name == "sfence.vma"),
    )
    return {f"{figure}_{kind}": Measured(number) for kind, number in zip(KINDS, numbers)}


def _cases(runner: Path) -> ModuleType:
    """The program that runs the kernel's test cases."""
    sys.path.insert(0, str(runner.parent))
    spec = importlib.util.spec_from_file_location("kernel_cases", runner)
    if spec is None or spec.loader is None:
        raise BenchError(f"{runner} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def operations(root: Path, board: str) -> dict[str, list[Step]]:
    """The steps of each operation's round in the middle."""
    build = root / "build" / board
    cases = _cases(root / "tests/kernel/run.py")
    listing, machine = cases.Machine(str(build), "debug"), cases.Machine(str(build), "release")
    listing.prepare()
    machine.prepare()
    names = re.findall(r"@case (.*?)\r?\n", listing.boot(None))
    kernel, tests = build / "release/kernel/kernel.elf", build / "kernel-tests/root.elf"
    found: dict[str, list[Step]] = {}
    for case in {which.case for which in OPERATIONS}:
        if case not in names:
            raise BenchError(f"there is no case {case!r}")
        wanted = [which for which in OPERATIONS if which.case == case]
        rounds = trace(machine.command(names.index(case)), kernel, tests, max(which.last for which in wanted) + 1)
        for which in wanted:
            found[which.figure] = [step for interval in rounds[which.first : which.last + 1] for step in interval]
    return found
