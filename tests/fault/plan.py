# SPDX-License-Identifier: BSD-2-Clause
"""What is tried: which programs are stopped in the course of which event. Each pair is a row of the results."""

from __future__ import annotations

import random
from dataclasses import dataclass

# While one event of its kind lasts, these have something to do.
EVENTS = {
    # While a measurement is taken, stored and published.
    "publish": ["timer", "eth0", "spi0", "blk0", "sensors", "net", "journal", "uplink", "crypto"],
    # From the moment when the journal begins to write a frame.
    "commit": ["blk0", "crypto", "journal", "timer"],
    # After the broker has ended and started again.
    "reconnect": ["crypto", "eth0", "net", "timer", "uplink"],
    # From the moment when TLS is opened.
    "handshake": ["crypto", "eth0", "net"],
    # From its first instruction on.
    "boot": ["timer", "uart0", "eth0", "spi0", "blk0", "entropy", "sensors", "net", "journal", "uplink", "crypto", "console"],
    # While it shows what the operator asked for.
    "command": ["uart0", "console"],
    # At any time: the machine then starts again.
    "reset": ["supervisor", "pulse"],
    # While another one, stopped just before it, comes back.
    "recovery": ["timer", "eth0", "spi0", "blk0", "sensors", "net", "journal", "uplink", "crypto"],
}

# Events that are played in a machine of their own, side by side.
LANES = {
    "steady": ["publish", "commit", "command"],
    "pairs": ["recovery"],
    "outage": ["reconnect", "handshake"],
    "boot": ["boot", "reset"],
}


@dataclass(frozen=True)
class Row:
    event: str
    prey: str


def rows(lane: str) -> list[Row]:
    return [Row(event, prey) for event in LANES[lane] for prey in EVENTS[event]]


def order(lane: str, count: int, chance: random.Random) -> list[Row]:
    """Every row of a lane, again and again, each round in another order."""
    wanted: list[Row] = []
    while len(wanted) < count:
        round_ = rows(lane)
        chance.shuffle(round_)
        wanted += round_
    return wanted[:count]
