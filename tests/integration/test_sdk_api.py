# SPDX-License-Identifier: BSD-2-Clause
"""The programming interface is complete and compiles with both compilers, in C and C++, at every optimisation."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
SOURCE = ROOT / "tests/sdk/every_name.c"
BOARD = "qemu_virt_riscv64"
COMMON = ["-nostdlib", "-ffreestanding", "-mabi=lp64d", "-Wall", "-Wextra", "-Wshadow", "-Wconversion",
          "-Wsign-conversion", "-Wundef", "-Werror"]
GCC = ["-march=rv64imafdc_zicsr_zifencei"]
CLANG = ["--target=riscv64-unknown-elf", "-march=rv64imafdc"]
CPLUSPLUS = ["-x", "c++", "-std=c++17", "-fno-exceptions", "-fno-rtti"]
COMPILERS = {
    "gcc-c": ["riscv64-unknown-elf-gcc", *GCC, "-std=gnu11"],
    "gcc-c++": ["riscv64-unknown-elf-g++", *GCC, *CPLUSPLUS],
    "clang-c": ["clang", *CLANG, "-std=gnu11"],
    "clang-c++": ["clang++", *CLANG, *CPLUSPLUS],
}
LINKERS = {"gcc": "riscv64-unknown-elf-ld", "clang": "ld.lld"}
# What no program can do here, and a word of the reason that the compiler must show.
ABSENT = {
    "seL4_TCB_SetPriority(1, 2, 3)": "system description",
    "seL4_TCB_BindNotification(1, 2)": "system description",
    "seL4_SchedContext_Unbind(1)": "system description",
    "seL4_Untyped_Retype(1, 2, 3, 4, 5, 6, 7, 8)": "no object is created",
    "seL4_DebugCapIdentify(1)": "no call that tells",
}

# As with upstream's SDK, there is no C library; without optimisation clang copies structures by calling this.
MEMCPY = """
void *memcpy(void *to, const void *from, unsigned long length);
void *memcpy(void *to, const void *from, unsigned long length)
{
    for (volatile unsigned long i = 0; i < length; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}
"""


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK as this tree makes it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    subprocess.run(["make", "--no-print-directory", "sdk"], cwd=ROOT, check=True, env=env)


def compile_one(compiler: str, config: str, source: Path, target: Path,
                *more: str) -> subprocess.CompletedProcess[str]:
    include = SDK / "board" / BOARD / config / "include"
    return subprocess.run([*COMPILERS[compiler], *COMMON, *more, f"-I{include}", "-c", source, "-o", target],
                          capture_output=True, text=True, check=False)


def link(compiler: str, config: str, object_file: Path, target: Path) -> None:
    memcpy = target.with_name("memcpy.c")
    memcpy.write_text(MEMCPY)
    memcpy_object = target.with_name("memcpy.o")
    assert compile_one(compiler.split("-")[0] + "-c", config, memcpy, memcpy_object).returncode == 0
    subprocess.run([LINKERS[compiler.split("-")[0]], f"-L{SDK / 'board' / BOARD / config / 'lib'}", object_file,
                    memcpy_object, "-lmicrokit", "-Tmicrokit.ld", "-o", target], check=True)


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("config", ["debug", "release"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_name_compiles_and_links(compiler: str, config: str, level: str, tmp_path: Path) -> None:
    done = compile_one(compiler, config, SOURCE, tmp_path / "one.o", level)
    assert (done.returncode, done.stderr) == (0, "")
    link(compiler, config, tmp_path / "one.o", tmp_path / "one.elf")
    symbols = subprocess.run(["riscv64-unknown-elf-nm", "-S", tmp_path / "one.elf"], capture_output=True, text=True,
                             check=True).stdout
    assert "0000000000200000 T _start\n" in re.sub(r"(\w{16}) \w{16} (\w) _start", r"\1 \2 _start", symbols)
    for name, size in {"microkit_name": 64, "microkit_passive": 1, "microkit_irqs": 8, "microkit_notifications": 8,
                       "microkit_pps": 8, "microkit_ioports": 8}.items():
        assert re.search(rf"^\w{{16}} {size:016x} D {name}$", symbols, re.M), name
    segments = subprocess.run(["riscv64-unknown-elf-readelf", "-lW", tmp_path / "one.elf"], capture_output=True,
                              text=True, check=True).stdout
    rights = re.findall(r"^  LOAD .* ([R ][W ][E ]) 0x\w+$", segments, re.M)
    assert rights == ["R E", "R  ", "RW "]


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("call", ABSENT)
def test_what_is_absent_is_refused_with_the_reason(call: str, compiler: str, tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text(f"#include <microkit.h>\nvoid init(void) {{ (void){call}; }}\n")
    done = compile_one(compiler, "debug", source, tmp_path / "one.o")
    assert done.returncode != 0
    assert "not available: " in done.stderr and ABSENT[call] in done.stderr


@pytest.mark.parametrize("name", ["microkit_vcpu_restart", "microkit_arm_smc_call", "microkit_x86_ioport_read_8",
                                  "seL4_BenchmarkResetLog", "microkit_internal_nothing"])
def test_names_of_other_machines_and_configurations_are_unknown(name: str, tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text(f"#include <microkit.h>\nvoid *address(void) {{ return (void *){name}; }}\n")
    done = compile_one("gcc-c", "debug", source, tmp_path / "one.o")
    assert done.returncode != 0 and f"'{name}' undeclared" in done.stderr


def test_release_has_no_debugging_calls(tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text("#include <microkit.h>\nvoid init(void) { seL4_DebugPutChar('a'); }\n")
    assert compile_one("gcc-c", "debug", source, tmp_path / "one.o").returncode == 0
    done = compile_one("gcc-c", "release", source, tmp_path / "one.o")
    assert done.returncode != 0 and "implicit declaration" in done.stderr


@pytest.mark.parametrize("header", sorted(path.relative_to(ROOT / "system/runtime/include").as_posix() for path in
                                          (ROOT / "system/runtime/include/sel4").rglob("*.h")))
@pytest.mark.parametrize("compiler", ["gcc-c", "clang-c++"])
def test_each_header_stands_alone(header: str, compiler: str, tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text(f"#include <{header}>\n#include <{header}>\nextern int nothing;\n")
    done = compile_one(compiler, "release", source, tmp_path / "one.o")
    assert (done.returncode, done.stderr) == (0, "")
