# SPDX-License-Identifier: BSD-2-Clause
"""How figures are shown: one aligned table for people, a list of objects for programs."""

from __future__ import annotations

import json
import sys

from figures import KINDS, Figure, kind_of

_RED, _GREEN, _END = "\033[31m", "\033[32m", "\033[0m"
_HEADER = ("figure", "value", "unit", "reference", "bar", "", "runs differ", "/".join(KINDS))


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}".replace(",", " ")


def _state(each: Figure) -> str:
    if each.value is None:
        return "MISSING"
    if each.bar is None:
        return ""
    return "OVER" if each.over() else "ok"


def table(figures: list[Figure]) -> str:
    """Colour only if standard output is a terminal."""
    rows = [_HEADER]
    values = {each.name: each.value for each in figures}
    for each in figures:
        if kind_of(each.name):
            continue
        kinds = [values.get(f"{each.name}_{kind}") for kind in KINDS]
        counts = "" if None in kinds else "/".join(str(count) for count in kinds)
        spread = "" if each.spread is None else f"+-{each.spread * 100:.2f} %"
        rows.append((each.name, _number(each.value), each.unit, _number(each.reference), _number(each.bar),
                     _state(each), spread, counts))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if column in (1, 3, 4) else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        if sys.stdout.isatty() and row[5] in ("ok", "OVER", "MISSING"):
            cells[5] = (_GREEN if row[5] == "ok" else _RED) + cells[5] + _END
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def to_json(figures: list[Figure]) -> str:
    """Only what was measured: a figure without a value is left out, and the run has failed."""
    entries = [{"name": each.name, "value": each.value, "unit": each.unit, "reference": each.reference,
                "bar": each.bar, "bar_is": "least" if each.least else "most"} for each in figures if each.value is not None]
    return json.dumps(entries, indent=1) + "\n"
