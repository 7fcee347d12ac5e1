# SPDX-License-Identifier: BSD-2-Clause
"""What a component left behind when it failed: on the console, to the broker, and in words of the source."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from postern_lib.console import LOG_LINE, PATIENCE_SECONDS
from postern_lib.gateway import Gateway
from postern_lib.machine import EXACT_TIME

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 3  # readings of one measurement
CAUSE = "instruction page fault at address 0x0"
TRACES = {"net": "tcp_rx", "sensors": "readings", "uplink": "tls_tx"}  # a ring of each
LINES, LENGTH = 4, 80  # of the log, that are kept
SLOW_SECONDS = 600.0  # instructions pass slowly on a busy host


def crash(gateway: Gateway, name: str) -> dict[str, str]:
    """The component fails and is back. The registers as the supervisor read them at the fault."""
    gateway.console.skip()
    gateway.console.send_line(f"crash {name}")
    text = gateway.console.expect(rf"{name} stopped: {CAUSE}(?s:.*?){name} restarted")[0]
    gateway.wait_readings(2 * SAMPLE)
    return dict(re.findall(r"\b(\w+) +([0-9a-f]{16})\b", text))


def record(gateway: Gateway, name: str) -> str:
    """What the console shows of a component."""
    return gateway.console.answer(f"postmortem {name}")


def said_before(gateway: Gateway, name: str) -> list[str]:
    """What a component had logged when it was stopped, in the form of the record."""
    text = gateway.console.text()
    before = text[: text.index(f" {name} stopped: ")]
    lines = re.findall(rf"{LOG_LINE}(\d+\.\d{{3}})\d{{3}} {name} +(\w+) +(.+)$", before, re.M)
    return [f"{when} {level} {text}"[: len(f"{when} {level} ") + LENGTH] for when, level, text in lines]


def told(gateway: Gateway) -> list[dict]:
    """The post-mortems that reached the broker."""
    events = (json.loads(line) for line in gateway.events())
    return [event["report"] for event in events if event["type"] == "postmortem"]


def wait_told(gateway: Gateway, count: int) -> list[dict]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(told(gateway)) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return told(gateway)


def symbolised(text: str) -> str:
    """What the host command makes of a record; its source names no folder of this machine."""
    done = subprocess.run([ROOT / "host/postern", "postmortem", "-"], input=text, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    assert f" {ROOT}" not in "\n".join(re.findall(r" at .*", done.stdout))
    return done.stdout


@pytest.mark.parametrize("name", TRACES)
def test_console(peers: Gateway, name: str) -> None:
    """The shell has the lowest priority: when it runs, everybody waits for events but who has used up its budget, which is
    what a busy host makes of somebody at work. Not so in exact time, where the stack is that of who waits."""
    gateway = peers
    gateway.start_machine(EXACT_TIME)
    gateway.wait_readings(SAMPLE, SLOW_SECONDS)
    assert "no record of a fault" in record(gateway, name)
    registers = crash(gateway, name)
    text = record(gateway, name)
    ring = TRACES[name]
    assert re.match(rf"postmortem of {name}: fault 1, start 1, at \d+\.\d\d\d s: {CAUSE}\n  build [0-9a-f]{{16}}\n", text)
    assert len(registers) == 32
    assert dict(re.findall(r"\b(\w+) +([0-9a-f]{16})\b", text.partition("sp+")[0].partition("  pc")[2])).items() <= registers.items()
    assert re.search(r"  sp\+00( [0-9a-f]{16}){4}\n", text)
    assert re.search(rf"  ring {ring} +own [1-9]\d* epoch 1 want [01], peer [1-9]\d* epoch 1 want [01]\n", text)
    assert re.findall(r"^  log (\d+\.\d{3} \w+ .+)$", text, re.M) == said_before(gateway, name)[-LINES:]
    report = wait_told(gateway, 1)[0]
    assert (report["component"], report["cause"], report["fault"], report["start"]) == (name, CAUSE, 1, 1)
    assert {key: int(value, 16) for key, value in report["regs"].items()}.items() <= {
        key: int(value, 16) for key, value in registers.items()}.items()
    words = [report["stack"][at:at + 16] for at in range(0, len(report["stack"]), 16)]
    assert [bytes.fromhex(word)[::-1].hex() for word in words] == re.findall(r"[0-9a-f]{16}", text.partition("sp+")[2])
    assert ring in (entry[0] for entry in report["rings"])
    for source in (text, json.dumps(report)):
        said = symbolised(source)
        assert re.search(r"^  pc +0x0+  not in the program$", said, re.M)
        assert re.search(r"^  ra .*handle_events at \S*runtime/src/main\.c:\d+", said, re.M), "it waited for events"
        assert re.search(r"^  sp\+\w+ .*_start at \S*runtime/src/start\.S:\d+$", said, re.M)


def test_secrets_stay(gateway: Gateway) -> None:
    """Of crypto neither the report at the fault nor what is kept has more than four registers."""
    registers = crash(gateway, "crypto")
    assert registers.keys() == {"pc", "ra", "sp", "gp"}
    text = record(gateway, "crypto")
    assert "the other registers and the stack are secret\n" in text
    assert len(re.findall(r"\b[0-9a-f]{16}\b", text)) == 5, "four registers and the build"


def wait_acknowledged(gateway: Gateway, name: str) -> None:
    """Waits until the broker has acknowledged the post-mortem: one that is under way when the connection ends is told
    again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not re.search(rf"^{name} +\d+ +\d+ +\d+\.\d{{3}}  yes ", text := gateway.console.answer("postmortem"), re.M):
        assert time.monotonic() < deadline, text
        time.sleep(0.1)


def test_each_fault_is_told_once(gateway: Gateway) -> None:
    """Also when the uplink or the connection is gone in between."""
    for name in ("net", "uplink", "uplink", "sensors"):
        crash(gateway, name)
        wait_acknowledged(gateway, name)
    assert {report["fault"] for report in wait_told(gateway, 4)} == {1, 2, 3, 4}
    gateway.wait_readings(4 * SAMPLE)
    assert sorted(report["fault"] for report in told(gateway)) == [1, 2, 3, 4]
    verdict = gateway.verdict(stops=1)
    assert verdict.passed, verdict.summary()


def test_the_table(gateway: Gateway) -> None:
    """A line for each component that has failed, with its last fault."""
    for name in ("spi0", "timer", "spi0"):
        crash(gateway, name)
    text = gateway.console.answer("postmortem")
    assert re.findall(r"^(\w+) +(\d+) +1 +\d+\.\d\d\d  (?:yes|no) +(.+)$", text, re.M) == [("timer", "2", CAUSE), ("spi0", "3", CAUSE)]


def test_a_reset_of_the_machine(gateway: Gateway) -> None:
    """What is known stays, and is not told again; what comes after is of the next start."""
    crash(gateway, "net")
    before = record(gateway, "net")
    assert len(wait_told(gateway, 1)) == 1
    wait_acknowledged(gateway, "net")
    gateway.console.send_line("crash supervisor")
    gateway.console.expect(r"OpenSBI")
    gateway.console.expect(r"uplink +info +connected with MQTT")
    gateway.wait_readings(2 * SAMPLE)
    assert record(gateway, "net") == before
    crash(gateway, "sensors")
    after = record(gateway, "sensors")
    assert re.match(rf"postmortem of sensors: fault 2, start 2, at \d+\.\d\d\d s: {CAUSE}\n", after)
    assert [report["fault"] for report in wait_told(gateway, 2)] == [1, 2]
    assert told(gateway)[1]["start"] == 2
