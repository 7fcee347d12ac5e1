# SPDX-License-Identifier: BSD-2-Clause
"""The operator's shell: what it answers, and what it does with nonsense."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement
WAIT_S = 180.0


def page(gateway: Gateway, command: str, last: str) -> dict[str, str]:
    """What a command shows, by name, down to the line that is named `last`. No log line comes within."""
    gateway.console.skip()
    gateway.console.send_line(command)
    text = gateway.console.expect(rf"{command}\n((?:.*\n)*?{last} +.+\n)")[1]
    return {line[:15].strip(): line[15:] for line in text.splitlines()}


def wait_for(gateway: Gateway, command: str, last: str, name: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    """Asks again until the value of a name is as wanted."""
    deadline = time.monotonic() + WAIT_S
    while not wanted((shown := page(gateway, command, last))[name]):
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)
    return shown


def test_commands(gateway: Gateway) -> None:
    console = gateway.console
    console.send_line("help")
    console.expect(r"status +uptime")
    console.expect(r"store \[dead \[clear\]\] +the journal: .+\nuplink +the broker: ")
    console.send_line("status")
    console.expect(r"time +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC")
    for name in ("timer", "uart0", "eth0", "spi0", "entropy", "sensors", "net", "uplink", "crypto", "console"):
        console.expect(rf"{name} +running")
    console.send_line("sensors")
    console.expect(r"sensors +\S*samples\S* +[1-9]\d*")
    console.send_line("stats uplink")
    console.expect(r"uplink +\S*acknowledged\S* +[1-9]\d*")


def test_typed_before_the_console_has_started(peers: Gateway) -> None:
    """The line's driver starts long before the shell, and nobody was there to be told of what it received."""
    peers.start_machine()
    peers.console.send_line(8 * "\r")  # firmware and driver empty the device's FIFO when they set it up
    peers.console.send_line("pds")
    peers.console.expect(r"timer +running")


def test_nonsense(gateway: Gateway) -> None:
    console = gateway.console
    console.send_line("frobnicate now")
    console.expect(r"frobnicate: no such command; try help")
    console.send_line("stats nobody")
    console.expect(r'no component "nobody"')
    console.send_line("x" * 400)
    console.expect(r"x{20,80}: no such command")
    console.send_line("\x07\x1b[A\xff status")
    gateway.wait_readings(3)


def test_store(gateway: Gateway) -> None:
    """The journal's numbers agree with each other; what is delivered is released, and what is not waits."""
    shown = page(gateway, "store", "lost")
    assert shown["condition"] == "ready"
    assert shown["start"] == "1"
    durable, released = int(shown["durable"]), int(shown["released"])
    assert int(shown["next number"]) > durable >= released
    assert int(shown["waiting"]) == durable - released
    used, capacity = map(int, re.fullmatch(r"(\d+) of (\d+) bytes", shown["used"]).groups())  # type: ignore[union-attr]
    assert 0 < used < capacity == gateway.settings.disk_size
    assert int(shown["filled"].split()[0]) == used // (capacity // 100)
    assert int(shown["frames"]) > 0
    assert int(shown["written"].split()[0]) >= 512 * int(shown["frames"])
    assert (shown["medium errors"], shown["forged frames"], shown["lost"]) == ("0", "0", "0")
    assert re.fullmatch(r"\d+\.\d{3} ms", shown["recovery"])
    wait_for(gateway, "store", "lost", "released", lambda value: int(value) >= released + SAMPLE)

    gateway.machine.set_link(False)
    shown = wait_for(gateway, "store", "lost", "waiting", lambda value: int(value) >= 4 * SAMPLE)
    assert int(shown["waiting"]) == int(shown["durable"]) - int(shown["released"])


def test_store_without_a_disk(make_gateway: Callable[..., Gateway]) -> None:
    gateway = make_gateway(has_disk=False)
    gateway.start()
    gateway.wait_readings(SAMPLE, WAIT_S)
    shown = page(gateway, "store", "lost")
    assert shown["condition"] == "no medium: readings are not durable"
    assert (shown["start"], shown["waiting"], shown["used"]) == ("0", "0", "0 of 0 bytes")
    assert int(shown["next number"]) > SAMPLE


def test_uplink(gateway: Gateway) -> None:
    """Connected, messages go out and are acknowledged; without a broker that is said."""
    shown = wait_for(gateway, "uplink", "bad stream", "acknowledged", lambda value: int(value) > 0)
    assert (shown["connected"], shown["connects"], shown["reconnects"]) == ("yes", "1", "0")
    assert int(shown["published"]) > 0
    assert (shown["rejected"], shown["bad readings"], shown["bad stream"]) == ("0", "0", "0")
    assert re.fullmatch(r"\d+\.\d{3} ms", shown["round trip"])
    before = int(shown["acknowledged"])
    wait_for(gateway, "uplink", "bad stream", "acknowledged", lambda value: int(value) > before)
    gateway.broker.stop()
    wait_for(gateway, "uplink", "bad stream", "connected", lambda value: value == "no")
