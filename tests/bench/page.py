#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the figures of build/bench.json into docs/bench.md, between their marks; `make bench-page` runs it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from figures import KINDS, KNOWN, kind_of  # noqa: E402

PAGE = ROOT / "docs" / "bench.md"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", " ")


def _figures(entries: list[dict[str, Any]]) -> str:
    lines = ["| Figure | Value | Unit | Reference | Bar |", "|---|--:|---|--:|--:|"]
    for each in entries:
        if not kind_of(each["name"]):
            bar = ("at least " if each["bar_is"] == "least" else "") + _number(each["bar"])
            cells = [f"`{each['name']}`", _number(each["value"]), each["unit"], _number(each["reference"]), bar]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _accesses(entries: list[dict[str, Any]]) -> str:
    values = {each["name"]: each["value"] for each in entries}
    lines = ["| Operation | Loads | Stores | `satp` writes | `sfence.vma` |", "|---|--:|--:|--:|--:|"]
    for name in values:
        counts = [values.get(f"{name}_{kind}") for kind in KINDS]
        if None not in counts:
            lines.append(f"| `{name}` | " + " | ".join(str(count) for count in counts) + " |")
    return "\n".join(lines)


def filled(page: str, entries: list[dict[str, Any]]) -> str:
    """The page with these figures. ValueError: a mark or a figure is missing."""
    missing = sorted(set(KNOWN) - {each["name"] for each in entries})
    if missing:
        raise ValueError(f"not measured: {', '.join(missing)}; run make bench")
    for mark, text in (("figures", _figures(entries)), ("accesses", _accesses(entries))):
        page, count = re.subn(rf"(<!-- {mark}: make bench-page -->\n).*?(<!-- end -->)",
                              lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"docs/bench.md has no single place for {mark}")
    return page


def main() -> int:
    try:
        entries = json.loads((ROOT / "build" / "bench.json").read_text())
        PAGE.write_text(filled(PAGE.read_text(), entries))
    except (OSError, ValueError) as error:
        print(f"bench-page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
