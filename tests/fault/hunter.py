# SPDX-License-Identifier: BSD-2-Clause
"""Stops a machine at exact places of chosen programs, and sends a program to address 0 there: the fault takes the way of
every other fault, in the very image that is shipped.

A place is a function of the program, how many of its calls pass first, and how many instructions later. Time is the
machine's own, which stands while the machine stands.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from programs import Program
from stub import Stub

STEPS = 40  # most instructions from a function's beginning
SLICE_S = 0.2
LOOK_S = 0.003
GRACE_S = 0.02  # of time that passes beyond what was asked for; if more does, the host stood still, and the machine idled
# The machine's time may pass so much slower than the host's, while somebody waits for something.
SLOWEST = 5
PATIENCE_S = 30.0
# Version, condition, boot, next number, durable and released number (postern/protocol/journal_state.h).
_STATE = struct.Struct("<IIQQQQ")
STRANGERS = 10  # programs share addresses; a place that others pass more often is given up


@dataclass(frozen=True)
class Hunt:
    """How a place is chosen. Each watched function slows down the page it is in."""

    functions: int  # watched at a time
    passes: tuple[int, ...]  # how many calls of them pass first: one of these
    look_s: float  # for how long, in the machine's time
    looks: int  # how often, each time for others
    only: tuple[str, ...] = ()  # those of these functions alone that the program has


PATIENT = Hunt(6, (0, 1, 2), 1.1, 8)  # what happens happens again with the next measurement
SUDDEN = Hunt(24, (0, 1, 2, 4, 8, 16), 1.1, 1)  # there is one chance
WHOLE_BOOT = Hunt(24, (0, 1, 2, 4, 8, 16), 2.0, 1)
# Each program has two to eight rings. Where one of these lies, a stranger may run in circles.
RINGS = Hunt(1, (0, 1, 2, 3, 4, 5, 6, 7), 0.15, 1, ("ring_consumer_start", "ring_producer_start"))


@dataclass(frozen=True)
class Kill:
    prey: str
    place: str
    at_ns: int  # the machine's time
    last_seq: int  # the last number that the journal had taken


class Hunter:
    """Follows the journal's numbers: what it has taken, what is durable, and what was acknowledged."""

    def __init__(self, stub: Stub, programs: dict[str, Program], spaces: dict[int, str], journal_state: int,
                 chance: random.Random) -> None:
        """journal_state: physical address of the page of that name."""
        self.taken = 0
        self.durable = 0
        self.released = 0
        self.stood_ns = 0  # of the machine's time that passed in the last until(), the part in which the host stood still
        self._journal_state = journal_state
        self._programs = programs
        self._spaces = spaces
        self._chance = chance
        # What was never come to in the course of an event.
        self._cold: dict[tuple[str, str], set[int]] = {}
        # More calls than this were not seen.
        self._most: dict[tuple[str, str], int] = {}
        self._hits = 0
        self._warm: set[int] = set()
        self.stub = stub

    def attach(self, stub: Stub) -> None:
        """The machine has been started anew."""
        self.stub = stub

    def run(self, seconds: float) -> str | None:
        """To the next stop of a program, at most so long. Its name, or None."""
        if not self.stub.go(seconds) or not self.stub.is_user():
            return None
        return self._spaces.get(self.stub.space())

    def look(self) -> None:
        """At what the journal tells of itself. While it starts, that is nothing."""
        page = self.stub.physical(self._journal_state, _STATE.size)
        _, _, _, following, durable, released = _STATE.unpack(page)
        self.taken = max(self.taken, following - 1)
        self.durable = max(self.durable, durable)
        self.released = max(self.released, released)

    def until(self, seconds: float, released: int) -> int | None:
        """The machine's time, to a fiftieth, when a number above this one is acknowledged. None: not within so many
        seconds of it, or standing still."""
        begin, deadline = self.stub.now_ns(), time.monotonic() + seconds * SLOWEST
        now, self.stood_ns = begin, 0
        self.look()
        while self.released <= released:
            passed_s = (now - begin) / 1e9
            if passed_s > seconds or time.monotonic() > deadline:
                return None
            slice_s = max(LOOK_S, passed_s / 50)
            self.run(slice_s)
            before, now = now, self.stub.now_ns()
            self.stood_ns += max(now - before - int((slice_s + GRACE_S) * 1e9), 0)
            self.look()
        return now

    def _patience(self, seconds: float) -> Callable[[], bool]:
        """Whether so much of the machine's time has not passed yet. It may stand still, but not for ever."""
        end_ns, deadline = self.stub.now_ns() + int(seconds * 1e9), time.monotonic() + seconds * SLOWEST
        return lambda: self.stub.now_ns() < end_ns and time.monotonic() < deadline

    def reach(self, name: str, function: str, seconds: float) -> bool:
        """Runs until a program comes to a function, for at most so long of the machine's time."""
        address = self._programs[name].address(function)
        self.stub.watch(address)
        left = self._patience(seconds)
        try:
            while left():
                if self.run(SLICE_S) == name and self.stub.pc() == address:
                    return True
            return False
        finally:
            self.stub.unwatch(address)

    def kill(self, prey: str, event: str, hunt: Hunt) -> Kill | None:
        """At a place that chance gives among those that the program comes to. None: it came to none in time."""
        cold = self._cold.setdefault((prey, event), set())
        most = self._most.get((prey, event), max(hunt.passes))
        for _ in range(hunt.looks):
            program = self._programs[prey]
            only = {program.entries[name] for name in hunt.only if name in program.entries}
            functions = sorted(only if hunt.only else program.places - cold)
            if not functions and hunt.only:
                raise ValueError(f"{prey} has none of {', '.join(hunt.only)}")
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
            self.stub.watch(address)
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
                        self.stub.unwatch(pc)
            return False
        finally:
            for address in chosen:
                self.stub.unwatch(address)

    def _derail(self, prey: str) -> Kill | None:
        """Some instructions later, if the program is then still at work."""
        for _ in range(self._chance.randrange(STEPS)):
            self.stub.step_over()
            if not self._at_work(prey):
                return None
        return self.stop_here(prey)

    def stop_next(self, prey: str, kernel_exit: int, seconds: float) -> Kill | None:
        """Before the next instruction that the program would execute. None: it had nothing to do for so long."""
        self.stub.watch(kernel_exit)
        left = self._patience(seconds)
        try:
            while left():
                self.stub.go(SLICE_S)
                if self.stub.pc() == kernel_exit and self._spaces.get(self.stub.space()) == prey:
                    self.stub.step_over()
                    return self.stop_here(prey)
            return None
        finally:
            self.stub.unwatch(kernel_exit)

    def restart_waiting(self, prey: str, hunt: Hunt, ask: Callable[[], None]) -> Kill:
        """Where it waits after some of its calls of the kernel, when the supervisor does what the operator asks for.
        TimeoutError: the supervisor was not told."""
        calls, asked = sorted(self._programs[prey].calls), self._programs["supervisor"].address("policy_asked")
        last = self.stub.pc() if self._come_to(prey, calls, self._chance.choice(hunt.passes), hunt.look_s) else 0
        ask()
        # Most programs wait at the same address.
        strangers = dict.fromkeys(calls, 0)
        for address in (*calls, asked):
            self.stub.watch(address)
        deadline = time.monotonic() + PATIENCE_S * SLOWEST
        try:
            while time.monotonic() < deadline:
                name, pc = self.run(SLICE_S), self.stub.pc()
                if name == "supervisor" and pc == asked:
                    self.look()
                    place = self._programs[prey].place(last) if last else "as before"
                    return Kill(prey, f"waits, {place}", self.stub.now_ns(), self.taken)
                if name == prey and pc in strangers:
                    last = pc
                elif pc in strangers:
                    strangers[pc] += 1
                    if strangers[pc] == STRANGERS:
                        self.stub.unwatch(pc)
            raise TimeoutError(f"the supervisor was not told to start {prey} anew")
        finally:
            for address in (*calls, asked):
                self.stub.unwatch(address)

    def stop_here(self, prey: str) -> Kill:
        """The program that stands at a place of its own."""
        self.look()
        kill = Kill(prey, self._programs[prey].place(self.stub.pc()), self.stub.now_ns(), self.taken)
        self.stub.derail()
        return kill

    def _at_work(self, prey: str) -> bool:
        return self.stub.is_user() and self._spaces.get(self.stub.space()) == prey
