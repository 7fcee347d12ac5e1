# SPDX-License-Identifier: BSD-2-Clause
"""The rules of the house that are about text: sizes, words, and what may not be in the tree at all."""

import re
from pathlib import Path

FILE_LINES = 600
CODE = {".c", ".h", ".S", ".py", ".sh", ".mk", ".ld"}

# Rule, what it matches, and the files to which it applies. No pattern may match its own spelling here.
Pattern = tuple[str, re.Pattern[str], re.Pattern[str]]
ANY = re.compile(r"")
PATTERNS: tuple[Pattern, ...] = (
    ("no goto in the kernel", re.compile(r"\bgoto\b"), re.compile(r"^kernel/.*\.[ch]$")),
    ("no #ifdef in logic", re.compile(r"^\s*#\s*(ifdef|if|elif)\b"), re.compile(r"\.c$")),
    ("nothing is left for later", re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"), ANY),
    ("no path of one machine", re.compile(r"(?<![\w.])/(wor[k]|tm[p]|hom[e]|roo[t]|User[s])/"), ANY),
    ("no package host", re.compile(r"\b(deb\.debia[n]|security\.debia[n]|snapshot\.debia[n]|pypi\.or[g]|pythonhoste[d]|"
                                   r"registry\.npmj[s]|crates\.i[o]|proxy\.golan[g]|archive\.ubunt[u])"), ANY),
    ("no private key", re.compile(r"-----BEGI[N] [A-Z ]*PRIVATE KEY-----\s*(\\n)?[\w+/=]{20}|"
                                  r"^-----BEGI[N] [A-Z ]*PRIVATE KEY-----$"), ANY),
    ("no date of the build", re.compile(r"__(DAT|TIM|TIMESTAM)E?P?__"), re.compile(r"\.[chS]$")),
)


def _is_source(path: str, first_line: str) -> bool:
    return Path(path).suffix in CODE or Path(path).name == "Makefile" or first_line.startswith("#!")


def _lines(path: str, text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for rule, pattern, files in PATTERNS:
            if pattern.search(line) and files.search(path):
                found.append(f"{path}:{number}: {line.strip()[:80]} [{rule}]")
    return found


def check(root: Path, files: list[str]) -> list[str]:
    """Findings as FILE:LINE: TEXT [RULE]."""
    found: list[str] = []
    for path in files:
        content = (root / path).read_bytes()
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            found.append(f"{path}:1: not text [no binaries]")
            continue
        lines = text.splitlines()
        if _is_source(path, lines[0] if lines else ""):
            if len(lines) > FILE_LINES:
                found.append(f"{path}:{len(lines)}: {len(lines)} lines [at most {FILE_LINES} lines a file]")
            if not any("SPDX-License-Identifier: BSD-2-Clause" in line for line in lines[:2]):
                found.append(f"{path}:1: no SPDX line [licence]")
        found += _lines(path, text)
    return found
