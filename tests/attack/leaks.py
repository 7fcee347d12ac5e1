# SPDX-License-Identifier: BSD-2-Clause
"""Looks for the device's key, the key of the journal and the secrets of TLS wherever they must not be.

All of the machine's RAM is read, and only what crypto alone maps is taken out; so are the medium, the console's text
and what was on the wire. Each secret has to be found where it may be, so that not finding it elsewhere means something.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from acts import PAGE, Json

from postern_lib.gateway import Gateway

OWNER = "crypto"
RAM_BASE, RAM_SIZE = 0x80000000, 128 << 20
NOTES = b"secrets of TLS:\0"
NOTE_COUNT, NOTE_SIZE = 8, 64
CLIENT_TRAFFIC, SERVER_TRAFFIC = 5, 6  # mbedtls_ssl_key_export_type
SCALAR_SIZE = 32


@dataclass(frozen=True)
class Secret:
    name: str
    content: bytes
    certain: bool = True  # it must be in crypto's own memory while the gateway runs

    def forms(self) -> dict[str, bytes]:
        """As it is, the other way round, in words the other way round, and as text."""
        words = b"".join(self.content[at : at + 4][::-1] for at in range(0, len(self.content), 4))
        return {"raw": self.content, "reversed": self.content[::-1], "words": words,
                "hex": self.content.hex().encode(), "HEX": self.content.hex().upper().encode(),
                "base64": base64.b64encode(self.content)[: len(self.content)]}  # fmt: skip


def _hkdf_expand(secret: bytes, info: bytes, size: int) -> bytes:
    block, out = b"", b""
    while len(out) < size:
        block = hmac.new(secret, block + info + bytes([len(out) // 32 + 1]), hashlib.sha256).digest()
        out += block
    return out[:size]


def _traffic_key(secret: bytes, size: int) -> bytes:
    """RFC 8446, section 7.3: the key of records under a traffic secret."""
    label = b"tls13 key"
    return _hkdf_expand(secret, struct.pack(">HB", size, len(label)) + label + b"\0", size)


def _device_secrets(identities: Path) -> list[Secret]:
    """crypto/vault.c says how the journal's key is made of the device's."""
    file = identities / "device.key.pem"
    der = subprocess.run(["openssl", "pkey", "-in", file, "-outform", "DER"], capture_output=True, check=True).stdout
    begin = der.index(b"\x04\x20") + 2
    scalar = der[begin : begin + SCALAR_SIZE]
    middle = hmac.new(b"postern vault", scalar, hashlib.sha256).digest()
    body = [line for line in file.read_text().splitlines() if line and not line.startswith("-----")]
    return [
        *(Secret(f"line {number} of the device key's PEM", line.encode()) for number, line in enumerate(body, 1)
          if number < 3),
        Secret("the device key", scalar),
        Secret("the key of the journal", _hkdf_expand(middle, b"journal v1: ChaCha20-Poly1305", 32)),
        Secret("the middle of the journal's key", middle, False),
    ]  # fmt: skip


def _session_secrets(own: bytes) -> list[Secret]:
    """What crypto has noted of its sessions; the newest keys of both directions are in use."""
    found = []
    for place in re.finditer(re.escape(NOTES), own):
        (count,) = struct.unpack_from("<Q", own, place.end())
        for number in range(min(count, NOTE_COUNT)):
            kind, size, secret = struct.unpack_from("<QQ48s", own, place.end() + 8 + number * NOTE_SIZE)
            found.append(Secret(f"TLS secret {kind}.{number}", secret[:size]))
            if kind in (CLIENT_TRAFFIC, SERVER_TRAFFIC):
                found.append(Secret(f"TLS key {kind}.{number}", _traffic_key(secret[:size], 32), False))
    assert {CLIENT_TRAFFIC, SERVER_TRAFFIC} <= {int(s.name.split()[-1].split(".")[0]) for s in found}, found
    return found


def split(ram: bytes, system: Json) -> tuple[bytes, bytes]:
    """What crypto alone maps, and all other RAM."""
    own, rest = bytearray(), bytearray(ram)
    for run in system["memory"]["placed"]:
        if not run["device"] and {mapping["pd"] for mapping in run["maps"]} == {OWNER}:
            begin = run["paddr"] - RAM_BASE
            own += rest[begin : begin + run["size"]]
            rest[begin : begin + run["size"]] = bytes(run["size"])
    return bytes(own), without_empty(bytes(rest))


def without_empty(ram: bytes) -> bytes:
    """Most of RAM was never written: a run of empty pages counts as one."""
    kept, empty = bytearray(), bytes(PAGE)
    for at in range(0, len(ram), PAGE):
        page = ram[at : at + PAGE]
        if page != empty or kept[-PAGE:] != empty:
            kept += page
    return bytes(kept)


def found(secrets: list[Secret], place: bytes) -> list[str]:
    return [f"{secret.name} ({form})" for secret in secrets for form, text in secret.forms().items() if text in place]


def read_ram(gateway: Gateway) -> bytes:
    file = gateway.folder.path / "ram.bin"
    try:
        said = gateway.machine.monitor(f'pmemsave {RAM_BASE:#x} {RAM_SIZE:#x} "{file.name}"')
        assert not said, said
        return file.read_bytes()
    finally:
        file.unlink(missing_ok=True)


def check(gateway: Gateway, system: Json) -> None:
    """Nothing of crypto's is anywhere else."""
    assert gateway.machine.disk
    own, rest = split(read_ram(gateway), system)
    places = {
        "RAM": rest,
        "medium": without_empty(gateway.machine.disk.file.read_bytes()),
        "console": gateway.console.text().encode(),
        "wire": (gateway.folder.path / "wire.pcap").read_bytes(),
    }
    secrets = _device_secrets(gateway.settings.identities) + _session_secrets(own)
    for secret in secrets:
        assert not secret.certain or found([secret], own), f"{secret.name} is not where it has to be: a blind search"
    # Each place really is what it should be.
    seen = {"RAM": b"Postern gateway", "medium": b"PSJL",
            "console": b"Postern gateway", "wire": b"broker.postern.test"}  # fmt: skip
    for name, content in places.items():
        assert seen[name] in content, name
        assert not found(secrets, content), f"{name}: {found(secrets, content)}"
