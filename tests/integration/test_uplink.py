# SPDX-License-Identifier: BSD-2-Clause
"""What the uplink says besides readings, and how it says them: health, will, ledger, QoS 2, batches, marks."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from postern_lib.console import PATIENCE_SECONDS
from postern_lib.gateway import Gateway
from postern_lib.process import Process
from published import messages, subscriber, wait_retained

SAMPLE = 3  # readings of one measurement
MAKE = Callable[..., Gateway]


def wait_health(gateway: Gateway, key: str, value: object) -> dict[str, Any]:
    return wait_retained(gateway, "health", lambda now: now.get(key) == value)


def numbers(gateway: Gateway) -> list[int]:
    return [reading.seq for reading in gateway.readings()]


def test_health_is_retained_and_the_will_tells_of_the_end(gateway: Gateway) -> None:
    now = wait_health(gateway, "state", "online")
    assert now["store"] == "ready" and now["boot"] == 1 and now["clock"] == "rtc" and now["lost"] == {}
    before = now["delivered"]
    gateway.wait_readings(8 * SAMPLE)
    later = json.loads(messages(gateway, "health", 1, 180)[0])  # told again when it has changed
    assert later["delivered"] >= before + 4 * SAMPLE
    # Nothing piles up. Each is true when it is said: a busy host may have held up an answer of the broker.
    wait_retained(gateway, "health", lambda now: 0 <= now["last"] - now["delivered"] <= 2 * SAMPLE)
    assert wait_retained(gateway, "ledger", lambda now: True)["ranges"] == []
    gateway.power_cut()
    will = wait_health(gateway, "state", "offline")
    assert will.keys() == {"state", "boot", "last"} and will["boot"] == 1
    assert 0 <= will["last"] <= SAMPLE * gateway.simulator.earlier_logs[0].read_bytes().count(b"\n")
    gateway.start_machine()
    assert wait_health(gateway, "state", "online")["boot"] == 2


def test_restarts_are_in_the_health_message(gateway: Gateway) -> None:
    """Told by itself: nothing else asks for the message."""
    assert wait_health(gateway, "state", "online")["restarts"] == 0
    gateway.console.send_line("restart blk0")
    gateway.console.expect(r"supervisor +info +blk0 restarted, 1 times now")
    assert wait_health(gateway, "restarts", 1)["restarted"] == {"blk0": 1}


def lives(gateway: Gateway) -> list[list[int]]:
    """The numbers that have arrived, in parts of which each is without a gap."""
    parts: list[list[int]] = []
    for number in numbers(gateway):
        if not parts or number != parts[-1][-1] + 1:
            parts.append([])
        parts[-1].append(number)
    return parts


def test_an_old_disk_that_is_put_back_is_noticed(make_gateway: MAKE, tmp_path: Path) -> None:
    """The broker remembers how far the numbers were. A disk that only lost power raises no alarm; one from earlier does,
    and from then on no number is used that the host has for another reading; those skipped are named."""
    disk, old = tmp_path / "disk.img", tmp_path / "old.img"
    gateway = make_gateway(disk=disk)
    gateway.start()
    gateway.wait_readings(2 * SAMPLE)
    gateway.power_cut()
    shutil.copy(disk, old)
    most = SAMPLE * gateway.simulator.earlier_logs[0].read_bytes().count(b"\n")  # that the old disk can hold
    gateway.start_machine()
    wait_retained(gateway, "numbers", lambda now: now["last"] > most + SAMPLE)
    assert "an old disk was put back" not in gateway.console.text()
    gateway.power_cut()
    shutil.copy(old, disk)
    # An old disk remembers an old time only, and QEMU's clock begins with a whole second.
    later = datetime.fromtimestamp(time.time() + 2, timezone.utc)
    gateway.start_machine(["-rtc", f"base={later:%Y-%m-%dT%H:%M:%S}"])
    said = gateway.console.expect(r"broker knows of reading (\d+), the journal of (\d+): an old disk was put back")
    made = SAMPLE * gateway.simulator.log.read_bytes().count(b"\n")  # since then, before the broker was asked
    assert int(said[1]) > most >= int(said[2]) - made
    assert wait_health(gateway, "broker_knew", int(said[1]))["boot"] == 2
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(lives(gateway)) == 1:
        assert time.monotonic() < deadline, "no number was skipped"
        gateway.wait_readings(SAMPLE)
    gateway.wait_readings(2 * SAMPLE)
    before, after = lives(gateway)
    assert before[0] == 1 and before[-1] >= int(said[1])
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
    assert [part for part in verdict.lost if part.last == after[0] - 1 and part.cause == "older medium"]
    gateway.restart_machine()  # the disk of now is no old one
    gateway.wait_readings(2 * SAMPLE)
    assert gateway.console.text().count("an old disk was put back") == 1
    assert len(lives(gateway)) == 2, "numbers were skipped again"


def test_replayed_readings_are_batched_and_marked(make_gateway: MAKE) -> None:
    """What waits through an outage longer than historical_s comes in large messages, marked; then live ones, unmarked."""
    gateway = make_gateway(uplink={"historical_s": 5, "keepalive_s": 5})
    gateway.start()
    gateway.wait_readings(SAMPLE)
    gateway.machine.set_link(False)
    time.sleep(25)
    listener = Process("listener", [*subscriber(gateway, "readings"), "-R", "-i", "listener"], gateway.folder.path)
    try:
        gateway.broker.process.expect_error_line(lambda line: "Sending SUBACK to listener" in line, "the subscription")
        gateway.machine.set_link(True)
        packs: list[list[dict[str, Any]]] = []
        live: list[bool] = []
        # First may come what was under way when the link went; a busy host makes live samples late, too.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (any(live) and not all(live) and live[-1] and len(packs[-1]) == SAMPLE):
            assert time.monotonic() < deadline, f"{live.count(False)} of {len(live)} messages are marked"
            packs.append(json.loads(listener.expect_line(lambda line: True, "a live sample", PATIENCE_SECONDS)))
            live.append(not packs[-1][0].get("bhist"))
    finally:
        listener.stop()
    replayed = [pack for pack in packs if pack[0].get("bhist")]
    assert max(map(len, replayed)) > SAMPLE, "replayed readings came sample by sample"
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_qos2_without_a_disk(make_gateway: MAKE) -> None:
    """Nobody keeps the session, so nothing waits for it."""
    gateway = make_gateway(has_disk=False, uplink={"qos": 2})
    gateway.start()
    gateway.wait_readings(3 * SAMPLE)
    gateway.broker.process.expect_error_line(lambda line: "PUBREL from postern-0001" in line, "the release")
    verdict = gateway.verdict()
    assert verdict.passed and verdict.duplicates == 0, verdict.summary()


def test_qos2_through_power_cuts(make_gateway: MAKE) -> None:
    """Exactly once: no number comes twice, though the power goes while messages are under way."""
    gateway = make_gateway(uplink={"qos": 2}, journal={"release_ms": 10})
    gateway.start()
    for _ in range(3):
        gateway.wait_readings(2 * SAMPLE)
        gateway.power_cut()
        gateway.start_machine()
    gateway.wait_readings(3 * SAMPLE)
    gateway.broker.process.expect_error_line(lambda line: "PUBREL from postern-0001" in line, "the release")
    assert "q1" not in [
        part for line in gateway.broker.process.errors.all() if "PUBLISH from postern-0001" in line and "readings" in line
        for part in line.replace("(", " ").replace(",", " ").split()]  # fmt: skip
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()
    assert verdict.duplicates == 0
