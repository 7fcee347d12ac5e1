# SPDX-License-Identifier: BSD-2-Clause
"""`host/postern postmortem`: from what a gateway tells to functions and lines, and what it says when that cannot be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from postern_lib import postmortem

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/qemu_virt_riscv64/debug/pd"
TOOLS = "riscv64-unknown-elf-"


def tool(name: str, *arguments: str | Path) -> str:
    return subprocess.run([TOOLS + name, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def address(program: str, symbol: str) -> int:
    found = re.search(rf"^([0-9a-f]+) [tT] {symbol}$", tool("nm", PROGRAMS / f"{program}.elf"), re.M)
    assert found
    return int(found[1], 16)


def call_of(program: str, callee: str) -> tuple[int, str]:
    """The address behind a call of the function, and the function that it is in."""
    where = ""
    before = False
    for line in tool("objdump", "-d", "--no-show-raw-insn", PROGRAMS / f"{program}.elf").splitlines():
        if head := re.match(r"[0-9a-f]+ <(\w+)>:$", line):
            where = head[1]
        elif instruction := re.match(r"\s*([0-9a-f]+):\t(.*)", line):
            if before:
                return int(instruction[1], 16), where
            before = re.match(rf"jalr?\t.*<{callee}>", instruction[2]) is not None
    raise AssertionError(f"nobody calls {callee}")


def build_of(program: str) -> str:
    found = re.search(r"Build ID: ([0-9a-f]{16})", tool("readelf", "-n", PROGRAMS / f"{program}.elf"))
    assert found
    return found[1]


def console_text(build: str, pc: int, stack: list[int], name: str = "net") -> str:
    words = [f"{word:016x}" for word in stack]
    rows = [f"  sp+{at * 8:02x} {' '.join(words[at:at + 4])}" for at in range(0, len(words), 4)]
    return "\n".join([
        "postern> postmortem net", f"postmortem of {name}: fault 3, start 1, at 12.345 s: load page fault at address 0x8",
        f"  build {build}", f"  pc  {pc:016x} ra  0000000000000000 sp  0000003fffffcfb0 gp  0000000000214870",
        "  s0  0000000000000000 s1  0000000000000000", *rows, "  ring log own 3 epoch 1 want 0, peer 3 epoch 1 want 1",
        "  log 0.195 info pc  00000000deadbeef", "postern> "])


def run(text: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "host/postern", "postmortem", "-", *map(str, arguments)], input=text,
                          capture_output=True, text=True, check=False)


def test_console_text() -> None:
    """pc names its function; of the stack, the words that follow a call, and no others."""
    behind, caller = call_of("net", "ring_producer_start")
    notified = address("net", "notified")
    done = run(console_text(build_of("net"), notified, [notified, behind, 0, behind + 1, behind]))
    assert done.returncode == 0, done.stderr
    assert re.search(rf"  pc +0x0*{notified:x}  notified at \S*net/\S+\.c:[1-9]\d*", done.stdout)
    assert re.findall(r"^  sp\+(\w+) +0x0*([0-9a-f]+) .*?(\w+) at \S+$", done.stdout, re.M) == [
        ("08", f"{behind:x}", caller), ("20", f"{behind:x}", caller)]


def test_message() -> None:
    """The same from a message, and from the collector's line about it."""
    behind, caller = call_of("net", "ring_producer_start")
    message = {"component": "net", "cause": "x", "fault": 1, "start": 2, "ms": 1234, "secret": 0,
               "regs": {"pc": "0", "ra": f"{behind:x}"}, "build": build_of("net").lstrip("0"),
               "stack": behind.to_bytes(8, "little").hex(), "rings": [], "log": []}
    lines = json.dumps(message) + "\n" + json.dumps({"type": "postmortem", "device": "d", "report": message}) + "\n"
    done = run(lines)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("net: fault 1, start 2, at 1.234 s: x\n") == 2
    assert len(re.findall(rf"^  ra +0x0*{behind:x} .*?{caller} at \S+$", done.stdout, re.M)) == 2
    assert done.stdout.count("not in the program") == 2


def test_another_build() -> None:
    done = run(console_text("0123456789abcdef", 0, []), "--programs", PROGRAMS)
    assert done.returncode == 1
    assert f"the record is of 0123456789abcdef, {PROGRAMS}/net.elf is {build_of('net')}" in done.stderr


def test_no_debug_information(tmp_path: Path) -> None:
    tool("objcopy", "--strip-debug", PROGRAMS / "net.elf", tmp_path / "net.elf")
    done = run(console_text(build_of("net"), 0, []), "--programs", tmp_path)
    assert done.returncode == 1
    assert "has no debug information" in done.stderr


def test_no_program(tmp_path: Path) -> None:
    done = run(console_text(build_of("net"), 0, []), "--programs", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"postern: no net.elf in {tmp_path}\n")
    (tmp_path / "net.elf").write_text("not an ELF file")
    done = run(console_text(build_of("net"), 0, []), "--programs", tmp_path)
    assert done.returncode == 1 and "readelf" in done.stderr


def test_build_not_known(tmp_path: Path) -> None:
    """Without last words the record names no build: one file is taken, and said so; of several none."""
    text = "\n".join(line for line in console_text("0" * 16, 0, []).splitlines() if "build" not in line)
    done = run(text, "--programs", PROGRAMS)
    assert done.returncode == 0 and "build not known" in done.stdout and "the record has no stack" in done.stdout
    shutil.copy(PROGRAMS / "net.elf", tmp_path)
    done = run(text, "--programs", PROGRAMS, "--programs", tmp_path)
    assert done.returncode == 1 and "several" in done.stderr


@pytest.mark.parametrize("text", [
    "", "nothing", "{", '{"regs":{}}', '{"type":"postmortem","report":3}',
    '{"component":"../net","regs":{},"fault":1,"start":1,"ms":1}',
    '{"component":"net","regs":{"pc":1},"fault":1,"start":1,"ms":1}',
    '{"component":"net","regs":{"pc":"g"},"fault":1,"start":1,"ms":1}',
    '{"component":"net","regs":{},"fault":1,"start":1,"ms":1,"stack":"abc"}',
    '{"component":"net","regs":{},"fault":1,"start":1,"ms":1,"stack":"' + "00" * 264 + '"}',
    '{"component":"net","regs":{},"fault":-1,"start":1,"ms":1}',
    "[" * 100000 + "\n{" + '"regs":' * 2 + "{}}",
])
def test_nonsense(text: str) -> None:
    done = run(text)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("postern: no") and "Traceback" not in done.stderr


def test_no_file(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "host/postern", "postmortem", tmp_path / "none"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "No such file" in done.stderr


def test_all_calls_are_found() -> None:
    """Of every form: of functions near and far, and of pointers."""
    calls = postmortem.Program(PROGRAMS / "net.elf").calls()
    text = tool("objdump", "-d", "-M", "no-aliases", "--no-show-raw-insn", PROGRAMS / "net.elf")
    wanted, before = set(), False
    for line in text.splitlines():
        if instruction := re.match(r"\s*([0-9a-f]+):\t(.*)", line):
            if before:
                wanted.add(int(instruction[1], 16))
            before = re.match(r"(jalr?\tra,|c\.jalr\t)", instruction[2]) is not None
    assert calls == wanted and len(calls) > 300
