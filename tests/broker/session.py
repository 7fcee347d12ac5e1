# SPDX-License-Identifier: BSD-2-Clause
"""One connection of the gateway to a broker that follows a script: the scripted broker's side of it."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import wire

# Longer than the gateway waits for any answer but a PUBACK.
PATIENCE_S = 100.0


class Ended(Exception):
    """The gateway ended the connection where the script did not expect it."""


@dataclass
class Tally:
    """What the scripted broker has taken over from the gateway, by its acknowledgements."""

    acknowledged: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)


class Session:
    """The transport is a TLS stream, or the bare TCP connection for scripts that spoil TLS itself."""

    def __init__(self, stream: socket.socket, tally: Tally) -> None:
        self.stream = stream
        self.tally = tally
        self.version = wire.MQTT_5
        self.clean = True
        self._waiting = b""

    # Packets in.

    def packet(self, seconds: float = PATIENCE_S) -> tuple[int, int, bytes]:
        """The next packet of the gateway: kind, first byte, body."""
        deadline = time.monotonic() + seconds
        while (whole := self._whole()) is None:
            self._fill(deadline)
        first, body, self._waiting = whole
        return first >> 4, first, body

    def _whole(self) -> tuple[int, bytes, bytes] | None:
        try:
            length, start = wire.read_varint(self._waiting, 1)
        except IndexError:
            return None
        end = start + length
        return (self._waiting[0], self._waiting[start:end], self._waiting[end:]) if len(self._waiting) >= end else None

    def _fill(self, deadline: float) -> None:
        self.stream.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self.stream.recv(4096)
        except TimeoutError:
            raise
        except OSError as error:
            raise Ended(str(error)) from error
        if not data:
            raise Ended("closed")
        self._waiting += data

    def connect(self) -> Session:
        """Takes the gateway's CONNECT."""
        kind, _, body = self.packet()
        assert kind == wire.CONNECT, f"the gateway began with packet type {kind}"
        self.version, self.clean = body[6], bool(body[7] & 2)
        return self

    def message(self, seconds: float = PATIENCE_S) -> wire.Message:
        """The next message with readings. What else comes is answered as a good broker does."""
        while True:
            kind, first, body = self.packet(seconds)
            if kind == wire.PUBLISH:
                message = wire.Message.parse(self.version, first, body)
                if message.readings():
                    self.tally.seen.update(message.readings())
                    return message
            self.answer(kind, first, body)

    def answer(self, kind: int, first: int, body: bytes) -> None:
        """As a good broker does, what is no message with readings."""
        if kind == wire.PUBLISH:
            self.acknowledge(wire.Message.parse(self.version, first, body))
        elif kind == wire.PINGREQ:
            self.send(wire.packet(wire.PINGRESP))
        elif kind == wire.PUBREL:
            self.send(wire.acknowledgement(self.version, wire.PUBCOMP, int.from_bytes(body[:2], "big")))
        elif kind == wire.SUBSCRIBE:
            tail = b"\0\0" if self.version == wire.MQTT_5 else b"\0"
            self.send(wire.packet(wire.SUBACK, body[:2] + tail))
        elif kind == wire.DISCONNECT:
            raise Ended(f"DISCONNECT {body[:1].hex()}")

    # Packets out.

    def send(self, data: bytes) -> None:
        self.stream.settimeout(PATIENCE_S)
        self.stream.sendall(data)

    def dribble(self, data: bytes, pause_s: float = 0.02) -> None:
        """A byte at a time, each in a TLS record and segment of its own."""
        for byte in data:
            self.send(bytes([byte]))
            time.sleep(pause_s)

    def welcome(self, present: bool | None = None, reason: int = 0, props: bytes = b"") -> Session:
        """CONNACK; without `present` the session is there if the gateway asks for one."""
        present = not self.clean if present is None else present
        self.send(wire.connack(self.version, present, reason, props if self.version == wire.MQTT_5 else b""))
        return self

    def acknowledge(self, message: wire.Message, reason: int = 0, send: Callable[[bytes], None] | None = None) -> None:
        """PUBACK, or for QoS 2 PUBREC."""
        kind = wire.PUBACK if message.qos == 1 else wire.PUBREC
        taken = self.tally.refused if reason >= 0x80 else self.tally.acknowledged
        taken.update(message.readings())
        if message.qos:
            (send or self.send)(wire.acknowledgement(self.version, kind, message.number, reason))

    def serve(self, messages: int) -> None:
        """Be a good broker for so many messages with readings."""
        for _ in range(messages):
            self.acknowledge(self.message())

    # Ends.

    def gateway_ends(self, seconds: float = PATIENCE_S, reasons: tuple[int, ...] = ()) -> None:
        """The gateway has to end the connection; with DISCONNECT and one of the reasons if any are given (MQTT 5)."""
        deadline = time.monotonic() + seconds
        reason = None
        try:
            while True:
                kind, _, body = self.packet(deadline - time.monotonic())
                if kind == wire.DISCONNECT:
                    reason = body[0] if body else 0
        except Ended:
            pass
        if reasons and self.version == wire.MQTT_5:
            assert reason in reasons, f"the gateway's DISCONNECT said {reason}, expected one of {reasons}"

    def transport_ends(self) -> None:
        """The gateway has to close the transport, whatever it still sends."""
        self.stream.settimeout(PATIENCE_S)
        try:
            while self.stream.recv(4096):
                pass
        except TimeoutError:
            raise
        except OSError:
            pass

    def close(self) -> None:
        """In the order of TCP, without a word of TLS."""
        self.stream.close()

    def reset(self) -> None:
        """With a reset in place of an end."""
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()

    def half_close_tls(self) -> None:
        """close_notify, and the TCP connection stays."""
        assert isinstance(self.stream, ssl.SSLSocket)
        self.stream.settimeout(0.01)
        try:
            self.stream.unwrap()
        except OSError:
            pass

    def half_close_tcp(self) -> None:
        """TCP's end of data in this direction only, in the middle of TLS."""
        self.stream.shutdown(socket.SHUT_WR)
