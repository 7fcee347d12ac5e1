# SPDX-License-Identifier: BSD-2-Clause
"""What the loader says, on the firmware's console, about a machine or an image that it cannot start."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from test_examples import HELLO_LINE, build, sdk  # noqa: F401  (sdk is a fixture of this module too)

QEMU = ["qemu-system-riscv64", "-nographic", "-no-reboot"]
SECONDS = 180


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build("hello", tmp_path_factory.mktemp("hello")).read_bytes()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """QEMU's device tree."""
    path = tmp_path_factory.mktemp("tree") / "tree.dtb"
    subprocess.run([*QEMU, "-machine", f"virt,dumpdtb={path}"], check=True, capture_output=True)
    return path.read_bytes()


def last_words(folder: Path, image: bytes, *flags: str) -> str:
    """The last line on the console of a machine that switches itself off."""
    path = folder / "loader.img"
    path.write_bytes(image)
    done = subprocess.run([*QEMU, "-machine", "virt", "-kernel", path, *flags], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=SECONDS, check=True)
    assert HELLO_LINE not in done.stdout
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(("change", "says"), [
    ({b"sifive,plic-1.0.0": b"sifive,plic-9.9.9", b"riscv,plic0": b"riscv,plic9"}, "no PLIC"),
    ({b"riscv,sv48": b"riscv,none"}, "boot hart has no Sv39 MMU"),
    ({b"riscv,cpu-intc": b"riscv,cpu-none"}, "PLIC has no S-mode context for the boot hart"),
    ({b"riscv,ndev": b"riscv,none"}, "no PLIC"),
])
def test_bad_device_tree_is_named(change: dict[bytes, bytes], says: str, tree: bytes, image: bytes,
                                  tmp_path: Path) -> None:
    for old, new in change.items():
        assert old in tree
        tree = tree.replace(old, new)
    (tmp_path / "bad.dtb").write_bytes(tree)
    words = last_words(tmp_path, image, "-dtb", str(tmp_path / "bad.dtb"))
    assert words == f"postern loader: device tree: {says}"


def test_too_little_memory_is_named(image: bytes, tmp_path: Path) -> None:
    words = last_words(tmp_path, image, "-m", "6M")
    assert words.startswith("postern loader: the machine has less memory than the image was composed for, which ends ")


def test_damaged_image_is_named(image: bytes, tmp_path: Path) -> None:
    damaged = image[:-1] + bytes([image[-1] ^ 1])
    assert last_words(tmp_path, damaged) == "postern loader: the image is damaged (wrong checksum)"
