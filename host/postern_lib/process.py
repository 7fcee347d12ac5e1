# SPDX-License-Identifier: BSD-2-Clause
"""Child processes that never outlive us, and their output line by line.

Each child runs in a session of its own, so that Ctrl-C reaches only us, and asks the kernel to be killed
when the thread that started it ends: start children from the main thread only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

LineHandler = Callable[[str], None]

# Bounds of what takes no time on an idle host: they end what is stuck, and must not end what is slow.
STOP_SECONDS = 30.0
ANSWER_SECONDS = 60.0


class ProcessError(Exception):
    """A child process could not be started, or did not do what was waited for."""


class Lines:
    """A stream's lines as they arrive, for waiting on: what was waited past is not looked at again."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._next = 0
        self._closed = False
        self._changed = threading.Condition()

    def add(self, line: str) -> None:
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def closed(self) -> bool:
        """Whether the stream has ended."""
        with self._changed:
            return self._closed

    def all(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    def wait_for(self, wanted: Callable[[str], bool], seconds: float) -> str | None:
        """The next line that is wanted, or None when the time is up or the stream has ended."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                while self._next < len(self._lines):
                    line = self._lines[self._next]
                    self._next += 1
                    if wanted(line):
                        return line
                remaining = deadline - time.monotonic()
                if self._closed or remaining <= 0:
                    return None
                self._changed.wait(remaining)


def _check_there(name: str, folder: Path, program: str, path: str) -> None:
    """ProcessError says how to get a program that is not there."""
    if os.sep in program:
        if not (folder / program).exists():
            raise ProcessError(f"{name}: {program} is not there: 'make programs host sim' builds it")
    elif shutil.which(program, path=path) is None:
        raise ProcessError(f"{name}: {program} is not installed: 'rm -f build/deps.stamp; make deps' does so")


class Process:
    """One child process, run in folder. Its two output streams go, line by line, to Lines and to handlers, and
    whole to name.log and name.err in the folder logs (default: folder)."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        logs: Path | None = None,
        environment: dict[str, str] | None = None,
        on_output: LineHandler | None = None,
        on_error: LineHandler | None = None,
        raw_output: Callable[[bytes], None] | None = None,
    ) -> None:
        self.name = name
        logs = logs or folder
        self.output = Lines()
        self.errors = Lines()
        # Programs of daemons lie outside an ordinary user's PATH.
        environment = dict(os.environ if environment is None else environment)
        environment["PATH"] = environment.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        self.log_failure = ""  # why the logs are not whole, if they are not
        _check_there(name, folder, str(command[0]), environment["PATH"])
        arguments = ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)]
        try:
            self._child = subprocess.Popen(
                arguments,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise ProcessError(f"{name}: cannot start {arguments[0]}: {error}") from error
        assert self._child.stdin and self._child.stdout and self._child.stderr
        self.stdin: IO[bytes] = self._child.stdin
        self._readers = [
            threading.Thread(target=self._read, args=args, daemon=True)
            for args in (
                (self._child.stdout, logs / f"{name}.log", self.output, on_output, raw_output),
                (self._child.stderr, logs / f"{name}.err", self.errors, on_error, None),
            )
        ]
        for reader in self._readers:
            reader.start()

    def _read(
        self,
        stream: IO[bytes],
        log: Path,
        lines: Lines,
        handler: LineHandler | None,
        raw: Callable[[bytes], None] | None,
    ) -> None:
        pending = b""

        def emit(line: bytes) -> None:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            lines.add(text)
            if handler:
                handler(text)

        with log.open("ab", buffering=0) as file:
            while data := os.read(stream.fileno(), 65536):
                self._log(file, log, data)
                if raw:
                    raw(data)
                *whole, pending = (pending + data).split(b"\n")
                for line in whole:
                    emit(line)
        if pending:
            emit(pending)
        lines.close()

    def _log(self, file: IO[bytes], log: Path, data: bytes) -> None:
        """What cannot be written is noted, once, and the program goes on."""
        if not self.log_failure:
            try:
                file.write(data)
            except OSError as error:
                self.log_failure = f"{log}: {error.strerror}"

    @property
    def pid(self) -> int:
        return self._child.pid

    def status(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""
        return self._child.poll()

    def running(self) -> bool:
        return self.status() is None

    def expect_line(self, wanted: Callable[[str], bool], what: str, seconds: float = ANSWER_SECONDS) -> str:
        """Waits for a line on standard output. ProcessError says what did not come, and why."""
        return self._expect(self.output, wanted, what, seconds)

    def expect_error_line(self, wanted: Callable[[str], bool], what: str, seconds: float = ANSWER_SECONDS) -> str:
        """The same for standard error, where daemons write their log."""
        return self._expect(self.errors, wanted, what, seconds)

    def _expect(self, lines: Lines, wanted: Callable[[str], bool], what: str, seconds: float) -> str:
        line = lines.wait_for(wanted, seconds)
        if line is None:
            if lines.closed():
                self.wait(STOP_SECONDS)
            raise ProcessError(f"{self.name}: {what} did not come{self.how_it_ended()}")
        return line

    def how_it_ended(self) -> str:
        """For messages: the exit status and the last words on standard error."""
        if self.running():
            return " in time"
        self._join()
        words = [line for line in self.errors.all() if line.strip()][-5:]
        return f": it ended with status {self.status()}" + "".join(f"\n    {line}" for line in words)

    def wait(self, seconds: float) -> int | None:
        """The exit status, or None if it still runs after so many seconds."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self._kill_group()
        self._join()
        return self._child.returncode

    def send_signal(self, number: int) -> None:
        if self.running():
            self._child.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = STOP_SECONDS) -> int:
        """Ends the process, politely first, with all that it has started, and reaps it."""
        self.send_signal(number)
        if self.wait(seconds) is None:
            return self.kill()
        self._close()
        return self._child.returncode

    def kill(self) -> int:
        """Ends the process at once, as a crash would, and reaps it."""
        self.send_signal(signal.SIGKILL)
        self._child.wait()
        self._kill_group()
        self._join()
        self._close()
        return self._child.returncode

    def _kill_group(self) -> None:
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(STOP_SECONDS)

    def _close(self) -> None:
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            if stream:
                try:
                    stream.close()
                except OSError:
                    pass
