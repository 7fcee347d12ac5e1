# SPDX-License-Identifier: BSD-2-Clause
"""Two neighbours are taken over at the same time, so that what one of them would have refused of the other gets through:
both halves of the rings between them, and all rings of both to everybody else."""

from __future__ import annotations

import leaks
import pytest
from conftest import Hostile
from test_attack import ON_THE_PATH, settle, take_over

# The first pair is tried every day. Without `entropy`: who waits for its seeds looks at nobody else.
PAIRS = [
    ("eth0", "net"),
    ("blk0", "journal"),
    ("uart0", "console"),
    ("net", "crypto"),
    ("crypto", "uplink"),
    ("spi0", "sensors"),
    ("sensors", "journal"),
]


@pytest.mark.parametrize("pair", [PAIRS[0], *(pytest.param(pair, marks=pytest.mark.long) for pair in PAIRS[1:])], ids="-".join)
def test_two_at_once_do_no_more_than_one_after_the_other(hostile: Hostile, pair: tuple[str, str]) -> None:
    take_over(hostile, pair)
    settle(hostile, list(pair))
    leaks.check(hostile.gateway, hostile.system)
    if not set(pair) & set(ON_THE_PATH):
        verdict = hostile.verdict()
        assert verdict.passed, verdict.problems
