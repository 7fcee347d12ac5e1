# SPDX-License-Identifier: BSD-2-Clause
"""Holds missing sequence numbers against what the gateway's loss ledger admits.

Like the collector's account, but of what has come so far, while the run goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Numbers:
    """Sequence numbers from first to last, with the cause why they are missing; None: not explained."""

    first: int
    last: int
    cause: str | None = None

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        which = f"number {self.first}" if self.count == 1 else f"numbers {self.first}..{self.last}"
        return f"{which} missing: {self.cause}" if self.cause else f"{which} missing, not explained"


@dataclass(frozen=True)
class Loss:
    """A range of the ledger: so many of its numbers will never come."""

    first: int
    last: int
    missing: int
    cause: str

    def common(self, other: Numbers) -> int:
        """How many numbers both hold."""
        return max(0, min(self.last, other.last) - max(self.first, other.first) + 1)


def losses_of(event: Mapping[str, Any]) -> list[Loss]:
    """The ranges in the collector's event of a ledger, ascending and disjoint. ValueError: there are none such."""
    try:
        losses = [
            Loss(int(each["first"]), int(each["last"]), int(each["missing"]), str(each["cause"]))
            for each in event["ranges"]
        ]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a ledger: {error}") from error
    if any(after.first <= before.last for before, after in zip(losses, losses[1:])):
        raise ValueError("not a ledger: ranges overlap")
    if any(not 1 <= each.missing <= each.last - each.first + 1 for each in losses):
        raise ValueError("not a ledger: a range misses none, or more than it spans")
    return losses


def explain(missing: Sequence[Numbers], losses: Sequence[Loss]) -> list[Numbers]:
    """The missing ranges in parts, each with its cause or none. A range of the ledger explains nothing if more of its
    numbers are missing than it admits."""
    good = [loss for loss in losses if sum(map(loss.common, missing)) <= loss.missing]
    parts = []
    for numbers in missing:
        begin = numbers.first
        for loss in good:
            if loss.common(numbers):
                first, last = max(loss.first, begin), min(loss.last, numbers.last)
                if begin < first:
                    parts.append(Numbers(begin, first - 1))
                parts.append(Numbers(first, last, loss.cause))
                begin = last + 1
        if begin <= numbers.last:
            parts.append(Numbers(begin, numbers.last))
    return parts
