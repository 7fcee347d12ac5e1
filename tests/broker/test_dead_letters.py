# SPDX-License-Identifier: BSD-2-Clause
"""A message that the broker refuses each time: it is given up after refuse_tries, goes to the dead letters, and is in the
ledger; the others go on."""

from __future__ import annotations

import json
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


class Censor:
    """A broker that refuses the first message with readings, for ever, and its dead letter if `deaf`."""

    def __init__(self, deaf: bool) -> None:
        self.deaf = deaf
        self.refused: list[wire.Message] = []
        self.dead: list[wire.Message] = []
        self.taken: list[int] = []
        self.ledger: dict[str, object] = {}

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
        if numbers and (not self.refused or numbers == self.refused[0].readings()):
            self.refused.append(message)
            return PAYLOAD_INVALID
        self.taken += numbers
        return 0

    def satisfied(self) -> bool:
        """It was given up, the ledger names it, and later ones came."""
        return bool(self.dead and self.ledger.get("ranges") and len(self.taken) >= 6)


@pytest.mark.parametrize("deaf", [False, True], ids=["dead-letter-taken", "dead-letter-refused"])
def test_refused_for_good(make_gateway: Callable[..., Gateway], deaf: bool) -> None:
    gateway = make_gateway(uplink={"refuse_tries": TRIES})
    gateway.broker.port = free_ports(1)[0]
    gateway.compose()
    gateway.start_peers()
    front = Front(gateway.ports.broker, gateway.broker.port, gateway.settings.identities)
    censor = Censor(deaf)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(front.play, censor.serve, seconds=PATIENCE_S)
        try:
            gateway.start_machine()
            playing.result(timeout=PATIENCE_S)
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
