#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table of blast radii in docs/security.md, from the composer's account of the product: --write renews it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/security.md"
BEGIN, END = "<!-- blast radius: begin (tests/attack/blast.py --write) -->\n", "<!-- blast radius: end -->\n"
# What everybody has.
COMMON = {"spoils": {"log", "metrics"}, "calls": {"timer"}, "signals": {"console"}}


def radii() -> list[dict[str, object]]:
    """The product as it is in the tree; files of a device are not needed for it."""
    done = subprocess.run(
        [ROOT / "build/host/postern-compose", "--check", "--product", ROOT / "system/gateway.xml", "--board",
         ROOT / "boards/qemu_virt_riscv64/board.xml", "--json", "-"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)["blast_radius"]


def _words(radius: dict[str, object], key: str) -> str:
    words = radius[key]
    assert isinstance(words, list)
    return " ".join(f"`{word}`" for word in words if word not in COMMON.get(key, ())) or "-"


def table() -> str:
    lines = ["| PD | Has | Sees | Spoils | Controls, calls | Signals | Devices |", "|---|---|---|---|---|---|---|"]
    for radius in radii():
        commands = " ".join(word for word in (_words(radius, "controls"), _words(radius, "calls")) if word != "-") or "-"
        devices = _words(radius, "devices") + (" (**all RAM by DMA**)" if radius["all_memory"] else "")
        devices += " (**resets the machine**)" if radius["machine"] else ""
        lines.append(f"| `{radius['pd']}` | {_words(radius, 'has')} | {_words(radius, 'sees')} | "
                     f"{_words(radius, 'spoils')} | {commands} | {_words(radius, 'signals')} | {devices} |")  # fmt: skip
    return "\n".join(lines) + "\n"


def split(text: str) -> tuple[str, str, str]:
    """What is before, in and behind the table."""
    before, _, rest = text.partition(BEGIN)
    inside, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{DOCUMENT} has no place for the table")
    return before, inside, after


def main() -> int:
    before, inside, after = split(DOCUMENT.read_text())
    if "--write" in sys.argv:
        DOCUMENT.write_text(before + BEGIN + table() + END + after)
        return 0
    return 0 if inside == table() else 1


if __name__ == "__main__":
    sys.exit(main())
