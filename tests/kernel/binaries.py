# SPDX-License-Identifier: BSD-2-Clause
"""Checks of the kernels' program files, and checks that these checks can fail: stack depth, and that the release kernel
has no debug facility."""
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path

import stack

PREFIX = "riscv64-unknown-elf-"
SOURCES = Path("kernel/src")
# What only debug and probe kernels may have.
DEBUG_FILES = ("check.c", "debug/hooks.c", "debug/print.c")
PROBE_FILES = ("probe/probe.c",)
DEBUG_PLACES = re.compile(r"kernel/src/(debug|probe)/|kernel/src/check\.c:")
SHORTEST_STRING = 5
# Hooks that every kernel has, with another body each.
SHARED = re.compile(r"hook_\w+$")

COMMON = r"""
__asm__(".globl trap_entry\ntrap_entry: la sp, kernel_stack_top\n call body\n j trap_entry\n"
        ".globl trap_in_kernel_entry\ntrap_in_kernel_entry: la sp, emergency_stack_top\n call body2\n1: j 1b\n");
void body(int n);
void body2(void);
void body2(void) { }
"""
# Program, and what measuring it must say; None: it is fine.
PROGRAMS = {
    "a shallow program": ("void body(int n) { volatile char b[64]; b[0] = (char)n; }", None),
    "a program that calls itself": (
        "int f(int n); __attribute__((noinline)) int f(int n) { volatile char b[16]; b[0] = (char)n;"
        "return n ? f(n - 1) + b[0] : 0; } void body(int n) { f(n); }", "recursion: f -> f"),
    "two functions that call each other": (
        "int f(int n), g(int n);"
        "__attribute__((noinline)) int f(int n) { volatile char b[16]; b[0] = (char)n;"
        "return n ? g(n - 1) + b[0] : 0; }"
        "__attribute__((noinline)) int g(int n) { volatile char b[32]; b[0] = (char)n;"
        "return n ? f(n - 2) - b[0] : 0; }"
        "void body(int n) { f(n); }", "recursion: g -> f -> g"),
    "a program that is too deep": (
        "void f(int n); __attribute__((noinline)) void f(int n) { volatile char b[1500]; b[n] = 1; }"
        "void body(int n) { volatile char b[700]; b[n] = 1; f(n); b[n] = 2; }", "too deep"),
    "a call through a pointer": ("extern void (*hook)(void); void (*hook)(void); void body(int n) { if (n) hook(); }",
                                 "register holds"),
    "a frame whose size is known at run time only": (
        "void g(char *p); __attribute__((noinline)) void g(char *p) { *(volatile char *)p = 1; }"
        "void body(int n) { char b[n]; g(b); }", "changes the stack pointer"),
}


def _run(tool: str, *arguments: object) -> str:
    return subprocess.run([PREFIX + tool, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def _depth_problem(elf: Path) -> str | None:
    try:
        for each in stack.measure(str(elf)):
            if each.used > each.size:
                return f"too deep: {each.used} of {each.size} bytes of {each.name}: {' > '.join(each.chain)}"
    except stack.StackError as error:
        return str(error)
    return None


def _program(text: str, folder: Path) -> Path:
    elf = folder / "program.elf"
    source = folder / "program.c"
    source.write_text(COMMON + text)
    _run("gcc", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-O2", "-mno-relax", "-ffreestanding", "-nostdlib",
         "-Wl,-Ttext=0x80000000", "-Wl,-e,trap_entry", "-Wl,--defsym=__guard=0x80100000",
         "-Wl,--defsym=kernel_stack_top=0x80101800", "-Wl,--defsym=emergency_stack_top=0x80102000", "-o", elf, source)
    return elf


def _measured(text: str, expected: str | None) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        said = _depth_problem(_program(text, Path(folder)))
    if expected is None:
        return said
    return None if said and expected in said else f"measured as: {said}"


def _functions(path: Path) -> set[str]:
    """Functions that a source file defines, as the house lays code out."""
    return set(re.findall(r"^[a-zA-Z_][^;=(]*\b(\w+)\([^;]*$", path.read_text(), re.M))


def _names(path: str) -> set[str]:
    """Functions of a source file that no other file has under the same name."""
    others = [p for p in SOURCES.rglob("*.c") if p != SOURCES / path]
    mine = _functions(SOURCES / path) - set().union(*map(_functions, others))
    return {name for name in mine if not SHARED.match(name)}


def _strings(path: str) -> set[bytes]:
    literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r"^#.*$", "", (SOURCES / path).read_text(), flags=re.M))
    return {text.encode().decode("unicode_escape").encode() for text in literals if len(text) >= SHORTEST_STRING}


class Kernel:
    def __init__(self, board: Path, config: str) -> None:
        self.folder = board / config / "kernel"
        self.elf = self.folder / "kernel.elf"
        self.image = (self.folder / "kernel.bin").read_bytes()
        self.symbols = {line.split()[2].partition(".")[0] for line in _run("nm", self.elf).splitlines()}
        self.lines = set(re.findall(r"^\S*?(kernel/src/\S+:)\d+", _run("objdump", "-d", "-l", self.elf), re.M))

    def has_symbols(self, names: set[str]) -> set[str]:
        return names & self.symbols

    def has_strings(self, strings: set[bytes]) -> set[bytes]:
        return {text for text in strings if text in self.image}

    def has_code(self) -> set[str]:
        return {line for line in self.lines if DEBUG_PLACES.search(line)}


@lru_cache
def _kernel(board: Path, config: str) -> Kernel:
    return Kernel(board, config)


def _present(board: Path, config: str, path: str) -> str | None:
    """Nothing of this file may be in the release kernel, and all of it must be in the other, or this could not tell."""
    release, other = _kernel(board, "release"), _kernel(board, config)
    names, strings, line = _names(path), _strings(path), f"kernel/src/{path}:"
    if not (other.has_symbols(names) or other.has_strings(strings) or line in other.lines):
        return f"{other.folder} has nothing of {path}: this check cannot fail"
    if other.has_strings(strings) != strings:
        return f"{other.folder} lacks {sorted(strings - other.has_strings(strings))}"
    found = sorted(release.has_symbols(names)) + sorted(map(repr, release.has_strings(strings)))
    found += [line] if line in release.lines else []
    return f"the release kernel has {', '.join(found)}" if found else None


def _debug_lines(board: Path) -> str | None:
    found = _kernel(board, "release").has_code()
    if found:
        return ", ".join(sorted(found))
    others = all(_kernel(board, config).has_code() for config in ("debug", "probe"))
    return None if others else "none in the others either: this check cannot fail"


def checks(board: Path) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Name and check; what a check answers is what is wrong."""
    for config in ("release", "debug", "probe"):
        elf = board / config / "kernel" / "kernel.elf"
        yield f"binary: stack of the {config} kernel", partial(_depth_problem, elf)
    for what, (text, expected) in PROGRAMS.items():
        yield f"binary: stack of {what}", partial(_measured, text, expected)
    for config, files in (("debug", DEBUG_FILES), ("probe", PROBE_FILES)):
        for path in files:
            yield f"binary: nothing of kernel/src/{path} in the release kernel", partial(_present, board, config, path)
    yield "binary: no line of debug code in the release kernel", partial(_debug_lines, board)
