# SPDX-License-Identifier: BSD-2-Clause
"""As much of MQTT 5 and 3.1.1 as a broker needs that tells lies: packets as bytes, right or wrong as wished."""

from __future__ import annotations

import json
from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK = range(1, 10)
PINGREQ, PINGRESP, DISCONNECT, AUTH = range(12, 16)
MQTT_5 = 5

# Properties of CONNACK (MQTT 5, 2.2.2.2).
SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE, MAXIMUM_QOS = 0x13, 0x21, 0x27, 0x24
_TWO_BYTES, _FOUR_BYTES = (SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM), (MAXIMUM_PACKET_SIZE,)


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Value and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return bytes([kind << 4 | flags]) + varint(len(body)) + body


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2, "big") + value.encode()


def properties(**values: int) -> bytes:
    """Of CONNACK, such as receive_maximum=1, without the length in front."""
    out = b""
    for name, value in values.items():
        number = globals()[name.upper()]
        size = 2 if number in _TWO_BYTES else 4 if number in _FOUR_BYTES else 1
        out += bytes([number]) + value.to_bytes(size, "big")
    return out


def connack(version: int, present: bool, reason: int = 0, props: bytes = b"") -> bytes:
    tail = varint(len(props)) + props if version == MQTT_5 else b""
    return packet(CONNACK, bytes([present, reason]) + tail)


def acknowledgement(version: int, kind: int, number: int, reason: int = 0) -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""
    tail = bytes([reason]) if version == MQTT_5 and reason else b""
    return packet(kind, number.to_bytes(2, "big") + tail, 2 if kind == PUBREL else 0)


def publish(version: int, topic: str, payload: bytes, qos: int = 0, number: int = 0, props: bytes = b"") -> bytes:
    body = text(topic) + (number.to_bytes(2, "big") if qos else b"")
    body += varint(len(props)) + props if version == MQTT_5 else b""
    return packet(PUBLISH, body + payload, qos << 1)


@dataclass(frozen=True)
class Message:
    """A PUBLISH of the gateway."""

    topic: str
    qos: int
    dup: bool
    number: int
    payload: bytes

    @staticmethod
    def parse(version: int, first: int, body: bytes) -> Message:
        end = 2 + int.from_bytes(body[:2], "big")
        topic, number, qos = body[2:end].decode(), 0, first >> 1 & 3
        if qos:
            number, end = int.from_bytes(body[end : end + 2], "big"), end + 2
        if version == MQTT_5:
            length, end = read_varint(body, end)
            end += length
        return Message(topic, qos, bool(first & 8), number, body[end:])

    def readings(self) -> list[int]:
        """Sequence numbers of the readings in it; none if it is another kind of message."""
        if not self.topic.endswith("/readings"):
            return []
        return [record["seq"] for record in json.loads(self.payload) if "seq" in record]
