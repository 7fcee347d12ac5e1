# SPDX-License-Identifier: BSD-2-Clause
"""One gateway in which programs are stopped, one after the other, and what came of each: a line of results a stop.

Everything that chance decides comes from the seed; each result names the place, so that it can be looked at again.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import programs
from hunter import PATIENT, RINGS, SLOWEST, SUDDEN, WHOLE_BOOT, Hunter, Kill
from plan import EVENTS, PAIRS, Row, order
from postern_lib.gateway import ROOT, Gateway, Settings
from postern_lib.judge import judge
from probe import BREAKING, COUNTING
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
        self._splits: list[int] = []
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
        gateway.start_peers()
        gateway.start_machine([*COUNTING, *BREAKING])
        stub = Stub(gateway.folder.path)
        spaces = programs.learn_spaces(stub, self._programs, PATIENCE_S * SLOWEST)
        self.hunter = Hunter(stub, self._programs, spaces, programs.region(image, "journal_state.journal"), self._chance)
        if self.hunter.until(PATIENCE_S, 3) is None:
            raise LaneError("no readings were delivered:\n" + gateway.console.text()[-2000:])
        self.held.append(self._held())

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
        if row.event == "commit" and not self.hunter.reach("journal", "write_frame", GATE_S):
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
        if row.prey in MAY_LOSE_A_SAMPLE:
            self._splits.append(self._measured())

    def _recover(self, row: Row, kills: list[Kill]) -> Result:
        places = [f"{each.prey}:{each.place}" for each in kills]
        last = kills[-1]
        end = self.hunter.until(PATIENCE_S, last.last_seq)
        # A reset begins the machine's time anew.
        took_ns = None if end is None else end if row.event == "reset" else end - last.at_ns
        result = Result(row.event, row.prey, places, last.at_ns / 1e6, None if took_ns is None else took_ns / 1e6)
        if end is None:
            result.problems.append("nothing was delivered any more")
        text = self.gateway.console.text()
        restarted = Counter(re.findall(r"supervisor +info +(\w+) restarted", text[self._shown :]))
        others = restarted - self._kills
        if others:
            result.problems.append(f"also restarted: {', '.join(sorted(others))}")
        return result

    def _restart_broker(self) -> None:
        """The machine stands meanwhile, so that nothing is published to nobody."""
        gateway = self.gateway
        gateway.broker.kill()
        gateway.broker.start()
        gateway.collector.wait_subscribed()

    def _power_cycle(self) -> None:
        self.hunter.stub.close()
        self._begin_anew()
        self.gateway.power_cut()
        self.gateway.start_machine([*COUNTING, *BREAKING])
        self.hunter.attach(Stub(self.gateway.folder.path))

    def _begin_anew(self) -> None:
        """What was measured and not stored is lost, and nobody has been restarted yet."""
        self._splits.append(self._measured())
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
        self.held.append(self._held())
        hunter.stub.detach()
        gateway.machine.stop()
        self._judge()

    def _judge(self) -> None:
        lines = [line for log in (*self.gateway.simulator.earlier_logs, self.gateway.simulator.log) if log.exists()
                 for line in log.read_text().splitlines(keepends=True)]
        cuts = [0, *self._splits, len(lines)]
        *earlier, last = [_renumbered(lines[a:b]) for a, b in zip(cuts, cuts[1:])]
        verdict = judge(self.gateway.events(), last, earlier=earlier)
        self.problems += verdict.problems
        self.summary = verdict.summary()

    def record(self) -> dict[str, object]:
        return {"lane": self.name, "seed": self._seed, "stops": [asdict(each) for each in self.results],
                "problems": self.problems, "held": self.held, "delivery": self.summary}
