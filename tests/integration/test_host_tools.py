# SPDX-License-Identifier: BSD-2-Clause
"""The host side without a gateway: mosquitto_pub with the device's identity stands in for it.

What is tested: broker and collector over mutual TLS, the collector's reports and exit status, the broker's
refusals, the spoiled certificates, and that no child process outlives the postern command.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from postern_lib import identity
from postern_lib.gateway import ROOT, Gateway, Settings
from postern_lib.judge import judge
from postern_lib.process import Process, ProcessError
from postern_lib.sockets import ANSWER_SECONDS, LOOPBACK, free_ports

TOPIC = "postern/postern-0001/readings"
OTHER_TOPIC = "postern/postern-0002/readings"


@pytest.fixture
def broker(make_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway of which only the broker runs."""
    made = make_gateway()
    made.broker.start()
    return made


@pytest.fixture
def collector(broker: Gateway) -> Gateway:
    broker.collector.start()
    return broker


def pack(seq: int, temperature: str = "21.37", begin: str = "1763696000.123") -> str:
    return (
        f'[{{"bn":"postern-0001/","bt":{begin},"n":"bme280/temperature","u":"Cel","v":{temperature},"seq":{seq}}},'
        f'{{"n":"bme280/pressure","u":"Pa","v":98543.21,"seq":{seq + 1}}},'
        f'{{"n":"bme280/humidity","u":"%RH","v":45.123,"seq":{seq + 2}}}]'
    )


def publish(made: Gateway, payload: str | bytes, topic: str = TOPIC, role: str = "device") -> None:
    identities = made.settings.identities
    # The device's listener; mosquitto_pub cannot check a name other than the address that it connects to.
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(made.ports.broker), "--insecure", "-q", "1",
               "--tls-version", "tlsv1.3", "--cafile", identities / "ca.pem", "-t", topic, "-s" if payload else "-n",
               "--cert", identities / f"{role}.crt.pem", "--key", identities / f"{role}.key.pem"]  # fmt: skip
    data = payload.encode() if isinstance(payload, str) else payload
    done = subprocess.run(command, input=data, capture_output=True, timeout=ANSWER_SECONDS, check=False)
    assert done.returncode == 0, done.stderr


def next_event(made: Gateway, kind: str) -> dict[str, object]:
    line = made.collector.process.expect_line(lambda each: json.loads(each)["type"] == kind, f"event '{kind}'")
    return json.loads(line, parse_float=str)


def finish(made: Gateway) -> tuple[int | None, dict[str, object]]:
    """Stops the collector; its exit status and summary."""
    status = made.collector.stop()
    summary = json.loads(made.events()[-1])
    assert summary.pop("type") == "summary"
    return status, summary


def test_readings_arrive_with_their_exact_text(collector: Gateway) -> None:
    publish(collector, pack(17, "21.370"))
    publish(collector, pack(20, "-0.00", "1.763696001123e9"))
    expected = [("temperature", "21.370", "Cel"), ("pressure", "98543.21", "Pa"), ("humidity", "45.123", "%RH"),
                ("temperature", "-0.00", "Cel")]  # fmt: skip
    readings = [next_event(collector, "reading") for _ in range(6)]
    assert [(each["quantity"], each["value"], each["unit"]) for each in readings[:4]] == expected
    assert [each["seq"] for each in readings] == list(range(17, 23))
    assert {each["time"] for each in readings} == {"1763696000.123000000", "1763696001.123000000"}
    assert {each["device"] for each in readings} == {"postern-0001"}
    assert finish(collector) == (
        0, {"readings": 6, "missing": 0, "explained": 0, "duplicates": 0, "out_of_order": 0, "malformed": 0}
    )  # fmt: skip


def test_gap_late_arrival_and_duplicate_are_named(collector: Gateway) -> None:
    publish(collector, pack(9))
    publish(collector, pack(16))
    gap = next_event(collector, "gap")
    assert (gap["device"], gap["first"], gap["last"]) == ("postern-0001", 12, 15)
    publish(collector, pack(12))  # fills 12..14
    assert [next_event(collector, "out_of_order")["seq"] for _ in range(3)] == [12, 13, 14]
    publish(collector, pack(16))
    assert next_event(collector, "duplicate")["seq"] == 16
    status, summary = finish(collector)
    assert status == 1
    assert summary == {
        "readings": 9, "missing": 1, "explained": 0, "duplicates": 3, "out_of_order": 3, "malformed": 0
    }  # fmt: skip
    assert '{"type":"missing","device":"postern-0001","first":15,"last":15}' in collector.events()


def test_late_readings_are_no_trouble_if_it_is_said_so(broker: Gateway) -> None:
    broker.collector.options = ["--live-first"]
    broker.collector.start()
    for seq in (1, 7, 4):
        publish(broker, pack(seq))
    assert [next_event(broker, "out_of_order")["seq"] for _ in range(3)] == [4, 5, 6]
    status, summary = finish(broker)
    assert (status, summary["out_of_order"], summary["missing"]) == (0, 3, 0)


LEDGER = (
    '{"boot":1,"last":40,"lost":{"oldest given up":3},'
    '"ranges":[{"first":4,"last":6,"missing":3,"cause":"oldest given up"}]}'
)
LEDGER_TOPIC = "postern/postern-0001/ledger"


def test_missing_numbers_are_explained_by_the_ledger(collector: Gateway) -> None:
    publish(collector, pack(1))
    publish(collector, pack(7))
    publish(collector, LEDGER, LEDGER_TOPIC)
    assert next_event(collector, "ledger")["ranges"] == [
        {"first": 4, "last": 6, "missing": 3, "cause": "oldest given up"}
    ]
    status, summary = finish(collector)
    assert (status, summary["missing"], summary["explained"]) == (0, 3, 3)
    events = collector.events()
    assert '{"type":"received","device":"postern-0001","first":1,"last":9}' in events
    assert '{"type":"missing","device":"postern-0001","first":4,"last":6,"cause":"oldest given up"}' in events


def test_missing_numbers_that_no_ledger_explains(collector: Gateway) -> None:
    publish(collector, LEDGER, LEDGER_TOPIC)
    publish(collector, LEDGER.replace('"first":4', '"first":7'), LEDGER_TOPIC)  # refused: the one before stays
    assert "before it begins" in str(next_event(collector, "malformed")["error"])
    publish(collector, pack(1))
    publish(collector, pack(8))  # 7 is missing too
    status, summary = finish(collector)
    assert (status, summary["missing"], summary["explained"]) == (1, 4, 3)
    assert '{"type":"missing","device":"postern-0001","first":7,"last":7}' in collector.events()


def test_marks_of_a_pack_are_shown(collector: Gateway) -> None:
    publish(collector, pack(1).replace('"bt"', '"bhist":true,"bcor":true,"bclk":"sntp","bt"'))
    publish(collector, pack(4))
    readings = [next_event(collector, "reading") for _ in range(6)]
    marks = [(each.get("historical"), each.get("corrected"), each.get("clock")) for each in readings]
    assert marks == [(True, True, "sntp")] * 3 + [(None, None, None)] * 3


RECORD = '[{"n":"postern-0001/s/q","v":1,"seq":1}]'
MALFORMED = {
    b"": "payload of 0 bytes",
    b"[": "not JSON",
    b"\xff\xfe\x00": "not JSON",
    b"[]": "not an array of 1 to 256 records",
    b"{}": "not an array",
    b"[7]": "record 1: not an object",
    RECORD.encode() + b"x": "not JSON",
    RECORD.replace('"v":1,', "").encode(): 'no numeric value "v"',
    RECORD.replace('"v":1', '"v":NaN').encode(): '"v" is not a finite number',
    RECORD.replace('"v":1', '"v":1e999').encode(): '"v" is not a finite number',
    RECORD.replace('"v":1', '"v":"1"').encode(): '"v" is not a finite number',
    RECORD.replace('"v":1', '"v":99999999999999999999').encode(): '"v" is not a finite number',
    RECORD.replace('"v":1', '"v":1.' + "0" * 60).encode(): '"v" has more than 47 characters',
    RECORD.replace(',"seq":1', "").encode(): 'no sequence number "seq"',
    RECORD.replace('"seq":1', '"seq":-1').encode(): '"seq" is not an integer',
    RECORD.replace('"seq":1', '"seq":1.5').encode(): '"seq" is not an integer',
    RECORD.replace('"seq":1', '"seq":18446744073709551616').encode(): '"seq" is not an integer',
    RECORD.replace("postern-0001", "postern-0009").encode(): "does not belong to the topic's device",
    RECORD.replace("/s/q", "/sq").encode(): "is not device/sensor/quantity",
    RECORD.replace("/s/q", "/s/").encode(): "the quantity in the name is empty",
    RECORD.replace("/s/q", "/s/q\\u001b").encode(): "not printable ASCII",
    RECORD.replace("/s/q", "/s/q w").encode(): "the name holds the character ' '",
    RECORD.replace('"v":1', '"v":1,"bv":2').encode(): "changes the meaning",
    RECORD.replace('"v":1', '"v":1,"new_":2').encode(): "changes the meaning",
    RECORD.replace('"v":1', '"v":1,"bver":11').encode(): "not a version",
    RECORD.replace('"v":1', '"v":1,"t":1e30').encode(): '"t" is out of range',
    b"[" * 100: "not JSON",
    b"[" + b'{"n":"a"},' * 300 + b"{}]": "not an array of 1 to 256 records",
}


def test_malformed_messages_are_named_and_skipped(collector: Gateway) -> None:
    for payload, reason in MALFORMED.items():
        publish(collector, payload)
        event = next_event(collector, "malformed")
        assert event["topic"] == TOPIC
        assert reason in str(event["error"]), payload
    publish(collector, pack(1))
    assert next_event(collector, "reading")["seq"] == 1
    status, summary = finish(collector)
    assert status == 1 and summary["malformed"] == len(MALFORMED)


def test_a_bad_record_spoils_its_whole_pack_only(collector: Gateway) -> None:
    publish(collector, pack(1).replace('"v":45.123', '"v":null'))
    assert str(next_event(collector, "malformed")["error"]).startswith("record 3:")
    publish(collector, pack(1))
    assert next_event(collector, "reading")["seq"] == 1
    assert finish(collector)[1]["readings"] == 3


def test_times_relative_to_now(collector: Gateway) -> None:
    before = time.time()
    publish(collector, pack(1, begin="-10"))
    when = float(str(next_event(collector, "reading")["time"]))
    assert before - 10 <= when <= time.time() - 10


def test_device_may_write_only_its_own_topic(collector: Gateway) -> None:
    publish(collector, pack(1).replace("postern-0001", "postern-0002"), OTHER_TOPIC)
    publish(collector, pack(1), role="collector")
    publish(collector, pack(5))
    assert next_event(collector, "reading")["seq"] == 5
    assert finish(collector)[1]["readings"] == 3
    collector.broker.process.expect_error_line(lambda line: "Denied PUBLISH" in line, "the refusal")


def collector_command(made: Gateway, role: str = "collector", authority: Path | None = None) -> list[str | Path]:
    identities = made.settings.identities
    return [ROOT / "build/host/collector", "--port", str(made.ports.monitor),
            "--ca", authority or identities / "ca.pem",
            "--cert", identities / f"{role}.crt.pem", "--key", identities / f"{role}.key.pem"]  # fmt: skip


def test_text_output_and_count(broker: Gateway) -> None:
    process = Process("text", [*collector_command(broker), "--count", "4"], broker.folder.path)
    try:
        process.expect_line(lambda line: line == "subscribed: postern/+/readings", "the subscription")
        publish(broker, pack(1))
        publish(broker, "[")
        publish(broker, pack(7))
        assert process.wait(ANSWER_SECONDS) == 1, "4 is missing"
    finally:
        process.stop()
    lines = process.output.all()
    assert re.fullmatch(r"2025-11-21 03:33:20\.123  postern-0001 +bme280 +temperature +21\.37 Cel +1", lines[2])
    assert lines[5] == f"malformed: {TOPIC}: not JSON: byte 1: unexpected end"
    assert lines[6] == "gap: postern-0001 missing 4..6"
    assert lines[8:] == [
        "received: postern-0001 numbers 1..7",
        "never came: postern-0001 missing 4..6: not explained",
        "4 readings, 3 missing (0 explained), 0 duplicate, 0 out of order, 1 malformed messages",
    ]
    assert lines[0].index("unit") == lines[2].index("Cel"), "columns are aligned"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--ca FILE is missing"),
        (["--ca", "/nonexistent"], "cannot read '/nonexistent'"),
        (["--count", "0"], "'0' is not a number from 1"),
        (["--port", "65536"], "'65536' is not a number from 1 to 65535"),
        (["--port", "1x"], "'1x' is not a number"),
        (["--frob"], "unrecognized option"),
        (["x", "--json"], "what is 'x'?"),
    ],
)
def test_collector_refuses_a_bad_command_line(arguments: list[str], message: str) -> None:
    done = subprocess.run([ROOT / "build/host/collector", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""


def test_collector_refuses_a_key_that_does_not_fit(broker: Gateway) -> None:
    command = collector_command(broker)
    command[-1] = broker.settings.identities / "device.key.pem"
    process = Process("misfit", command, broker.folder.path)
    try:
        assert process.wait(ANSWER_SECONDS) == 2
        assert any("key values mismatch" in line for line in process.errors.all())
    finally:
        process.stop()


@pytest.mark.parametrize("option", ["--ca", "--cert", "--key"])
def test_collector_refuses_a_file_that_holds_something_else(broker: Gateway, option: str) -> None:
    command = collector_command(broker)
    command[command.index(option) + 1] = ROOT / "README.md"
    done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    assert done.returncode == 2 and "README.md" in done.stderr and "trying on" not in done.stderr


def test_collector_does_not_trust_another_authority(broker: Gateway, broken_broker: Callable[[str], Path]) -> None:
    process = Process("distrust", collector_command(broker, authority=broken_broker("other-ca") / "ca.pem"),
                      broker.folder.path)  # fmt: skip
    try:
        process.expect_error_line(lambda line: "certificate verify failed" in line, "the refusal")
    finally:
        process.stop()
    assert not any("subscribed" in line for line in process.output.all())


def test_a_device_cannot_listen(broker: Gateway) -> None:
    # Mosquitto grants any subscription and then keeps back what the subscriber may not read.
    process = Process("listener", [*collector_command(broker, "device"), "--json", "--id", "x"], broker.folder.path)
    try:
        process.expect_line(lambda line: "subscribed" in line, "the subscription")
        broker.collector.start()
        publish(broker, pack(1))
        assert next_event(broker, "reading")["seq"] == 1
        assert process.stop() == 0
    finally:
        process.stop()
    assert json.loads(process.output.all()[-1])["readings"] == 0


def test_collector_survives_a_restart_of_the_broker(collector: Gateway) -> None:
    publish(collector, pack(1))
    assert next_event(collector, "reading")["seq"] == 1
    collector.broker.kill()
    next_event(collector, "disconnected")
    collector.broker.start()
    collector.collector.wait_subscribed()
    publish(collector, pack(10))
    gap = next_event(collector, "gap")
    assert (gap["first"], gap["last"]) == (4, 9)
    assert finish(collector)[1]["missing"] == 6


def test_a_picked_port_is_taken_by_servers_only() -> None:
    port = free_ports(1)[0]
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, port))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port))
    socket.create_server((LOOPBACK, port)).close()


def test_a_restarted_broker_keeps_what_comes_before_the_collector_is_back(collector: Gateway) -> None:
    collector.broker.remember()
    collector.collector.process.send_signal(signal.SIGSTOP)
    collector.broker.kill()
    collector.broker.start()
    publish(collector, pack(1))
    collector.collector.process.send_signal(signal.SIGCONT)
    next_event(collector, "disconnected")
    assert next_event(collector, "reading")["seq"] == 1


def handshake(made: Gateway, *extra: str, role: str | None = "device") -> str:
    """What openssl says about the device's listener, checking chain, host name and dates as a device does."""
    identities = made.settings.identities
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{made.ports.broker}", "-verify_return_error",
               "-CAfile", str(identities / "ca.pem"), "-verify_hostname", identity.BROKER_NAME,
               "-servername", identity.BROKER_NAME, *extra]  # fmt: skip
    if role:
        command += ["-cert", str(identities / f"{role}.crt.pem"), "-key", str(identities / f"{role}.key.pem")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variant", "sign"),
    [
        ("good", "Verify return code: 0 (ok)"),
        ("other-ca", "unable to get local issuer certificate"),
        ("wrong-host", "hostname mismatch"),
        ("expired", "certificate has expired"),
        ("not-yet-valid", "certificate is not yet valid"),
    ],
)
def test_broker_certificates_are_wrong_in_just_one_way(
    make_gateway: Callable[..., Gateway], broken_broker: Callable[[str], Path], variant: str, sign: str
) -> None:
    made = make_gateway()
    made.broker.start(certificate=broken_broker(variant))
    said = handshake(made)
    assert sign in said
    assert len(re.findall(r"verify error:num", said)) == (0 if variant == "good" else 1)
    made.collector.start()  # its listener is not affected


def test_broker_speaks_tls_1_3_only_and_wants_a_certificate(broker: Gateway) -> None:
    assert "Verify return code: 0 (ok)" in handshake(broker, "-tls1_3")
    assert "alert protocol version" in handshake(broker, "-tls1_2")
    publish(broker, pack(1))
    with pytest.raises(AssertionError):
        publish(broker, pack(1), role="broker")  # not for clients
    done = subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.ports.broker), "--insecure", "-q", "1",
                           "--cafile", broker.settings.identities / "ca.pem", "-t", TOPIC, "-m", "x"],
                          capture_output=True, timeout=ANSWER_SECONDS, check=False)  # fmt: skip
    assert done.returncode != 0


def test_broker_with_tls_1_2_only(make_gateway: Callable[..., Gateway]) -> None:
    made = make_gateway()
    made.broker.start(tls12_only=True)
    assert "Protocol  : TLSv1.2" in handshake(made, "-tls1_2")
    assert "alert protocol version" in handshake(made, "-tls1_3")


def test_broker_that_cannot_start_says_why(broker: Gateway, make_gateway: Callable[..., Gateway]) -> None:
    second = make_gateway()
    second.broker.port = broker.ports.broker
    with pytest.raises(ProcessError, match="Address already in use"):
        second.broker.start()


def ask(port: int, name: str) -> bytes:
    """One DNS question for an address, asked as a device asks it."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(ANSWER_SECONDS)
        client.sendto(question, ("127.0.0.1", port))
        return client.recv(512)


def test_name_server_knows_the_broker_only(make_gateway: Callable[..., Gateway]) -> None:
    made = make_gateway()
    made.nameserver.start()
    assert ask(made.ports.nameserver, identity.BROKER_NAME).endswith(b"\x00\x04\x0a\x00\x02\x02")
    assert ask(made.ports.nameserver, "localhost.example")[3] & 0x0F != 0, "any other name is refused"


def test_judge_on_a_real_transport(collector: Gateway) -> None:
    begin = time.time()
    simulator = ""
    for n in range(1, 6):
        publish(collector, pack(3 * n - 2, f"21.{n}0", f"{begin + n / 1000:.6f}"))
        values = {"temperature": f"21.{n}0", "pressure": "98543.21", "humidity": "45.123"}
        simulator += json.dumps({"n": n, **values}) + "\n"
    assert finish(collector)[0] == 0
    verdict = judge(collector.events(), simulator, window=(begin, time.time()))
    assert verdict.problems == [] and verdict.readings == 15
    assert judge(collector.events(), simulator.replace("21.30", "21.3")).problems != []


SPIN_IMAGE = bytes.fromhex("6f000000")  # one instruction that jumps to itself


@pytest.fixture
def spinning(make_gateway: Callable[..., Gateway]) -> Path:
    """An image that does nothing, in a folder of an earlier run."""
    folder = make_gateway().folder
    image = folder.path / "postern.img"
    image.write_bytes(SPIN_IMAGE)
    folder.write_config(Settings().identities, make_gateway().ports)
    return image


def test_machine_console_and_monitor(make_gateway: Callable[..., Gateway], spinning: Path) -> None:
    made = make_gateway(image=spinning)
    made.start()
    assert made.console.expect(r"Domain0 Next Mode +: (\S+)\n").group(1) == "S-mode"
    assert made.machine.monitor("info status") == "VM status: running"
    tree = made.machine.monitor("info qtree")
    assert re.search(r"virtio-mmio-bus\.0\s+type virtio-mmio-bus\s+dev: virtio-net-device", tree)
    assert re.search(r"virtio-mmio-bus\.1\s+type virtio-mmio-bus\s+dev: vhost-user-gpio-device", tree)
    assert re.search(r"virtio-mmio-bus\.2\s+type virtio-mmio-bus\s+dev: virtio-rng-device", tree)
    made.machine.set_link(False)
    made.machine.set_link(True)
    assert made.simulator.control("status")
    with pytest.raises(Exception, match="unknown|error"):
        made.simulator.control("frobnicate")
    made.machine.stop()
    assert not made.machine.running()


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGKILL, -9)]
)
def test_postern_run_leaves_no_process_behind(
    make_gateway: Callable[..., Gateway], spinning: Path, number: int, status: int
) -> None:
    command = [ROOT / "host/postern", "run", "--json", "--image", spinning]
    process = Process("command", command, make_gateway().folder.path)
    try:
        process.expect_line(lambda line: "Next Mode" in line, "the firmware's banner")
        children = children_of(process.pid)
        assert len(children) == 5
        process.send_signal(number)
        assert process.wait(ANSWER_SECONDS) == status
        deadline = time.monotonic() + ANSWER_SECONDS
        while any(map(is_alive, children)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(map(is_alive, children))
    finally:
        process.stop()
    if number != signal.SIGKILL:
        assert json.loads(process.output.all()[-1]) == {
            "source": "postern",
            "passed": False,
            "problems": ["no reading arrived (the simulator made 0 measurements)"],
            "summary": "0 readings of 0 measurements",
        }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "nowhere"], "there is no boards/nowhere; known boards: qemu_virt_riscv64"),
        (["--image", "absent.img"], "'absent.img': No such file or directory"),
        (["--data", "absent.csv"], "'absent.csv': No such file or directory"),
        (["--disk", "absent/disk.img"], "'absent': No such file or directory"),
        (["--disk", "."], "Is a directory"),
        (["--disk", "short.img"], "'short.img' has 6 bytes: a medium has at least 1048576"),
        (["--disk-size", "0"], "'0' is not a number of MiB"),
        (["--seconds", "-1"], "'-1' is not a number of seconds"),
    ],
)
def test_postern_run_refuses_a_bad_command_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "short.img").write_text("hello\n")
    done = subprocess.run([ROOT / "host/postern", "run", *arguments], cwd=tmp_path, capture_output=True, text=True,
                          timeout=ANSWER_SECONDS, check=False)  # fmt: skip
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""
    assert (tmp_path / "short.img").read_text() == "hello\n"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="no-such-tool is not installed: .*make deps"):
        Process("tool", ["no-such-tool"], tmp_path)
    with pytest.raises(ProcessError, match="host/no-such is not there: .*make programs host sim"):
        Process("own", [ROOT / "build/host/no-such"], tmp_path)


def test_a_log_that_cannot_be_written_ends_nothing_but_is_told(tmp_path: Path) -> None:
    (tmp_path / "talker.log").symlink_to("/dev/full")
    process = Process("talker", ["sh", "-c", "echo one; sleep 0.2; echo two"], tmp_path)
    try:
        process.expect_line(lambda line: line == "two", "the second line")
    finally:
        process.stop()
    assert process.log_failure == f"{tmp_path}/talker.log: No space left on device"


def test_postern_run_stops_by_itself_and_when_a_part_dies(
    make_gateway: Callable[..., Gateway], spinning: Path
) -> None:
    folder = make_gateway().folder.path
    command = [ROOT / "host/postern", "run", "--json", "--image", spinning]
    timed = Process("timed", [*command, "--seconds", "0.5"], folder)
    try:
        assert timed.wait(ANSWER_SECONDS) == 1
    finally:
        timed.stop()
    process = Process("part", command, folder)
    try:
        process.expect_line(lambda line: "Next Mode" in line, "the firmware's banner")
        broker = next(each for each in children_of(process.pid) if b"mosquitto" in Path(f"/proc/{each}/cmdline").read_bytes())
        os.kill(broker, signal.SIGKILL)
        assert process.wait(ANSWER_SECONDS) == 1
    finally:
        process.stop()
    assert json.loads(process.output.all()[-1])["problems"][0].startswith("stopped early: broker")


def test_provision_makes_everything_once(tmp_path: Path) -> None:
    folder = tmp_path / "identity"
    command = [ROOT / "host/provision", "--identity", folder]
    subprocess.run(command, check=True, capture_output=True)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {name for name in first if name.endswith(".key.pem")} == {
        f"{role}.key.pem" for role in ("ca", "broker", "monitor", "device", "collector")
    }
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in folder.glob("*.key.pem"))
    subprocess.run(command, check=True, capture_output=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first
    (folder / "device.crt.pem").unlink()
    subprocess.run(command, check=True, capture_output=True)
    assert (folder / "ca.pem").read_bytes() != first["ca.pem"], "a damaged set is replaced whole"
