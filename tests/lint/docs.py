# SPDX-License-Identifier: BSD-2-Clause
"""What the documentation names must exist: links, paths of the tree, targets of make; each promise's tests. Each key of a
configuration file is in its table, and no other."""

import re
import subprocess
from pathlib import Path

LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^(boards|crypto|docs|drivers|host|kernel|mk|net|pds|system|tests|sdk)/[\w./-]+$")
MAKE = re.compile(r"(?:^ {4}|`)make((?: +[A-Z_]+=\S+)*) +([a-z][a-z-]*)", re.M)
# Paths that a text tells the reader to create.
CREATED = re.compile(r"^pds/blink/")

# A table whose numbered rows are promises; the last cell names the tests of each, as FILE::FUNCTION below tests/.
CONTRACTS = ("docs/loss-contract.md",)
ROW = re.compile(r"^\| *(\d+) *\|(.*)\| *$")
TEST = re.compile(r"^([\w/]+\.(?:c|py))::(test_\w+)$")


# Where a configuration file is read, the document with its keys, and the heading of their table.
CONFIGURATIONS = (
    ("net/conf.c", "docs/configuration.md", "net.conf"),
    ("crypto/crypto_conf.c", "docs/configuration.md", "crypto.conf"),
    ("pds/uplink/uplink_conf.c", "docs/configuration.md", "uplink.conf"),
    ("pds/journal/journal_conf.c", "docs/loss-contract.md", "Configuration"),
)
KEY = re.compile(r"\.key = \"([a-z_.]+)\"|\] = \{\"([a-z_]+)\",|= NUMBER\((\w+),")


def _configuration(root: Path) -> list[str]:
    """Keys that a program knows and a table does not have, or the other way round."""
    found = []
    for source, path, heading in CONFIGURATIONS:
        known = {name for match in KEY.findall((root / source).read_text()) for name in match if name}
        section = re.split(rf"^## {heading}$", (root / path).read_text(), flags=re.M)[-1].partition("\n## ")[0]
        told = {name for cell in re.findall(r"^\|([^|]*`[^|]*)\|", section, re.M) for name in QUOTED.findall(cell)}
        found += [f"{path}:1: {name} of {source} [key without a line]" for name in sorted(known - told)]
        found += [f"{path}:1: {name} [no such key in {source}]" for name in sorted(told - known)]
        found += [f"{source}:1: no keys found [key without a line]"] if not known else []
    return found


def _is_test(root: Path, name: str) -> bool:
    """A function that its file runs: pytest by its name, cmocka by its entry in a list."""
    match = TEST.match(name)
    if not match or not (root / "tests" / match[1]).is_file():
        return False
    text = (root / "tests" / match[1]).read_text()
    if match[1].endswith(".py"):
        return re.search(rf"^def {match[2]}\(", text, re.M) is not None
    return (re.search(rf"^static void {match[2]}\(", text, re.M) is not None
            and re.search(rf"\({match[2]}[,)]", text) is not None)


def _contract(root: Path, path: str) -> list[str]:
    """Promises are numbered without a gap, and each names tests that exist."""
    found, rows = [], 0
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        row = ROW.match(line)
        if row:
            rows += 1
            tests = QUOTED.findall(row[2].rpartition("|")[2])
            if int(row[1]) != rows:
                found.append(f"{path}:{number}: row {row[1]}, expected {rows} [order of promises]")
            if not tests:
                found.append(f"{path}:{number}: row {row[1]} [promise without test]")
            found += [f"{path}:{number}: {name} [no such test]" for name in tests if not _is_test(root, name)]
    return found if rows else [f"{path}:1: no promises [promise without test]"]


def _targets(root: Path) -> set[str]:
    texts = [(root / "Makefile").read_text()]
    done = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "*.mk"], cwd=root,
                          capture_output=True, text=True, check=True)
    texts += [(root / path).read_text() for path in done.stdout.split() if (root / path).is_file()]
    return {name for text in texts for line in re.findall(r"^([a-z][a-z -]*):(?!=)", text, re.M)
            for name in line.split()}


def check(root: Path, files: list[str]) -> list[str]:
    """Findings as FILE:LINE: TEXT [RULE]."""
    targets = _targets(root)
    found = [each for path in CONTRACTS for each in _contract(root, path)] + _configuration(root)
    for path in files:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            where = f"{path}:{number}:"
            found += [f"{where} {name} [link to nothing]" for name in LINK.findall(line)
                      if not (root / path).parent.joinpath(name).exists()]
            found += [f"{where} {name} [no such path]" for name in QUOTED.findall(line)
                      if PATH.match(name) and not CREATED.match(name) and not (root / name).exists()]
            found += [f"{where} make {name} [no such target]" for _, name in MAKE.findall(line) if name not in targets]
    return found
