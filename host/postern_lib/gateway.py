# SPDX-License-Identifier: BSD-2-Clause
"""One gateway with everything around it: broker, name server, sensor, collector and the emulated board.

The postern command and the integration tests both drive this class; each part can be stopped, spoiled and
started again on its own. Use it as a context manager: leaving it leaves no process behind.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from . import identity
from .console import LOG_LINE, PATIENCE_SECONDS
from .judge import MAX_IN_FLIGHT, Reading, Verdict, judge, parse_event, reading_of
from .machine import DISK_FILE, DISK_SIZE, Disk, Machine, USER_NETWORK
from .peers import Broker, Collector, NameServer, Simulator
from .process import LineHandler
from .run_folder import Ports, RunFolder

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_BOARD = "qemu_virt_riscv64"
# What the console says when a transfer fails: once for some in a row, and before it, each time, that the bus fell silent.
BUS_FAILED, BUS_SILENT = "bus transfer failed", "spi bus: device does not answer"
# The value of uplink.conf's key `order` that lets new readings overtake those that wait.
LIVE_FIRST = "live-first"
_SENSOR_LINE = re.compile(LOG_LINE + r"(\d+\.\d+) sensors +\w+ +sensor \S+: (.*)$", re.MULTILINE)
_ANY_TIME = re.compile(LOG_LINE + r"(\d+\.\d+) \w+ +\w+ ", re.MULTILINE)


def failed_rounds(text: str) -> int:
    """How many rounds of sampling have failed with the bus. The console says only when that begins and ends, and rounds
    are a second apart."""
    lines = [(float(line[1]), line[2]) for line in _SENSOR_LINE.finditer(text)]
    if not lines:
        return 0
    times = [when for when, _ in lines[1:]] + [float(_ANY_TIME.findall(text)[-1])]
    runs = [end - begin for (begin, said), end in zip(lines, times) if BUS_FAILED in said]
    return sum(max(1, math.ceil(run)) for run in runs)


@dataclass(frozen=True)
class Settings:
    """What a run is made of. Paths default to the build folder of this tree."""

    board: str = DEFAULT_BOARD
    config: str = "debug"
    image: Path | None = None  # composed for the run if None
    data: Path | None = None  # the environment that the simulator plays; the board's own if None
    identities: Path = ROOT / "build" / "identity"
    has_disk: bool = True  # without one, readings are not kept across a loss of power
    disk: Path | None = None  # the medium of the journal; a new file in the run's folder if None
    disk_size: int = DISK_SIZE  # of a file that is made, in bytes
    journal: dict[str, str | int] = field(default_factory=dict)  # its configuration, where not the default
    uplink: dict[str, str | int] = field(default_factory=dict)  # likewise
    variant: str = ""  # a product for tests: the gateway as tests/<variant> changes it
    feed: dict[str, str | int] = field(default_factory=dict)  # configuration of the variant "feed"


class Gateway:
    """Parts: broker, nameserver, simulator, collector, machine. on_line(part, line) sees all their output."""

    def __init__(self, settings: Settings, on_line: Callable[[str, str], None] | None = None) -> None:
        identity.provision(settings.identities)
        self.settings = settings
        self.ports = Ports.of_image(settings.image) if settings.image else Ports.pick()
        self.folder = RunFolder(ROOT / "build" / "run")
        self.image: Path | None = settings.image
        self._began = time.time()

        def handler(part: str) -> LineHandler | None:
            return (lambda line: on_line(part, line)) if on_line else None

        path, programs = self.folder.path, ROOT / "build" / "host"
        board = ROOT / "boards" / settings.board
        data = settings.data or board / "sim" / "environment.csv"
        self.broker = Broker(path, settings.identities, self.ports.broker, self.ports.monitor, handler("broker"))
        self.nameserver = NameServer(path, self.ports.nameserver, handler("nameserver"))
        self.simulator = Simulator(path, programs / "bme280-sim", data.resolve(), handler("simulator"))
        self.collector = Collector(
            path, programs / "collector", settings.identities, self.ports.monitor, handler("collector")
        )
        if settings.uplink.get("order") == LIVE_FIRST:
            self.collector.options.append("--live-first")
        disk = Disk(settings.disk or path / DISK_FILE, settings.disk_size) if settings.has_disk else None
        self.machine = Machine(path, board / "qemu.args", disk, handler("gateway"))
        self.console = self.machine.console

    def compose(self) -> Path:
        """The image for this run: composed from its configuration files, unless one was given."""
        if self.image is None:
            extra = {"journal.conf": self.settings.journal, "uplink.conf": self.settings.uplink}
            if self.settings.feed:
                extra["feed.conf"] = self.settings.feed
            self.folder.write_config(self.settings.identities, self.ports, extra)
            self.image = self.folder.compose(ROOT, self.settings.board, self.settings.config, self.settings.variant)
        return self.image.resolve()

    def start_peers(self) -> None:
        """Everything but the machine."""
        self.broker.start()
        self.nameserver.start()
        self.simulator.start()
        self.collector.start()
        self.broker.remember()

    def start_machine(self, extra: list[str] | None = None, netdev: str = USER_NETWORK) -> None:
        """Boots the image; extra arguments go to QEMU. netdev: what the network card is connected to."""
        self.machine.start(self.compose(), extra, netdev)

    def start(self) -> None:
        self.compose()
        self.start_peers()
        self.start_machine()

    def stats(self, component: str) -> dict[str, int]:
        """The counters of a component, all of one moment, as the console shows them."""
        text = self.console.answer(f"stats {component}")
        return {name: int(value) for name, value in re.findall(rf"^{component} +(\S+) +(\d+)$", text, re.M)}

    def restart_machine(self) -> None:
        """Power off and on. The simulator serves one machine at a time and begins a new log."""
        self.machine.stop()
        self.simulator.stop()
        self.simulator.start()
        self.start_machine()

    def power_cut(self) -> None:
        """The machine is gone between two instructions; what it has written to its disk stays. start_machine() puts
        the power on again."""
        self.machine.kill()
        self.simulator.stop()
        self.simulator.start()

    def stop(self) -> None:
        """Ends all parts, the machine first, so that what it has sent still reaches the collector."""
        for part in (self.machine, self.collector, self.simulator, self.nameserver, self.broker):
            part.stop()
        self.folder.release()

    def events(self) -> list[str]:
        """The collector's JSON lines of this run, from all its starts."""
        log = self.folder.path / "collector.log"
        text = log.read_text() if log.exists() else ""
        return text[: text.rfind("\n") + 1].splitlines()

    def readings(self) -> list[Reading]:
        """The readings that have arrived so far, without those delivered again."""
        events = (parse_event(line) for line in self.events())
        return [reading_of(event) for event in events if event["type"] in ("reading", "out_of_order")]

    def wait_readings(self, more: int, seconds: float = PATIENCE_SECONDS) -> list[Reading]:
        """Waits until so many further readings have arrived, and returns them. TimeoutError says how many did."""
        before = len(self.readings())
        deadline = time.monotonic() + seconds
        while len(now := self.readings()) < before + more:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{len(now) - before} of {more} readings came in {seconds:g} s; the console's end:\n"
                    + self.console.text()[-3000:]
                )
            time.sleep(0.05)
        return now[before:]

    def verdict(self, max_in_flight: int = MAX_IN_FLIGHT, stops: int = 0, **limits: Any) -> Verdict:
        """Compares what arrived with what the simulator put on the bus, since the beginning. stops: how often a
        component between the bus and the journal was stopped. What has piled up and is still on its way to the collector
        is waited for while the machine runs. limits: others of the judge's."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := self._judge(max_in_flight, stops, limits)).in_flight > max_in_flight and self.machine.running():
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return now

    def _judge(self, max_in_flight: int, stops: int, limits: dict[str, Any]) -> Verdict:
        # First what arrived: what is measured meanwhile may have arrived, too.
        events = self.events()
        *earlier, last = [
            log.read_text() if log.exists() else "" for log in (*self.simulator.earlier_logs, self.simulator.log)
        ]
        # A transfer that fails, as when the host holds up the simulator, costs the measurement in hand.
        console = self.console.text()
        stops += max(failed_rounds(console), console.count(BUS_SILENT))
        window = (self._began, time.time())
        live_first = self.settings.uplink.get("order") == LIVE_FIRST
        return judge(
            events,
            last,
            max_in_flight=max_in_flight,
            window=window,
            earlier=earlier,
            stops=stops,
            live_first=live_first,
            **limits,
        )

    def __enter__(self) -> Gateway:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
