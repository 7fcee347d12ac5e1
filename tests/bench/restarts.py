# SPDX-License-Identifier: BSD-2-Clause
"""How long a part that has stopped is missed: the machine's time from the stop to the first result of its successor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from figures import BenchError, Measured, median_of

if TYPE_CHECKING:
    from hunter import Hunter

_ROUNDS = 5
_SECONDS = 240.0
_MEDIA_OK = 0


def _reach(hunter: Hunter, *way: tuple[str, str]) -> None:
    for program, function in way:
        if not hunter.reach(program, function, _SECONDS):
            raise BenchError(f"{program} did not come to {function}()")


def _driver(hunter: Hunter) -> int:
    """The disk's driver with a request in its hands; until the journal has an answer."""
    _reach(hunter, ("journal", "frame_header_write"), ("blk0", "virtio_blk_kick"))
    kill = hunter.stop_here("blk0")
    _reach(hunter, ("journal", "store_io_done"))
    if hunter.stub.argument(1) != _MEDIA_OK:
        raise BenchError("the disk's driver came back with an error")
    return hunter.stub.now_ns() - kill.at_ns


def _service(hunter: Hunter, program: str, function: str) -> int:
    """One through which readings go; until those that were on their way are acknowledged."""
    _reach(hunter, ("journal", "store_take"), ("uplink", "sender_publish"), (program, function))
    kill = hunter.stop_here(program)
    end = hunter.until(_SECONDS, kill.last_seq - 1)
    if end is None:
        raise BenchError(f"nothing was acknowledged after {program} had stopped")
    return end - kill.at_ns


def figures(root: Path) -> dict[str, Measured]:
    """Medians over several stops of each."""
    sys.path.insert(0, str(root / "tests" / "fault"))
    from lane import Lane

    times: dict[str, list[int]] = {"driver": [], "network": [], "crypto": []}
    lane = Lane("restarts", 1, 1)
    with lane.gateway:
        lane.start()
        for _ in range(_ROUNDS):
            times["driver"].append(_driver(lane.hunter))
            times["network"].append(_service(lane.hunter, "net", "tcp_write"))
            times["crypto"].append(_service(lane.hunter, "crypto", "tls_write"))
    return {f"restart_{name}_us": median_of([ns // 1000 for ns in values]) for name, values in times.items()}
