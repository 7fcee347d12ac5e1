# SPDX-License-Identifier: BSD-2-Clause
"""`hostile` is a running gateway in each of whose components an attacker waits, with the lists of what they try."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import counters
import pytest
from acts import Json, Table, components, tables

from postern_lib.gateway import Gateway
from postern_lib.judge import Verdict

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "build/qemu_virt_riscv64/debug-attack/gateway.xml"
BOOT_SECONDS = 300.0
ATTACK_SECONDS = 600.0
NUMBER = r"(\d+)"


@dataclass
class Report:
    """What the referee and the attacker say of one attack."""

    acts: int
    faults: int  # that the referee saw
    said: int  # that the attacker felt
    answers: int
    rounds: int
    wrong: int
    details: str  # the console's end, if something was


@dataclass
class Hostile:
    gateway: Gateway
    system: Json
    tables: dict[str, Table]

    def attack(self, names: tuple[str, ...], restarting: tuple[str, ...] = ()) -> dict[str, Report]:
        """Takes the components over, all at once, starts others anew while they attack, waits until they have tried
        everything, and returns the referee's reports."""
        # What a hostile serial driver has typed is not part of the command.
        self.gateway.console.send_line("")
        self.gateway.console.send_line(f"crash {','.join(names)}")
        for other in restarting:
            self.gateway.console.send_line(f"restart {other}")
        reports: dict[str, Report] = {}
        while set(reports) != set(names):
            said = self.gateway.console.expect(
                rf"<attack ({'|'.join(names)}) acts {NUMBER} faults {NUMBER} said {NUMBER} answers {NUMBER} "
                rf"rounds {NUMBER} wrong {NUMBER}>", ATTACK_SECONDS)  # fmt: skip
            numbers = [int(word) for word in said.groups()[1:]]
            reports[said.group(1)] = Report(*numbers, self.gateway.console.text()[-2000:] if numbers[-1] else "")
        return reports

    def refused_samples(self) -> int:
        """Measurements that the bus was late with: they are on it, and sensors has given them up before they had a number.
        Only a busy host makes one, which leaves the bus, a program of its own, without a processor."""
        return counters.read(self.gateway, self.system, {"sensors"})["sensors"]["bme280.failures"]

    def verdict(self) -> Verdict:
        """For a gateway whose sensors have not been started anew."""
        while True:
            refused = self.refused_samples()
            verdict = self.gateway.verdict(stops=refused)
            if verdict.passed or self.refused_samples() == refused:
                return verdict

    def wait_measured(self) -> None:
        """Until a further measurement is on the bus."""
        log = self.gateway.simulator.log
        before, deadline = log.read_bytes().count(b"\n"), time.monotonic() + ATTACK_SECONDS
        while log.read_bytes().count(b"\n") == before:
            assert time.monotonic() < deadline, "nothing is measured any more"
            time.sleep(0.05)

    def states(self) -> dict[str, str]:
        """What the console says of each component, when all of them run: who has attacked starts anew at the end of it."""
        names, console = components(self.system), self.gateway.console
        deadline = time.monotonic() + ATTACK_SECONDS
        while True:
            console.send_line("")
            console.skip()
            console.send_line("pds")
            said = {name: console.expect(rf"^{name} +(\w.*)\n")[1] for name in names}
            if all(state.startswith("running") for state in said.values()) or time.monotonic() > deadline:
                return said


def compose_twice(gateway: Gateway) -> tuple[Json, dict[str, Table]]:
    """The tables need an image, and the image the tables: their room is fixed, so the first image tells all."""
    # Which components there are says the description.
    names = re.findall(r'<component name="(\w+)"', PRODUCT.read_text())
    for name in names:
        (gateway.folder.config / f"acts.{name}").write_bytes(b"none")
    first = json.loads(Path(f"{gateway.compose()}.json").read_text())
    made = tables(first, PRODUCT)
    for name, table in made.items():
        (gateway.folder.config / f"acts.{name}").write_bytes(table.encode())
    gateway.image = None
    second = json.loads(Path(f"{gateway.compose()}.json").read_text())
    assert first["memory"]["placed"] == second["memory"]["placed"]
    assert set(made) == {*components(second), "supervisor"}
    return second, made


@pytest.fixture
def hostile(make_gateway: Callable[..., Gateway]) -> Hostile:
    gateway = make_gateway(variant="attack")
    system, made = compose_twice(gateway)
    gateway.start_peers()
    gateway.start_machine(["-object", f"filter-dump,id=dump0,netdev=n0,file={gateway.folder.path / 'wire.pcap'}"])
    gateway.wait_readings(6, BOOT_SECONDS)
    return Hostile(gateway, system, made)
