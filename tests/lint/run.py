#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Static rules of the tree: layout, clang-tidy, text rules, scripts that parse. Prints FILE:LINE: TEXT [RULE]."""

import argparse
import ast
import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import docs  # noqa: E402
import rules  # noqa: E402
import tidy  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent


def tracked() -> list[str]:
    """Files of the tree: in git, or about to be."""
    # A tree that another user owns, as in many build containers, is as good.
    done = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                           "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted({path for path in done.stdout.split("\0") if path and (ROOT / path).is_file()})


def check_layout(files: list[str]) -> list[str]:
    """clang-format leaves every C file as it is."""
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    said = "code should be clang-formatted [-Wclang-format-violations]"
    found = [line.replace(said, "layout differs [layout: make format]")
             for line in done.stderr.splitlines() if ": error:" in line]
    return found or ([f"clang-format: {done.stderr[-400:]} [layout]"] if done.returncode != 0 else [])


def check_python(files: list[str]) -> list[str]:
    """Python files parse."""
    found = []
    for path in files:
        try:
            ast.parse((ROOT / path).read_text(), path)
        except SyntaxError as error:
            found.append(f"{path}:{error.lineno}: {error.msg} [python syntax]")
    return found


def check_shell(files: list[str]) -> list[str]:
    """Shell scripts parse."""
    found = []
    for path in files:
        done = subprocess.run(["bash", "-n", path], cwd=ROOT, capture_output=True, text=True, check=False)
        found += [f"{path}:{line.split('line ')[-1]} [shell syntax]" for line in done.stderr.splitlines()[:1]]
    return found


def by_language(files: list[str]) -> tuple[list[str], list[str]]:
    """Python and shell files, by name or by their first line."""
    python, shell = [], []
    for path in files:
        first = (ROOT / path).open("rb").readline()
        if path.endswith(".py") or (first.startswith(b"#!") and b"python" in first):
            python.append(path)
        elif path.endswith(".sh") or (first.startswith(b"#!") and b"sh" in first):
            shell.append(path)
    return python, shell


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="clang-tidy runs at a time")
    jobs = parser.parse_args().jobs
    files = tracked()
    python, shell = by_language(files)
    groups = {
        "layout": check_layout([f for f in files if f.endswith((".c", ".h"))]),
        "text rules": rules.check(ROOT, files),
        "documentation": docs.check(ROOT, files),
        "python syntax": check_python(python),
        "shell syntax": check_shell(shell),
    }
    groups["clang-tidy"], _ = tidy.check(ROOT, ROOT / "build/lint", jobs)
    for name, found in groups.items():
        for line in found:
            print(line)
        print(f"{'not ok' if found else 'ok'} {name}" + (f": {len(found)} findings" if found else ""))
    return 1 if any(groups.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
