# SPDX-License-Identifier: BSD-2-Clause
"""`hostile` is a running gateway in each of whose components an attacker waits, with the lists of what they try."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from acts import Json, Table, components, tables

from postern_lib.gateway import Gateway

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "build/qemu_virt_riscv64/debug-attack/gateway.xml"
BOOT_SECONDS = 300.0
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

    def attack(self, name: str, restarting: tuple[str, ...] = (), seconds: float = 600.0) -> Report:
        """Takes the component over, starts others anew while it attacks, waits until it has tried everything, and
        returns the referee's report."""
        # What a hostile serial driver has typed is not part of the command.
        self.gateway.console.send_line("")
        self.gateway.console.send_line(f"crash {name}")
        for other in restarting:
            self.gateway.console.send_line(f"restart {other}")
        said = self.gateway.console.expect(
            rf"<attack {name} acts {NUMBER} faults {NUMBER} said {NUMBER} answers {NUMBER} rounds {NUMBER} "
            rf"wrong {NUMBER}>", seconds)  # fmt: skip
        numbers = [int(word) for word in said.groups()]
        return Report(*numbers, self.gateway.console.text()[-2000:] if numbers[-1] else "")


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
