# SPDX-License-Identifier: BSD-2-Clause
"""One gateway in which programs are stopped, one after the other, and what came of each: a line of results a stop.

Everything that chance decides comes from the seed; each result names the place, so that it can be looked at again.
"""

from __future__ import annotations

import random
import re
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import programs
from hunter import PATIENT, RINGS, SLOWEST, SUDDEN, WHOLE_BOOT, Hunter, Kill
from plan import EVENTS, LANES, PAIRS, Row, order
from postern_lib.gateway import ROOT, Gateway, Settings
from postern_lib.judge import QUANTITIES, judge
from probe import BREAKING, COUNTING
from results import grown
from stub import Stub

CONFIG = "release"
DISK_BYTES = 4 << 20
PATIENCE_S = 60.0
GATE_S = 16.0
SOON_S = 8.0
TRIES = 8
# The product's limit of restarts within its window.
MOST_IN_WINDOW, WINDOW_S = 5, 61
# What one of these was at is not accepted yet, and goes with it.
MAY_LOSE_A_SAMPLE = {"sensors", "spi0"}
HUNTS = {"publish": PATIENT, "reset": PATIENT, "boot": WHOLE_BOOT, "rings": RINGS}
HELD = {
    "net": ["heap_used", "pool_used", "pbufs_used", "tcp_pcbs", "tcp_segments", "udp_pcbs", "timeouts"],
    "crypto": ["arena.used"],
}
LOOKS, MOST_LOOKS = 3, 30  # at memory: between readings, nothing is on its way
# What the bus driver counts of a bus that answers late or never: only the host makes that.
BUS_FAILURES = {"bus_errors", "timeouts"}
METRIC, METRICS_AT, MOST_METRICS = struct.Struct("<32sQ"), 16, 20  # postern/metrics.h


def _renumbered(lines: list[str]) -> str:
    """As if a simulator had been started for them."""
    return "".join(re.sub(r'"n":\d+', f'"n":{number}', line) for number, line in enumerate(lines, 1))


class LaneError(Exception):
    """The gateway did not do what it does every time."""


@dataclass
class Result:
    event: str
    prey: str
    places: list[str]
    at_ms: float
    recovery_ms: float | None  # until something that was not stored before has been acknowledged; None: never
    host_ms: float  # of these, at most so many in which a busy host let the machine or its peers stand
    problems: list[str] = field(default_factory=list)


class Lane:
    def __init__(self, kind: str, part: int, seed: int) -> None:
        self.name = f"{kind}-{part}"
        self._kind = kind
        self.results: list[Result] = []
        self.problems: list[str] = []
        self.held: list[dict[str, int]] = []  # before and after
        self.gateway = Gateway(Settings(config=CONFIG, disk_size=DISK_BYTES))
        self._seed = seed
        self._chance = random.Random(f"{self.name}-{seed}")
        self._kills: Counter[str] = Counter()
        self._recent: dict[str, list[int]] = {}
        # Measurements that the simulator had in its logs when some of them may have been lost, and what was not.
        self._splits: list[tuple[int, int]] = []
        self._bus_failures = 0
        self._shown = 0

    def play(self, rounds: int) -> None:
        """So many stops of each row, and the balance."""
        self.start()
        for row in order(self._kind, rounds, self._chance):
            if (result := self._stop_once(row)) is not None:
                self.results.append(result)
                print(f"{self.name}: {result}", flush=True)
        self._finish()

    def start(self) -> None:
        """Up to the first readings that are delivered."""
        gateway = self.gateway
        image = gateway.compose()
        built = ROOT / "build" / gateway.settings.board / CONFIG
        self._programs = programs.load_all(image, built / "pd")
        self._kernel_exit = programs.kernel_exit(built / "kernel" / "kernel.elf")
        self._bus_metrics = programs.region(image, "metrics.spi0")
        gateway.start_peers()
        gateway.start_machine([*COUNTING, *BREAKING])
        stub = Stub(gateway.folder.path)
        spaces = programs.learn_spaces(stub, self._programs, PATIENCE_S * SLOWEST)
        self.hunter = Hunter(stub, self._programs, spaces, programs.region(image, "journal_state.journal"), self._chance)
        if self.hunter.until(PATIENCE_S, 3) is None:
            raise LaneError("no readings were delivered:\n" + gateway.console.text()[-2000:])
        self.held.append(self._least([self._held() for _ in range(LOOKS)]))

    def _stop_once(self, row: Row) -> Result | None:
        for _ in range(TRIES):
            kills = []
            before = self.hunter.taken
            if row.event in PAIRS:
                self._wait_for_turn(row.prey)
                first = self._hunt(Row("publish", self._another(row.prey)))
                if first is None:
                    continue
                kills.append(first)
            if (kill := self._hunt(row)) is not None:
                kills.append(kill)
            if kills:
                result = self._recover(row, kills)
                if kill is not None:
                    return result
            print(f"{self.name}: {row} did not come to a place", flush=True)
            # What the event itself has broken heals before the next try.
            self.hunter.until(PATIENCE_S, before)
        self.problems.append(f"{row.prey} did nothing in the course of {row.event}")
        return None

    def _hunt(self, row: Row) -> Kill | None:
        self._wait_for_turn(row.prey)
        if row.event == "commit" and not self.hunter.reach("journal", "frame_header_write", GATE_S):
            return None
        if row.event in ("reconnect", "handshake"):
            self._restart_broker()
        if row.event == "handshake" and not self.hunter.reach("crypto", "tls_open", GATE_S):
            return None
        if row.event == "command":
            self.gateway.console.send_line("pds")
        if row.event in ("boot", "rings"):
            self._power_cycle()
        if row.event == "together":
            kill = self.hunter.stop_next(row.prey, self._kernel_exit, SOON_S)
        elif row.event == "waiting":
            kill = self.hunter.restart_waiting(row.prey, SUDDEN, lambda: self.gateway.console.send_line(f"restart {row.prey}"))
        else:
            kill = self.hunter.kill(row.prey, row.event, HUNTS.get(row.event, SUDDEN))
        if kill is not None and row.event == "reset":
            self._count_bus_failures()
            self._may_lose(self.hunter.durable)
            self._begin_anew()
        elif kill is not None:
            self._count(row, kill)
        return kill

    def _count(self, row: Row, kill: Kill) -> None:
        self._kills[row.prey] += 1
        if row.event == "waiting":
            # The supervisor holds nothing against somebody whom the operator restarts.
            self._recent[row.prey] = []
        else:
            self._recent.setdefault(row.prey, []).append(kill.at_ns)
        if row.prey == "spi0":
            self._count_bus_failures()
        if row.prey in MAY_LOSE_A_SAMPLE:
            # What the journal has taken it may lose when it is stopped, too.
            self._may_lose(self.hunter.durable if PAIRS & set(LANES[self._kind]) else self.hunter.taken)

    def _may_lose(self, kept: int) -> None:
        """The readings up to this number are not lost. The bus may still be at work on one more measurement."""
        measured = self._measured()
        self._splits += [(measured, kept), (measured + 1, kept)]

    def _count_bus_failures(self) -> None:
        """The bus driver's life ends."""
        page = self.hunter.stub.physical(self._bus_metrics + METRICS_AT, METRIC.size * MOST_METRICS)
        self._bus_failures += sum(value for name, value in METRIC.iter_unpack(page)
                                  if name.rstrip(b"\0").decode("latin-1") in BUS_FAILURES)

    def _recover(self, row: Row, kills: list[Kill]) -> Result:
        places = [f"{each.prey}:{each.place}" for each in kills]
        last = kills[-1]
        held_up_ns = -self._waited_ns()
        end = self.hunter.until(PATIENCE_S, last.last_seq)
        held_up_ns += self._waited_ns() + self.hunter.stood_ns
        # A reset begins the machine's time anew.
        took_ns = None if end is None else end if row.event == "reset" else end - last.at_ns
        took_ms = None if took_ns is None else took_ns / 1e6
        result = Result(row.event, row.prey, places, last.at_ns / 1e6, took_ms, held_up_ns / 1e6)
        if end is None:
            result.problems.append("nothing was delivered any more")
        text = self.gateway.console.text()
        restarted = Counter(re.findall(r"supervisor +info +(\w+) restarted", text[self._shown :]))
        others = restarted - self._kills
        if others:
            result.problems.append(f"also restarted: {', '.join(sorted(others))}")
        return result

    def _waited_ns(self) -> int:
        """For how long those whom the machine waits for have had work and no processor."""
        peers = (self.gateway.broker, self.gateway.simulator, self.gateway.nameserver)
        return sum(int(Path(f"/proc/{peer.process.pid}/schedstat").read_text().split()[1]) for peer in peers)

    def _restart_broker(self) -> None:
        """The machine stands meanwhile, so that nothing is published to nobody."""
        gateway = self.gateway
        self._pass_on()
        gateway.broker.kill()
        gateway.broker.start()
        gateway.collector.wait_subscribed()

    def _pass_on(self) -> None:
        """The machine stands until everything that the broker has acknowledged has come to the collector."""
        self.hunter.look()
        deadline = time.monotonic() + PATIENCE_S * SLOWEST
        while not (arrived := self.gateway.readings()) or arrived[-1].seq < self.hunter.released:
            if time.monotonic() > deadline:
                raise LaneError(f"{self.hunter.released} is acknowledged and has not arrived")
            time.sleep(0.05)

    def _power_cycle(self) -> None:
        self.hunter.look()
        self._count_bus_failures()
        self.hunter.stub.close()
        self.gateway.power_cut()
        self._splits.append((self._measured(), self.hunter.durable))
        self._begin_anew()
        self.gateway.start_machine([*COUNTING, *BREAKING])
        self.hunter.attach(Stub(self.gateway.folder.path))

    def _begin_anew(self) -> None:
        """Nobody has been restarted yet."""
        self._shown = len(self.gateway.console.text())
        self._kills.clear()
        self._recent.clear()

    def _another(self, prey: str) -> str:
        """One of those that were stopped least of late."""
        others = [name for name in EVENTS["publish"] if name != prey]
        least = min(len(self._of_late(name)) for name in others)
        return self._chance.choice([name for name in others if len(self._of_late(name)) == least])

    def _of_late(self, prey: str) -> list[int]:
        now = self.hunter.stub.now_ns()
        self._recent[prey] = [at for at in self._recent.get(prey, []) if now - at < WINDOW_S * 10**9]
        return self._recent[prey]

    def _wait_for_turn(self, prey: str) -> None:
        """The product gives up who fails too often."""
        while len(self._of_late(prey)) >= MOST_IN_WINDOW:
            self.hunter.run(0.5)

    def _measured(self) -> int:
        """Measurements that the simulator has in its logs."""
        return sum(log.read_text().count("\n") for log in (*self.gateway.simulator.earlier_logs, self.gateway.simulator.log)
                   if log.exists())

    def _see(self, what: Callable[[], object], why: str) -> None:
        deadline = time.monotonic() + PATIENCE_S * SLOWEST
        while not what():
            if time.monotonic() > deadline:
                raise LaneError(f"{why}:\n" + self.gateway.console.text()[-3000:])
            self.hunter.run(0.2)

    def _ask(self, command: str, end: str) -> str:
        """What the console answers, up to this."""
        console = self.gateway.console
        before = len(console.text())
        console.send_line(command)
        self._see(lambda: re.search(end, console.text()[before:]), f"{command} was not answered")
        return console.text()[before:]

    @staticmethod
    def _least(looks: list[dict[str, int]]) -> dict[str, int]:
        return {name: min(look[name] for look in looks) for name in looks[0]}

    def _held(self) -> dict[str, int]:
        """Memory that is in use now."""
        values: dict[str, int] = {}
        for name, gauges in HELD.items():
            text = self._ask(f"stats {name}", {"net": r"sntp_refused +\d+\n", "crypto": r"seal.refused +\d+\n"}[name])
            values |= {f"{name}.{gauge}": int(re.search(rf"{re.escape(gauge)} +(\d+)\n", text)[1]) for gauge in gauges}
        return values

    def _finish(self) -> None:
        """Everything has been delivered, nothing is lost, nobody else was restarted, no memory is held."""
        hunter, gateway = self.hunter, self.gateway
        if hunter.until(PATIENCE_S, hunter.taken) is None:
            self.problems.append("nothing was delivered at the end")
        text = self._ask("pds", r"console +running.*\n")
        counts = {name: int(number or 0) for name, number in re.findall(r"^(\w+) +running(?:, restarts (\d+))?", text, re.M)}
        for name in counts:
            if counts[name] != self._kills[name]:
                self.problems.append(f"{name} was stopped {self._kills[name]} times and restarted {counts[name]} times")
        if "uplink" not in counts:
            self.problems.append("not everybody runs:\n" + text)
        looks = [self._held()]
        while grown(self.held[0], self._least(looks)) and len(looks) < MOST_LOOKS:
            looks.append(self._held())
        self.held.append(self._least(looks))
        self._see(self._delivers_at_once, "what was stored is not acknowledged")
        self._pass_on()
        self._count_bus_failures()
        hunter.stub.detach()
        gateway.machine.stop()
        self._judge()

    def _delivers_at_once(self) -> bool:
        """Nothing has piled up behind a busy broker."""
        self.hunter.look()
        return self.hunter.taken - self.hunter.released <= len(QUANTITIES)

    def _judge(self) -> None:
        lines = [line for log in (*self.gateway.simulator.earlier_logs, self.gateway.simulator.log) if log.exists()
                 for line in log.read_text().splitlines(keepends=True)]
        ends = sorted((min(line, len(lines)), kept) for line, kept in self._splits)
        cuts = [0, *(line for line, _ in ends), len(lines)]
        *earlier, last = [_renumbered(lines[a:b]) for a, b in zip(cuts, cuts[1:])]
        durable = [kept for _, kept in ends]
        verdict = judge(self.gateway.events(), last, earlier=earlier, durable=durable)
        if verdict.problems and self._bus_failures:
            # Then one is missing somewhere else, too.
            lost = ends[-1][0] - durable[-1] // len(QUANTITIES) if ends else 0
            verdict = judge(self.gateway.events(), last, earlier=earlier, durable=durable, stops=lost + self._bus_failures)
        self.problems += verdict.problems
        self.summary = verdict.summary()

    def record(self) -> dict[str, object]:
        return {"lane": self.name, "seed": self._seed, "stops": [asdict(each) for each in self.results],
                "problems": self.problems, "held": self.held, "delivery": self.summary}
