# SPDX-License-Identifier: BSD-2-Clause
"""The operator's shell: what it answers, and what it does with nonsense."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from postern_lib.gateway import Gateway

SAMPLE = 3  # readings of one measurement
WAIT_S = 180.0
CONNECTED = "connected with MQTT"


def page(gateway: Gateway, command: str) -> dict[str, str]:
    """What a command shows, by name."""
    return {line[:15].strip(): line[15:] for line in gateway.console.answer(command).splitlines()}


def wait_for(gateway: Gateway, command: str, name: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    """Asks again until the value of a name is as wanted."""
    deadline = time.monotonic() + WAIT_S
    while not wanted((shown := page(gateway, command))[name]):
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)
    return shown


def test_commands(gateway: Gateway) -> None:
    console = gateway.console
    shown = console.answer("help")
    assert re.search(r"^status +uptime", shown, re.M)
    assert re.search(r"^store \[dead \[clear\]\] +the journal: .+\nuplink +the broker: ", shown, re.M)
    shown = console.answer("status")
    assert re.search(r"^time +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$", shown, re.M)
    for name in ("timer", "uart0", "eth0", "spi0", "entropy", "sensors", "net", "uplink", "crypto", "console"):
        assert re.search(rf"^{name} +running", shown, re.M), shown
    assert re.search(r"^sensors +bme280\.samples +[1-9]\d*$", console.answer("sensors"), re.M)
    wait_for(gateway, "uplink", "acknowledged", lambda value: int(value) > 0)
    assert gateway.stats("uplink")["acknowledged"] > 0


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
    shown = page(gateway, "store")
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
    wait_for(gateway, "store", "released", lambda value: int(value) >= released + SAMPLE)

    gateway.machine.set_link(False)
    shown = wait_for(gateway, "store", "waiting", lambda value: int(value) >= 4 * SAMPLE)
    assert int(shown["waiting"]) == int(shown["durable"]) - int(shown["released"])


def test_store_without_a_disk(make_gateway: Callable[..., Gateway]) -> None:
    gateway = make_gateway(has_disk=False)
    gateway.start()
    gateway.wait_readings(SAMPLE, WAIT_S)
    shown = page(gateway, "store")
    assert shown["condition"] == "no medium: readings are not durable"
    assert (shown["start"], shown["waiting"], shown["used"]) == ("0", "0", "0 of 0 bytes")
    assert int(shown["next number"]) > SAMPLE


def test_uplink(gateway: Gateway) -> None:
    """Connected, messages go out and are acknowledged; without a broker that is said. Connections that a busy host ended
    are told in the log, too."""
    shown = wait_for(gateway, "uplink", "acknowledged", lambda value: int(value) > 0)
    assert shown["connected"] == "yes"
    assert int(shown["connects"]) == int(shown["reconnects"]) + 1
    assert int(shown["published"]) > 0
    assert (shown["rejected"], shown["bad readings"], shown["bad stream"]) == ("0", "0", "0")
    assert re.fullmatch(r"\d+\.\d{3} ms", shown["round trip"])
    before = int(shown["acknowledged"])
    wait_for(gateway, "uplink", "acknowledged", lambda value: int(value) > before)
    assert int(shown["connects"]) <= gateway.console.text().count(CONNECTED), "by now the log has told it"
    gateway.broker.stop()
    wait_for(gateway, "uplink", "connected", lambda value: value == "no")
