# SPDX-License-Identifier: BSD-2-Clause
"""How a run is shown: every line marked with where it comes from, for people or as JSON lines."""

from __future__ import annotations

import json
import sys
import threading
from datetime import datetime, timezone
from typing import Any

from .judge import EvidenceError, Verdict, parse_event, reading_of

_WIDTH = 7
_COLOURS = {"gateway": "36", "reading": "32", "postern": "1", "problem": "1;31"}
# Events of the collector that show that something went wrong on the way.
_TROUBLE = ("gap", "duplicate", "out_of_order", "malformed", "missing", "disconnected")


class Display:
    """Lines may come from several threads; each is written whole."""

    def __init__(self, as_json: bool, verbose: bool) -> None:
        self._json = as_json
        self._verbose = verbose
        self._colour = not as_json and sys.stdout.isatty()
        self._lock = threading.Lock()
        self._broken = False

    @property
    def broken(self) -> bool:
        """Whether nobody reads what we write any more."""
        return self._broken

    def on_line(self, part: str, line: str) -> None:
        """Takes one line of output of a part of the gateway's surroundings."""
        if part == "collector" and line.startswith("{"):
            self._collector(line)
        elif part == "gateway" or self._verbose:
            self._write(part, line, {"line": line})

    def note(self, text: str) -> None:
        """Something the postern command itself has to say."""
        self._write("postern", text, {"line": text})

    def verdict(self, verdict: Verdict) -> None:
        for problem in verdict.problems:
            self._write("problem", problem, {"line": problem})
        word = "PASSED" if verdict.passed else "FAILED"
        self._write("postern", f"{word}: {verdict.summary()}",
                    {"passed": verdict.passed, "problems": verdict.problems, "summary": verdict.summary()})  # fmt: skip

    def _collector(self, line: str) -> None:
        try:
            event = parse_event(line)
            if event["type"] == "reading":
                reading = reading_of(event)
                when = datetime.fromtimestamp(float(reading.time), timezone.utc)
                text = (
                    f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}  {reading.device:<14} {reading.sensor:<8} "
                    f"{reading.quantity:<12} {reading.value:>12} {reading.unit:<4} {reading.seq:>8}"
                )
                self._write("reading", text, json.loads(line))
            elif event["type"] in _TROUBLE or self._verbose:
                details = ", ".join(f"{key} {value}" for key, value in event.items() if key != "type")
                self._write("reading", f"{event['type']}: {details}", json.loads(line))
        except EvidenceError as error:
            self._write("problem", str(error), {"line": str(error)})

    def _write(self, source: str, text: str, fields: dict[str, Any]) -> None:
        if self._json:
            line = json.dumps({"source": source, **fields})
        else:
            # The console shows what a device sent: its control characters stay off our terminal.
            mark = f"{source:<{_WIDTH}} |"
            if self._colour and source in _COLOURS:
                mark = f"\033[{_COLOURS[source]}m{mark}\033[0m"
            parts = text.split("\n")
            line = "\n".join(f"{mark} {''.join(c if c.isprintable() else '?' for c in part)}" for part in parts)
        with self._lock:
            if self._broken:
                return
            try:
                print(line, flush=True)
            except OSError:
                # The reader of our output has gone; the run goes on to its orderly end.
                self._broken = True
