# SPDX-License-Identifier: BSD-2-Clause
"""The emulated board: QEMU's command line from the board's file, its serial console and its monitor."""

from __future__ import annotations

import shlex
from pathlib import Path

from .console import Console
from .process import LineHandler, Process, ProcessError
from .sockets import SocketError, connect_unix, read_until

QEMU = "qemu-system-riscv64"
GPIO_SOCKET = "gpio.sock"
MONITOR_SOCKET = "monitor.sock"
PROMPT = b"(qemu) "
# Tests put another network device between the card and the host.
USER_NETWORK = "user"


def read_arguments(file: Path, values: dict[str, str]) -> list[str]:
    """QEMU's arguments from a board's qemu.args. Comment lines start with #."""
    arguments: list[str] = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        try:
            # Split first, so that a value with spaces stays one argument.
            arguments += [word.format_map(values) for word in shlex.split(line)]
        except (KeyError, ValueError, IndexError) as error:
            raise ProcessError(f"{file}:{number}: cannot fill in '{line}': {error}") from error
    return arguments


class Machine:
    """One QEMU. Its console keeps what earlier runs of the same object wrote."""

    def __init__(self, folder: Path, arguments_file: Path, on_line: LineHandler | None = None) -> None:
        self.console = Console()
        self._folder = folder
        self._arguments_file = arguments_file
        self._on_line = on_line
        self._process: Process | None = None

    def start(self, image: Path, extra: list[str] | None = None, netdev: str = USER_NETWORK) -> None:
        """Boots an image. The simulator must be listening on GPIO_SOCKET in the run's folder."""
        values = {
            "image": str(image),
            "serial": "stdio",
            "netdev": netdev,
            # Relative to the run's folder: a path longer than 107 bytes does not fit a socket address.
            "gpio_socket": GPIO_SOCKET,
            "monitor_socket": MONITOR_SOCKET,
        }
        arguments = read_arguments(self._arguments_file, values)
        self._process = Process(
            "machine",
            [QEMU, *arguments, *(extra or [])],
            self._folder,
            on_output=self._on_line,
            raw_output=self.console.feed,
        )
        self.console.attach(self._process.stdin)

    @property
    def process(self) -> Process:
        if self._process is None:
            raise ProcessError("machine: not started")
        return self._process

    def running(self) -> bool:
        return self._process is not None and self._process.running()

    def monitor(self, command: str) -> str:
        """One command of QEMU's human monitor, such as 'set_link n0 off'. Returns what it prints."""
        with connect_unix(self._folder / MONITOR_SOCKET) as client:
            read_until(client, PROMPT)
            client.sendall(command.encode() + b"\n")
            try:
                answer = read_until(client, PROMPT)
            except SocketError:
                if command != "quit":
                    raise
                return ""
        # The monitor echoes the command with terminal controls in its first line.
        return answer[: -len(PROMPT)].decode("utf-8", "replace").partition("\n")[2].replace("\r", "").strip()

    def set_link(self, up: bool) -> None:
        answer = self.monitor(f"set_link n0 {'on' if up else 'off'}")
        if answer:
            raise ProcessError(f"machine: set_link: {answer}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self.console.close()
            self._process = None
