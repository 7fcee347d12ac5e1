# SPDX-License-Identifier: BSD-2-Clause
"""The gateway's serial console as text that can be waited on, in the way of pexpect."""

from __future__ import annotations

import re
import threading
import time
from typing import IO


# What a sound gateway says soon, however busy the host is.
PATIENCE_SECONDS = 180.0
PROMPT = "postern> "
# Before the time of a log line, as a pattern of many lines: nothing, or a prompt that is wiped away for it.
LOG_LINE = r"(?:^|\x1b\[K) *"


class ConsoleTimeout(Exception):
    """What was expected did not appear; the message shows what did."""


class Console:
    """Collects the serial output from the first byte. Each expect() looks only at what follows the last match."""

    def __init__(self) -> None:
        self._text = ""
        self._position = 0
        self._closed = False
        self._input: IO[bytes] | None = None
        self._changed = threading.Condition()

    def attach(self, serial_input: IO[bytes]) -> None:
        """Says where typed text goes: the machine's serial input."""
        with self._changed:
            self._input = serial_input
            self._closed = False

    def feed(self, data: bytes) -> None:
        """Takes serial output. A byte that is no UTF-8 shows as U+FFFD; carriage returns are dropped."""
        with self._changed:
            self._text += data.decode("utf-8", "replace").replace("\r", "")
            self._changed.notify_all()

    def close(self) -> None:
        """The machine has stopped: nothing more will come."""
        with self._changed:
            self._closed = True
            self._input = None
            self._changed.notify_all()

    def text(self) -> str:
        """Everything since the beginning."""
        with self._changed:
            return self._text

    def send(self, data: bytes) -> None:
        """Types any bytes."""
        with self._changed:
            target = self._input
        if target is None:
            raise ConsoleTimeout("the machine is not running: nobody reads the console")
        target.write(data)
        target.flush()

    def send_line(self, line: str) -> None:
        """Types a line and Enter."""
        self.send(line.encode() + b"\r")

    def expect(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """Waits for a regular expression (^ and $ match at lines) and moves behind its match.

        Text is looked at as it arrives, perhaps in the middle of a line: end an open pattern with what follows.
        """
        wanted = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                match = wanted.search(self._text, self._position)
                if match:
                    self._position = match.end()
                    return match
                remaining = deadline - time.monotonic()
                if self._closed or remaining <= 0:
                    why = "the machine stopped" if self._closed else f"{seconds:g} s passed"
                    raise ConsoleTimeout(
                        f"{why} without '{pattern}' on the console; since the last match:\n"
                        + self._text[self._position :][-4000:]
                    )
                self._changed.wait(remaining)

    def answer(self, command: str, seconds: float = PATIENCE_SECONDS) -> str:
        """What a command of the shell prints, whole: it comes in one piece, log lines before or behind it. The next
        expect() sees what follows."""
        self.skip()
        self.send_line(command)
        return self.expect(rf"{re.escape(command)}\n((?s:.*?)){PROMPT}", seconds)[1]

    def skip(self) -> None:
        """Lets the next expect() see only what comes from now on."""
        with self._changed:
            self._position = len(self._text)
