# SPDX-License-Identifier: BSD-2-Clause
"""Stops a machine at exact places of chosen programs, and sends a program to address 0 there: the fault takes the way of
every other fault, in the very image that is shipped.

A place is a function of the program, how many of its calls pass first, and how many instructions later. Time is the
machine's own, which stands while the machine stands.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from programs import Program
from stub import Stub

STEPS = 40  # most instructions from a function's beginning
SLICE_S = 0.2
PATIENCE_S = 30.0
STRANGERS = 25  # programs share addresses; a place that others pass more often is given up


@dataclass(frozen=True)
class Hunt:
    """How a place is chosen. Each watched function slows down the page it is in."""

    functions: int  # watched at a time
    passes: tuple[int, ...]  # how many calls of them pass first: one of these
    look_s: float  # for how long, in the machine's time
    looks: int  # how often, each time for others


PATIENT = Hunt(6, (0, 1, 2), 1.1, 8)  # what happens happens again with the next measurement
SUDDEN = Hunt(24, (0, 1, 2, 4, 8, 16), 1.1, 1)  # there is one chance
WHOLE_BOOT = Hunt(24, (0, 1, 2, 4, 8, 16), 2.0, 1)


@dataclass(frozen=True)
class Kill:
    prey: str
    place: str
    at_ns: int  # the machine's time
    last_seq: int  # the last number that the journal had taken


class Hunter:
    """Follows the journal's numbers all the time: what it takes, and what was acknowledged."""

    def __init__(self, stub: Stub, programs: dict[str, Program], spaces: dict[int, str], chance: random.Random) -> None:
        self.taken = 0
        self.released = 0
        self._programs = programs
        self._spaces = spaces
        self._chance = chance
        # What was never come to in the course of an event.
        self._cold: dict[tuple[str, str], set[int]] = {}
        # More calls than this were not seen.
        self._most: dict[tuple[str, str], int] = {}
        self._hits = 0
        self._warm: set[int] = set()
        journal = programs["journal"]
        self._take, self._deliver = journal.address("store_take"), journal.address("store_delivered")
        self.attach(stub)

    def attach(self, stub: Stub) -> None:
        """The machine has been started anew."""
        self.stub = stub
        stub.watch(self._take)
        stub.watch(self._deliver)

    def run(self, seconds: float) -> str | None:
        """To the next stop of a program, at most so long. Its name, or None."""
        if not self.stub.go(seconds) or not self.stub.is_user():
            return None
        name = self._spaces.get(self.stub.space())
        if name == "journal":
            self._follow(self.stub.pc())
        return name

    def _follow(self, pc: int) -> None:
        if pc == self._take:
            number = self.stub.memory(self.stub.argument(1), 8)
            if number:
                self.taken = max(self.taken, int.from_bytes(number, "little"))
        elif pc == self._deliver:
            self.released = max(self.released, self.stub.argument(1))

    def until(self, seconds: float, released: int) -> int | None:
        """The machine's time when a number above this one is acknowledged. None: not within so many seconds."""
        deadline = time.monotonic() + seconds
        while self.released <= released:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.run(left)
        return self.stub.now_ns()

    def reach(self, name: str, function: str, seconds: float) -> bool:
        """Runs until a program comes to a function."""
        address = self._programs[name].address(function)
        self._watch(address)
        deadline = time.monotonic() + seconds
        try:
            while (left := deadline - time.monotonic()) > 0:
                if self.run(left) == name and self.stub.pc() == address:
                    return True
            return False
        finally:
            self._unwatch(address)

    def kill(self, prey: str, event: str, hunt: Hunt) -> Kill | None:
        """At a place that chance gives among those that the program comes to. None: it came to none in time."""
        cold = self._cold.setdefault((prey, event), set())
        most = self._most.get((prey, event), max(hunt.passes))
        for _ in range(hunt.looks):
            functions = sorted(self._programs[prey].places - cold - {self._take, self._deliver})
            if len(functions) < hunt.functions:
                cold.clear()
            chosen = self._chance.sample(functions, min(hunt.functions, len(functions)))
            passes = min(self._chance.choice(hunt.passes), most)
            if self._come_to(prey, chosen, passes, hunt.look_s) and (kill := self._derail(prey)):
                return kill
            cold.update(set(chosen) - self._warm)
            most = self._most[prey, event] = max(self._hits - 1, 0) // 2
        return None

    def _come_to(self, prey: str, chosen: list[int], passes: int, seconds: float) -> bool:
        """Whether, after so many passes, the program stands at one of these functions."""
        strangers = dict.fromkeys(chosen, 0)
        self._hits = 0
        self._warm.clear()
        for address in chosen:
            self._watch(address)
        end_ns, deadline = self.stub.now_ns() + int(seconds * 1e9), time.monotonic() + PATIENCE_S
        try:
            while self.stub.now_ns() < end_ns and time.monotonic() < deadline:
                name, pc = self.run(SLICE_S), self.stub.pc()
                if pc not in strangers:
                    continue
                if name == prey:
                    self._hits += 1
                    self._warm.add(pc)
                    if self._hits > passes:
                        return True
                else:
                    strangers[pc] += 1
                    if strangers[pc] == STRANGERS:
                        self._unwatch(pc)
            return False
        finally:
            for address in chosen:
                self._unwatch(address)

    def _derail(self, prey: str) -> Kill | None:
        """Some instructions later, if the program is then still at work."""
        for _ in range(self._chance.randrange(STEPS)):
            self.stub.step_over()
            if not self._at_work(prey):
                return None
            if prey == "journal":
                self._follow(self.stub.pc())
        return self.stop_here(prey)

    def stop_here(self, prey: str) -> Kill:
        """The program that stands at a place of its own."""
        kill = Kill(prey, self._programs[prey].place(self.stub.pc()), self.stub.now_ns(), self.taken)
        self.stub.derail()
        return kill

    def _at_work(self, prey: str) -> bool:
        return self.stub.is_user() and self._spaces.get(self.stub.space()) == prey

    def _watch(self, address: int) -> None:
        self.stub.watch(address)

    def _unwatch(self, address: int) -> None:
        if address not in (self._take, self._deliver):
            self.stub.unwatch(address)
