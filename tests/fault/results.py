# SPDX-License-Identifier: BSD-2-Clause
"""What all lanes found, as rows: in a file, and as the table in docs/resilience.md."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plan import EVENTS, Row

BEGIN, END = "<!-- generated: make resilience -->", "<!-- end of what is generated -->"
DELIVERS, RESETS, FAILS = "delivers again", "the machine starts again and delivers", "FAILS"
NOTHING = "0"
# A session that was resumed takes less, and signatures differ in length.
SLACK_BYTES = {"crypto.arena.used": 64}
_HEAD = "| Stopped | In the course of | Outcome | Accepted readings lost | Stops | Median ms | Worst ms |"
_RULE = "|---|---|---|--:|--:|--:|--:|"


@dataclass(frozen=True)
class Line:
    """Every stop of one program in the course of one event."""

    row: Row
    outcome: str
    lost: str
    stops: int
    median_ms: int
    worst_ms: int

    def text(self) -> str:
        return (f"| `{self.row.prey}` | {self.row.event} | {self.outcome} | {self.lost} | {self.stops} | {self.median_ms} "
                f"| {self.worst_ms} |")


def due(event: str) -> str:
    """What has to come of a stop."""
    return RESETS if event == "reset" else DELIVERS


def _line(row: Row, stops: list[dict[str, Any]], sound: bool) -> Line:
    times = [stop["recovery_ms"] for stop in stops if stop["recovery_ms"] is not None]
    good = sound and len(times) == len(stops) and not any(stop["problems"] for stop in stops)
    return Line(row, due(row.event) if good else FAILS, NOTHING if sound else "?", len(stops),
                round(statistics.median(times or [0])), round(max(times, default=0)))


def lines(lanes: list[dict[str, Any]]) -> list[Line]:
    """In the order of the plan. A lane with a problem of its own spoils the rows that it played."""
    found = []
    for event, preys in EVENTS.items():
        for prey in preys:
            mine = [(stop, lane) for lane in lanes for stop in lane["stops"] if (stop["event"], stop["prey"]) == (event, prey)]
            if mine:
                found.append(_line(Row(event, prey), [stop for stop, _ in mine], not any(lane["problems"] for _, lane in mine)))
    return found


def longest_ms(lanes: list[dict[str, Any]], event: str = "") -> float:
    """The longest recovery, in the course of one event or of any, as it would have been on a quiet host."""
    return max(stop["recovery_ms"] - stop["host_ms"] for lane in lanes for stop in lane["stops"]
               if event in ("", stop["event"]))


def grown(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Memory that is taken afterwards and was not before."""
    return [f"{name} was {before[name]} and is {after[name]}" for name in before
            if after[name] > before[name] + SLACK_BYTES.get(name, 0)]


def leaks(lane: dict[str, Any]) -> list[str]:
    """Memory that is taken at the end of a lane and was not at its beginning."""
    return [f"{lane['lane']}: {each}" for each in grown(*lane["held"])]


def outcomes(found: list[Line]) -> list[tuple[str, str, str, str]]:
    """Of each row what does not depend on chance."""
    return [(line.row.prey, line.row.event, line.outcome, line.lost) for line in found]


def outcomes_of(document: str) -> list[tuple[str, ...]]:
    """The same, as a document has it."""
    table = document.partition(BEGIN)[2].partition(END)[0]
    return re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|", table, re.M)


def write_table(file: Path, found: list[Line]) -> None:
    before, begin, rest = file.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file}: there is no place for the table")
    body = "\n".join([_HEAD, _RULE, *(line.text() for line in found)])
    file.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}")
