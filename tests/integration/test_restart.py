# SPDX-License-Identifier: BSD-2-Clause
"""Every component may crash: it is started anew by its policy, and readings go on reaching the broker.

`crash` is a command of debug builds: the supervisor sends the component to address 0, wherever it just is, and the
fault takes the way of every other fault.
"""

from __future__ import annotations

import random
import re
import time

import pytest

from postern_lib.console import PATIENCE_SECONDS, ConsoleTimeout
from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement
LIMIT = 5  # restarts within a window, from system/gateway.xml
FIRST_WAIT_MS, MIN_RUN_S = 100, 1.0  # what a policy says if it does not say otherwise
CRASHING = ["timer", "uart0", "eth0", "spi0", "blk0", "entropy", "sensors", "net", "journal", "uplink", "crypto",
            "console"]
BUS = {"spi0", "sensors"}  # each stop may cost the measurement in hand
# What is on its way to the operator when one of these stops is gone with it.
MUTE = {"uart0", "console"}
CATCH_UP_S = 240.0


def ask(gateway: Gateway, command: str, answer: str) -> None:
    """Types it until it is answered so: what arrives while the line's driver starts anew is lost."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        gateway.console.send_line(command)
        try:
            gateway.console.expect(answer, 2)
            return
        except ConsoleTimeout:
            if time.monotonic() > deadline:
                raise


def crash(gateway: Gateway, name: str, times: int) -> None:
    """The component faults and is started anew, for so many times now."""
    console = gateway.console
    console.send_line(f"crash {name}")
    if name not in MUTE:
        console.expect(rf"{name} stopped: instruction page fault at address 0x0, pc 0x0")
    if name == "console":
        console.expect(r"Postern gateway. `help` lists the commands")
    elif name == "uart0":
        gateway.wait_readings(SAMPLE)  # the line about it may be lost; mostly it is back by now
        ask(gateway, "pds", rf"uart0 +running, restarts {times}")
    else:
        console.expect(rf"supervisor +info +{name} restarted, {times} times now")


@pytest.mark.parametrize("name", CRASHING)
def test_a_crash_is_survived(gateway: Gateway, name: str) -> None:
    crash(gateway, name, 1)
    gateway.wait_readings(2 * SAMPLE)
    gateway.console.send_line("pds")
    gateway.console.expect(rf"{name} +running, restarts 1, last fault at pc 0x0, address 0x0")
    others = set(re.findall(r"supervisor +info +(\w+) restarted", gateway.console.text())) - {name}
    assert not others, f"{others} had to be restarted, too"
    verdict = gateway.verdict(stops=int(name in BUS))
    assert verdict.passed, verdict.summary()


def test_one_after_the_other_and_twice(gateway: Gateway) -> None:
    """What one restart leaves behind must not stop the next one, nor anybody else's."""
    for times in (1, 2):
        for name in CRASHING:
            crash(gateway, name, times)
            gateway.wait_readings(SAMPLE)
    gateway.wait_readings(2 * SAMPLE)
    verdict = gateway.verdict(stops=2 * len(BUS))
    assert verdict.passed, verdict.summary()


def settle(gateway: Gateway, stops: int) -> None:
    """Everybody runs, everything that was accepted has been delivered, once. stops: of those at the bus."""
    gateway.wait_readings(4 * SAMPLE)
    deadline = time.monotonic() + CATCH_UP_S
    while set(CRASHING) - set(re.findall(r"^(\w+) +running\b", shown := gateway.console.answer("pds"), re.M)):
        assert time.monotonic() < deadline, shown
    # What has waited for the broker comes before what is measured now.
    deadline = time.monotonic() + CATCH_UP_S
    while not (verdict := gateway.verdict(stops=stops)).passed and time.monotonic() < deadline:
        gateway.wait_readings(SAMPLE)
    assert verdict.passed, verdict.summary()


def test_what_waits_for_the_broker_survives(gateway: Gateway) -> None:
    """Readings that were accepted while nobody took them are delivered, whoever crashed meanwhile."""
    gateway.broker.kill()
    gateway.console.expect(r"uplink .*(closed|lost|connection)")
    for name in ("uplink", "journal", "blk0", "crypto", "net", "sensors"):
        crash(gateway, name, 1)
        time.sleep(1.5)  # a sample or two in between
    gateway.broker.start()
    settle(gateway, 1)


@pytest.mark.parametrize("order", range(4))
def test_crashes_at_random_moments(gateway: Gateway, order: int) -> None:
    """Everybody twice, in an order and at intervals that the number gives: in the middle of others' recovery, too."""
    chance = random.Random(order)
    names = 2 * [name for name in CRASHING if name not in MUTE]
    chance.shuffle(names)
    for name in names:
        gateway.console.send_line(f"crash {name}")
        time.sleep(chance.uniform(0.0, 0.5))
    settle(gateway, 2 * len(BUS))


def test_the_operator_restarts(gateway: Gateway) -> None:
    console = gateway.console
    for name in ("net", "crypto"):
        console.send_line(f"restart {name}")
        console.expect(rf"supervisor +warn +the operator restarts {name}")
        console.expect(rf"supervisor +info +{name} restarted, 1 times now")
        gateway.wait_readings(SAMPLE)
    console.send_line("restart console")
    console.expect(r"Postern gateway. `help` lists the commands")
    for name in ("supervisor", "nobody", ""):
        console.send_line(f"restart {name}")
        console.expect(rf'no component "{name}"; `pds` lists them')
    console.send_line("pds")
    console.expect(r"timer +running$")
    console.expect(r"net +running, restarts 1$")
    assert "stopped" not in console.text()
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def due_waits(text: str, name: str) -> list[str]:
    """How long its starts must have waited, in ms, by how long it had run each time when it stopped."""
    waits, wait, started = [], FIRST_WAIT_MS, 0.0
    found = re.findall(rf" (\d+\.\d+) supervisor +\w+ +{name} (restarted|stopped)", text)
    for when, what in found:
        if what == "restarted":
            started = float(when)
        elif float(when) - started < MIN_RUN_S:
            waits.append(str(wait))
            wait *= 2
        else:
            wait = FIRST_WAIT_MS
    return waits


def test_back_off_limit_and_what_then(gateway: Gateway) -> None:
    """A component that crashes again and again waits longer each time, and is then given up until the operator asks."""
    console = gateway.console
    time.sleep(1)  # the minimum run time, so that the first restart is immediate
    for times in range(1, LIMIT + 1):
        crash(gateway, "entropy", times)
    console.send_line("crash entropy")
    console.expect(r"entropy is off; it will be tried again in 60 s")
    console.send_line("pds")
    console.expect(rf"entropy +off, tried again later, restarts {LIMIT}, last fault at pc 0x0")
    gateway.wait_readings(2 * SAMPLE)
    due = due_waits(console.text(), "entropy")[:-1]  # not after the last stop
    assert re.findall(r"entropy will be restarted in (\d+) ms", console.text()) == due
    assert len(due) > 1  # all but the first, unless the host held us up
    console.send_line("restart entropy")
    console.expect(r"entropy restarted")
    verdict = gateway.verdict()
    assert verdict.passed, verdict.summary()


def test_without_its_timer_the_machine_starts_again(gateway: Gateway) -> None:
    """Nobody can do without the timer: its policy ends in a reset of the machine."""
    console = gateway.console
    for times in range(1, LIMIT + 1):
        crash(gateway, "timer", times)
    console.send_line("crash timer")
    console.expect(r"the machine is reset because of timer")
    console.expect(r"OpenSBI")
    console.expect(r"uplink +info +connected with MQTT")
    gateway.wait_readings(2 * SAMPLE)
