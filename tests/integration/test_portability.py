# SPDX-License-Identifier: BSD-2-Clause
"""The gateway is a Microkit system: its programs need nothing but an SDK's interface, its description is a standard one.

Postern's SDK stands in for another one, less everything that only Postern's has.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from postern_lib import identity
from postern_lib.gateway import Gateway

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
BOARD = "qemu_virt_riscv64"
BUILT = ROOT / "build/gateway"
# Everything that goes into a gateway's program and is our own.
SOURCES = ["pds", "drivers", "crypto", "net", "system/rings", "system/runtime/postern", "system/runtime/include/postern"]
INTERFACE_NAME = re.compile(r"\b(?:microkit_|MICROKIT_|seL4_|sel4_|SEL4_|BASE_[A-Z_]+_CAP\b)\w*")
KERNEL_NAME = re.compile(r"\bPN_[A-Z]\w*|postern/(?:abi|limits|boot)\.h")
# Microkit's elements and attributes for RISC-V.
GRAMMAR = {
    "system": set(),
    "protection_domain": {"name", "priority", "budget", "period", "passive", "stack_size", "cpu", "smc", "fpu", "id",
                          "setvar_id"},
    "program_image": {"path", "path_for_symbols"},
    "map": {"mr", "vaddr", "perms", "cached", "setvar_vaddr", "setvar_size", "setvar_prefill_size"},
    "irq": {"irq", "id", "trigger", "setvar_id"},
    "setvar": {"symbol", "region_paddr"},
    "memory_region": {"name", "size", "page_size", "phys_addr", "prefill_path"},
    "channel": set(),
    "end": {"pd", "id", "pp", "notify", "setvar_id"},
}


def environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "MICROKIT"))}


def make(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    jobs = f"-j{os.cpu_count()}"
    return subprocess.run(["make", "--no-print-directory", jobs, *map(str, arguments)], cwd=ROOT, env=environment(),
                          capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SDK with the upstream interface alone: Postern's own headers renamed out of the programs' reach, and a linker
    script that has nothing of ours."""
    assert make("sdk").returncode == 0
    folder = tmp_path_factory.mktemp("official") / "sdk"
    shutil.copytree(SDK, folder)
    for config in ("debug", "release"):
        board = folder / "board" / BOARD / config
        hidden = board / "include/sel4/hidden"
        (board / "include/postern").rename(hidden)
        for header in board.glob("include/**/*.h"):
            header.write_text(header.read_text().replace("<postern/", "<sel4/hidden/"))
        shutil.copy(ROOT / "tests/sdk/upstream.ld", board / "lib/microkit.ld")
    return folder


@pytest.fixture(scope="module")
def programs(official: Path) -> Path:
    """The gateway's programs built with it; no device's files are needed for that."""
    shutil.rmtree(BUILT, ignore_errors=True)
    done = make("gateway", f"MICROKIT_SDK={official}", "CONFIG_DIR=nowhere")
    assert "the image needs CONFIG_DIR" in done.stderr, done.stderr[-2000:]
    return BUILT / BOARD / "debug/pd"


def own_files() -> list[Path]:
    return sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.[ch]"))


def test_programs_use_no_name_that_the_interface_lacks() -> None:
    """The interface's names are those that tests/sdk/every_name.c uses, which compiles with the SDK."""
    every = "".join((ROOT / "tests/sdk" / name).read_text() for name in ("every_name.c", "every_name.h"))
    known = set(INTERFACE_NAME.findall(every))
    files = own_files()
    assert len(files) > 100
    used = {(name, path.relative_to(ROOT).as_posix()) for path in files
            for name in INTERFACE_NAME.findall(path.read_text())}
    assert {pair for pair in used if pair[0] not in known} == set()
    assert {name for name, _ in used} >= {"microkit_notify", "microkit_ppcall", "seL4_TCB_ReadRegisters"}


def test_programs_use_nothing_of_the_kernels_own() -> None:
    found = {(match, path.relative_to(ROOT).as_posix()) for path in own_files()
             for match in KERNEL_NAME.findall(path.read_text())}
    assert found == set()


def test_description_is_standard(programs: Path) -> None:
    del programs
    text = (BUILT / "gateway.system").read_text()
    assert "Dropped" in text.split("-->")[0]
    root = ElementTree.fromstring(text)
    domains = root.findall(".//protection_domain")
    assert len(domains) == len(re.findall("<component ", (ROOT / "system/gateway.xml").read_text()))
    for element in root.iter():
        assert element.tag in GRAMMAR, element.tag
        assert set(element.attrib) <= GRAMMAR[element.tag], element.attrib


def test_programs_need_no_thread_local_storage(programs: Path) -> None:
    """Upstream's start code sets up none."""
    images = sorted(programs.glob("*.elf"))
    assert len(images) >= 11
    for image in images:
        symbols = subprocess.run(["riscv64-unknown-elf-readelf", "-sW", image], capture_output=True, text=True,
                                 check=True).stdout
        assert " TLS " not in symbols, image.name


def test_gateway_of_the_sdks_tool_delivers(programs: Path, official: Path,
                                           make_gateway: Callable[..., Gateway]) -> None:
    """The image that the SDK's tool makes of the standard description boots and delivers readings."""
    del programs
    gateway = make_gateway()
    identity.provision(gateway.settings.identities)
    gateway.folder.write_config(gateway.settings.identities, gateway.ports)
    done = make("gateway", f"MICROKIT_SDK={official}", f"CONFIG_DIR={gateway.folder.config}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "MICROKIT|LOADER" in done.stdout
    image = gateway.folder.path / "postern.img"
    shutil.copy(BUILT / BOARD / "debug/gateway.img", image)
    gateway.image = image
    gateway.start()
    gateway.wait_readings(3)


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "gateway: say MICROKIT_SDK=folder"),
    (["MICROKIT_SDK=docs"], "gateway: MICROKIT_SDK=docs is no SDK"),
    (["MICROKIT_SDK=build/sdk", "MICROKIT_BOARD=star64"], f"gateway: the SDK has no board star64; it has: {BOARD}"),
    (["MICROKIT_SDK=build/sdk", "MICROKIT_CONFIG=benchmark"],
     f"gateway: the SDK has no configuration benchmark for {BOARD}; it has: debug release"),
])
def test_mistakes_are_named(arguments: list[str], says: str, official: Path) -> None:
    del official
    done = make("gateway", *arguments)
    assert done.returncode != 0 and says in done.stderr
