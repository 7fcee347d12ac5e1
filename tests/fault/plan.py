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
    # In its first run, while it opens its rings one after the other.
    "rings": ["blk0", "spi0", "net", "journal", "uplink", "crypto"],
    # While it shows what the operator asked for.
    "command": ["uart0", "console"],
    # At any time: the machine then starts again.
    "reset": ["supervisor", "pulse"],
    # Before the next instruction that it would execute after another one has been stopped.
    "together": ["timer", "eth0", "spi0", "blk0", "sensors", "net", "journal", "uplink", "crypto"],
    # While it waits for something; the operator has it started anew.
    "waiting": ["timer", "uart0", "eth0", "spi0", "blk0", "entropy", "sensors", "net", "journal", "uplink", "crypto", "console"],
    # While another one, stopped just before it, comes back.
    "recovery": ["timer", "eth0", "spi0", "blk0", "sensors", "net", "journal", "uplink", "crypto"],
}

# With another one, which is stopped first.
PAIRS = {"together", "recovery"}

# Events that one machine plays.
LANES = {
    "steady": ["publish", "commit", "command"],
    "pairs": ["recovery"],
    "together": ["together"],
    "waiting": ["waiting"],
    "outage": ["reconnect", "handshake"],
    "boot": ["boot", "rings", "reset"],
}

# Machines of each lane, and rounds of each machine: at least three stops of every row.
MACHINES = {"steady": (2, 2), "pairs": (2, 2), "together": (2, 2), "waiting": (1, 3), "outage": (2, 2), "boot": (3, 1)}


@dataclass(frozen=True)
class Row:
    event: str
    prey: str


def rows(lane: str) -> list[Row]:
    return [Row(event, prey) for event in LANES[lane] for prey in EVENTS[event]]


def order(lane: str, rounds: int, chance: random.Random) -> list[Row]:
    """Every row of a lane, so many times, each round in another order."""
    wanted: list[Row] = []
    for _ in range(rounds):
        wanted += chance.sample(rows(lane), len(rows(lane)))
    return wanted
