# SPDX-License-Identifier: BSD-2-Clause
"""Device files that are wrong: the console names file, line and reason, and the rest of the gateway runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from postern_lib.gateway import ROOT, Gateway


def replace(text: str) -> Callable[[Path], None]:
    return lambda file: file.write_text(text) and None


CASES = {
    "uplink-unknown-key": ("uplink.conf", replace("device = d\ntopic = t\ntpoic = x\n"), r"uplink .*uplink\.conf.* line 3.*tpoic"),
    "uplink-number": ("uplink.conf", replace("device = d\ntopic = t\nkeepalive_s = soon\n"), r"uplink .* line 3.*keepalive_s"),
    "uplink-missing": ("uplink.conf", replace("device = d\n"), r"uplink .*(topic).*(missing)"),
    "crypto-port": ("crypto.conf", replace("server.host = h\nserver.port = 99999\n"), r"crypto .*crypto\.conf.* line 2.*server\.port"),
    "crypto-key": ("device.key.pem", replace("not a key\n"), r"crypto .*device key"),
    "crypto-certificate": ("device.crt.pem", replace("not a certificate\n"), r"crypto .*device certificate"),
    "crypto-authority": ("ca.pem", replace("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), r"crypto .*CA"),
    "net-address": ("net.conf", replace("dns.server = 300.1.1.1\n"), r"net .*net\.conf.* line 1.*dns\.server"),
}


@pytest.mark.parametrize("case", CASES)
def test_named_on_the_console(make_gateway: Callable[..., Gateway], case: str) -> None:
    file, spoil, expected = CASES[case]
    gateway = make_gateway()
    gateway.folder.write_config(gateway.settings.identities, gateway.ports)
    spoil(gateway.folder.config / file)
    gateway.image = gateway.folder.compose(ROOT, gateway.settings.board, gateway.settings.config)
    gateway.start_peers()
    gateway.start_machine()
    gateway.console.expect(expected)
    gateway.console.send_line("status")
    gateway.console.expect(r"console +running")
    assert "stopped" not in gateway.console.text()
    assert gateway.readings() == []
