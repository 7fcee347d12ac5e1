# SPDX-License-Identifier: BSD-2-Clause
"""What a broker says that has gone mad: a TLS stream damaged on its way, and MQTT packets that are nearly right."""

from __future__ import annotations

import random
import select
import socket
import time

import wire
from front import Step, bare
from session import Ended, Session

SPOILED_SECONDS = 3.0
PACKETS = 40


def damaged(choice: random.Random, data: bytes) -> bytes:
    """Some bytes of it changed, left out, doubled or put in."""
    out = bytearray(data)
    for _ in range(choice.randint(1, 4)):
        at = choice.randrange(len(out) + 1)
        kind = choice.randrange(4)
        if kind == 0:
            out[at : at + 1] = bytes([choice.randrange(256)])
        elif kind == 1:
            del out[at : at + choice.randint(1, 8)]
        elif kind == 2:
            out[at:at] = choice.randbytes(choice.randint(1, 8))
        else:
            out[at:at] = out[at : at + choice.randint(1, 40)]
    return bytes(out)


def tls(seed: str, good: tuple[str, int]) -> Step:
    """A connection to the good broker whose bytes to the gateway are damaged, from the first or from a later one on."""

    @bare
    def step(s: Session) -> None:
        choice = random.Random(seed)
        sound = choice.choice((0, 0, 5, 60, 130, 700, 1500, 3000))
        try:
            with socket.create_connection(good, SPOILED_SECONDS) as broker:
                _pass_on(s.stream, broker, choice, sound)
        except OSError:
            pass
        s.reset()

    return step


def _pass_on(gateway: socket.socket, broker: socket.socket, choice: random.Random, sound: int) -> None:
    deadline = time.monotonic() + SPOILED_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        for source in select.select([gateway, broker], [], [], left)[0]:
            data = source.recv(65536)
            if not data:
                return
            if source is gateway:
                broker.sendall(data)
                continue
            now, later = data[:sound], data[sound:]
            sound -= len(now)
            gateway.sendall(now + (damaged(choice, later) if later else b""))


def _absurd(choice: random.Random, version: int) -> bytes:
    kind = choice.randrange(7)
    if kind == 0:
        return bytes([choice.randrange(256)]) + choice.choice((b"\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x01", b"\x00"))
    if kind == 1:
        return wire.packet(choice.randrange(16), choice.randbytes(choice.randint(0, 60)), choice.randrange(16))
    if kind == 2:
        return wire.acknowledgement(version, choice.choice((wire.PUBACK, wire.PUBREC, wire.PUBCOMP)),
                                    choice.randrange(65536), choice.randrange(256))
    if kind == 3:
        return wire.publish(version, "postern/postern-0001/health", choice.randbytes(choice.randint(0, 900)),
                            choice.randrange(3), choice.randrange(65536), choice.randbytes(choice.randint(0, 9)))
    if kind == 4:
        return wire.packet(wire.SUBACK, choice.randbytes(choice.randint(0, 8)))
    if kind == 5:
        return wire.connack(version, bool(choice.randrange(2)), choice.randrange(256), choice.randbytes(choice.randint(0, 20)))
    return choice.randbytes(choice.randint(1, 400))


def mqtt(seed: str) -> Step:
    """A broker of the genuine name that takes one message, so that the connection was of use, and then goes mad. What it
    acknowledged by chance counts as taken over, so it names no number that is under way."""

    def step(s: Session) -> None:
        choice = random.Random(seed)
        try:
            s.connect().welcome()
            s.serve(1)
            waiting = s.message()
            for _ in range(PACKETS):
                data = _absurd(choice, s.version)
                sound = wire.acknowledgement(s.version, wire.PUBACK, waiting.number)
                s.send(damaged(choice, data) if choice.randrange(3) == 0 else data)
                if choice.randrange(8) == 0:
                    s.send(damaged(choice, sound))
        except (Ended, TimeoutError, OSError):
            pass
        # Any of the messages that were on their way may have been named.
        s.tally.acknowledged.update(s.tally.seen)
        s.reset()

    return step
