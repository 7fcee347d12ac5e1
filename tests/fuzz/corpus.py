#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""First inputs for the fuzzers, from tests/fuzz/corpus/NAME.txt: one input a line, `NAME: PIECES`.

Pieces, parted by blanks, follow each other: bytes in hexadecimal (0a1b), text ("a\\r\\n", as in Python), N*PIECE for a
piece N times. # begins a comment. A crash that was mended gets a line with a name that says what it was. The device
trees are QEMU's own.

    corpus.py FOLDER        writes FOLDER/TARGET/NAME for all
"""

import ast
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
LINE = re.compile(r"^(?P<name>[a-z0-9-]+): *(?P<pieces>.*)$")
PIECE = re.compile(r'(?:(?P<times>[0-9]+)\*)?(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<hex>(?:[0-9a-f]{2})+))(?: +|$)')
# Machines of the board's kind that differ in what their trees say.
MACHINES = {
    "one": [],
    "two-harts": ["-smp", "2"],
    "small": ["-m", "32M"],
    "four-harts-aia": ["-smp", "4", "-M", "aia=aplic-imsic"],
}


def bytes_of(pieces: str) -> bytes:
    """ValueError tells where it makes no sense."""
    out, at = b"", 0
    while at < len(pieces):
        match = PIECE.match(pieces, at)
        if not match:
            raise ValueError(f"no piece: {pieces[at:at + 40]}")
        if match["text"]:
            piece = ast.literal_eval(match["text"]).encode("latin-1")
        else:
            piece = bytes.fromhex(match["hex"] or "")
        out += piece * int(match["times"] or 1)
        at = match.end()
    return out


def read_corpus(file: Path) -> dict[str, bytes]:
    inputs: dict[str, bytes] = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = LINE.match(line)
        if not match or match["name"] in inputs:
            raise ValueError(f"{file.name}:{number}: not 'NAME: PIECES' with a new name")
        try:
            inputs[match["name"]] = bytes_of(match["pieces"])
        except ValueError as error:
            raise ValueError(f"{file.name}:{number}: {error}") from error
    return inputs


def packed(tree: bytes) -> bytes:
    """Without the room that QEMU leaves behind the blocks."""
    header = list(struct.unpack(">10I", tree[:40]))
    end = max(header[2] + header[9], header[3] + header[8])
    header[1] = end
    return struct.pack(">10I", *header) + tree[40:end]


def device_tree(options: list[str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tree"
        subprocess.run(["qemu-system-riscv64", "-M", f"virt,dumpdtb={file}", *options, "-display", "none"],
                       capture_output=True, check=True, timeout=60)
        return packed(file.read_bytes())


def main() -> int:
    folder = Path(sys.argv[1])
    for file in sorted(CORPUS.glob("*.txt")):
        for name, data in read_corpus(file).items():
            (folder / file.stem / name).write_bytes(data)
    for name, options in MACHINES.items():
        # The target's first byte chooses the hart.
        (folder / "device_tree" / name).write_bytes(b"\0" + device_tree(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
