# SPDX-License-Identifier: BSD-2-Clause
"""The relay of tests/network and the scripted broker of tests/broker serve here too."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "network"), str(TESTS / "broker")]
