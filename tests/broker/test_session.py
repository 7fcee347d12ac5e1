# SPDX-License-Identifier: BSD-2-Clause
"""QoS 2 across a crash of the uplink, and a loss of power, at each step of its handshake: the session goes on, under the
same identifier and with the same readings, and no message is begun anew that the broker has already taken over."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire
from front import Front, Step
from postern_lib.gateway import Gateway
from postern_lib.sockets import free_ports
from session import Session

PATIENCE_S = 240.0
QOS = 2


class Ledger:
    """What the scripted broker remembers of one session of QoS 2, as a broker has to."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[int]] = {}  # by identifier: taken over, not released
        self.taken: list[int] = []  # numbers, as often as they were taken over
        self.again = 0  # messages that came again while they waited for their release

    def take(self, message: wire.Message) -> None:
        if message.number in self.waiting:
            assert message.dup and message.readings() == self.waiting[message.number]
            self.again += 1
            return
        self.waiting[message.number] = message.readings()
        self.taken += message.readings()


def released(session: Session, ledger: Ledger) -> int:
    """Takes messages over until one is released; its identifier."""
    while True:
        kind, first, body = session.packet()
        number = int.from_bytes(body[:2], "big")
        if kind == wire.PUBREL:
            ledger.waiting.pop(number, None)
            return number
        if kind == wire.PUBLISH:
            message = wire.Message.parse(session.version, first, body)
            if message.qos == QOS:
                ledger.take(message)
            answer = wire.PUBREC if message.qos == QOS else wire.PUBACK
            session.send(wire.acknowledgement(session.version, answer, message.number))
        else:
            session.answer(kind, first, body)


def complete(session: Session, ledger: Ledger, messages: int) -> None:
    for _ in range(messages):
        session.send(wire.acknowledgement(session.version, wire.PUBCOMP, released(session, ledger)))


def before_pubrec(session: Session, ledger: Ledger) -> None:
    ledger.take(session.message())


def before_pubrel(session: Session, ledger: Ledger) -> None:
    message = session.message()
    ledger.take(message)
    session.send(wire.acknowledgement(session.version, wire.PUBREC, message.number))


def before_pubcomp(session: Session, ledger: Ledger) -> None:
    released(session, ledger)


def after_pubcomp(session: Session, ledger: Ledger) -> None:
    complete(session, ledger, 1)


@pytest.fixture
def stage(make_gateway: Callable[..., Gateway]) -> tuple[Gateway, Front]:
    gateway = make_gateway(uplink={"qos": QOS}, journal={"release_ms": 10})
    gateway.broker.port = free_ports(1)[0]
    gateway.compose()
    gateway.start_peers()
    return gateway, Front(gateway.ports.broker, gateway.broker.port, gateway.settings.identities)


CUTS = (before_pubrec, before_pubrel, before_pubcomp, after_pubcomp)


class Script:
    """The connections of one test: each but the last is held until its accident has happened."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.reached: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.happened: queue.SimpleQueue[None] = queue.SimpleQueue()

    def step(self, cut: Callable[[Session, Ledger], None]) -> Step:
        first = cut is CUTS[0]

        def run(session: Session) -> None:
            session.connect()
            assert session.clean == first, "the gateway did not go on with its session"
            session.welcome(present=not first)
            complete(session, self.ledger, 1)
            cut(session, self.ledger)
            self.reached.put(None)
            self.happened.get(timeout=PATIENCE_S)

        return run

    def last(self, session: Session) -> None:
        session.connect().welcome(present=True)
        assert not session.clean
        complete(session, self.ledger, len(self.ledger.waiting) + 3)


def cause(gateway: Gateway, accident: str) -> None:
    if accident == "power":
        gateway.power_cut()
        gateway.start_machine()
    else:
        gateway.console.send_line("crash uplink")
        gateway.console.expect(r"uplink restarted, \d+ times now")


@pytest.mark.parametrize("accident", ["crash", "power"])
def test_exactly_once_at_every_step(stage: tuple[Gateway, Front], accident: str) -> None:
    gateway, front = stage
    script = Script()
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(front.play, *(script.step(cut) for cut in CUTS), script.last, seconds=3 * PATIENCE_S)
        try:
            gateway.start_machine()
            for _ in CUTS:
                try:
                    script.reached.get(timeout=PATIENCE_S)
                except queue.Empty:
                    playing.result(timeout=0)
                cause(gateway, accident)
                script.happened.put(None)
            playing.result(timeout=3 * PATIENCE_S)
        finally:
            gateway.machine.stop()
            front.stop()
    taken = script.ledger.taken
    assert script.ledger.again > 0, "no message was on its way when the accident happened"
    assert sorted(taken) == list(range(1, max(taken) + 1)), "a number was taken over twice, or is missing"
