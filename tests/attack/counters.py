# SPDX-License-Identifier: BSD-2-Clause
"""What everybody has counted of what others did wrong: from the metrics pages, which are what `stats` shows.

A ring that a component writes a half of has a peer, and the peer an entry `peer_bad.<ring>` for it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from acts import PAGE, Json

from postern_lib.gateway import Gateway

MAGIC, MOST = 0x3152544D, 75
HEADER, ENTRY, NAME = 16, 40, 32
# It has a log that it never writes, no metrics, and looks at no ring.
MUTE = "pulse"
# What is counted when a message has a wrong length, kind or content.
CONTENT = {
    "log": "bad_lines", "uart_rx": "bad_messages", "uart_tx": "bad_messages", "spi_req": "bad_requests",
    "spi_rsp": "bad_answers", "readings": "bad_messages", "stored": "bad_readings", "delivered": "bad_messages",
    "tls_tx": "messages.unexpected", "tls_rx": "bad_stream", "tcp_tx": "stream_bad", "tcp_rx": "messages.unexpected",
    "eth_tx": "tx_bad", "eth_rx": "rx_bad", "blk_req": "bad_requests", "blk_rsp": "bad_messages",
    "seal_req": "seal.refused", "seal_rsp": "bad_messages", "entropy_crypto": "bad_seeds",
    "entropy_net": "bad_seeds", "entropy_uplink": "bad_seeds",
}  # fmt: skip
Counters = dict[str, dict[str, int]]  # by component and name


@dataclass(frozen=True, order=True)
class Victim:
    """Whoever sees one half of a ring that another writes."""

    pd: str
    ring: str
    consumer: bool

    @property
    def counters(self) -> list[str]:
        """What must have moved. The log's rings all have one name for their producers, and one for each producer at
        the console."""
        stem = self.ring.split(".")[0]
        bad = f"peer_bad.{self.ring if self.consumer else stem}"
        return [bad, CONTENT[stem]] if self.consumer else [bad]

    @property
    def is_silent(self) -> bool:
        """Who writes the log looks at the console's half when it has something to say, which is seldom."""
        return self.ring.startswith("log.") and not self.consumer and self.pd != "supervisor"


def victims(system: Json, attacker: str) -> list[Victim]:
    """Of each half that the attacker writes."""
    found = []
    for run in system["memory"]["placed"]:
        rights = {mapping["pd"]: mapping["perms"] for mapping in run["maps"]}
        if run["name"].endswith((".prod", ".cons")) and "w" in rights.get(attacker, ""):
            ring, side = run["name"].rsplit(".", 1)
            (peer,) = set(rights) - {attacker}
            found.append(Victim(peer, ring, side == "prod"))
    return sorted(victim for victim in found if victim.pd != MUTE)


def _page(content: bytes) -> dict[str, int]:
    magic, count = struct.unpack_from("<II", content)
    assert magic == MAGIC and count <= MOST, (hex(magic), count)
    entries = [content[HEADER + ENTRY * i : HEADER + ENTRY * (i + 1)] for i in range(count)]
    return {entry.split(b"\0")[0].decode("latin-1"): struct.unpack_from("<Q", entry, NAME)[0] for entry in entries}


def read(gateway: Gateway, system: Json, names: set[str]) -> Counters:
    """The pages of these components."""
    at = {run["name"].rsplit(".", 1)[1]: run["paddr"] for run in system["memory"]["placed"]
          if run["name"].startswith(("metrics.", "console_metrics."))}  # fmt: skip
    begin, end = min(at.values()), max(at.values()) + PAGE
    file = gateway.folder.path / "metrics.bin"
    said = gateway.machine.monitor(f'pmemsave {begin:#x} {end - begin:#x} "{file.name}"')
    assert not said, said
    content = file.read_bytes()
    file.unlink()
    return {name: _page(content[at[name] - begin : at[name] - begin + PAGE]) for name in names}


def moved(before: Counters, after: Counters) -> dict[str, dict[str, int]]:
    return {pd: {name: value - before[pd].get(name, 0) for name, value in values.items()
                 if value > before[pd].get(name, 0)} for pd, values in after.items()}  # fmt: skip
