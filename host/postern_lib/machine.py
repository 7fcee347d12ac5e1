# SPDX-License-Identifier: BSD-2-Clause
"""The emulated board: QEMU's command line from the board's file, its serial console and its monitor."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from .console import Console
from .process import LineHandler, Process, ProcessError
from .sockets import SocketError, connect_unix, read_until

QEMU = "qemu-system-riscv64"
GPIO_SOCKET = "gpio.sock"
MONITOR_SOCKET = "monitor.sock"
DISK_FILE = "disk.img"
DISK_SIZE = 64 << 20
PROMPT = b"(qemu) "
# Tests put another network device between the card and the host.
USER_NETWORK = "user"
# An instruction takes a nanosecond whatever the host does, so nobody is held back because the host was busy. While the
# machine idles, its time follows the host's clock.
EXACT_TIME = ["-icount", "shift=0,sleep=on", "-rtc", "clock=vm"]


@dataclass(frozen=True)
class Disk:
    """The medium of the journal: a file that is made, sparse, if there is none. It stays what it was."""

    file: Path
    size: int = DISK_SIZE

    def prepare(self) -> None:
        with self.file.open("ab") as file:
            if file.tell() == 0:
                file.truncate(self.size)

    def argument(self) -> str:
        """As QEMU wants a file name among options that are parted by commas."""
        return str(self.file.resolve()).replace(",", ",,")


def read_arguments(file: Path, values: dict[str, str | None]) -> list[str]:
    """QEMU's arguments from a board's qemu.args. Comment lines start with #. A line with a placeholder whose value
    is None is left out."""
    arguments: list[str] = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        if any(value is None and f"{{{name}}}" in line for name, value in values.items()):
            continue
        try:
            # Split first, so that a value with spaces stays one argument.
            arguments += [word.format_map(values) for word in shlex.split(line)]
        except (KeyError, ValueError, IndexError) as error:
            raise ProcessError(f"{file}:{number}: cannot fill in '{line}': {error}") from error
    return arguments


class Machine:
    """One QEMU. Its console keeps what earlier runs of the same object wrote."""

    def __init__(
        self, folder: Path, arguments_file: Path, disk: Disk | None, on_line: LineHandler | None = None
    ) -> None:
        self.disk = disk
        self.console = Console()
        self._folder = folder
        self._arguments_file = arguments_file
        self._on_line = on_line
        self._process: Process | None = None

    def start(self, image: Path, extra: list[str] | None = None, netdev: str = USER_NETWORK) -> None:
        """Boots an image. The simulator must be listening on GPIO_SOCKET in the run's folder."""
        if self.disk:
            self.disk.prepare()
        values: dict[str, str | None] = {
            "image": str(image),
            "serial": "stdio",
            "netdev": netdev,
            # Relative to the run's folder: a path longer than 107 bytes does not fit a socket address.
            "gpio_socket": GPIO_SOCKET,
            "monitor_socket": MONITOR_SOCKET,
            "disk": self.disk.argument() if self.disk else None,
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

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self.console.close()
            self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self.console.close()
            self._process = None
