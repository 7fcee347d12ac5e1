# SPDX-License-Identifier: BSD-2-Clause
"""The postern command: runs the gateway with everything around it and judges what arrived; reads post-mortems."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from . import postmortem
from .display import Display
from .gateway import DEFAULT_BOARD, ROOT, Gateway, Settings
from .identity import IdentityError
from .judge import Verdict
from .machine import DISK_SIZE
from .process import ProcessError
from .run_folder import ImageError
from .sockets import SocketError

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_S = 0.1
SMALLEST_DISK = 1 << 20  # as of --disk-size

_EPILOG = """\
exit status: 0 if every sensor's readings arrived, in order, without a gap that the gateway's loss ledger does not
explain, and equal to what the simulator put on the bus; 1 if not, with the reason; 2 for a bad command line. The
summary names the numbers that are missing, and why.
"""


class Stopped(Exception):
    """A signal asked for the end."""


def _on_signal(number: int, _frame: FrameType | None) -> None:
    # Once is enough: the orderly end takes a few seconds at most and must not be cut short.
    _ignore_signals()
    raise Stopped(signal.Signals(number).name)


def _ignore_signals() -> None:
    for each in _STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds greater than 0")
    return value


def _mebibytes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1 << 20:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of MiB from 1 to {1 << 20}")
    return int(text) << 20


def _board(text: str) -> str:
    known = sorted(file.parent.name for file in ROOT.glob("boards/*/board.xml"))
    if text not in known:
        raise argparse.ArgumentTypeError(f"there is no boards/{text}; known boards: {', '.join(known)}")
    return text


def _file(text: str) -> Path:
    try:
        with open(text, "rb"):
            return Path(text)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"'{text}': {error.strerror}") from error


def _disk(text: str) -> Path:
    """A medium, or where one can be made."""
    path = Path(text)
    try:
        path.parent.stat()
        if path.exists():
            with path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
            if 0 < size < SMALLEST_DISK:
                raise argparse.ArgumentTypeError(f"'{text}' has {size} bytes: a medium has at least {SMALLEST_DISK}")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"'{error.filename}': {error.strerror}") from error
    return path


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="postern", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="boot the gateway in QEMU and show its console and readings", epilog=_EPILOG)
    run.add_argument("--seconds", type=_seconds, metavar="N", help="stop after N seconds (default: on Ctrl-C)")
    run.add_argument("--board", type=_board, default=DEFAULT_BOARD, help="a folder under boards/ (default: %(default)s)")
    run.add_argument("--config", choices=("debug", "release"), default="debug")
    run.add_argument("--image", type=_file, metavar="FILE", help="an image of an earlier run, such as build/run/latest/postern.img")
    run.add_argument("--data", type=_file, metavar="FILE", help="another environment file for the simulator to play (CSV)")
    disk = run.add_mutually_exclusive_group()
    disk.add_argument("--disk", type=_disk, metavar="FILE",
                      help="the journal's medium, made if there is none, and kept (default: a new one for the run)")  # fmt: skip
    disk.add_argument("--no-disk", action="store_true", help="run without a medium: readings are not durable")
    run.add_argument("--disk-size", type=_mebibytes, default=DISK_SIZE, metavar="MIB",
                     help=f"size of a medium that is made (default: {DISK_SIZE >> 20})")  # fmt: skip
    run.add_argument("--json", action="store_true", help="print JSON lines; 'source' says where each comes from")
    run.add_argument("--verbose", action="store_true", help="show the broker, the name server and the simulator too")
    post = commands.add_parser("postmortem", help="name the functions and lines where a component failed",
                               epilog="exit status: 0 if all could be named; 1 if not, with the reason")  # fmt: skip
    post.add_argument("file", metavar="FILE|-", help="the console's output with `postmortem NAME`, or messages in JSON")
    post.add_argument("--programs", type=Path, action="append", metavar="DIR",
                      help="where the components' ELF files are (default: all of build/*/*/pd)")  # fmt: skip
    return parser.parse_args(arguments)


def _type_into_console(gateway: Gateway) -> None:
    for line in sys.stdin:
        try:
            gateway.console.send_line(line.rstrip("\n"))
        except Exception:  # the machine has just stopped: nothing is left to type to
            return


def _is_interactive() -> bool:
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _watch(gateway: Gateway, seconds: float | None, display: Display) -> str | None:
    """Waits for the end of the run. Returns what ended it early, or None when the time is up.

    Without a time it is over when nobody reads our output any more.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    parts = [gateway.broker, gateway.nameserver, gateway.simulator, gateway.collector, gateway.machine]
    while deadline is None or time.monotonic() < deadline:
        for part in parts:
            if not part.running():
                return f"stopped early: {part.process.name}{part.process.how_it_ended()}"
            if part.process.log_failure:
                return f"stopped early: {part.process.log_failure}"
        if deadline is None and display.broken:
            break
        time.sleep(_POLL_S)
    return None


def _run(options: argparse.Namespace, display: Display) -> Verdict:
    failure: str | None = None
    settings = Settings(
        board=options.board,
        config=options.config,
        image=options.image,
        data=options.data,
        has_disk=not options.no_disk,
        disk=options.disk,
        disk_size=options.disk_size,
    )
    with Gateway(settings, display.on_line) as gateway:
        try:
            display.note("composing the image")
            gateway.compose()
            gateway.start()
            until = f"for {options.seconds:g} s" if options.seconds else "until Ctrl-C"
            display.note(f"the gateway runs {until}; logs are in {os.path.relpath(gateway.folder.path)}")
            if _is_interactive():
                display.note("what you type goes to the gateway's console: try 'help'")
                threading.Thread(target=_type_into_console, args=(gateway,), daemon=True).start()
            failure = _watch(gateway, options.seconds, display)
        except Stopped as stop:
            display.note(f"stopping: {stop}")
        finally:
            _ignore_signals()
    verdict = gateway.verdict()
    if failure:
        verdict.problems.insert(0, failure)
    return verdict


def _postmortem(options: argparse.Namespace) -> int:
    """Explains what can be explained, and says of the rest why not."""
    folders = options.programs or sorted(ROOT.glob("build/*/*/pd"))
    status = 0
    try:
        if options.file == "-":
            text = sys.stdin.buffer.read(postmortem.MAX_TEXT)
        else:
            with open(options.file, "rb") as file:
                text = file.read(postmortem.MAX_TEXT)
        for record in postmortem.read(text.decode(errors="replace")):
            try:
                print("\n".join(postmortem.explain(record, postmortem.find_program(record, folders))))
            except postmortem.PostmortemError as error:
                print(f"postern: {error}", file=sys.stderr)
                status = 1
    except (postmortem.PostmortemError, OSError) as error:
        print(f"postern: {_in_words(error)}", file=sys.stderr)
        status = 1
    return status


def _in_words(error: Exception) -> str:
    """An error of the system by file and reason, without its number."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    if options.command == "postmortem":
        return _postmortem(options)
    display = Display(options.json, options.verbose)
    for each in _STOP_SIGNALS:
        signal.signal(each, _on_signal)
    try:
        verdict = _run(options, display)
    except Stopped as stop:
        verdict = Verdict([f"{stop} before the gateway was started"])
    except (IdentityError, ImageError, ProcessError, SocketError, OSError) as error:
        verdict = Verdict([_in_words(error)])
    display.verdict(verdict)
    return 0 if verdict.passed else 1
