# SPDX-License-Identifier: BSD-2-Clause
"""The network at its worst: every reading of the sensor arrives all the same, once or again, in order and unharmed.

`seed` decides what happens to which frame; it is part of the test's name, and --seed N plays it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from postern_lib.gateway import Gateway
from postern_lib.judge import MAX_IN_FLIGHT
from relay import FAULTS, TO_GUEST, TO_HOST, Faults, Rates, Relay, checksum_offsets

SAMPLE = 3  # readings of one measurement
# Many machines boot at once.
BOOT_SECONDS = 300.0
# What no network may cause. That there is no connection is an error of the day, and that the bus does not answer one of
# the host's, when it holds up the simulator: the verdict counts what that cost.
UNEXPECTED = re.compile(r"panic|stopped:| (?!crypto|spi0 +error spi bus: device does not answer)\w+ +error | crypto +error (?!.*connection)")
# Patience for TCP, whose retransmissions come ever later, and for the uplink's pauses.
CATCH_UP_SECONDS = 300.0
# What TLS says of damage that has come to it.
DAMAGED = re.compile(r"not authentic|malformed|bad record MAC|decode error|record overflow|unexpected message")
# Frames are wanted, not time: the bound only ends a gateway that has gone silent.
STRUCK, STRUCK_TOGETHER = 25, 3  # by each fault
DEAD_FRAMES = 5
# One a second: more than the outbox (16 messages) and the ring of the sensors (21 measurements) hold together.
AWAY_MEASUREMENTS = 60
FRAMES_SECONDS = 300.0


@dataclass
class Scene:
    """A gateway whose frames pass a relay."""

    gateway: Gateway
    relay: Relay

    def kill(self, dead: bool) -> None:
        for direction in (TO_HOST, TO_GUEST):
            self.relay.set_dead(direction, dead)

    def measured(self) -> int:
        return len(self.gateway.simulator.log.read_text().splitlines())

    def wait_measured(self, measurements: int) -> None:
        deadline = time.monotonic() + FRAMES_SECONDS
        while self.measured() < measurements:
            assert time.monotonic() < deadline, f"{self.measured()} of {measurements} measurements"
            time.sleep(0.1)

    def finish(self) -> None:
        """The network is well again: what the sensor measured has to arrive, and the console to be clean."""
        self.relay.set_rates(Rates())
        self.gateway.wait_readings(1, CATCH_UP_SECONDS)
        deadline = time.monotonic() + CATCH_UP_SECONDS
        # Each waits a while for what has piled up.
        while self.gateway.verdict().in_flight > MAX_IN_FLIGHT:
            assert time.monotonic() < deadline, self.gateway.verdict().summary()
        verdict = self.gateway.verdict()
        assert verdict.passed, verdict.summary() + "\n" + "\n".join(verdict.problems)
        assert [line for line in self.gateway.console.text().splitlines() if UNEXPECTED.search(line)] == []


@pytest.fixture
def make_scene(make_gateway: Callable[..., Gateway], seed: int) -> Iterator[Callable[..., Scene]]:
    """Makes scenes whose machine boots over the relay, with `rates` from its first frame. They may run side by side:
    most of the time they wait."""
    made: list[Scene] = []

    def make(rates: Rates = Rates()) -> Scene:
        gateway = make_gateway()
        gateway.compose()
        gateway.start_peers()
        scene = Scene(gateway, Relay(gateway.folder.path, seed))
        made.append(scene)
        scene.relay.set_rates(rates)
        netdev, hub = Relay.machine_arguments()
        gateway.start_machine(hub, netdev)
        return scene

    yield make
    for scene in made:
        scene.gateway.machine.stop()
        scene.relay.stop()


def test_faults(make_scene: Callable[..., Scene]) -> None:
    """Each fault alone; all of them together, which wins address, name, TCP and TLS against them too; and no network at
    all for longer than the components' memories last."""
    alone = {fault: make_scene() for fault in FAULTS}
    away = make_scene()
    away.gateway.wait_readings(SAMPLE, BOOT_SECONDS)
    away.kill(True)
    together = make_scene(Rates.all(0.05))
    for fault, scene in alone.items():
        scene.gateway.wait_readings(SAMPLE, BOOT_SECONDS)
        scene.relay.set_rates(Rates(**{fault: 0.2}))
    together.gateway.wait_readings(SAMPLE, FRAMES_SECONDS)  # DHCP waits a minute after five unlucky rounds
    for fault, scene in alone.items():
        scene.relay.wait_struck((fault,), STRUCK, FRAMES_SECONDS)
    together.relay.wait_struck(FAULTS, STRUCK_TOGETHER, FRAMES_SECONDS)
    for fault, scene in alone.items():
        struck = {each: scene.relay.counts(each) for each in FAULTS}
        assert [each for each, count in struck.items() if count] == [fault], struck
        scene.finish()
    # Damage that a checksum tells never reaches TLS.
    for fault in ("corrupted", "checksums"):
        assert not DAMAGED.search(alone[fault].gateway.console.text())
    together.finish()
    away.wait_measured(AWAY_MEASUREMENTS)
    away.kill(False)
    away.finish()


def test_half_open_and_flapping(make_scene: Callable[..., Scene]) -> None:
    """One direction is dead, so that one side takes the connection for alive, and comes back; the link goes off and
    on, noticed and too fast to be noticed, while frames are lost besides."""
    half = {direction: make_scene() for direction in (TO_HOST, TO_GUEST)}
    flapping = make_scene()
    for direction, scene in half.items():
        scene.gateway.wait_readings(SAMPLE, BOOT_SECONDS)
        scene.relay.set_dead(direction, True)
    flapping.gateway.wait_readings(SAMPLE, BOOT_SECONDS)
    flapping.relay.set_rates(Rates(lost=0.05))
    for _ in range(3):
        flap(flapping.gateway)
    for direction, scene in half.items():
        scene.relay.wait_dead(direction, DEAD_FRAMES, FRAMES_SECONDS)
        scene.relay.set_dead(direction, False)
    for scene in [*half.values(), flapping]:
        scene.finish()


def flap(gateway: Gateway) -> None:
    gateway.console.skip()  # a change that was too fast may have been noticed
    gateway.machine.set_link(False)
    gateway.console.expect(r"net .*link down")
    gateway.machine.set_link(True)
    gateway.console.expect(r"net .*link up")
    gateway.machine.set_link(False)
    gateway.machine.set_link(True)
    gateway.wait_readings(SAMPLE, CATCH_UP_SECONDS)


def test_relay_is_decided_by_its_seed() -> None:
    def life(seed: str) -> tuple[list[bytes], dict[str, int]]:
        faults = Faults(seed)
        faults.rates = Rates.all(0.1)
        out = [each for n in range(500) for each in faults.frame(n.to_bytes(2, "big") * 40, 0.0)]
        return out, faults.counts.faults

    assert life("7") == life("7")
    assert life("7") != life("8")
    assert sorted(FAULTS) == sorted(fault for fault, count in life("7")[1].items() if count or fault == "checksums")


def test_relay_lets_nothing_disappear_but_what_it_counts() -> None:
    faults = Faults("3")
    faults.rates = Rates(duplicated=0.1, reordered=0.2, delayed=0.2)
    frames = [n.to_bytes(2, "big") * 40 for n in range(1000)]
    out = [each for frame in frames for each in faults.frame(frame, 0.0)]
    assert out != frames
    out += faults.due(2.0)
    assert len(out) == 1000 + faults.counts.faults["duplicated"]
    assert set(out) == set(frames)


def test_relay_finds_checksums() -> None:
    ethernet = bytes(12) + b"\x08\x00"
    tcp = ethernet + bytes([0x45]) + bytes(8) + bytes([6]) + bytes(10) + bytes(20)
    udp = ethernet + bytes([0x46]) + bytes(8) + bytes([17]) + bytes(14) + bytes(8)
    assert checksum_offsets(tcp) == [24, 25, 50, 51]
    assert checksum_offsets(udp) == [24, 25, 44, 45]
    assert checksum_offsets(bytes(12) + b"\x08\x06" + bytes(28)) == []
    assert checksum_offsets(tcp[:40]) == [24, 25]
