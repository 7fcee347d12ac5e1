# SPDX-License-Identifier: BSD-2-Clause
"""The supervisor itself fails: nobody can start it anew, so the machine starts again and delivers as before."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest
from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import ROOT, Gateway
from postern_lib.peers import HOST_SEEN_BY_GUEST
from postern_lib.sockets import LOOPBACK

SAMPLE = 3  # readings of one measurement
# A measurement on the bus and one on its way to the medium are not accepted yet when the machine starts again.
LOST_BY_A_RESET = 2


# A fault of the supervisor ends in the kernel; a hang is seen by the pulse, whose own fault then does.
@pytest.mark.parametrize(("failure", "cause"), [("crash", "0000000000000000"), ("stall", "[0-9a-f]+")])
def test_without_its_supervisor_the_machine_starts_again(gateway: Gateway, failure: str, cause: str) -> None:
    console = gateway.console
    gateway.wait_readings(2 * SAMPLE)
    console.send_line(f"{failure} supervisor")
    console.expect(rf"Postern resets the machine: a vital thread faulted \(pc, address\) 0x[0-9a-f]+ 0x{cause}\s")
    console.expect(r"OpenSBI")
    console.expect(r"uplink +info +connected with MQTT")
    gateway.wait_readings(2 * SAMPLE)
    console.send_line("pds")
    console.expect(r"timer +running$")
    verdict = gateway.verdict(stops=LOST_BY_A_RESET)
    assert verdict.passed, verdict.summary()


ALARM = b"<25>1 - gateway-7 postern - SAFE - safe composition: too many boots did not last"
LIMIT = 5  # boots in a row that did not last, from system/gateway.xml
SAFE = {"timer", "uart0", "eth0", "entropy", "net", "console"}
LEFT_OUT = {"spi0", "blk0", "sensors", "journal", "uplink", "crypto"}


def test_a_boot_loop_ends_in_the_safe_composition(make_gateway: Callable[..., Gateway]) -> None:
    """Five boots that end at once; the sixth starts only what the operator needs, until he says otherwise."""
    gateway = make_gateway()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind((LOOPBACK, 0))
        syslog.settimeout(PATIENCE_SECONDS)
        gateway.folder.write_config(gateway.settings.identities, gateway.ports)
        conf = gateway.folder.config / "net.conf"
        server = f"{HOST_SEEN_BY_GUEST}:{syslog.getsockname()[1]}"
        conf.write_text(f"{conf.read_text()}alarm.server = {server}\nalarm.name = gateway-7\n")
        gateway.image = gateway.folder.compose(ROOT, gateway.settings.board, gateway.settings.config)
        gateway.start_peers()
        gateway.start_machine()
        fall_into_the_safe_composition(gateway)
        assert syslog.recv(2048) == ALARM
        gateway.console.expect(r"net +warn +alarm to ")
        gateway.console.send_line("boot")
        gateway.console.expect(r"OpenSBI")
        assert alarms(syslog) <= {ALARM}, "it is raised again while nobody answers"
        leave_it(gateway)
        assert not alarms(syslog)


def alarms(syslog: socket.socket) -> set[bytes]:
    """What has come since the last look."""
    found = set()
    syslog.settimeout(1)
    while True:
        try:
            found.add(syslog.recv(2048))
        except TimeoutError:
            return found


def fall_into_the_safe_composition(gateway: Gateway) -> None:
    console = gateway.console
    gateway.wait_readings(SAMPLE)
    for _ in range(LIMIT):
        console.send_line("crash supervisor")
        console.expect(r"Postern resets the machine")
        console.expect(r"Postern gateway. `help` lists the commands")
    console.expect(rf"supervisor +error +SAFE COMPOSITION: {LIMIT} boots in a row did not last")
    console.expect(r"net +info +address ")
    shown = console.answer("status")
    assert shown.startswith(f"SAFE COMPOSITION: {LIMIT} boots in a row did not last; `boot` tries everything again\n")
    for condition, names in (("running", SAFE), ("left out of the safe composition", LEFT_OUT)):
        assert set(re.findall(rf"^(\w+) +{condition}$", shown, re.M)) == names


def leave_it(gateway: Gateway) -> None:
    console = gateway.console
    console.expect(r"uplink +info +connected with MQTT")
    gateway.wait_readings(2 * SAMPLE)
    console.send_line("status")
    console.expect(r"sensors +running$")
    assert "SAFE" not in console.text().rsplit("OpenSBI", 1)[1]
    verdict = gateway.verdict(stops=LIMIT * LOST_BY_A_RESET)
    assert verdict.passed, verdict.summary()
