# SPDX-License-Identifier: BSD-2-Clause
"""A message that the broker refuses each time: it is given up after refuse_tries, goes to the dead letters, and is in the
ledger; the others go on. The gateway keeps its readings until the operator has seen them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire
from front import Front
from postern_lib.gateway import Gateway
from postern_lib.sockets import free_ports
from session import Session

PATIENCE_S = 240.0
TRIES = 2
PAYLOAD_INVALID, NOT_AUTHORIZED = 0x99, 0x87
LETTER = re.compile(
    r"(\d+) +sensor 0, (\w+) (-?\d+(?:\.\d+)?) (?:Cel|Pa|%RH), 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, reason 0x99"
)


class Censor:
    """A broker that refuses the first message with readings, for ever, and its dead letter if `deaf`."""

    def __init__(self, deaf: bool) -> None:
        self.deaf = deaf
        self.refused: list[wire.Message] = []
        self.dead: list[wire.Message] = []
        self.taken: list[int] = []
        self.ledger: dict[str, object] = {}
        self.health: dict[str, object] = {}

    def serve(self, session: Session) -> None:
        session.connect().welcome()
        while not self.satisfied():
            kind, first, body = session.packet()
            if kind == wire.PUBLISH:
                message = wire.Message.parse(session.version, first, body)
                session.acknowledge(message, self.judge(message))
            else:
                session.answer(kind, first, body)

    def judge(self, message: wire.Message) -> int:
        numbers = message.readings()
        if message.topic.endswith("/dead"):
            self.dead.append(message)
            return NOT_AUTHORIZED if self.deaf else 0
        if message.topic.endswith("/ledger"):
            self.ledger = json.loads(message.payload)
        if message.topic.endswith("/health"):
            self.health = json.loads(message.payload)
        if numbers and (not self.refused or numbers == self.refused[0].readings()):
            self.refused.append(message)
            return PAYLOAD_INVALID
        self.taken += numbers
        return 0

    def satisfied(self) -> bool:
        """It was given up, the ledger names it, the health message counts it, and later ones came."""
        return bool(self.dead and self.ledger.get("ranges") and self.health.get("dead") and len(self.taken) >= 6)

    def letters(self) -> list[tuple[int, str, float]]:
        """Number, quantity and value of each reading of the message that was refused."""
        records = json.loads(self.refused[0].payload)
        return [(r["seq"], r["n"].split("/")[-1], float(r["v"])) for r in records if "seq" in r]


def run(gateway: Gateway, censor: Censor) -> Front:
    """Starts the gateway behind the censor and returns when it is satisfied."""
    gateway.broker.port = free_ports(1)[0]
    gateway.compose()
    gateway.start_peers()
    front = Front(gateway.ports.broker, gateway.broker.port, gateway.settings.identities)
    try:
        with ThreadPoolExecutor(1) as pool:
            playing = pool.submit(front.play, censor.serve, seconds=PATIENCE_S)
            gateway.start_machine()
            playing.result(timeout=PATIENCE_S)
    except BaseException:
        front.stop()
        raise
    return front


def store(gateway: Gateway, name: str) -> int:
    """A number that `store` shows."""
    gateway.console.skip()
    gateway.console.send_line("store")
    return int(gateway.console.expect(rf"^{name} +(\d+)")[1])


def wait_frames(gateway: Gateway) -> None:
    """What is so now becomes durable: the frame on its way ends, and one that is begun after it."""
    frames, deadline = store(gateway, "frames"), time.monotonic() + PATIENCE_S
    while store(gateway, "frames") < frames + 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def dead(gateway: Gateway) -> list[tuple[int, str, float]]:
    """What `store dead` lists; each for its reason, and with a time."""
    gateway.console.skip()
    gateway.console.send_line("store dead")
    text = gateway.console.expect(r"store dead\n((?:.*\n)*?)dead letters: (\d+) readings\n")
    lines = [LETTER.fullmatch(line) for line in text[1].splitlines()]
    assert all(lines) and len(lines) == int(text[2]), text[0]
    return [(int(line[1]), line[2], float(line[3])) for line in lines if line]


@pytest.mark.parametrize("deaf", [False, True], ids=["dead-letter-taken", "dead-letter-refused"])
def test_refused_for_good(make_gateway: Callable[..., Gateway], deaf: bool) -> None:
    gateway = make_gateway(uplink={"refuse_tries": TRIES})
    censor = Censor(deaf)
    front = run(gateway, censor)
    try:
        lost = censor.refused[0].readings()
        gateway.console.expect(rf"uplink +error +readings {lost[0]} to {lost[-1]} given up: payload format invalid")
        if deaf:
            gateway.console.expect(rf"uplink +warn +dead letter of reading {lost[0]} refused too: not authorized")
        gateway.console.send_line("store")
        gateway.console.expect(rf"ledger +{lost[0]}\.\.{lost[-1]}, missing {len(lost)}, refused")
    finally:
        gateway.machine.stop()
        front.stop()
    assert len(censor.refused) == TRIES and len(censor.dead) == 1
    assert censor.dead[0].payload == censor.refused[0].payload
    assert censor.ledger["ranges"] == [
        {"first": lost[0], "last": lost[-1], "missing": len(lost), "cause": "refused"}
    ]
    assert sorted(set(censor.taken)) == list(range(lost[-1] + 1, max(censor.taken) + 1))


def test_letters_are_kept_until_they_are_cleared(make_gateway: Callable[..., Gateway]) -> None:
    """The broker has none of it: readings and values are listed, also after power cuts; cleared, they stay away."""
    gateway = make_gateway(uplink={"refuse_tries": TRIES})
    censor = Censor(deaf=True)
    front = run(gateway, censor)
    try:
        letters = censor.letters()
        assert [number for number, _, _ in letters] == censor.refused[0].readings()
        assert censor.health["dead"] == len(letters) == store(gateway, "dead letters")
        assert dead(gateway) == letters
        wait_frames(gateway)
        for _ in range(2):
            gateway.power_cut()
            gateway.start_machine()
            gateway.console.expect(r"journal +info +journal of \d+ KiB, start \d+, ready")
            assert dead(gateway) == letters
        gateway.console.send_line("store dead clear")
        gateway.console.expect(r"^dead letters: (cleared|the journal is asked to clear them)")
        wait_frames(gateway)
        assert dead(gateway) == []
        gateway.power_cut()
        gateway.start_machine()
        gateway.console.expect(r"journal +info +journal of \d+ KiB, start \d+, ready")
        assert dead(gateway) == []
        assert store(gateway, "dead letters") == 0
    finally:
        gateway.machine.stop()
        front.stop()
