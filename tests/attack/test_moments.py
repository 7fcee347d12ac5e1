# SPDX-License-Identifier: BSD-2-Clause
"""The search for secrets at the moments when they are at work: the machine stands still under a debugger in the middle
of sealing, while a sealed frame is on its way to the disk, and in the middle of a TLS handshake."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import leaks
from conftest import BOOT_SECONDS, compose_twice

from postern_lib.gateway import Gateway

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/fault"), str(ROOT / "tests/bench")]

import programs  # noqa: E402
from probe import BREAKING  # noqa: E402
from stub import Stub  # noqa: E402

PROGRAMS = ROOT / "build/qemu_virt_riscv64/debug-attack/pd"
PATIENCE_S = 300.0


def come_to(stub: Stub, name: str, function: str) -> None:
    """Runs until this program stands at the beginning of this function."""
    program = programs.load(name, PROGRAMS / f"{name}.elf")
    address, label = program.address(function), name.encode() + b"\0"
    stub.watch(address)
    deadline = time.monotonic() + PATIENCE_S
    while not (stub.go(1.0) and stub.is_user() and stub.memory(program.label, len(label)) == label):
        assert time.monotonic() < deadline, f"{name} does not come to {function}"
    stub.unwatch(address)


def deliver(gateway: Gateway, stub: Stub) -> None:
    """Runs until some more readings have arrived."""
    due, deadline = len(gateway.readings()) + 3, time.monotonic() + BOOT_SECONDS
    while len(gateway.readings()) < due:
        assert time.monotonic() < deadline, gateway.console.text()[-2000:]
        stub.go(1.0)


def test_secrets_at_work_are_in_no_other_memory(make_gateway: Callable[..., Gateway]) -> None:
    gateway = make_gateway(variant="attack")
    system, _ = compose_twice(gateway)
    gateway.start_peers()
    capture = f"filter-dump,id=dump0,netdev=n0,file={gateway.folder.path / 'wire.pcap'}"
    gateway.start_machine([*BREAKING, "-object", capture])
    stub = Stub(gateway.folder.path)
    deliver(gateway, stub)
    come_to(stub, "crypto", "mbedtls_chachapoly_finish")
    leaks.check(gateway, system)
    come_to(stub, "journal", "frame_header_write")
    leaks.check(gateway, system)
    gateway.broker.stop()
    gateway.broker.start()
    come_to(stub, "crypto", "mbedtls_ssl_tls13_compute_application_transform")
    leaks.check(gateway, system)
    deliver(gateway, stub)
