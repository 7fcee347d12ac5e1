# SPDX-License-Identifier: BSD-2-Clause
"""Decides whether what the collector received is what the simulator put on the bus.

Both sides are text: the collector's JSON lines and the simulator's log. Values are compared as the decimal
text that travelled, never as floating-point numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

QUANTITIES = {"temperature": "Cel", "pressure": "Pa", "humidity": "%RH"}
SENSOR = "bme280"
# Measurements that may be on their way when a run is stopped.
MAX_IN_FLIGHT = 3
# Clocks of gateway and host may differ by so much, and a measurement may be so much older than its arrival.
CLOCK_SLACK_S = Decimal(5)


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

    @property
    def passed(self) -> bool:
        return not self.problems

    def summary(self) -> str:
        text = f"{self.readings} readings of {self.measurements} measurements"
        if self.in_flight:
            text += f", {self.in_flight} measurement{'s' if self.in_flight > 1 else ''} on the way at the end"
        if self.duplicates:
            text += f", {self.duplicates} delivered again"
        return text


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


def parse_simulator_log(text: str) -> list[dict[str, str]]:
    """The measurements, in order. A last line without its end is still being written and is left out."""
    measurements = []
    for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), 1):
        try:
            entry = json.loads(line)
            measurement = {quantity: entry[quantity] for quantity in QUANTITIES}
        except (ValueError, KeyError, TypeError) as error:
            raise EvidenceError(f"simulator's log, line {number}: {line!r}: {error}") from error
        if entry.get("n") != number:
            raise EvidenceError(f"simulator's log, line {number} says measurement {entry.get('n')}")
        measurements.append(measurement)
    return measurements


def judge(
    collector_lines: Iterable[str],
    simulator_log: str,
    *,
    max_in_flight: int = MAX_IN_FLIGHT,
    window: tuple[float, float] | None = None,
) -> Verdict:
    """Judges a whole run of one device and one sensor, from the first measurement on.

    window: begin and end of the run as Unix times; readings must be stamped within it.
    """
    verdict = Verdict()
    try:
        events = [parse_event(line) for line in collector_lines]
        measurements = parse_simulator_log(simulator_log)
        readings = [reading_of(event) for event in events if event["type"] == "reading"]
    except EvidenceError as error:
        verdict.problems.append(str(error))
        return verdict
    verdict.readings, verdict.measurements = len(readings), len(measurements)
    _check_events(events, verdict)
    if not readings:
        verdict.problems.append(f"no reading arrived (the simulator made {len(measurements)} measurements)")
        return verdict
    _check_sequence(readings, verdict)
    if window:
        _check_times(readings, window, verdict)
    _check_values(readings, measurements, max_in_flight, verdict)
    return verdict


def _check_events(events: list[dict[str, Any]], verdict: Verdict) -> None:
    for event in events:
        kind = event["type"]
        if kind == "duplicate":
            verdict.duplicates += 1
        elif kind == "gap":
            verdict.problems.append(f"gap: {event.get('device')} missing {event.get('first')}..{event.get('last')}")
        elif kind == "malformed":
            verdict.problems.append(f"malformed message on {event.get('topic')}: {event.get('error')}")
        elif kind == "out_of_order":
            verdict.problems.append(f"out of order: {event.get('device')} {event.get('seq')}")


def _check_sequence(readings: list[Reading], verdict: Verdict) -> None:
    devices = Counter(reading.device for reading in readings)
    if len(devices) > 1:
        verdict.problems.append(f"readings of more than one device: {', '.join(sorted(devices))}")
    for before, after in zip(readings, readings[1:]):
        if after.device == before.device and after.seq != before.seq + 1:
            verdict.problems.append(f"sequence number {after.seq} follows {before.seq}")
    last: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        earlier = last.get((reading.sensor, reading.quantity))
        if earlier and reading.time <= earlier.time:
            verdict.problems.append(f"reading {reading.seq} is not stamped later than reading {earlier.seq}")
        last[reading.sensor, reading.quantity] = reading


def _check_times(readings: list[Reading], window: tuple[float, float], verdict: Verdict) -> None:
    begin, end = (Decimal(limit) for limit in window)
    for reading in readings:
        if not begin - CLOCK_SLACK_S <= reading.time <= end + CLOCK_SLACK_S:
            verdict.problems.append(f"reading {reading.seq} is stamped {reading.time}, outside the time of the run")
            return


def _check_values(
    readings: list[Reading], measurements: list[dict[str, str]], max_in_flight: int, verdict: Verdict
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
        arrived = [each for each in readings if each.quantity == quantity and each.sensor == SENSOR]
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
        if reading.value != measurement[quantity]:
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
