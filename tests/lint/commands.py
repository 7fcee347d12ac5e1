# SPDX-License-Identifier: BSD-2-Clause
"""How each C file is compiled, asked of the build itself (`make -n`), and translated for clang-tidy."""

import os
import re
import shlex
import subprocess
from pathlib import Path

# What to ask for: arguments of make whose recipes together compile every C file of the tree. The first command that
# compiles a file counts, so the product's own compilation comes before that of a unit test.
BUILDS = (
    ("CONFIG=debug", "programs", "host", "sim", "kernel-tests", "sdk-config"),
    ("CONFIG=release", "programs"),
    ("CONFIG=debug", "VARIANT=attack", "programs"),
    ("CONFIG=debug", "VARIANT=feed", "programs"),
    ("CONFIG=debug", "unit-build", "bench-tools"),
)

# Compiled by a script or by a Makefile of its own instead: flags as for the other file.
LIKE = {"crypto/bench/bench.c": "crypto/tls_engine.c"}
SDK_PROGRAMS = ("docs/examples/*/*.c", "tests/sdk/**/*.c")
SDK_MODEL = "system/runtime/src/main.c"

# Flags of gcc that clang does not know and that change nothing about the meaning of the program.
GCC_ONLY = re.compile(r"-fcall-used-|-ffixed-|-flto|-fno-tree-|-fno-ipa-|-malign-data=|-misa-spec=|"
                      r"--specs=|-fno-ident|-Werror|-MMD|-MP|-g$|"
                      r"-fno-sanitize|-fsanitize=|-ffile-prefix-map=|-W|-msmall-data-limit|-fno-jump-tables|-mcmodel=|"
                      r"-mno-relax")

Command = list[str]


def _picolibc() -> Command:
    """Include folder of the target's C library, as the cross compiler finds it."""
    done = subprocess.run(["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-march=rv64imac", "-mabi=lp64",
                           "-misa-spec=2.2", "-E", "-v", "-x", "c", os.devnull], capture_output=True, text=True,
                          check=True)
    folders = re.findall(r"^ (/\S*picolibc\S*/include)$", done.stderr, re.M)
    return ["-isystem", *folders]


def _expand(text: str) -> str:
    """Recipes ask pkg-config when they run; so does this."""
    def ask(match: re.Match[str]) -> str:
        return subprocess.run(shlex.split(match[1]), capture_output=True, text=True, check=True).stdout.strip()
    return re.sub(r"\$\((pkg-config [^)]*)\)", ask, text)


def _translate(words: Command, target: Command) -> Command:
    """Flags of one compilation for clang: no output, no gcc peculiarities, the target named in full."""
    flags: Command = []
    skip = False
    for word in words[1:-1]:
        if skip or word in ("-c", "-o"):
            skip = word == "-o"
        elif word.startswith("-march=rv64"):
            flags.append("-march=rv64imac")
        elif word.startswith("-I/usr/"):
            flags += ["-isystem", word[2:]]
        elif not GCC_ONLY.match(word):
            flags.append(word)
    return flags + target if words[0].startswith("riscv64") else flags


def commands(root: Path) -> dict[str, Command]:
    """Source path -> flags of clang."""
    target = ["--target=riscv64-unknown-elf", *_picolibc()]
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    found: dict[str, Command] = {}
    for build in BUILDS:
        done = subprocess.run(["make", "-nB", "--no-print-directory", "V=1", *build], cwd=root, env=env,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"make -n {' '.join(build)}: {done.stderr.strip()}")
        for line in done.stdout.replace("\\\n", " ").splitlines():
            if " -c -o " not in line:
                continue
            words = shlex.split(_expand(line))
            source = words[-1]
            if source.endswith(".c") and not source.startswith("build/") and source not in found:
                found[source] = _translate(words, target)
    for source, model in LIKE.items():
        found[source] = found[model]
    for pattern in SDK_PROGRAMS:
        for path in root.glob(pattern):
            found.setdefault(str(path.relative_to(root)), found[SDK_MODEL])
    return found
