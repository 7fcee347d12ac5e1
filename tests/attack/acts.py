# SPDX-License-Identifier: BSD-2-Clause
"""What each component is to try, from the composer's account of the very image that it will run in.

attack.h says how the table looks. Everything that any component maps is probed by every component, at the address
that its owner has it at and at its physical address; so are the kernel, the firmware and the devices. What the
component itself maps, it is to reach with its own rights and with no other.
"""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAGIC = 0x3153544341545041
LOAD, STORE, FETCH, FAULT = 0, 1, 2, 4
PAGE = 0x1000
INPUT, REPLY, SIGNAL, CALL, IRQ, TCB = 1, 2, 3, 4, 5, 6
VIRTIO, UART, RTC = 1, 2, 3
# Microkit's slots.
SLOT_INPUT, SLOT_REPLY, SLOT_SIGNAL, SLOT_CALL, SLOT_IRQ, SLOT_TCB = 1, 4, 10, 74, 138, 202
MESSAGE_BUFFER = 0x3FFFFFE000
STACK_TOP = 0x3FFFFFD000
# What is nobody's: null, the kernel at both ends of its window, the top of each half, the interrupt controllers,
# the firmware, and addresses that Sv39 has no translation for.
NOBODYS = [0, 0x1000, 0x100000, 0x2000000, 0xC000000, 0xC200000, 0x80000000, 0x80020000, STACK_TOP,
           0x3FFFFFF000, 0x4000000000, 0x7FFFFFFFFFFFF000, 0xFFFFFFBFFFFFF000, 0xFFFFFFC000000000,
           0xFFFFFFFF80000000, 0xFFFFFFFF80200000, 0xFFFFFFFFC0000000, 0xFFFFFFFFC0010000, 0xFFFFFFFFC0600000,
           0xFFFFFFFFC0604000, 0xFFFFFFFFFFFFF000]  # fmt: skip

# Of methods.c and act.c, to say how many acts there must have been.
LABELS, LAST_SLOT, HIGH_BITS = 52, 1024, range(11, 64)
OVER_THREADS = range(14, 20)  # what the supervisor may do with the threads of others is not tried
INSTRUCTIONS, UNKNOWN_CALLS, RECEIVING, LENGTHS, ROUNDS = 16, 16, 7, 4, 73

Json = dict[str, Any]


@dataclass
class Table:
    """One component's acts."""

    probes: list[int] = field(default_factory=list)
    slots: list[tuple[int, int]] = field(default_factory=list)
    rings: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    shares: list[tuple[int, int]] = field(default_factory=list)
    devices: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def expected(self) -> tuple[int, int]:
        """How many acts there are in all, and how many of them end in a fault."""
        held = {slot for slot, _ in self.slots}
        empty = LAST_SLOT + 1 - len(held)
        stopping = sum(slot not in held and (slot % 16 == 0 or slot < 16) for slot in range(LAST_SLOT + 1))
        stopping += len(HIGH_BITS)
        own_faults = sum(1 if kind == INPUT else RECEIVING for _, kind in self.slots)
        acts = len(self.probes) + INSTRUCTIONS + UNKNOWN_CALLS + LABELS * (empty + 2 * len(HIGH_BITS))
        acts += stopping * (RECEIVING + 2) + len(held) * (LABELS * LENGTHS + 1) + own_faults
        acts -= sum(kind == TCB for _, kind in self.slots) * len(OVER_THREADS) * LENGTHS
        faults = sum(bool(probe & FAULT) for probe in self.probes) + INSTRUCTIONS + UNKNOWN_CALLS
        return acts, faults + stopping * (RECEIVING + 1) + own_faults

    def encode(self) -> bytes:
        lists = [[(probe,) for probe in self.probes], self.slots, self.rings, self.shares, self.devices]
        parts = [b"".join(struct.pack(f"<{len(entry)}Q", *entry) for entry in entries) for entries in lists]
        offsets, at = [], 88
        for part in parts:
            offsets.append(at)
            at += len(part)
        return struct.pack("<11Q", MAGIC, *map(len, lists), *offsets) + b"".join(parts)


def components(system: Json) -> list[str]:
    """All that the supervisor watches."""
    return [pd["name"] for pd in system["protection_domains"] if pd["name"] not in ("supervisor", "umpire")]


def _edges(start: int, size: int) -> set[int]:
    """The first and last page, and the pages before and behind."""
    return {start - PAGE, start, start + (size - 1) // PAGE * PAGE, start + (size + PAGE - 1) // PAGE * PAGE}


def _own_pages(system: Json, name: str) -> dict[int, str]:
    own = {MESSAGE_BUFFER: "rw"}
    for run in system["memory"]["placed"]:
        for mapping in run["maps"]:
            if mapping["pd"] == name:
                own |= {mapping["vaddr"] + at: mapping["perms"] for at in range(0, run["size"], PAGE)}
    return own


def _probes(system: Json, name: str) -> list[int]:
    own = _own_pages(system, name)
    pd = next(pd for pd in system["protection_domains"] if pd["name"] == name)
    registers = {mapping["vaddr"] for mapping in pd["maps"] if mapping["region"].startswith("dev.")}
    addresses = set(NOBODYS) | {system["memory"]["ram_base"], system["memory"]["ram_end"] - PAGE}
    for run in system["memory"]["placed"]:
        addresses |= _edges(run["paddr"], run["size"])
        for mapping in run["maps"]:
            addresses |= _edges(mapping["vaddr"], run["size"])
    addresses |= set(own)
    probes = []
    for address in sorted(a for a in addresses if a >= 0):
        rights = own.get(address, "")
        if address not in registers:  # what a load does there, the device decides
            probes.append(address | LOAD | (0 if "r" in rights else FAULT))
        if "w" not in rights:
            probes.append(address | STORE | FAULT)
        if "x" not in rights:
            probes.append(address | FETCH | FAULT)
    return probes


def _slots(system: Json, name: str) -> list[tuple[int, int]]:
    pd = next(pd for pd in system["protection_domains"] if pd["name"] == name)
    slots = [(SLOT_INPUT, INPUT)] + [(SLOT_IRQ + irq["id"], IRQ) for irq in pd["irqs"]]
    children = [other["child_id"] for other in system["protection_domains"] if other["parent"] == name]
    slots += [(SLOT_TCB + child, TCB) for child in children]
    is_server = bool(children)
    for ends in system["channels"]:
        for mine, other in (ends, ends[::-1]):
            is_server |= other["pp"] and mine["pd"] == name
            if mine["pd"] == name and mine["notify"]:
                slots.append((SLOT_SIGNAL + mine["id"], SIGNAL))
            if mine["pd"] == name and mine["pp"]:
                slots.append((SLOT_CALL + mine["id"], CALL))
    return slots + ([(SLOT_REPLY, REPLY)] if is_server else [])


def _shape(product: Path) -> dict[str, tuple[int, int]]:
    """Slots and their size by ring."""
    rings = ElementTree.parse(product).getroot().iter("ring")
    return {str(ring.get("name")): (int(str(ring.get("slots"))), int(str(ring.get("slot_size")))) for ring in rings}


def _table(system: Json, product: Path, name: str) -> Table:
    pd = next(pd for pd in system["protection_domains"] if pd["name"] == name)
    value = {setvar["symbol"]: setvar["value"] for setvar in pd["setvars"]}
    regions = {mapping["vaddr"]: mapping for mapping in pd["maps"]}
    shape = _shape(product)
    table = Table(_probes(system, name), _slots(system, name))
    for symbol, address in value.items():
        mapping = regions.get(address)
        if mapping is None or "w" not in mapping["perms"]:
            continue
        region, stem = mapping["region"], symbol.removesuffix("_own")
        if region.endswith((".prod", ".cons")):
            slots, size = shape[region.split(".")[0]] if region.endswith(".prod") else (0, 0)
            table.rings.append((address, value[stem + "_peer"], slots, size, SLOT_SIGNAL + value[stem + "_id"]))
        elif not region.startswith(("dev.", "dma.", "attack.", "coup.")):
            table.shares.append((address, mapping["size"]))
        elif region.startswith("dev."):
            stem = symbol.removesuffix("_regs")
            kind = {"uart": UART, "rtc": RTC}.get(stem, VIRTIO if stem + "_dma" in value else 0)
            # The other side of the GPIO device is a program of the test bench.
            if kind and stem != "gpio":
                dma = [value.get(stem + suffix) or 0 for suffix in ("_dma", "_dma_paddr", "_dma_size")]
                table.devices.append((kind, address, *dma))
    return table


def tables(system: Json, product: Path) -> dict[str, Table]:
    return {name: _table(system, product, name) for name in [*components(system), "supervisor"]}
