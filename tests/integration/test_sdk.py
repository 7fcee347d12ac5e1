# SPDX-License-Identifier: BSD-2-Clause
"""The SDK's layout and the command line of bin/microkit, which build files written for Microkit's rely on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
BOARD = "qemu_virt_riscv64"
CONFIGS = ["debug", "release"]
CC = "riscv64-unknown-elf-gcc"
COMPILE = ["-nostdlib", "-ffreestanding", "-march=rv64imafdc_zicsr_zifencei", "-mabi=lp64d"]
PROGRAM = """
#include <microkit.h>
volatile double sum = 0.5;
void init(void) { sum = sum * 2; }
void notified(microkit_channel ch) { microkit_pd_restart(ch, 0x200000); }
"""
SERVER = """
#ifdef __cplusplus
#define protected microkit_protected
#endif
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo) { (void)ch; return msginfo; }
"""
SYSTEM = '<system><protection_domain name="one" priority="1"><program_image path="one.elf" /></protection_domain></system>'


def environment(**extra: str) -> dict[str, str]:
    """Without what a make that runs the tests leaves behind for its children."""
    kept = {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MICROKIT_SDK")}
    return kept | extra


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    subprocess.run(["make", "--no-print-directory", "sdk"], cwd=ROOT, check=True, env=environment())


def link(folder: Path, config: str, suffix: str = "c") -> Path:
    """A program built by one command of the documented form."""
    board = SDK / "board" / BOARD / config
    source = folder / f"one.{suffix}"
    source.write_text(PROGRAM + SERVER)
    subprocess.run([CC, *COMPILE, "-Wall", "-Wextra", "-Werror", f"-I{board}/include", "-O2", source,
                    f"-L{board}/lib", "-lmicrokit", "-Tmicrokit.ld", "-o", folder / "one.elf"], check=True)
    return folder / "one.elf"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a description, and its program in a folder of its own."""
    (tmp_path / "one.system").write_text(SYSTEM)
    (tmp_path / "bin").mkdir()
    link(tmp_path / "bin", "debug")
    return tmp_path


def microkit(folder: Path, *arguments: str | Path, program: Path = SDK / "bin/microkit",
             **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], cwd=folder, env=environment(**extra), capture_output=True, text=True,
                          check=False)


def test_layout_of_the_folder() -> None:
    for name in ("VERSION", "LICENSE.md", "LICENSES/BSD-2-Clause.txt", "bin/microkit", "doc/microkit.md",
                 "example/hello/Makefile", "example/example.mk"):
        assert (SDK / name).is_file(), name
    for config in CONFIGS:
        folder = SDK / "board" / BOARD / config
        for name in ("include/microkit.h", "include/sel4/sel4.h", "include/kernel/gen_config.h", "lib/libmicrokit.a",
                     "lib/microkit.ld", "elf/kernel.elf"):
            assert (folder / name).is_file(), name


def test_an_example_builds_inside_the_sdk_as_it_is(tmp_path: Path) -> None:
    subprocess.run(["make", "-s", "-C", SDK / "example/hello", f"MICROKIT_SDK={SDK}", f"BUILD_DIR={tmp_path}"],
                   check=True, env=environment())
    assert (tmp_path / "loader.img").stat().st_size > 0


@pytest.mark.parametrize("config", CONFIGS)
def test_architecture_is_cut_out_as_build_files_do(config: str) -> None:
    header = SDK / "board" / BOARD / config / "include/kernel/gen_config.h"
    done = subprocess.run(f"grep 'CONFIG_SEL4_ARCH  ' {header} | cut -d' ' -f4", shell=True, capture_output=True,
                          text=True, check=True)
    assert done.stdout == "riscv64\n"


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("suffix", ["c", "cpp"])
def test_program_with_floating_point_abi_links_at_the_fixed_address(config: str, suffix: str, tmp_path: Path) -> None:
    program = link(tmp_path, config, suffix)
    symbols = subprocess.run(["riscv64-unknown-elf-nm", program], capture_output=True, text=True, check=True).stdout
    assert "0000000000200000 T _start\n" in symbols
    assert " T protected\n" in symbols


@pytest.mark.parametrize("config", CONFIGS)
def test_printing_macros_follow_the_configuration(config: str, tmp_path: Path) -> None:
    source = tmp_path / "macros.c"
    source.write_text("#include <microkit.h>\nCONFIG_PRINTING CONFIG_DEBUG_BUILD CONFIG_KERNEL_MCS CONFIG_ARCH_RISCV\n")
    include = SDK / "board" / BOARD / config / "include"
    done = subprocess.run([CC, "-E", "-P", f"-I{include}", source], capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1]
    assert last == ("1 1 1 1" if config == "debug" else "CONFIG_PRINTING CONFIG_DEBUG_BUILD 1 1")


@pytest.mark.parametrize("order", [
    ["one.system", "--search-path", "nowhere", "bin", "--board", BOARD, "--config", "debug", "-o", "i", "-r", "r"],
    ["--board", BOARD, "-r", "r", "--search-path", "bin", "--config", "debug", "one.system", "-o", "i"],
    ["-o", "i", "--config", "debug", "--report", "r", "one.system", "--board", BOARD, "--search-path", "bin"],
])
def test_options_in_any_order(order: list[str], work: Path) -> None:
    done = microkit(work, *order)
    assert (done.returncode, done.stderr) == (0, "")
    size = (work / "i").stat().st_size
    assert done.stdout == f"MICROKIT|LOADER: image file size = {size} bytes\n"
    assert "one" in (work / "r").read_text()


def test_default_names_and_the_working_directory(work: Path) -> None:
    done = microkit(work / "bin", "../one.system", "--board", BOARD, "--config", "debug")
    assert done.returncode == 0
    assert (work / "bin/loader.img").exists() and (work / "bin/report.txt").exists()


def test_same_input_same_image(work: Path) -> None:
    for name in ("a", "b"):
        assert microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", "-o",
                        name).returncode == 0
    assert (work / "a").read_bytes() == (work / "b").read_bytes()


@pytest.mark.parametrize(("arguments", "says"), [
    (["one.system", "--board", "star64", "--config", "debug"],
     f"argument --board: invalid choice: 'star64' (choose from {BOARD})"),
    (["one.system", "--board", BOARD, "--config", "benchmark"],
     "argument --config: invalid choice: 'benchmark' (choose from debug, release): the kernel does not track"),
    (["one.system", "--board", BOARD, "--config", "smp-debug"],
     "argument --config: invalid choice: 'smp-debug' (choose from debug, release): the kernel runs on one processor"),
    (["one.system", "--board", BOARD, "--config", "other"],
     "argument --config: invalid choice: 'other' (choose from debug, release)\n"),
    (["one.system", "--board", "../board", "--config", "debug"],
     f"argument --board: invalid choice: '../board' (choose from {BOARD})"),
    (["one.system", "--board", BOARD, "--config", "debug", "--image-type", "zip"],
     "argument --image-type: invalid choice: 'zip' (choose from binary, elf, uimage)"),
    (["one.system", "--board", BOARD], "the following arguments are required: --config (see --help)"),
    (["one.system", "--board"], "argument --board: expected one argument"),
    (["one.system", "--bord", BOARD], "unrecognised argument: '--bord': did you mean '--board'? (see --help)"),
    (["one.system", "-x"], "unrecognised argument: '-x' (see --help)"),
    (["one.system", "--viper-output", "x"], "argument --viper-output: not available"),
    (["--board", BOARD, "--config", "debug", "--search-path", "bin", "one.system"],
     "the following arguments are required: SYSTEM (see --help)"),
])
def test_mistakes_are_named(arguments: list[str], says: str, work: Path) -> None:
    done = microkit(work, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"microkit: error: {says}")
    assert not (work / "loader.img").exists()


def test_error_in_the_description(work: Path) -> None:
    (work / "bad.system").write_text(SYSTEM.replace('priority="1"', 'priority="255"'))
    done = microkit(work, "bad.system", "--search-path", "bin", "--board", BOARD, "--config", "debug")
    assert done.returncode == 1
    assert "bad.system:1:" in done.stderr and "[pd-priority]" in done.stderr
    assert not (work / "loader.img").exists()


REGION = '<memory_region name="m" size="0x1000" />'


@pytest.mark.parametrize(("inside", "regions", "rule", "column"), [
    ('', '', None, 0),
    ('<map mr="m" vaddr="0x400000" setvar_vaddr="word" />', REGION, None, 0),
    ('<map mr="m" @vaddr="0x200000" />', REGION, "[program-space]", 0),
    ('<map mr="m" vaddr="0x400000" @setvar_vaddr="nowhere" />', REGION, "[program-symbols]", 0),
    ('<map mr="m" vaddr="0x400000" @setvar_vaddr="microkit_name" />', REGION, "[program-symbols]", 0),
    ('<map mr="m" vaddr="0x400000" />', REGION.replace("size", '@phys_addr="0x80200000" size'), "[memory-fits]", 0),
    ('<map mr="m" vaddr="0x40000000" />', REGION.replace("0x1000", "0x80000000"), "[memory-fits]", 1),
])
def test_what_only_a_build_can_tell(inside: str, regions: str, rule: str | None, column: int, work: Path) -> None:
    """Rules about programs and memory: the place is that of the attribute (marked), or the whole system's."""
    source = work / "one.c"
    source.write_text(PROGRAM + "unsigned long word = 1;\n")
    board = SDK / "board" / BOARD / "debug"
    subprocess.run([CC, *COMPILE, f"-I{board}/include", "-O2", source, f"-L{board}/lib", "-lmicrokit", "-Tmicrokit.ld",
                    "-o", work / "bin/one.elf"], check=True)
    text = SYSTEM.replace("<system>", "<system>" + regions).replace("</protection_domain>", inside + "</protection_domain>")
    column = column or text.find("@") + 1
    (work / "two.system").write_text(text.replace("@", ""))
    done = microkit(work, "two.system", "--search-path", "bin", "--board", BOARD, "--config", "debug")
    if rule is None:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode == 1
        assert f"two.system:1:{column}: error: " in done.stderr and rule in done.stderr
        assert not (work / "loader.img").exists()


def broken_elf(program: Path) -> None:
    """For another machine."""
    data = bytearray(program.read_bytes())
    data[18] = 62
    program.write_bytes(data)


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda program: program.unlink(), "program 'one.elf' of 'one' was not found [program-found]"),
    (broken_elf, "program 'bin/one.elf': e_machine is 62, not 243 (RISC-V) [program-elf]"),
    (lambda program: program.write_bytes(b""), "[program-elf]"),
    (lambda program: program.write_bytes(program.read_bytes()[:100]), "[program-elf]"),
])
def test_missing_and_broken_programs(spoil: Callable[[Path], None], says: str, work: Path) -> None:
    spoil(work / "bin/one.elf")
    done = microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug")
    assert done.returncode == 1 and says in done.stderr
    assert done.stderr.startswith(f"one.system:1:{SYSTEM.find('path=') + 1}: error: program '")
    assert not (work / "loader.img").exists()


@pytest.mark.parametrize(("arguments", "says"), [
    (["--override-kernel", "one.system"], "[sdk-files]"),
    (["--override-kernel", "none.elf"], "[sdk-files]"),
    (["-o", "no/folder/loader.img"], "[output]"),
    (["-r", "no/folder/report.txt"], "[output]"),
    (["--json", "no/folder/report.json"], "[output]"),
])
def test_files_of_the_tool(arguments: list[str], says: str, work: Path) -> None:
    done = microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", *arguments)
    assert done.returncode == 1 and says in done.stderr


@pytest.mark.parametrize(("arguments", "says"), [
    (["-o", "one.img", "-r", "./one.img"], "./one.img: error: another output goes to 'one.img' [output]"),
    (["--json", "x", "--graph", "x"], "x: error: another output goes to 'x' [output]"),
    (["-o", "one.system"], "one.system: error: this would overwrite the input 'one.system' [output]"),
    (["--json", "one.system"], "one.system: error: this would overwrite the input 'one.system' [output]"),
    (["-r", "bin/../one.system"], "this would overwrite the input 'one.system' [output]"),
    (["-o", "bin/one.elf"], "bin/one.elf: error: this would overwrite the input 'bin/one.elf' [output]"),
])
def test_outputs_overwrite_neither_each_other_nor_inputs(arguments: list[str], says: str, work: Path) -> None:
    inputs = [work / "one.system", work / "bin/one.elf"]
    before = [path.read_bytes() for path in inputs]
    done = microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", *arguments)
    assert done.returncode == 1 and says in done.stderr
    assert [path.read_bytes() for path in inputs] == before
    assert sorted(path.name for path in work.iterdir()) == ["bin", "one.system"]


def test_no_image_stays_when_a_report_cannot_be_written(work: Path) -> None:
    done = microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", "-r", "no/report")
    assert done.returncode == 1 and "[output]" in done.stderr
    assert not (work / "loader.img").exists()


@pytest.mark.parametrize("form", ["binary", "elf", "uimage"])
def test_image_to_a_device(form: str, work: Path) -> None:
    arguments = ["one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", "--image-type", form]
    thrown = microkit(work, *arguments, "-o", "/dev/null")
    kept = microkit(work, *arguments)
    assert (thrown.returncode, thrown.stderr, thrown.stdout) == (0, "", kept.stdout)
    assert f"= {(work / 'loader.img').stat().st_size} bytes" in kept.stdout
    assert microkit(work, *arguments, "-o", "/dev/full").returncode == 1


def test_same_input_same_outputs(work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every output, byte by byte, from two folders."""
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(work, other, dirs_exist_ok=True)
    names = {"-o": "i", "-r": "r", "--graph": "g", "--matrix": "m", "--json": "j", "--depfile": "d"}
    for folder in (work, other):
        done = microkit(folder, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug",
                        *(word for pair in names.items() for word in pair))
        assert (done.returncode, done.stderr) == (0, "")
    for name in names.values():
        assert (work / name).read_bytes() == (other / name).read_bytes()
    assert json.loads((work / "j").read_text())["accepted"] is True


def test_json_on_standard_output(work: Path) -> None:
    done = microkit(work, "one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", "--json", "-")
    document = json.loads(done.stdout)
    assert document["protection_domains"][0]["name"] == "one" and document["memory"]["image_size"] > 0
    assert (work / "loader.img").exists()


def test_build_files_may_ask_for_capdl(work: Path) -> None:
    """Those of Microkit's own examples do; the file says what it is."""
    arguments = ["one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug", "--capdl-json", "spec"]
    done = microkit(work, *arguments, "--json", "json")
    assert done.returncode == 0
    assert done.stderr == "spec: warning: the image holds no capDL: this file has what --json writes\n"
    assert (work / "spec").read_bytes() == (work / "json").read_bytes()
    (work / "spec").unlink()
    (work / "bin/one.elf").unlink()
    assert microkit(work, *arguments).returncode == 1 and not (work / "spec").exists()
    assert microkit(work, *arguments, "--check").returncode == 0 and not (work / "spec").exists()
    clash = microkit(work, *arguments, "--json", "spec")
    assert clash.returncode == 1 and "another output goes to" in clash.stderr


def test_check_needs_no_programs(work: Path) -> None:
    (work / "bin/one.elf").unlink()
    assert microkit(work, "one.system", "--check", "--board", BOARD, "--config", "debug").returncode == 0
    assert microkit(work, "one.system", "--board", BOARD, "--config", "debug").returncode == 1
    assert microkit(work, "one.system", "--check").returncode == 0
    (work / "bad.system").write_text(SYSTEM.replace('priority="1"', 'priority="255"'))
    assert microkit(work, "bad.system", "--check").returncode == 1
    lacking = microkit(work, "one.system", "--check", "--board", BOARD)
    assert lacking.returncode == 1 and "required: --config" in lacking.stderr


def test_help(work: Path) -> None:
    for word in ("-h", "--help"):
        done = microkit(work, word)
        assert done.returncode == 0 and done.stdout.startswith("usage: microkit SYSTEM")


def test_sdk_named_by_the_environment(work: Path) -> None:
    shutil.copy(SDK / "bin/microkit", work / "bin/microkit")
    arguments = ["one.system", "--search-path", "bin", "--board", BOARD, "--config", "debug"]
    lost = microkit(work, *arguments, program=work / "bin/microkit")
    assert lost.returncode == 1 and "is not an SDK" in lost.stderr
    assert microkit(work, *arguments, program=work / "bin/microkit", MICROKIT_SDK=str(SDK)).returncode == 0
