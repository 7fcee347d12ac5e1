# SPDX-License-Identifier: BSD-2-Clause
"""Systems of tests/sdk, built with the SDK by gcc and by clang, behave at run time as libmicrokit promises."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from test_examples import end_all

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
SYSTEMS = ROOT / "tests/sdk"
BOARD = "qemu_virt_riscv64"
BOARD_DIR = SDK / "board" / BOARD / "debug"
BOOT_SECONDS = 180
COMPILERS = {
    "gcc": (["riscv64-unknown-elf-gcc", "-march=rv64imafdc_zicsr_zifencei"], "riscv64-unknown-elf-ld"),
    "clang": (["clang", "--target=riscv64-unknown-elf", "-march=rv64imafdc"], "ld.lld"),
}
FLAGS = ["-mabi=lp64d", "-mcmodel=medany", "-ffreestanding", "-O2", "-Wall", "-Wextra", "-Werror",
         f"-I{BOARD_DIR}/include"]
CPLUSPLUS = ["-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"]

# The ways to die of tests/sdk/restart/deaths.h, in its order, and what the parent sees: kind of fault, or how it ended.
DEATHS = [
    ("null write", "fault 6"), ("stack overflow", "fault 6"), ("execute data", "fault 6"),
    ("illegal instruction", "fault 3"), ("write text", "fault 6"), ("write constant table", "fault 6"),
    ("jump to null", "fault 6"), ("unknown system call", "fault 2"), ("missing capability", "fault 1"),
    ("lost message buffer", "fault 6"), ("assertion", "fault 6"), ("endless loop", "stopped 0"),
    ("in a call", "called 7"), ("waiting", "waited 0"),
]


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK as this tree makes it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    subprocess.run(["make", "--no-print-directory", "sdk"], cwd=ROOT, check=True, env=env)


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Callable[..., pexpect.spawn]]:
    """Builds a system's programs (name: sources), boots it with changes of its description (old, new), and waits for the
    kernel; ended after the test."""
    started: list[pexpect.spawn] = []

    def start(compiler: str, system: str, programs: dict[str, list[str]], *change: tuple[str, str]) -> pexpect.spawn:
        for name, sources in programs.items():
            program(compiler, SYSTEMS / system, sources, tmp_path / f"{name}.elf")
        description = (SYSTEMS / system / f"{system}.system").read_text()
        for old, new in change:
            assert old in description
            description = description.replace(old, new)
        (tmp_path / "one.system").write_text(description)
        env = {key: value for key, value in os.environ.items() if key != "MICROKIT_SDK"}
        subprocess.run([SDK / "bin/microkit", tmp_path / "one.system", "--search-path", tmp_path, "--board",
                        BOARD, "--config", "debug", "-o", tmp_path / "image", "-r", tmp_path / "report"], check=True,
                       env=env, stdout=subprocess.DEVNULL)
        machine = pexpect.spawn("qemu-system-riscv64",
                                ["-machine", "virt", "-nographic", "-serial", "mon:stdio", "-m", "size=2G", "-kernel",
                                 str(tmp_path / "image")], timeout=BOOT_SECONDS, encoding="utf-8",
                                codec_errors="replace")
        started.append(machine)
        machine.expect(r"Postern kernel, debug build\r+\n")
        return machine

    yield start
    end_all(started)


def program(compiler: str, folder: Path, sources: list[str], target: Path) -> None:
    command, linker = COMPILERS[compiler]
    objects = []
    for source in sources:
        objects.append(target.with_name(f"{target.stem}-{source}.o"))
        language = CPLUSPLUS if source.endswith(".cpp") else ["-std=gnu11"]
        subprocess.run([*command, *language, *FLAGS, "-c", folder / source, "-o", objects[-1]], check=True)
    subprocess.run([linker, f"-L{BOARD_DIR}/lib", *objects, "-lmicrokit", "-Tmicrokit.ld", "-o", target], check=True)


def lines_of(machine: pexpect.spawn, domains: str, last: str) -> list[str]:
    """What the domains (a pattern) print, up to and including a line."""
    lines = []
    while not lines or lines[-1] != last:
        machine.expect(r"([^\r\n]*)\r+\n")
        if re.match(rf"({domains})\b", machine.match[1]):
            lines.append(machine.match[1])
    return lines


ORDINARY = 'priority="100"'
# Every part of a schedule: entries in front of the start and behind a marker that never run, both units, both kinds of id.
DOMAINS = """<system><domains><domain name="own" /><domain name="others" id="0" />
    <domain_schedule start_index="2" index_shift="90">
        <schedule_entry domain="own" duration="1000000 us" /><schedule_end_marker />
        <schedule_entry domain="others" duration="1500 us" /><schedule_entry domain="own" duration="20000 ticks" />
        <schedule_end_marker /><schedule_entry domain="own" duration="1000000 us" />
    </domain_schedule></domains>"""
IN_DOMAINS = [("<system>", DOMAINS), ('name="parent"', 'name="parent" domain="others"'),
              ('name="child"', 'name="child" domain="own"')]


@pytest.mark.parametrize(("compiler", "kind", "more"), [
    ("gcc", ORDINARY, []), ("clang", ORDINARY, []), ("gcc", f'{ORDINARY} passive="true"', []),
    ("gcc", f'{ORDINARY} budget="2000" period="4000"', []), ("gcc", ORDINARY, IN_DOMAINS),
    ("gcc", f'{ORDINARY} passive="true"', IN_DOMAINS),
])
def test_a_restarted_child_is_as_new_whatever_it_died_of(compiler: str, kind: str, more: list[tuple[str, str]],
                                                         boot: Callable[..., pexpect.spawn]) -> None:
    machine = boot(compiler, "restart", {"parent": ["parent.c"], "child": ["child.c", "state.c"]}, (ORDINARY, kind), *more)
    expected = []
    for number, (death, seen) in enumerate(DEATHS):
        expected.append("child: as new")
        if death == "assertion":
            expected.append("child: <file>: die: assertion failed: how == DEATHS")
        expected.append(f"parent: {number} {seen}")
    expected += ["child: as new", "child: done"]
    lines = lines_of(machine, "child|parent", "child: done")
    assert [re.sub(r"child: \S+child\.c:\d+:", "child: <file>:", line) for line in lines] == expected


@pytest.mark.parametrize("compiler", COMPILERS)
def test_order_and_meaning_of_events(compiler: str, boot: Callable[..., pexpect.spawn]) -> None:
    names = ["observer", "actor", "kid", "caller", "bare", "orphan"]
    machine = boot(compiler, "behaviour", {name: [f"{name}.c"] for name in names})
    lines = lines_of(machine, "observer|actor|kid|caller|bare_server|bare_parent",
                     "bare_parent is missing the 'fault' entry point")

    def of(*domains: str) -> list[str]:
        return [line for line in lines if re.split(r"[: ]", line)[0] in domains]

    invalid = "invalid channel given"
    assert of("observer", "caller", "bare_server") == [
        "observer: constructors before init 1",
        f"observer microkit_notify: {invalid} '20'",
        f"observer microkit_notify: {invalid} '62'",
        f"observer microkit_notify: {invalid} '4294967295'",
        f"observer microkit_irq_ack: {invalid} '20'",
        f"observer microkit_deferred_notify: {invalid} '20'",
        f"observer microkit_deferred_irq_ack: {invalid} '20'",
        f"observer microkit_ppcall: {invalid} '20'",
        "observer: answer of nobody 0",
        "observer: notified 3", "observer: notified 9", "observer: notified 40",
        "observer: called on 61", "observer: label 1048575", "observer: words 120",
        "caller: label 8", "caller: words 120", "caller: last word 1119",
        "observer: called on 61", "observer: label 1", "observer: words 2",
        "caller: words in variables 15",
        "caller: notified 2",
        "bare_server is missing the 'protected' entry point",
    ]
    assert of("actor", "kid") == [
        "actor: suspend 0", "actor: resume 0", "actor: slots that are not there 0", "actor: a null capability 2",
        "actor: fault of 61", "actor: system call 77", "kid: doubled 42",
        "actor: fault of 61", "actor: memory fault 1", f"actor: address {0x5010}", "actor: fetch 0", "actor: cause 15",
        "actor: read registers 0", "actor: pc as in the message 1", "actor: t6 66", "actor: tp 66",
        "actor: write registers 0", "actor: too many registers 4", "actor: write pc 0",
        f"kid: s1 {0x3000}",
    ]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_programs_in_cplusplus(compiler: str, boot: Callable[..., pexpect.spawn]) -> None:
    machine = boot(compiler, "cplusplus", {"server": ["server.cpp"], "client": ["client.cpp"]})
    assert lines_of(machine, "server|client", "client: area 42") == [
        "server: constructor", "server: init", "client: area 42"]


@pytest.mark.parametrize("compiler", ["gcc"])
def test_interrupts_of_init_are_acknowledged_once(compiler: str, boot: Callable[..., pexpect.spawn]) -> None:
    """The first is reported after init; a second comes because of the acknowledgement; a third does not."""
    machine = boot(compiler, "irq", {"irq": ["irq.c"]})
    assert lines_of(machine, "irq", "irq: notified 7") == ["irq: fired during init", "irq: notified 7"]
    machine.expect_exact("irq: notified 7")
    assert machine.expect([pexpect.TIMEOUT, "irq: notified"], timeout=2) == 0
