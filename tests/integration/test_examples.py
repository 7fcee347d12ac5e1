# SPDX-License-Identifier: BSD-2-Clause
"""The examples, built with the SDK as its users do, print on the console what their READMEs promise."""

from __future__ import annotations

import os
import re
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
BOOT_SECONDS = 60
SILENT_SECONDS = 3

NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / f"{folder.name}.system").exists())
HELLO_LINE = "hello from hello"


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK as this tree makes it."""
    subprocess.run(["make", "--no-print-directory", "sdk"], cwd=ROOT, check=True, env=clean_environment())


@pytest.fixture
def boot() -> Iterator[Callable[..., pexpect.spawn]]:
    """Starts QEMU with an image; whatever was started is ended after the test."""
    started: list[pexpect.spawn] = []

    def start(image: Path, memory: str = "128M") -> pexpect.spawn:
        machine = pexpect.spawn("qemu-system-riscv64",
                                ["-machine", "virt", "-nographic", "-serial", "mon:stdio", "-kernel", str(image),
                                 "-m", f"size={memory}"], timeout=BOOT_SECONDS, encoding="utf-8",
                                codec_errors="replace")
        started.append(machine)
        return machine

    yield start
    for machine in started:
        machine.close(force=True)


def clean_environment() -> dict[str, str]:
    """Without what a make that runs the tests leaves behind for its children."""
    return {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MICROKIT_SDK")}


def build(name: str, folder: Path, config: str = "debug") -> Path:
    """Build an example in an empty folder; returns its image."""
    subprocess.run(["make", "-s", "-C", EXAMPLES / name, f"MICROKIT_SDK={SDK}", f"MICROKIT_BOARD={BOARD}",
                    f"MICROKIT_CONFIG={config}", f"BUILD_DIR={folder}"], check=True, env=clean_environment())
    return folder / "loader.img"


def promised(name: str) -> list[str]:
    """The lines that the README shows behind "prints"."""
    text = (EXAMPLES / name / "README.md").read_text()
    match = re.search(r"^prints\b[^\n]*\n\n((?:    [^\n]+\n)+)", text, re.M)
    assert match, f"the README of {name} does not say what it prints"
    return [line[4:] for line in match[1].splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_prints_what_its_readme_says(name: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    lines = promised(name)
    machine = boot(build(name, tmp_path))
    machine.expect(r"Postern kernel, debug build\r+\n")
    for line in lines:
        machine.expect(r"([^\r\n]*)\r+\n")
        assert machine.match[1] == line
    report = (tmp_path / "report.txt").read_text()
    for domain in re.findall(r'<protection_domain name="(\w+)"', (EXAMPLES / name / f"{name}.system").read_text()):
        assert domain in report


@pytest.mark.parametrize("name", NAMES)
def test_release_is_silent(name: str, tmp_path: Path, boot: Callable[..., pexpect.spawn]) -> None:
    """Silence can only be observed for a while; that the firmware handed over is waited for."""
    machine = boot(build(name, tmp_path, "release"))
    machine.expect(r"Boot HART MEDELEG[^\n]*\n")
    end = time.monotonic() + SILENT_SECONDS
    said = ""
    while time.monotonic() < end:
        try:
            said += machine.read_nonblocking(4096, timeout=max(0.01, end - time.monotonic()))
        except pexpect.TIMEOUT:
            break
    assert said.strip() == ""


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
