# SPDX-License-Identifier: BSD-2-Clause
"""A broker that must not be trusted is refused, with the reason on the console, nothing published, and recovery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from postern_lib.gateway import Gateway

REASONS = {
    "other-ca": r"crypto .*not signed by the trusted CA",
    "wrong-host": r"crypto .*host name mismatch",
    "expired": r"crypto .*expired",
    "not-yet-valid": r"crypto .*not yet valid",
}


@pytest.mark.parametrize("variant", REASONS)
def test_certificate_refused(peers: Gateway, broken_broker: Callable[[str], Path], variant: str) -> None:
    peers.broker.stop()
    peers.broker.start(certificate=broken_broker(variant))
    peers.start_machine()
    peers.console.expect(REASONS[variant])
    assert peers.readings() == []
    peers.broker.stop()
    peers.broker.start()
    peers.wait_readings(3)


def test_tls12_refused(peers: Gateway) -> None:
    peers.broker.stop()
    peers.broker.start(tls12_only=True)
    peers.start_machine()
    peers.console.expect(r"crypto .*(no TLS 1\.3|protocol version)")
    assert peers.readings() == []
    peers.broker.stop()
    peers.broker.start()
    peers.wait_readings(3)


def test_broker_absent_then_there(peers: Gateway) -> None:
    peers.broker.stop()
    peers.start_machine()
    peers.console.expect(r"(net|uplink) .*refused")
    peers.broker.start()
    peers.wait_readings(3)
