# SPDX-License-Identifier: BSD-2-Clause
"""clang-tidy over every C file, in parallel; what passed is remembered by the content of everything that it depends on.

The .clang-tidy files say what is checked.
"""

import hashlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from commands import Command, commands

# Read by the prover alone, with headers of its own.
NOT_COMPILED = "proof/"

INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.M)


class Digest:
    """Content of a file and of all files below `root` that it includes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read = cache(lambda path: path.read_bytes())
        self.exists = cache(lambda path: path.is_file())
        self.tool = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout

    def _included(self, path: Path, folders: list[Path]) -> set[Path]:
        seen: set[Path] = set()
        todo = [path]
        while todo:
            file = todo.pop()
            if file in seen:
                continue
            seen.add(file)
            for name in INCLUDE.findall(self.read(file)):
                candidates = (folder / name.decode() for folder in (file.parent, *folders))
                todo += [c for c in candidates if self.exists(c)][:1]
        return seen

    def of(self, source: str, flags: Command) -> str:
        """One text for tool, rules, flags and files."""
        path = self.root / source
        folders = [self.root / f[2:] for f in flags if f.startswith("-I")]
        folders += [self.root / flags[i + 1] for i, f in enumerate(flags) if f == "-isystem"]
        rules = [folder / ".clang-tidy" for folder in path.parents if (folder / ".clang-tidy").is_file()]
        total = hashlib.sha256(self.tool + "\0".join(flags).encode())
        for file in [*rules, *sorted(self._included(path, folders))]:
            total.update(self.read(file) + b"\0")
        return total.hexdigest()


def check(root: Path, stamps: Path, jobs: int) -> tuple[list[str], int]:
    """Findings as FILE:LINE: TEXT [RULE], and the number of files looked at."""
    digest = Digest(root)
    stamps.mkdir(parents=True, exist_ok=True)

    def one(item: tuple[str, Command]) -> list[str]:
        source, flags = item
        stamp = stamps / source.replace("/", "+")
        state = digest.of(source, flags)
        if stamp.exists() and stamp.read_text() == state:
            return []
        done = subprocess.run(["clang-tidy", "--quiet", source, "--", *flags], cwd=root, capture_output=True,
                              text=True, errors="replace", check=False)
        findings = [line.replace(f"{root}/", "") for line in done.stdout.splitlines()
                    if re.search(r":\d+:\d+: (warning|error):", line)]
        if done.returncode != 0 and not findings:
            findings = [f"{source}:1: clang-tidy ended with status {done.returncode}: {done.stderr[-400:]} [clang-tidy]"]
        if findings:
            stamp.unlink(missing_ok=True)
        else:
            stamp.write_text(state)
        return findings

    work = sorted(commands(root).items())
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(one, work))
    tracked = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "*.c"], cwd=root,
                             capture_output=True, text=True, check=True).stdout
    known = {source for source, _ in work}
    lost = [f"{f}:1: no build compiles this file [clang-tidy]" for f in tracked.split() if f not in known
            and not f.startswith(NOT_COMPILED) and (root / f).exists()]
    return sorted({line for result in results for line in result}) + lost, len(work)
