# SPDX-License-Identifier: BSD-2-Clause
"""What the documentation names must exist: links, paths of the tree, targets of make."""

import re
import subprocess
from pathlib import Path

LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^(boards|crypto|docs|drivers|host|kernel|mk|net|pds|system|tests|sdk)/[\w./-]+$")
MAKE = re.compile(r"(?:^ {4}|`)make((?: +[A-Z_]+=\S+)*) +([a-z][a-z-]*)", re.M)
# Paths that a text tells the reader to create.
CREATED = re.compile(r"^pds/blink/")


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
    found = []
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
