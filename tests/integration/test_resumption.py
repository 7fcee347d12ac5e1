# SPDX-License-Identifier: BSD-2-Clause
"""A connection that follows another one is resumed by the broker's ticket, also after a crash of crypto, and the broker
still knows by its certificate who the device is. A broker that has lost its keys gets a full handshake."""

from __future__ import annotations

import pytest
from postern_lib import identity
from postern_lib.gateway import Gateway

ESTABLISHED = r"crypto +info +TLSv1\.3, TLS1-3-CHACHA20-POLY1305-SHA256, P-256"


def logins(gateway: Gateway) -> int:
    """How often the broker has taken the device in under the name that its certificate says."""
    name = identity.DEVICE_ID
    log = (gateway.folder.path / "broker.err").read_text()
    return sum(f"as {name} " in line and f"u'{name}'" in line for line in log.splitlines())


@pytest.mark.parametrize("name", ["net", "crypto", "uplink"])
def test_resumed_after_a_crash(gateway: Gateway, name: str) -> None:
    console = gateway.console
    assert "resumed, server" not in console.text()
    before = logins(gateway)
    for times in (1, 2):
        console.send_line(f"crash {name}")
        console.expect(rf"{name} restarted, {times} times now")
        console.expect(rf"{ESTABLISHED}, resumed, server")
        console.expect(r"uplink +info +connected with MQTT 5")
        gateway.wait_readings(3)
    assert logins(gateway) == before + 2
    console.send_line("stats crypto")
    console.expect(rf"tls\.resumed +{1 if name == 'crypto' else 2}\b")
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_a_broker_with_new_keys_gets_a_full_handshake(gateway: Gateway) -> None:
    console = gateway.console
    gateway.broker.kill()
    gateway.broker.start()
    console.expect(rf"{ESTABLISHED}, ticket not taken, server")
    gateway.wait_readings(3)
    console.send_line("crash net")
    console.expect(rf"{ESTABLISHED}, resumed, server")
    gateway.wait_readings(3)
    console.send_line("stats crypto")
    console.expect(r"tls\.not_resumed +1\b")
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
