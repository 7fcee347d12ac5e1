# SPDX-License-Identifier: BSD-2-Clause
"""The examples, built with the SDK as its users do, print on the console what their READMEs promise."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
EXAMPLES = ROOT / "docs/examples"
BOARD = "qemu_virt_riscv64"
BOOT_SECONDS = 180
SILENT_SECONDS = 3

NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / f"{folder.name}.system").exists())
LINES_OF_AN_EXAMPLE = 200
HELLO_LINE = "hello from hello"
# What the numbers must be that a README leaves open, in the order of its lines: lowest and highest.
BOUNDS = {
    # 4 ms of work on a full budget, then on 1 ms in every 10: the first three pieces end after 30 ms.
    "passive_server": [(4, 8), (30, 200)],
    # A slot of 4 ms less the kernel's way into it, asleep and busy; a round is exact.
    "domains": [(3700, 4000), (3700, 4000), (10000, 10000)] * 2,
    # Interrupt latency of the debug kernel; 2 ms in every 10; the rest less the kernel's own time.
    "realtime": [(0, 400), (19, 22), (65, 80)],
    # A time-out never ends early; a busy host may make it late.
    "timer": [(20, 1000 * BOOT_SECONDS)] * 5,
}
# Prints through a driver, and so in release builds too.
OWN_DRIVER = "uart_echo"


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK as this tree makes it."""
    subprocess.run(["make", "--no-print-directory", "sdk"], cwd=ROOT, check=True, env=clean_environment())


@pytest.fixture
def boot() -> Iterator[Callable[..., pexpect.spawn]]:
    """Starts QEMU with an image; whatever was started is ended after the test."""
    started: list[pexpect.spawn] = []

    def start(image: Path, *flags: str, memory: str = "128M") -> pexpect.spawn:
        machine = pexpect.spawn("qemu-system-riscv64",
                                ["-machine", "virt", "-nographic", "-serial", "mon:stdio", "-kernel", str(image),
                                 "-m", f"size={memory}", *flags], timeout=BOOT_SECONDS, encoding="utf-8",
                                codec_errors="replace")
        started.append(machine)
        return machine

    yield start
    end_all(started)


def end_all(machines: list[pexpect.spawn]) -> None:
    """However long a busy host takes for it."""
    for machine in machines:
        if machine.isalive():
            machine.kill(signal.SIGKILL)
            machine.wait()
        machine.close()


def clean_environment() -> dict[str, str]:
    """Without what a make that runs the tests leaves behind for its children."""
    return {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MICROKIT_SDK")}


def build(name: str, folder: Path, config: str = "debug", *more: str) -> Path:
    """Build an example in an empty folder; returns its image."""
    subprocess.run(["make", "-s", "-C", EXAMPLES / name, f"MICROKIT_SDK={SDK}", f"MICROKIT_BOARD={BOARD}",
                    f"MICROKIT_CONFIG={config}", f"BUILD_DIR={folder}", *more], check=True, env=clean_environment())
    return folder / "loader.img"


def machine_flags(name: str) -> list[str]:
    """What the example adds to the emulator's command line."""
    match = re.search(r"^QEMU_FLAGS := (.*)$", (EXAMPLES / name / "Makefile").read_text(), re.M)
    return match[1].split() if match else []


def promised(name: str) -> list[str]:
    """The lines that the README shows behind "prints"."""
    text = (EXAMPLES / name / "README.md").read_text()
    match = re.search(r"^prints\b[^\n]*\n\n((?:    [^\n]+\n)+)", text, re.M)
    assert match, f"the README of {name} does not say what it prints"
    return [line[4:] for line in match[1].splitlines()]


def check_output(name: str, machine: pexpect.spawn) -> None:
    """The lines of the README, one after the other; numbers that it leaves open are within their bounds."""
    bounds = list(BOUNDS.get(name, []))
    machine.expect(r"Postern kernel, debug build\r+\n")
    for line in promised(name):
        machine.expect(r"([^\r\n]*)\r+\n")
        match = re.fullmatch(re.escape(line).replace("<number>", r"(\d+)"), machine.match[1])
        assert match, machine.match[1]
        for number in match.groups():
            lowest, highest = bounds.pop(0)
            assert lowest <= int(number) <= highest, machine.match[1]
    assert not bounds


@pytest.mark.parametrize("name", NAMES)
def test_prints_what_its_readme_says(name: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    check_output(name, boot(build(name, tmp_path), *machine_flags(name)))
    report = (tmp_path / "report.txt").read_text()
    for domain in re.findall(r'<protection_domain name="(\w+)"', (EXAMPLES / name / f"{name}.system").read_text()):
        assert domain in report


@pytest.mark.parametrize("name", ["client_server", "pipeline", "restart"])
def test_the_same_with_clang_and_lld(name: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    image = build(name, tmp_path, "debug", "LLVM=1")
    producer = subprocess.run(["riscv64-unknown-elf-objdump", "-s", "-j", ".comment", *tmp_path.glob("*.o")],
                              capture_output=True, text=True, check=True).stdout
    assert "clang" in producer and "GCC" not in producer
    check_output(name, boot(image, *machine_flags(name)))


@pytest.mark.parametrize("name", [name for name in NAMES if name != OWN_DRIVER])
def test_release_is_silent(name: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    """Silence can only be observed for a while; that the firmware handed over is waited for."""
    machine = boot(build(name, tmp_path, "release"), *machine_flags(name))
    machine.expect(r"Boot HART MEDELEG[^\n]*\n")
    end = time.monotonic() + SILENT_SECONDS
    said = ""
    while time.monotonic() < end:
        try:
            said += machine.read_nonblocking(4096, timeout=max(0.01, end - time.monotonic()))
        except pexpect.TIMEOUT:
            break
    assert said.strip() == ""


@pytest.mark.parametrize("config", ["debug", "release"])
def test_echo_answers_what_is_typed(config: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    machine = boot(build(OWN_DRIVER, tmp_path, config))
    machine.expect_exact("echo: type a line")
    long = "the quick brown fox jumps over the lazy dog"
    for line, answer in (("gate", "GATE"), ("", ""), ("a1 b2", "A1 B2"), (long, long[:40].upper())):
        machine.send(line + "\r")
        machine.expect(r"echo: ([^\r\n]*)\r?\n")
        assert machine.match[1] == answer


@pytest.mark.parametrize("name", NAMES)
def test_is_small_and_uses_nothing_but_the_sdk(name: str) -> None:
    files = [path for path in (EXAMPLES / name).iterdir() if path.name != "README.md"]
    assert sum(len(path.read_text().splitlines()) for path in files) < LINES_OF_AN_EXAMPLE
    included = {header for path in files if path.suffix in (".c", ".h")
                for header in re.findall(r"#include <([^>]+)>", path.read_text())}
    assert included <= {"microkit.h", "stdint.h"}
    assert f"({name}/README.md)" in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize("form", ["binary", "elf", "uimage"])
def test_each_image_type_boots(form: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    build("hello", tmp_path)
    image = tmp_path / form
    subprocess.run([SDK / "bin/microkit", EXAMPLES / "hello/hello.system", "--image-type", form, "--search-path",
                    tmp_path, "--board", BOARD, "--config", "debug", "-o", image, "-r", tmp_path / "report.txt"],
                   check=True, env=clean_environment())
    heads = {"elf": b"\x7fELF", "uimage": b"\x27\x05\x19\x56"}
    head = image.read_bytes()[:4]
    assert head == heads[form] if form in heads else head not in heads.values()
    if form == "uimage":
        check_uimage(image.read_bytes())
    boot(image).expect_exact(HELLO_LINE)


def check_uimage(image: bytes) -> None:
    """Lengths and both checksums, which QEMU does not look at but U-Boot does."""
    _, own, _, size, load, entry, data = struct.unpack(">7I", image[:28])
    assert size == len(image) - 64 and load == entry
    assert own == zlib.crc32(image[:4] + bytes(4) + image[8:64])
    assert data == zlib.crc32(image[64:])


def test_boots_with_the_memory_of_microkits_own_command_line(tmp_path: Path,
                                                             boot: Callable[..., pexpect.spawn]) -> None:
    boot(build("hello", tmp_path), memory="2G").expect_exact(HELLO_LINE)


@pytest.mark.parametrize(("setting", "says"), [
    ("MICROKIT_SDK=", "MICROKIT_SDK: say where the SDK is"),
    ("BUILD_DIR=", "BUILD_DIR: say where the results go"),
    ("MICROKIT_BOARD=star64", "has no board/star64/debug"),
    ("MICROKIT_CONFIG=benchmark", f"has no board/{BOARD}/benchmark"),
])
def test_the_makefile_says_what_is_wrong(setting: str, says: str, tmp_path: Path) -> None:
    done = subprocess.run(["make", "-s", "-C", EXAMPLES / "hello", f"MICROKIT_SDK={SDK}", f"BUILD_DIR={tmp_path}",
                           setting], capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode != 0 and says in done.stderr
