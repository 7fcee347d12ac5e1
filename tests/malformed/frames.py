# SPDX-License-Identifier: BSD-2-Clause
"""Ethernet frames that no honest network sends: real ones damaged behind right checksums, and absurd ones from nothing.

All is drawn from one generator of random numbers. No I/O.
"""

from __future__ import annotations

import random
import struct

ARP, IPV4, IPV6, VLAN = 0x0806, 0x0800, 0x86DD, 0x8100
ICMP, TCP, UDP = 1, 6, 17
HOST_MAC = bytes.fromhex("525500020202")
GUEST_MAC = bytes.fromhex("525400123456")
EVERYBODY = b"\xff" * 6
# QEMU's user network: the host and name server, the guest, and some that make no sense.
HOST, GUEST = bytes([10, 0, 2, 2]), bytes([10, 0, 2, 15])
ADDRESSES = (HOST, GUEST, bytes([10, 0, 2, 3]), bytes(4), b"\xff" * 4, bytes([127, 0, 0, 1]), bytes([224, 0, 0, 1]))
PORTS = (0, 53, 67, 68, 123, 8883, 49152, 65535)
ETHERNET = 14


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data[: len(data) & ~1])) + (data[-1] << 8 if len(data) & 1 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def repaired(frame: bytes) -> bytes:
    """The frame with right checksums of IPv4 and of TCP, UDP or ICMP behind it, as far as its lengths allow."""
    out = bytearray(frame)
    if len(out) < ETHERNET + 20 or out[12:14] != b"\x08\x00":
        return frame
    header = 4 * (out[ETHERNET] & 15)
    end = min(len(out), ETHERNET + struct.unpack_from(">H", out, ETHERNET + 2)[0])
    begin = ETHERNET + header
    if header < 20 or begin > end:
        return frame
    out[24:26] = bytes(2)
    struct.pack_into(">H", out, 24, checksum(bytes(out[ETHERNET:begin])))
    at = {TCP: 16, UDP: 6, ICMP: 2}.get(out[23])
    if at is None or begin + at + 2 > end:
        return bytes(out)
    struct.pack_into(">H", out, begin + at, 0)
    pseudo = b"" if out[23] == ICMP else bytes(out[26:34]) + struct.pack(">BBH", 0, out[23], end - begin)
    struct.pack_into(">H", out, begin + at, checksum(pseudo + bytes(out[begin:end])))
    return bytes(out)


class Storm:
    """A source of frames towards the guest."""

    def __init__(self, choice: random.Random) -> None:
        self._choice = choice

    def frame(self, recent: list[bytes]) -> bytes:
        """The next one, never empty: QEMU takes that for the end of the wire. `recent` are frames that were on it."""
        make = self._choice.choices(
            [self._damaged, self._arp, self._ipv4, self._tcp, self._dhcp, self._dns, self._icmp, self._noise],
            [8, 2, 3, 3, 2, 3, 1, 1],
        )[0]
        frame = make(recent)
        return repaired(frame) if self._choice.random() < 0.8 else frame

    def _bytes(self, most: int) -> bytes:
        return self._choice.randbytes(self._choice.randint(0, most))

    def _ethernet(self, kind: int, body: bytes) -> bytes:
        to = self._choice.choice((GUEST_MAC, GUEST_MAC, EVERYBODY))
        return (to + HOST_MAC + struct.pack(">H", kind) + body)[: self._choice.choice((1514, 1514, 1514, 4000))]

    def _damaged(self, recent: list[bytes]) -> bytes:
        if not recent:
            return self._noise(recent)
        frame = bytearray(self._choice.choice(recent))
        kind = self._choice.randrange(4)
        if kind == 0:
            return bytes(frame[: self._choice.randint(1, len(frame))])
        if kind == 1:
            return bytes(frame) + self._bytes(200)
        for _ in range(self._choice.randint(1, 6)):
            # Headers are where it hurts.
            at = self._choice.randrange(min(len(frame), self._choice.choice((60, 100, 1514))))
            frame[at] = self._choice.choice((0, 0xFF, 0x80, 0x7F, frame[at] ^ 1 << self._choice.randrange(8)))
        return bytes(frame)

    def _arp(self, _recent: list[bytes]) -> bytes:
        head = struct.pack(">HHBBH", 1, IPV4, self._choice.choice((6, 6, 0, 255)), self._choice.choice((4, 4, 16)),
                           self._choice.choice((1, 2, 0, 9)))
        # Never in the name of the guest or the host: that would be a wrong network, not a malformed one.
        sender = self._choice.choice(ADDRESSES[2:])
        body = self._choice.randbytes(6) + sender + GUEST_MAC + self._choice.choice(ADDRESSES)
        return self._ethernet(ARP, (head + body)[: self._choice.choice((28, 28, 28, 27, 8, 0))])

    def _ip(self, protocol: int, body: bytes) -> bytes:
        choice = self._choice
        words = choice.choice((5, 5, 5, 5, 6, 15, 4, 0))
        options = choice.randbytes(4 * max(0, words - 5))
        length = choice.choice((20 + len(options) + len(body),) * 6 + (0, 19, 20, 65535))
        fragment = choice.choice((0x4000,) * 6 + (0, 0x2000, 0x1FFF, 0x3FFF, 0x8000))
        head = struct.pack(">BBHHHBBH", choice.choice((4, 4, 4, 4, 6, 0)) << 4 | words, 0, length, choice.randrange(65536),
                           fragment, choice.choice((64, 64, 0, 1)), protocol, 0)
        source = choice.choice((HOST, HOST, *ADDRESSES))
        return self._ethernet(IPV4, head + source + choice.choice((GUEST, GUEST, GUEST, *ADDRESSES)) + options + body)

    def _ipv4(self, _recent: list[bytes]) -> bytes:
        return self._ip(self._choice.randrange(256), self._bytes(1480))

    def _icmp(self, _recent: list[bytes]) -> bytes:
        return self._ip(ICMP, bytes([self._choice.randrange(20), self._choice.randrange(20)]) + self._bytes(600))

    def _udp(self, source: int, target: int, body: bytes) -> bytes:
        length = self._choice.choice((8 + len(body),) * 6 + (0, 7, 65535))
        return self._ip(UDP, struct.pack(">HHHH", source, target, length, 0) + body)

    def _tcp(self, recent: list[bytes]) -> bytes:
        choice = self._choice
        ports = choice.choice(PORTS), choice.choice(PORTS)
        numbers = choice.randrange(1 << 32), choice.randrange(1 << 32)
        for frame in choice.sample(recent, len(recent)):
            # Of a connection that is there, and not far from what is expected.
            if len(frame) >= 54 and frame[12:14] == b"\x08\x00" and frame[23] == TCP and frame[26:30] == GUEST:
                there = struct.unpack_from(">HHII", frame, 34)
                ports = there[1], there[0]
                near = choice.choice((0, 1, -1, 100, 5000, 1 << 31))
                numbers = (there[3] + near) % (1 << 32), (there[2] + choice.choice((0, 1, 1000, -1000))) % (1 << 32)
                break
        words = choice.choice((5, 5, 6, 15, 4, 0))
        flags = choice.randrange(256)
        options = choice.choice((choice.randbytes(4 * max(0, words - 5)), b"\x02\x04\x00\x00", b"\x02\xff", b"\x03\x00"))
        head = struct.pack(">HHIIBBHHH", *ports, *numbers, words << 4, flags, choice.choice((0, 1, 65535)), 0,
                           choice.choice((0, 65535)))
        return self._ip(TCP, head + options + self._bytes(choice.choice((0, 1, 1400))))

    def _dhcp(self, _recent: list[bytes]) -> bytes:
        choice = self._choice
        head = struct.pack(">BBBBIHH", choice.choice((2, 2, 1, 255)), 1, choice.choice((6, 0, 255)), 0,
                           choice.randrange(1 << 32), 0, 0)
        fixed = bytes(4) + choice.choice(ADDRESSES) * 3 + GUEST_MAC + choice.randbytes(10) + self._bytes(192).ljust(192, b"\0")
        options = b""
        for _ in range(choice.randint(0, 20)):
            body = self._bytes(40)
            options += bytes([choice.choice((53, 54, 51, 1, 3, 6, 52, 0, 255, choice.randrange(256))),
                              choice.choice((len(body), len(body), 0, 255))]) + body
        return self._udp(67, 68, head + fixed + choice.choice((b"\x63\x82\x53\x63", bytes(4))) + options)

    def _dns(self, _recent: list[bytes]) -> bytes:
        choice = self._choice
        head = struct.pack(">HHHHHH", choice.randrange(65536), choice.choice((0x8180, 0x8183, 0xFFFF, 0)),
                           choice.choice((1, 0, 65535)), choice.choice((1, 0, 65535)), choice.choice((0, 65535)), 0)
        name = choice.choice((b"\x06broker\x04test\x00", b"\xc0\x0c", b"\x3f" * 300, b"\xff" + self._bytes(30), b"\x00"))
        answer = choice.choice((b"\xc0\x0c", b"\xc0\xff", name)) + struct.pack(
            ">HHIH", choice.choice((1, 5, 28, 65535)), 1, choice.randrange(1 << 32), choice.choice((4, 0, 65535)))
        return self._udp(53, choice.choice((*PORTS, choice.randrange(65536))),
                         head + name + b"\x00\x01\x00\x01" + (answer + choice.randbytes(4)) * choice.randint(0, 40))

    def _noise(self, _recent: list[bytes]) -> bytes:
        kind = self._choice.choice((ARP, IPV4, IPV6, VLAN, 0, 0xFFFF))
        return self._ethernet(kind, self._bytes(1500))[self._choice.choice((0, 0, 0, 1, 13)) :]
