# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which the scripted broker misbehaves: a name, and what its next connections do."""

from __future__ import annotations

import random
from collections.abc import Callable

import wire
from front import Step, bare
from session import Ended, Session

# Reason codes of MQTT 5 (2.4).
MALFORMED, PROTOCOL_ERROR, UNSUPPORTED_VERSION = 0x81, 0x82, 0x84
TOO_LARGE, RECEIVE_MAXIMUM = 0x95, 0x93
WRONG = (MALFORMED, PROTOCOL_ERROR, RECEIVE_MAXIMUM, TOO_LARGE, 0x94)

CONNACK_REASONS = (0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B,
                   0x9C, 0x9D, 0x9F)  # fmt: skip
OLD_CONNACK_REASONS = (2, 3, 4, 5)
DISCONNECT_REASONS = (0x00, 0x81, 0x82, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x93, 0x95, 0x96, 0x97, 0x98, 0x9C, 0x9D, 0xA0)
PUBACK_REASONS = (0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99)


@bare
def _close_at_accept(s: Session) -> None:
    s.close()


@bare
def _garbage_for_tls(s: Session) -> None:
    s.send(bytes(range(256)) * 4)
    s.gateway_ends()


@bare
def _close_in_handshake(s: Session) -> None:
    s.stream.recv(64)
    s.reset()


def _refuse(reason: int) -> Step:
    def step(s: Session) -> None:
        s.connect().welcome(present=False, reason=reason)
        s.gateway_ends()

    return step


def _dismiss(reason: int) -> Step:
    def step(s: Session) -> None:
        s.connect().welcome()
        s.send(wire.packet(wire.DISCONNECT, bytes([reason])))
        s.gateway_ends()

    return step


def _say(data: bytes, reasons: tuple[int, ...] = WRONG) -> Step:
    """A connection that is well until these bytes, after which the gateway must end it."""

    def step(s: Session) -> None:
        s.connect().welcome()
        s.message()
        s.send(data)
        s.gateway_ends(reasons=reasons)

    return step


def _connack_bytes(data: bytes) -> Step:
    def step(s: Session) -> None:
        s.connect().send(data)
        s.gateway_ends()

    return step


def _answer_with(kind: int, number: int | None = None) -> Step:
    """Takes the gateway's message with the wrong packet, or none of its own number."""

    def step(s: Session) -> None:
        s.connect().welcome()
        message = s.message()
        s.send(wire.acknowledgement(s.version, kind, message.number if number is None else number))
        s.gateway_ends(reasons=WRONG)

    return step


def _cut_after(sent: int, end: str) -> Step:
    """Ends the connection after the n-th message came, the last one unacknowledged."""

    def step(s: Session) -> None:
        s.connect().welcome()
        s.serve(sent)
        s.message()
        getattr(s, end)()

    return step


def _cut_at_packet(number: int) -> Step:
    """Ends the connection at the n-th packet after CONNECT, whatever it is; those before it are answered well."""

    def step(s: Session) -> None:
        s.connect().welcome()
        for _ in range(number - 1):
            kind, first, body = s.packet()
            if kind == wire.PUBLISH:
                s.acknowledge(wire.Message.parse(s.version, first, body))
            else:
                s.answer(kind, first, body)
        s.packet()
        s.reset()

    return step


def _cut_after_puback(s: Session) -> None:
    s.connect().welcome().serve(1)
    s.reset()


def _half_a_puback(s: Session) -> None:
    message = s.connect().welcome().message()
    s.send(wire.acknowledgement(s.version, wire.PUBACK, message.number)[:3])
    s.close()


def _close_after_connack(s: Session) -> None:
    s.connect().welcome().close()


def _at_pingreq(then: str) -> Step:
    """A window of one message that stays full, so that the gateway has only PINGREQ to send."""

    def step(s: Session) -> None:
        s.connect().welcome(props=wire.properties(receive_maximum=1, server_keep_alive=2))
        s.message()
        while s.packet()[0] != wire.PINGREQ:
            pass
        getattr(s, then)()

    return step


def _unknown_and_repeated_ids(s: Session) -> None:
    """Acknowledgements of nothing, before and after the true one, are no harm."""
    message = s.connect().welcome().message()
    for number in (message.number + 1000, 65535):
        s.send(wire.acknowledgement(s.version, wire.PUBACK, number))
    for _ in range(3):
        s.acknowledge(message)
    s.serve(2)
    s.close()


def _ahead_of_time(s: Session) -> None:
    """Acknowledges the numbers that the gateway will use next. It must not take a later message for delivered."""
    message = s.connect().welcome().message()
    for number in range(message.number + 1, message.number + 20):
        s.send(wire.acknowledgement(s.version, wire.PUBACK, number))
    s.message()
    s.reset()


def _backwards(s: Session) -> None:
    """Acknowledges in the wrong order what was sent together, but not the first, which comes again."""
    s.connect().welcome()
    messages = [s.message() for _ in range(3)]
    for message in reversed(messages[1:]):
        s.acknowledge(message)
    s.reset()


def _window_of_one(s: Session) -> None:
    s.connect().welcome(props=wire.properties(receive_maximum=1))
    for _ in range(2):
        message = s.message()
        if s.version == wire.MQTT_5:
            try:
                s.message(1.5)
                raise AssertionError("a second message in a window of one")
            except TimeoutError:
                pass
        s.acknowledge(message)
    s.close()


def _small_packets(size: int) -> Step:
    """The broker takes only small packets: no larger one may come. What cannot be sent is given up, by number."""

    def step(s: Session) -> None:
        s.connect().welcome(props=wire.properties(maximum_packet_size=size, server_keep_alive=2))
        messages = pings = 0
        while s.version == wire.MQTT_5 and messages < 3 and pings < 2:  # at a ping it has nothing else to say
            kind, first, body = s.packet()
            assert len(body) + 2 <= size, f"{len(body)} bytes, allowed were {size}"
            pings += kind == wire.PINGREQ
            if kind == wire.PUBLISH:
                messages += bool(wire.Message.parse(s.version, first, body).readings())
            else:
                s.answer(kind, first, body)
        s.close()

    return step


def _qos0_only(s: Session) -> None:
    s.connect().welcome(props=wire.properties(maximum_qos=0))
    s.gateway_ends()


def _refuse_messages(reason: int) -> Step:
    """The first message is refused for good; what follows is taken."""

    def step(s: Session) -> None:
        message = s.connect().welcome().message()
        s.acknowledge(message, reason if s.version == wire.MQTT_5 else 0)
        s.serve(1)
        s.close()

    return step


def _slow(s: Session) -> None:
    """Every byte of the broker's comes alone."""
    s.connect().dribble(wire.connack(s.version, not s.clean, 0))
    for _ in range(2):
        s.acknowledge(s.message(), send=s.dribble)
    s.close()


def _unasked(s: Session) -> None:
    """Messages nobody subscribed to are answered as the protocol wants, and change nothing."""
    s.connect().welcome()
    s.send(wire.publish(s.version, "some/topic", b"x" * 90))
    s.send(wire.publish(s.version, "some/topic", b"y" * 90, qos=1, number=7))
    kinds = []
    while wire.PUBACK not in kinds:
        kind, first, body = s.packet()
        kinds.append(kind)
        s.answer(kind, first, body)
    s.serve(1)
    s.close()


def _session_forgotten(s: Session) -> None:
    """A session in which messages wait is gone at the next connection: they come again, as new ones."""
    assert not s.connect().clean or s.version != wire.MQTT_5, "the gateway gave its session up by itself"
    message = s.welcome(present=False).message()
    assert not message.dup, "sent as a repetition in a session that never saw it"
    s.acknowledge(message)
    s.close()


def _session_out_of_nowhere(s: Session) -> None:
    """The gateway asked for a clean start and is told that there is a session (MQTT 5, 3.2.2.1.1)."""
    assert s.connect().clean
    s.welcome(present=True)
    s.gateway_ends()


def _tls_half_closed(s: Session) -> None:
    s.connect().welcome().message()
    s.half_close_tls()
    s.transport_ends()


def _tcp_half_closed(s: Session) -> None:
    s.connect().welcome().message()
    s.half_close_tcp()
    s.transport_ends()


def _silent(s: Session) -> None:
    """No CONNACK ever: the gateway has to lose patience."""
    s.connect().gateway_ends()


def _never_acknowledges(s: Session) -> None:
    s.connect().welcome().message()
    s.gateway_ends(60.0)


def _chance(seed: int) -> Step:
    """A good broker whose bytes are spoiled now and then, and who ends connections as it likes."""

    def step(s: Session) -> None:
        choice = random.Random(f"{seed}/{s.connect().clean}")

        def send(data: bytes) -> None:
            if choice.random() < 0.3:
                at = choice.randrange(len(data))
                data = data[:at] + bytes([data[at] ^ choice.randint(1, 255)]) + data[at + 1 :]
            if choice.random() < 0.1:
                data = data[: choice.randrange(len(data))]
            s.stream.sendall(data)

        try:
            send(wire.connack(s.version, not s.clean))
            for _ in range(4):
                s.acknowledge(s.message(3), send=send)
        except (Ended, TimeoutError, OSError):
            pass
        s.reset()

    return step


def _in_groups(name: str, step: Callable[[int], Step], reasons: tuple[int, ...]) -> dict[str, list[Step]]:
    """A few reasons for one recovery: the gateway waits longer after each failure."""
    groups = [reasons[at : at + 3] for at in range(0, len(reasons), 3)]
    return {f"{name}-{group[0]:#x}-to-{group[-1]:#x}": [step(reason) for reason in group] for group in groups}


_V5_CONNACK = wire.connack(wire.MQTT_5, False)

LIES: dict[str, list[Step]] = {
    "closes-at-accept": [_close_at_accept],
    "garbage-for-tls": [_garbage_for_tls],
    "resets-in-handshake": [_close_in_handshake],
    "closes-after-handshake": [Session.close],
    "closes-at-connect": [lambda s: s.connect().close()],
    "resets-at-connect": [lambda s: s.connect().reset()],
    "closes-after-connack": [_close_after_connack],
    "cuts-at-first-publish": [_cut_after(0, "reset")],
    "closes-at-second-publish": [_cut_after(1, "close")],
    "cuts-at-third-publish": [_cut_after(2, "reset")],
    "cuts-at-packets-1-to-3": [_cut_at_packet(number) for number in (1, 2, 3)],
    "cuts-at-packets-4-to-6": [_cut_at_packet(number) for number in (4, 5, 6)],
    "cuts-after-puback": [_cut_after_puback],
    "cuts-inside-puback": [_half_a_puback],
    "cuts-at-pingreq": [_at_pingreq("reset")],
    "ignores-pingreq": [_at_pingreq("gateway_ends")],
    "silent": [_silent],
    "slow": [_slow],
    "unknown-and-repeated-ids": [_unknown_and_repeated_ids],
    "acknowledges-ahead-of-time": [_ahead_of_time],
    "acknowledges-backwards": [_backwards],
    "puback-for-number-0": [_answer_with(wire.PUBACK, 0)],
    "pubrec-for-qos1": [_answer_with(wire.PUBREC)],
    "pubcomp-for-qos1": [_answer_with(wire.PUBCOMP)],
    "suback-unasked": [_say(wire.packet(wire.SUBACK, b"\0\1\0\0"))],
    "forgets-the-session": [_cut_after(0, "reset"), _session_forgotten],
    "session-out-of-nowhere": [_say(b"\xf1\0"), _session_out_of_nowhere],
    "receive-maximum-1": [_window_of_one],
    "maximum-packet-400": [_small_packets(400)],
    "maximum-packet-64": [_small_packets(64)],
    "qos0-only": [_qos0_only],
    "unasked-publish": [_unasked],
    "publish-too-large": [_say(wire.publish(5, "t", b"x" * 20000), (TOO_LARGE, *WRONG))],
    "publish-with-qos3": [_say(wire.packet(wire.PUBLISH, wire.text("t") + b"\0\1\0", 6))],
    "publish-bad-utf8": [_say(wire.packet(wire.PUBLISH, b"\0\2\xc3\x28\0"))],
    "publish-with-alias": [_say(wire.publish(5, "t", b"x", props=b"\x23\0\1"))],
    "length-of-five-bytes": [_say(b"\x40\xff\xff\xff\xff\x01")],
    "puback-cut-short": [_say(b"\x40\x01\x00")],
    "pingresp-with-flags": [_say(b"\xd1\0")],
    "pingresp-unasked": [lambda s: (s.connect().welcome().send(b"\xd0\0" * 3), s.serve(1), s.close())],
    "type-0": [_say(b"\0\0")],
    "connect-from-the-broker": [_say(wire.packet(wire.CONNECT, b"\0\4MQTT\5\2\0\0\0\0\0"))],
    "auth": [_say(wire.packet(wire.AUTH, b"\x18\0"))],
    "second-connack": [_say(_V5_CONNACK)],
    "puback-before-connack": [_connack_bytes(b"\x40\2\0\1")],
    "connack-flags": [_connack_bytes(b"\x20\3\2\0\0")],
    "connack-cut-short": [_connack_bytes(b"\x20\1\0")],
    "connack-property-twice": [_connack_bytes(wire.connack(5, False, 0, wire.properties(receive_maximum=1) * 2))],
    "connack-receive-maximum-0": [_connack_bytes(wire.connack(5, False, 0, wire.properties(receive_maximum=0)))],
    "tls-half-closed": [_tls_half_closed],
    "tcp-half-closed": [_tcp_half_closed],
    "only-mqtt-3": [_refuse(UNSUPPORTED_VERSION), _cut_after(1, "reset"), _connack_bytes(b"\x20\2\xff\0")],
    **_in_groups("connack", _refuse, CONNACK_REASONS),
    **_in_groups("disconnect", _dismiss, DISCONNECT_REASONS),
    **{f"connack-of-3.1.1-{reason}": [lambda s: s.connect().close(), _refuse(reason)] for reason in OLD_CONNACK_REASONS},
    **{f"puback-{reason:#x}": [_refuse_messages(reason)] for reason in PUBACK_REASONS},
}  # fmt: skip

# Take longer than a minute, so only in long runs.
LONG_LIES: dict[str, list[Step]] = {"never-acknowledges": [_never_acknowledges]}


def chance(seed: int) -> list[Step]:
    return [_chance(seed * 1000 + n) for n in range(4)]
