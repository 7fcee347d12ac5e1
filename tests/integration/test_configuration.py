# SPDX-License-Identifier: BSD-2-Clause
"""Device files that are wrong: host/check-device says so before an image is made; of those in an image the console names
file, line and reason, and the rest of the gateway runs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from postern_lib.gateway import ROOT, Gateway


def replace(text: str) -> Callable[[Path], None]:
    return lambda file: file.write_text(text) and None


CASES = {
    "uplink-unknown-key": ("uplink.conf", replace("device = d\ntopic = t\ntpoic = x\n"), r"uplink .*uplink\.conf.* line 3.*tpoic"),
    "uplink-number": ("uplink.conf", replace("device = d\ntopic = t\nkeepalive_s = soon\n"), r"uplink .* line 3.*keepalive_s"),
    "uplink-order": ("uplink.conf", replace("device = d\ntopic = t\norder = newest\n"), r"uplink .* line 3: order: neither strict nor live-first"),
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


def check_device(folder: Path) -> tuple[int, list[str]]:
    """Exit status, and the findings without the folder's name."""
    done = subprocess.run([ROOT / "host/check-device", folder], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.returncode, [line.replace(f"{folder}/", "") for line in done.stderr.splitlines()]


def device_files(make_gateway: Callable[..., Gateway]) -> Path:
    gateway = make_gateway()
    gateway.folder.write_config(gateway.settings.identities, gateway.ports)
    return gateway.folder.config


def copy_of(name: str) -> Callable[[Path], None]:
    """Another file of the test identities in its place."""
    return lambda file: shutil.copy(ROOT / "build/identity" / name, file) and None


BEFORE = {
    "unknown-key": ("uplink.conf", replace("device = d\ntopic = t\ntpoic = x\n"), "uplink.conf line 3: tpoic: unknown key"),
    "missing-key": ("uplink.conf", replace("device = d\n"), "uplink.conf: topic: required key missing"),
    "range": ("crypto.conf", replace("server.host = h\nserver.port = 99999\n"), "crypto.conf line 2: server.port: number out of range"),
    "policy": ("journal.conf", replace("policy = some\n"), "journal.conf line 1: policy: not drop-oldest, drop-newest or hold"),
    "address": ("net.conf", replace("dns.server = 300.1.1.1\n"), "net.conf line 1: dns.server: not an IPv4 address of a host"),
    "netmask": ("net.conf", replace("ip = 10.0.0.1\n"), "net.conf: netmask: missing beside ip"),
    "long": ("net.conf", replace("#" * 4097), "net.conf: longer than 4096 bytes"),
    "absent": ("device.crt.pem", Path.unlink, "device.crt.pem: missing; it holds the device's certificate"),
    "authority": ("ca.pem", copy_of("device.crt.pem"), "ca.pem: not the certificate of an authority (basicConstraints)"),
    "certificate": ("device.crt.pem", replace("none\n"), "device.crt.pem: not a certificate in PEM"),
    "key": ("device.key.pem", replace("none\n"), "device.key.pem: not a private key without a passphrase in PEM"),
    "other-key": ("device.key.pem", copy_of("collector.key.pem"), "device.key.pem: it does not belong to device.crt.pem"),
}


def test_good_device_files(make_gateway: Callable[..., Gateway]) -> None:
    assert check_device(device_files(make_gateway)) == (0, [])


@pytest.mark.parametrize("case", BEFORE)
def test_named_before_an_image_is_made(make_gateway: Callable[..., Gateway], case: str) -> None:
    file, spoil, expected = BEFORE[case]
    folder = device_files(make_gateway)
    spoil(folder / file)
    assert check_device(folder) == (1, [f"check-device: {expected}"])


def test_all_that_is_wrong_is_named_at_once(make_gateway: Callable[..., Gateway], broken_broker: Callable[[str], Path]) -> None:
    folder = device_files(make_gateway)
    expired = broken_broker("expired")
    for kind in ("crt", "key"):
        shutil.copy(expired / f"broker.{kind}.pem", folder / f"device.{kind}.pem")
    (folder / "crypto.conf").write_text("server.port = 1\n")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-days", "2",
                    "-keyout", folder / "other.key", "-out", folder / "ca.pem"], check=True, capture_output=True)  # fmt: skip
    assert check_device(folder) == (1, [
        "check-device: crypto.conf: server.host: required key missing",
        "check-device: ca.pem: its key is not of the curve P-256, the only one that the gateway knows",
        "check-device: device.crt.pem: it has expired",
    ])  # fmt: skip


def test_no_folder_tells_what_belongs_there(tmp_path: Path) -> None:
    status, said = check_device(tmp_path / "absent")
    assert status == 1 and "no such folder" in said[0] and len(said) == 1 + 7
