# SPDX-License-Identifier: BSD-2-Clause
"""How late a round of sampling begins while everybody whom it does not need has been taken over: some run in circles, some
call the timer without end, so that all of them, and the timer, use up their budgets in each period.

One instruction is one nanosecond, and the machine never idles meanwhile: the load of the host does not count.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import BenchError, Measured

if TYPE_CHECKING:
    from stub import Stub

MEASURED = "sensors"
CALLING = ["blk0", "entropy", "journal", "uplink", "crypto"]
# The last one has the lowest priority: there is always somebody who wants the processor.
CIRCLING = ["uart0", "eth0", "net", "console"]
_ROUNDS = 8  # where in the period of its budget the timer then is differs
_LEAST_CALLS = 10_000  # that the timer must have had meanwhile: honest components make a handful
_PATIENCE_S = 60.0
_LOOK_S = 0.2
_FIRST_CALL_SLOT = 74  # Microkit's: the capability of channel 0
_NOTHING = 0x00000013
_CIRCLE = 24  # instructions; the way of a start (system/runtime/src/start.S) is longer, and QEMU is quicker with long ones


def _set(register: int, value: int) -> int:
    """The instruction that loads a small constant."""
    return (value & 0xFFF) << 20 | register << 7 | 0x13


def _circle() -> list[int]:
    """It never comes to its first instruction again."""
    offset = -4 * (_CIRCLE - 1)
    back = (offset & 0x7FE) << 20 | (offset >> 11 & 1) << 20 | (offset & 0xFF000) | 1 << 31 | 0x6F
    return [_NOTHING] * _CIRCLE + [back]


def _calls(slot: int) -> list[int]:
    """A loop around an empty call."""
    a0, a1, a7 = 10, 11, 17
    call, back = 0x00000073, 0xFF1FF06F
    return [_set(a0, slot), _set(a1, 0), _set(a7, -1), call, back]


def _take_over(stub: Stub, system: dict[str, Any], entry: int) -> None:
    """Other code where each of them begins when it is started anew."""
    text = {mapping["pd"]: run["paddr"] for run in system["memory"]["placed"]
            for mapping in run["maps"] if mapping["vaddr"] == entry}  # fmt: skip
    for pd in system["protection_domains"]:
        name = pd["name"]
        if name in CALLING:
            (channel,) = (each["value"] for each in pd["setvars"] if each["symbol"] == "timer_id")
            code = _calls(_FIRST_CALL_SLOT + channel)
        elif name in CIRCLING:
            code = _circle()
        else:
            continue
        stub.write_physical(text[name], struct.pack(f"<{len(code)}I", *code))


def _see_to(deadline: float, problem: str) -> None:
    if time.monotonic() > deadline:
        raise BenchError(problem)


def _late(bus: dict[str, int]) -> int:
    """Transfers that got no answer in time: the bus is a program of a busy host's, and none of the attackers' prey."""
    return bus["timeouts"] + bus["bus_errors"]


def figures(root: Path) -> dict[str, Measured]:
    """The latest of some rounds, and as its bar the bound that the composer computes."""
    sys.path[:0] = [str(root / "tests" / folder) for folder in ("fault", "integration")]
    import programs
    from counters import Counters, composed, sampling_bound_us
    from lane import Lane

    lane = Lane("jitter", 1, 1)
    with lane.gateway as gateway:
        lane.start()
        image, stub = gateway.compose(), lane.hunter.stub
        timer, bus, counters = (Counters(gateway, name) for name in ("timer", "spi0", MEASURED))
        _take_over(stub, composed(image), programs.ENTRY)
        # All at once, sensors too, so that nothing of the time before counts.
        gateway.console.send_line(f"restart {','.join([MEASURED, *CALLING, *CIRCLING])}")
        deadline = time.monotonic() + _PATIENCE_S
        stub.watch(programs.ENTRY)
        while lane.hunter.run(_LOOK_S) != MEASURED or stub.pc() != programs.ENTRY:
            _see_to(deadline, f"{MEASURED} was not started anew")
        stub.unwatch(programs.ENTRY)
        stub.write_physical(counters.base, bytes(8))  # what it has counted so far
        calls, late = timer.read()["calls"], _late(bus.read())
        stub.detach()
        while (now := counters.read()).get("bme280.samples", 0) < _ROUNDS:
            _see_to(deadline, f"there were not {_ROUNDS} rounds")
            time.sleep(_LOOK_S)
        calls, late = timer.read()["calls"] - calls, _late(bus.read()) - late
    if calls < _LEAST_CALLS:
        raise BenchError(f"the timer had only {calls} calls")
    if now["bme280.failures"] > late:
        raise BenchError(f"{now['bme280.failures']} measurements failed, {late} of them for want of an answer of the bus")
    return {"sampling_jitter_worst_us": Measured(now["late_max_us"], bar=sampling_bound_us(image))}
