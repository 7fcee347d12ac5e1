# SPDX-License-Identifier: BSD-2-Clause
"""Decides whether what the collector received is what the simulator put on the bus.

Both sides are text: the collector's JSON lines and the simulator's log. Values are compared as the decimal
text that travelled, never as floating-point numbers.

A run may have several starts of the machine, each with a simulator's log of its own. When the power of one is cut, the
measurements that were not accepted yet are lost with it: the last ones of its log, and no number.

Readings arrive in the order of their numbers. Only if the gateway's configuration says so, new ones may overtake those
that wait; then those that come late are put in their places first.

A number that did not arrive is no problem if the gateway's loss ledger, as it came last, tells the cause; what the
simulator measured under that number is then not expected either.
"""

from __future__ import annotations

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .losses import Loss, Numbers, explain, losses_of

QUANTITIES = {"temperature": "Cel", "pressure": "Pa", "humidity": "%RH"}
SENSOR = "bme280"
# Measurements that may be on their way when a run is stopped.
MAX_IN_FLIGHT = 3
# Measurements that may be made and not accepted when the power is cut: one on the bus, one on its way to the medium.
MAX_NOT_ACCEPTED = 2
# QEMU's real-time clock begins with a whole second: what a later start stamps may seem that much too early.
CLOCK_START_S = Decimal(1)
# Clocks of gateway and host may differ by so much, and a measurement may be so much older than its arrival.
CLOCK_SLACK_S = Decimal(5)
# The cause of numbers that were skipped: nothing was ever measured under them.
SKIPPED = "older medium"
# The value that stands for one that is lost.
LOST = ""
FIRST_NUMBER = 1


class EvidenceError(Exception):
    """The collector's or the simulator's output is not what it should be."""


@dataclass(frozen=True)
class Reading:
    time: Decimal
    device: str
    sensor: str
    quantity: str
    value: str
    unit: str
    seq: int


@dataclass
class Verdict:
    """problems is empty if and only if the run was good; each is a sentence for people."""

    problems: list[str] = field(default_factory=list)
    readings: int = 0
    measurements: int = 0
    in_flight: int = 0
    duplicates: int = 0
    not_accepted: int = 0
    lost: list[Numbers] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems

    def summary(self) -> str:
        text = f"{self.readings} readings of {self.measurements} measurements"
        if self.in_flight:
            text += f", {self.in_flight} measurement{'s' if self.in_flight > 1 else ''} on the way at the end"
        if self.duplicates:
            text += f", {self.duplicates} delivered again"
        if self.not_accepted:
            text += f", {self.not_accepted} measurements lost before they were accepted"
        return "; ".join((text, *map(str, self.lost)))


def parse_event(line: str) -> dict[str, Any]:
    """One line of the collector's JSON, with numbers as text."""
    try:
        event = json.loads(line, parse_float=str, parse_int=str)
        if isinstance(event, dict) and isinstance(event["type"], str):
            return event
    except (ValueError, KeyError):
        pass
    raise EvidenceError(f"not a line of the collector: {line!r}")


def reading_of(event: dict[str, Any]) -> Reading:
    """The reading in an event of type reading, duplicate or out_of_order."""
    try:
        return Reading(Decimal(event["time"]), event["device"], event["sensor"], event["quantity"], event["value"],
                       event["unit"], int(event["seq"]))  # fmt: skip
    except (KeyError, ValueError, ArithmeticError) as error:
        raise EvidenceError(f"not a reading: {event!r}: {error}") from error


def parse_simulator_log(text: str, unread: int = 0) -> list[dict[str, str]]:
    """The measurements that were read, in order; so many may have been made and not read. A last line without its end is
    still being written and is left out."""
    measurements = []
    skipped = 0
    for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), 1):
        try:
            entry = json.loads(line)
            measurement = {quantity: entry[quantity] for quantity in QUANTITIES}
        except (ValueError, KeyError, TypeError) as error:
            raise EvidenceError(f"simulator's log, line {number}: {line!r}: {error}") from error
        if unread > 0 and isinstance(entry.get("n"), int):
            skipped = min(max(skipped, entry["n"] - number), unread)
        if entry.get("n") != number + skipped:
            raise EvidenceError(f"simulator's log, line {number} says measurement {entry.get('n')}")
        measurements.append(measurement)
    return measurements


def judge(
    collector_lines: Iterable[str],
    simulator_log: str,
    *,
    max_in_flight: int = MAX_IN_FLIGHT,
    window: tuple[float, float] | None = None,
    earlier: Sequence[str] = (),
    stops: int = 0,
    not_accepted: int = MAX_NOT_ACCEPTED,
    durable: Sequence[int] | None = None,
    live_first: bool = False,
) -> Verdict:
    """Judges a whole run of one device and one sensor, from the first measurement on.

    earlier: the simulator's logs of the starts before the one of simulator_log, in order.
    window: begin and end of the run as Unix times; readings must be stamped within it.
    stops: of components between the bus and the journal; each may cost the measurement that it had in its hands.
    not_accepted: the most measurements of a start that the power takes away before they are accepted.
    durable: where that is known, the last number that the journal called stored at the end of each earlier start: none up
    to it may be missing, and all that came later may.
    live_first: the configuration lets new readings overtake.
    """
    verdict = Verdict()
    try:
        events = [parse_event(line) for line in collector_lines]
        starts = [parse_simulator_log(text, stops) for text in (*earlier, simulator_log)]
        kinds = ("reading", "out_of_order") if live_first else ("reading",)
        readings = [reading_of(event) for event in events if event["type"] in kinds]
        if live_first:
            readings.sort(key=lambda each: each.seq)
        losses = _losses(events, readings)
    except EvidenceError as error:
        verdict.problems.append(str(error))
        return verdict
    gaps = _gaps(readings)
    for part in explain(gaps, losses):
        if part.cause:
            verdict.lost.append(part)
        else:
            verdict.problems.append(str(part))
    verdict.lost = _lost_at_the_ends(readings, losses, verdict.lost)
    measured = [part for part in verdict.lost if part.cause != SKIPPED]
    if sum(part.count for part in measured) > len(QUANTITIES) * sum(map(len, starts)):
        verdict.problems.append("the ledger names more numbers than were measured")
        return verdict
    expected = _with_lost(readings, measured)
    measurements = _met(expected, _accepted(expected, starts, not_accepted, durable), stops)
    verdict.readings, verdict.measurements = len(readings), len(measurements)
    verdict.not_accepted = sum(map(len, starts)) - len(measurements)
    _check_events(events, None if live_first else gaps, verdict)
    _check_duplicates(events, readings, verdict)
    if not readings:
        verdict.problems.append(f"no reading arrived (the simulator made {len(measurements)} measurements)")
        return verdict
    _check_sequence(readings, verdict, CLOCK_START_S if earlier else Decimal(0))
    if window:
        _check_times(readings, window, verdict)
    _check_values(readings, expected, measurements, max_in_flight, verdict)
    return verdict


def _losses(events: list[dict[str, Any]], readings: list[Reading]) -> list[Loss]:
    """What the last ledger of the device of the readings tells."""
    losses: list[Loss] = []
    for event in events:
        if event["type"] == "ledger" and readings and event.get("device") == readings[0].device:
            try:
                losses = losses_of(event)
            except ValueError as error:
                raise EvidenceError(str(error)) from error
    return losses


def _gaps(readings: list[Reading]) -> list[Numbers]:
    """The numbers that are missing between those of readings that follow each other."""
    return [
        Numbers(before.seq + 1, after.seq - 1)
        for before, after in zip(readings, readings[1:])
        if after.device == before.device and after.seq > before.seq + 1
    ]


def _lost_at_the_ends(readings: list[Reading], losses: list[Loss], between: list[Numbers]) -> list[Numbers]:
    """Besides those between readings: numbers before the first and after the last one, if the ledger names them all."""
    if not readings or not losses:
        return between
    before = explain([Numbers(FIRST_NUMBER, readings[0].seq - 1)], losses)
    after = explain([Numbers(readings[-1].seq + 1, losses[-1].last)], losses)
    before, after = (parts if all(part.cause for part in parts) else [] for parts in (before, after))
    return before + between + after


def _with_lost(readings: list[Reading], lost: list[Numbers]) -> list[Reading]:
    """The readings and, where numbers are lost, their place in the order of quantities that measurements have."""
    order = list(QUANTITIES)
    known = [reading for reading in readings if reading.quantity in order]
    if not known or not lost:
        return readings
    filled = list(readings)
    numbers = [reading.seq for reading in known]
    for number in (number for part in lost for number in range(part.first, part.last + 1)):
        beside = known[min(bisect(numbers, number), len(known) - 1)]
        quantity = order[(order.index(beside.quantity) + number - beside.seq) % len(order)]
        filled.append(Reading(beside.time, beside.device, SENSOR, quantity, LOST, QUANTITIES[quantity], number))
    return sorted(filled, key=lambda each: each.seq)


def _accepted(
    readings: list[Reading], starts: list[list[dict[str, str]]], most: int, durable: Sequence[int] | None
) -> list[dict[str, str]]:
    """The measurements of all starts, without those at the end of each start but the last that did not arrive, at most
    so many, or those that were not durable. If that explains nothing, all measurements."""
    arrived = _samples(readings)
    # How many of each start were accepted, by the number of samples that this explains.
    explained: dict[int, tuple[int, ...]] = {0: ()}
    for number, measurements in enumerate(starts[:-1]):
        following: dict[int, tuple[int, ...]] = {}
        for position, counts in explained.items():
            least = len(measurements) - most if durable is None else durable[number] // len(QUANTITIES) - position
            for count in range(max(0, least), len(measurements) + 1):
                if _same(arrived[position : position + count], measurements[:count]):
                    following[position + count] = (*counts, count)
        explained = following
    for position, counts in explained.items():
        rest = arrived[position:]
        if _same(rest, starts[-1][: len(rest)]):
            kept = [each for start, count in zip(starts, counts) for each in start[:count]]
            return kept + starts[-1]
    return [each for start in starts for each in start]


def _met(readings: list[Reading], measurements: list[dict[str, str]], most: int) -> list[dict[str, str]]:
    """The measurements without those that did not arrive although later ones did, at most so many. If that explains
    nothing, all of them."""
    kept: list[dict[str, str]] = []
    position = 0
    for sample in _samples(readings):
        while position < len(measurements) and not _same([sample], measurements[position : position + 1]):
            position += 1
        if position >= len(measurements) or position - len(kept) > most:
            return measurements
        kept.append(measurements[position])
        position += 1
    return kept + measurements[position:]


def _samples(readings: list[Reading]) -> list[dict[str, str]]:
    """What arrived, a sample of all quantities each."""
    values = [[each.value for each in readings if each.quantity == quantity] for quantity in QUANTITIES]
    return [dict(zip(QUANTITIES, sample)) for sample in zip(*values)]


def _same(arrived: list[dict[str, str]], measurements: list[dict[str, str]]) -> bool:
    """Whether samples are as they were measured, but for what is lost."""
    return len(arrived) == len(measurements) and all(
        sample[quantity] in (LOST, measured[quantity])
        for sample, measured in zip(arrived, measurements)
        for quantity in sample
    )


def _check_duplicates(events: list[dict[str, Any]], readings: list[Reading], verdict: Verdict) -> None:
    """A number stands for one reading: what is delivered again says the same."""
    first = {(reading.device, reading.seq): reading for reading in readings}
    for event in events:
        if event["type"] == "duplicate":
            again = reading_of(event)
            before = first.get((again.device, again.seq))
            if before and (again.sensor, again.quantity, again.value) != (before.sensor, before.quantity, before.value):
                verdict.problems.append(
                    f"number {again.seq} was delivered as {before.quantity} {before.value} "
                    f"and again as {again.quantity} {again.value}"
                )


def _check_events(events: list[dict[str, Any]], gaps: list[Numbers] | None, verdict: Verdict) -> None:
    """A gap that the collector saw is judged with the readings; here, that these show the same gap. gaps: None if readings
    may be late, and fill them."""
    seen = {(str(gap.first), str(gap.last)) for gap in gaps or []}
    for event in events:
        kind = event["type"]
        if kind == "duplicate":
            verdict.duplicates += 1
        elif kind == "gap" and gaps is not None and (event.get("first"), event.get("last")) not in seen:
            verdict.problems.append(f"gap: {event.get('device')} missing {event.get('first')}..{event.get('last')}")
        elif kind == "malformed":
            verdict.problems.append(f"malformed message on {event.get('topic')}: {event.get('error')}")
        elif kind == "out_of_order" and gaps is not None:
            verdict.problems.append(f"out of order: {event.get('device')} {event.get('seq')}")


def _check_sequence(readings: list[Reading], verdict: Verdict, slack: Decimal) -> None:
    devices = Counter(reading.device for reading in readings)
    if len(devices) > 1:
        verdict.problems.append(f"readings of more than one device: {', '.join(sorted(devices))}")
    for before, after in zip(readings, readings[1:]):
        if after.device == before.device and after.seq <= before.seq:
            verdict.problems.append(f"sequence number {after.seq} follows {before.seq}")
    last: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        earlier = last.get((reading.sensor, reading.quantity))
        if earlier and reading.time + slack <= earlier.time:
            verdict.problems.append(f"reading {reading.seq} is not stamped later than reading {earlier.seq}")
        last[reading.sensor, reading.quantity] = reading


def _check_times(readings: list[Reading], window: tuple[float, float], verdict: Verdict) -> None:
    begin, end = (Decimal(limit) for limit in window)
    for reading in readings:
        if not begin - CLOCK_SLACK_S <= reading.time <= end + CLOCK_SLACK_S:
            verdict.problems.append(f"reading {reading.seq} is stamped {reading.time}, outside the time of the run")
            return


def _check_values(
    readings: list[Reading],
    expected: list[Reading],
    measurements: list[dict[str, str]],
    max_in_flight: int,
    verdict: Verdict,
) -> None:
    for reading in readings:
        if reading.sensor != SENSOR or reading.quantity not in QUANTITIES:
            verdict.problems.append(
                f"reading {reading.seq} is of {reading.sensor}/{reading.quantity}, which the simulator has not"
            )
        elif reading.unit != QUANTITIES[reading.quantity]:
            verdict.problems.append(f"reading {reading.seq}: {reading.quantity} in '{reading.unit}'")
    arrived_least = len(measurements)
    for quantity in QUANTITIES:
        arrived = [each for each in expected if each.quantity == quantity and each.sensor == SENSOR]
        arrived_least = min(arrived_least, len(arrived))
        _compare_quantity(quantity, arrived, measurements, max_in_flight, verdict)
    verdict.in_flight = len(measurements) - arrived_least


def _compare_quantity(
    quantity: str, arrived: list[Reading], measurements: list[dict[str, str]], max_in_flight: int, verdict: Verdict
) -> None:
    if not arrived:
        verdict.problems.append(f"no {quantity} arrived (the simulator made {len(measurements)} measurements)")
        return
    for number, (reading, measurement) in enumerate(zip(arrived, measurements), 1):
        if reading.value not in (LOST, measurement[quantity]):
            verdict.problems.append(
                f"{quantity} number {number} (sequence number {reading.seq}) arrived as {reading.value}, "
                f"but the simulator put {measurement[quantity]} on the bus"
            )
            return
    surplus = len(arrived) - len(measurements)
    if surplus > 0:
        verdict.problems.append(f"{surplus} {quantity} values arrived that the simulator never put on the bus")
    elif -surplus > max_in_flight:
        verdict.problems.append(f"the last {-surplus} of {len(measurements)} {quantity} values never arrived")
