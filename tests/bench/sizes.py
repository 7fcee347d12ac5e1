# SPDX-License-Identifier: BSD-2-Clause
"""Figures that need no machine: the composer's report, the kernel's program file and its source."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import stack
from figures import KNOWN, BenchError, Measured

_SOURCE_SUFFIXES = (".c", ".h", ".S")
# Strings and characters are matched first, so that a comment's beginning inside one is none.
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)


def of_report(image: Path) -> dict[str, Measured]:
    """Sizes of the image and of the memory that it uses, from the report beside it."""
    text = Path(f"{image}.report.txt").read_text()
    total = re.search(r"RAM in all (\d+) .*image file (\d+)$", text, re.M)
    count = re.search(r"^Protection domains: (\d+)$", text, re.M)
    usage = re.search(r"^  domain +code +constants +data +stack +regions +tables +slots\n((?:  \S+(?: +\d+){7}\n)+)",
                      text, re.M)  # fmt: skip
    if not total or not count or not usage:
        raise BenchError(f"{image}.report.txt: memory in use is not where it is looked for")
    if int(total[2]) != image.stat().st_size:
        raise BenchError(f"{image}: has {image.stat().st_size} bytes, its report says {total[2]}")
    figures = {"image_bytes": Measured(int(total[2])), "ram_bytes": Measured(int(total[1]))}
    rows = [line.split() for line in usage[1].splitlines()]
    if len(rows) != int(count[1]):
        raise BenchError(f"{image}.report.txt: memory of {len(rows)} of {count[1]} domains")
    for name, *numbers, _slots in rows:
        figures[f"ram_{name}_bytes"] = Measured(sum(int(number) for number in numbers))
    return figures


def text_bytes(elf: Path) -> int:
    """Code and constants, as `size` counts them."""
    done = subprocess.run(["riscv64-unknown-elf-size", elf], check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[1].split()[0])


def stack_bytes(elf: Path) -> int:
    """Worst-case depth of the kernel's stack; the figure's bar is the size of that stack."""
    main = next(each for each in stack.measure(str(elf)) if each.name == "kernel_stack_top")
    if main.size != KNOWN["kernel_stack_bytes"].bar:
        raise BenchError(f"{elf}: the stack has {main.size} bytes")
    return main.used


def code_lines(objects: Path, root: Path) -> int:
    """Lines with more on them than comments and white space, in all own files that the objects in a folder were
    compiled from, headers included, each counted once."""
    names: set[str] = set()
    for rule in objects.rglob("*.d"):
        names.update(rule.read_text().replace("\\\n", " ").partition("\n")[0].partition(":")[2].split())
    files = [root / name for name in sorted(names) if not Path(name).is_absolute() and name.endswith(_SOURCE_SUFFIXES)]
    if not files:
        raise BenchError(f"{objects}: nothing says what the objects were compiled from")
    return sum(_lines_of(file.read_text()) for file in files if file.exists())


def _lines_of(source: str) -> int:
    def blank(token: re.Match[str]) -> str:
        return token[0] if token[0][0] in "\"'" else "\n" * token[0].count("\n")

    return sum(1 for line in _TOKEN.sub(blank, source).splitlines() if line.strip())
