# SPDX-License-Identifier: BSD-2-Clause
"""A world that sends nonsense: damaged and absurd frames on the wire, a spoiled TLS stream, a broker gone mad, a sensor's
bus with anything on it, an operator who types garbage.

One gateway meets all storms. After each, no component has stopped, readings go on and are what the simulator put on the
bus, each number is at the collector or accounted for, and the memory of network and crypto is what it was.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import spoil
from frames import Storm, checksum, repaired
from front import Front
from postern_lib.gateway import Gateway, Settings
from postern_lib.judge import parse_event, parse_simulator_log, reading_of
from postern_lib.sockets import free_ports
from relay import Relay

SAMPLE = 3  # readings of one measurement
RECOVERY_SECONDS = 300.0
FRAMES, BURST = 3000, 12
# Memory that is in use with one connection and nothing on its way.
MEMORY = {"net": ("heap_used", "pool_used"), "crypto": ("arena.used",)}
# A session that was resumed by a ticket keeps no certificate of the broker; one that was not keeps it.
SLACK = {"heap_used": 512, "pool_used": 0, "arena.used": 4096}
STOPPED = re.compile(r"panic|stopped:|stopped by|, restarts \d|dropped from|its table is corrupt")
BUS_FAULTS = ("disconnect", "garbage on", "stuck_low", "foreign", "untrimmed", "torn", "connect")
# What an operator may type without changing anything, whole or in pieces.
COMMANDS = (b"help", b"status", b"sensors", b"time", b"store", b"uplink", b"stats", b"pds", b"stats net", b"postmortem")


@dataclass
class World:
    gateway: Gateway
    relay: Relay
    front: Front
    memory: dict[str, int] = field(default_factory=dict)

    def lowest(self, name: str, keys: tuple[str, ...]) -> dict[str, int]:
        """The least of some looks at a component's counters: between readings, nothing is on its way."""
        least: dict[str, int] = {}
        console = self.gateway.console
        for _ in range(8):
            console.skip()
            console.send_line(f"stats {name}")
            for key in keys:
                value = int(console.expect(rf"^{name} +{re.escape(key)} +(\d+)\n")[1])
                least[key] = min(value, least.get(key, value))
            # More than one answer of this length does not fit the console's buffer.
            console.expect("postern> ")
        return least

    def measure(self) -> dict[str, int]:
        return {key: value for name, keys in MEMORY.items() for key, value in self.lowest(name, keys).items()}

    def settle(self) -> None:
        """The storm is over: a new connection, and readings that were measured after it."""
        self.front.cut()
        before = len(self.gateway.readings())
        highest = max(self.front.tally.seen - self.front.tally.acknowledged, default=0)
        deadline = time.monotonic() + RECOVERY_SECONDS
        while len(now := self.gateway.readings()) < before + 2 * SAMPLE or now[-1].seq < highest:
            assert time.monotonic() < deadline, f"no recovery; the console's end:\n{self.gateway.console.text()[-4000:]}"
            time.sleep(0.05)

    def check(self) -> None:
        self.settle()
        events = [parse_event(line) for line in self.gateway.events()]
        assert not [event for event in events if event["type"] in ("malformed", "out_of_order")]
        arrived = [reading_of(event).seq for event in events if event["type"] == "reading"]
        assert arrived == sorted(arrived)
        missing = set(range(1, arrived[-1] + 1)) - set(arrived) - self.front.tally.acknowledged
        assert not missing, f"lost: {sorted(missing)}"
        self.check_values()
        console = self.gateway.console
        console.skip()
        console.send_line("pds")
        console.expect(r"^console +running\n")
        assert [line for line in console.text().splitlines() if STOPPED.search(line)] == []
        deadline = time.monotonic() + RECOVERY_SECONDS
        while grown := {key: (self.memory[key], value) for key, value in self.measure().items()
                        if value > self.memory[key] + SLACK[key]}:
            assert time.monotonic() < deadline, f"memory has grown: {grown}"

    def check_values(self) -> None:
        """Each sample is a measurement of the simulator's, in order. Some of those may have been refused on the way, or
        not read to the end, no more than sensors has counted."""
        arrived = self.gateway.readings()  # before the log is read: then it has them all
        log = self.gateway.simulator.log.read_text()
        failures = self.lowest("sensors", ("bme280.failures",))["bme280.failures"]
        measured = iter(parse_simulator_log(log, failures))
        samples: dict[int, dict[str, str]] = {}
        for reading in arrived:
            samples.setdefault((reading.seq - 1) // SAMPLE, {})[reading.quantity] = reading.value
        for number, sample in sorted(samples.items()):
            if not any(all(each[quantity] == value for quantity, value in sample.items()) for each in measured):
                raise AssertionError(f"sample {number} was not on the bus in this place: {sample}")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Gateway(Settings()) as gateway:
        gateway.broker.port = free_ports(1)[0]
        gateway.compose()
        gateway.start_peers()
        front = Front(gateway.ports.broker, gateway.broker.port, gateway.settings.identities)
        relay = Relay(gateway.folder.path, 0)
        try:
            netdev, hub = Relay.machine_arguments()
            gateway.start_machine(hub, netdev)
            gateway.wait_readings(SAMPLE)
            made = World(gateway, relay, front)
            made.settle()
            made.memory = made.measure()
            yield made
        finally:
            gateway.machine.stop()
            relay.stop()
            front.stop()


def test_frames(world: World, seed: int) -> None:
    """Now and then the connection is cut, so that name, address, TCP and TLS are looked for in the middle of it."""
    storm = Storm(random.Random(f"{seed}/frames"))
    taken, cuts, deadline = 0, 0, time.monotonic() + RECOVERY_SECONDS
    while taken < FRAMES:
        assert time.monotonic() < deadline, f"the machine has taken {taken} of {FRAMES} frames"
        recent = world.relay.recent()
        taken += world.relay.inject([storm.frame(recent) for _ in range(BURST)])
        if taken > cuts * FRAMES // 3:
            world.front.cut()
            cuts += 1
        time.sleep(0.015)
    seen = world.lowest("net", ("rx_frames", "ip_drops", "checksum_errors", "length_errors"))
    assert all(seen.values()), f"the storm did not reach the stack: {seen}"
    world.check()


def test_tls(world: World, seed: int) -> None:
    world.front.play(*[spoil.tls(f"{seed}/tls/{n}", world.front.good) for n in range(4)])
    world.check()


def test_mqtt(world: World, seed: int) -> None:
    world.front.play(*[spoil.mqtt(f"{seed}/mqtt/{n}") for n in range(4)])
    world.check()


def test_bus(world: World, seed: int) -> None:
    choice = random.Random(f"{seed}/bus")
    for fault in choice.sample(BUS_FAULTS, len(BUS_FAULTS)) * 2:
        world.gateway.simulator.control(fault)
        time.sleep(choice.uniform(0.2, 0.8))
    world.gateway.simulator.control("connect")
    world.check()


def test_shell(world: World, seed: int) -> None:
    choice = random.Random(f"{seed}/shell")
    for _ in range(60):
        line = bytearray(choice.choice(COMMANDS))
        for _ in range(choice.randrange(4)):
            at = choice.randrange(len(line) + 1)
            line[at:at] = choice.randbytes(choice.choice((1, 1, 3, 100)))
        world.gateway.console.send(bytes(line) + choice.choice((b"\r", b"\n", b"\r\n", b"\x03", b"")))
        time.sleep(0.02)
    world.gateway.console.send(b"\x03\r")
    world.check()


def test_storm_is_decided_by_its_seed() -> None:
    def life(seed: int) -> list[bytes]:
        storm = Storm(random.Random(seed))
        return [storm.frame([bytes(range(100))]) for _ in range(300)]

    assert life(7) == life(7)
    assert all(life(7))
    assert life(7) != life(8)


def test_repaired_frames_have_right_checksums() -> None:
    head = bytes.fromhex("450000200001000040110000") + bytes([10, 0, 2, 2, 10, 0, 2, 15])
    frame = repaired(bytes(12) + b"\x08\x00" + head + bytes.fromhex("00350035000c0000") + b"abcd")
    assert checksum(frame[14:34]) == 0
    assert checksum(frame[26:34] + bytes([0, 17, 0, 12]) + frame[34:]) == 0
    assert repaired(frame[:30]) == frame[:30]
