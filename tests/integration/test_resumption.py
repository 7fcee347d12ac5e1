# SPDX-License-Identifier: BSD-2-Clause
"""A connection that follows another one is resumed by the broker's ticket, also after a crash of crypto, and the broker
still knows by its certificate who the device is. A broker that has lost its keys gets a full handshake."""

from __future__ import annotations

import re

import pytest
from postern_lib import identity
from postern_lib.gateway import Gateway

ESTABLISHED = r"crypto +info +TLSv1\.3, TLS1-3-CHACHA20-POLY1305-SHA256, P-256"


def wait_login(gateway: Gateway) -> None:
    """The broker has taken the device in once more under the name that its certificate says."""
    name = identity.DEVICE_ID
    gateway.broker.process.expect_error_line(lambda line: f"as {name} " in line and f"u'{name}'" in line, "the login")


def check_counted(gateway: Gateway, counter: str, words: str, least: int) -> None:
    """This present crypto has counted what the log tells of it; more than expected only if a busy host ended a connection."""
    told = gateway.console.text().rpartition(" crypto restarted, ")[2].count(words)
    counted = gateway.stats("crypto")[counter]
    assert least <= told <= counted
    gateway.wait_readings(3)
    assert counted <= gateway.console.text().rpartition(" crypto restarted, ")[2].count(words), "by now the log has told it"


@pytest.mark.parametrize("name", ["net", "crypto", "uplink"])
def test_resumed_after_a_crash(gateway: Gateway, name: str) -> None:
    console = gateway.console
    assert ", resumed" not in re.search(rf"{ESTABLISHED}.*", console.text())[0], "nothing is known yet"
    wait_login(gateway)
    for times in (1, 2):
        console.send_line(f"crash {name}")
        console.expect(rf"{name} restarted, {times} times now")
        console.expect(rf"{ESTABLISHED}, resumed, server")
        console.expect(r"uplink +info +connected with MQTT 5")
        wait_login(gateway)
        gateway.wait_readings(3)
    check_counted(gateway, "tls.resumed", ", resumed, server", 1 if name == "crypto" else 2)
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
    check_counted(gateway, "tls.not_resumed", ", ticket not taken, server", 1)
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
