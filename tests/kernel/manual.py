# SPDX-License-Identifier: BSD-2-Clause
"""The manual's table of test groups must be true: each group with the number of its cases."""
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

MANUAL = Path("docs/kernel.md")
ROW = re.compile(r"^\| `([a-z ]+):` \| (\d+) \|", re.M)


def problem(names: list[str], text: str) -> str | None:
    """What is wrong with the table in this text, given the names of all cases."""
    real = Counter(name.partition(":")[0] for name in names)
    told = {group: int(count) for group, count in ROW.findall(text)}
    wrong = [f"{group}: {told.get(group, 0)} told, {real[group]} there" for group in sorted({*real, *told})
             if told.get(group, 0) != real[group]]
    total = re.search(r"^(\d+) cases in all", text, re.M)
    if total is None or int(total[1]) != len(names):
        wrong.append(f"all: {total[1] if total else 'no number'} told, {len(names)} there")
    return ", ".join(wrong) or None


def checks(names: list[str]) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Name and check; what a check answers is what is wrong. Figures are not tests."""
    text = MANUAL.read_text()
    names = [name for name in names if not name.startswith("bench: ")]
    yield "binary: the manual's table of test groups", lambda: problem(names, text)
    yield "binary: a wrong table would be noticed", lambda: (
        None if problem([*names, "ipc: one more"], text) and problem(names[1:], text) else "it was not")
