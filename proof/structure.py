#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Constructs that the proofs do not see through: assembly, casts from integers to pointers, unions, function pointers,
volatile, linker symbols, signs of plain char. Each file that has one must be in the trusted list, with exactly
these constructs and no more lines than the list allows; and every entry point that machine/trap.S calls must be one
that Eva's harness calls.

usage: structure.py LIST FOLDER
"""
import glob
import os
import re
import sys
import time
import unittest

sys.dont_write_bytecode = True
import results
import source

SUBJECT = ("kernel/src/**/*.[chS]", "kernel/abi/**/*.h", "system/rings/src/*.[ch]",
           "system/rings/include/postern/ring.h")
NOT_RELEASE = re.compile(r"kernel/src/(debug|probe)/")

CONSTRUCTS = {
    "asm": re.compile(r"\b(?:__asm__|__asm|asm)\b"),
    "pointer-cast": re.compile(r"\((?:const |volatile |struct |unsigned )*\w+ *\*+(?: *const)?\) *[(\w&]"),
    "union": re.compile(r"\bunion\b"),
    "function-pointer": re.compile(r"\( *\*+ *\w+ *(?:\[[^]]*\])? *\) *\("),
    "volatile": re.compile(r"(?<!__asm__ )(?<!asm )\bvolatile\b"),
    "linker-symbol": re.compile(r"\bextern\b[^;]*\b(?:__\w+|window_\w+) *\["),
    "atomic": re.compile(r"\b__(?:atomic|sync)_\w+"),
    "conditional": re.compile(r"^ *# *(?:if|ifdef|elif) ", re.M),
    "goto": re.compile(r"\bgoto\b"),
}
TEXT = re.compile(r"\bconst char \*(?:const )?(\w+)")
TABLE = re.compile(r"\bconst char (\w+)\[\w+\]\[\w+\]")  # of texts


def code_of(path):
    """Text without comments and literals, lines kept."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return source.PIECES.sub(lambda match: '""' if match.group(1)[0] in "\"'" else " ", text)


def sign_matters(code):
    """A plain char whose sign could show: any but text that is read byte by byte as u8 or compared with 0."""
    rest = TABLE.sub("", TEXT.sub("", code))
    if re.search(r"\bchar\b", re.sub(r"\b(?:un)?signed char\b", "", rest)):
        return True
    if any(re.search(rf"\b{name}\[[^]]*\]\[", rest) for name in TABLE.findall(code)):
        return True
    for name in set(TEXT.findall(code)):
        for match in re.finditer(rf"\b{name}\[[^]]*\]", code):
            before, after = code[:match.start()], code[match.end():]
            if not before.endswith("(u8)") and not re.match(r" *[!=]= *0\b", after):
                return True
        if re.search(rf"[^\w )]\s*\*{name}\b", rest):
            return True
    return False


def constructs(path):
    """Names of the constructs in a file, sorted."""
    if path.endswith(".S"):
        return ["asm"]
    code = code_of(path)
    found = [name for name, pattern in CONSTRUCTS.items() if pattern.search(code)]
    if sign_matters(code):
        found.append("char")
    return sorted(found)


def lines_of(path):
    """Lines with code."""
    with open(path, encoding="utf-8") as file:
        text = source.PIECES.sub(lambda match: "" if match.group(1)[0] == "/" else match.group(1), file.read())
    return sum(bool(line.strip()) for line in text.splitlines())


def trusted(listing):
    """FILE | CONSTRUCTS | LINES | REASON: {file: (constructs, lines)}."""
    found = {}
    with open(listing, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                path, names, lines, reason = (field.strip() for field in line.split("|"))
                if not reason:
                    raise results.Broken(f"{listing}: no reason for {path}")
                found[path] = (sorted(names.split()), int(lines))
    return found


def judge(files, known):
    """What is wrong, as lines."""
    wrong = []
    for path in files:
        has = constructs(path)
        allowed, lines = known.get(path, ([], 0))
        if has != allowed:
            wrong.append(f"{path}: has '{' '.join(has)}', the list says '{' '.join(allowed)}'")
        if path in known and lines_of(path) > lines:
            wrong.append(f"{path}: {lines_of(path)} lines, the list allows {lines}")
    return wrong + [f"{path}: in the list, but not there" for path in known if path not in files]


def entries_not_analysed():
    """C functions that the trap assembly calls and the harness does not."""
    with open("kernel/src/machine/trap.S", encoding="utf-8") as file:
        called = set(re.findall(r"^\s*(?:\d+:)?\s*(?:call|tail|j|la \w+,)\s+([a-z]\w+_\w+)$", file.read(), re.M))
    with open("proof/eva/harness.c", encoding="utf-8") as file:
        analysed = set(re.findall(r"\b(\w+)\(", file.read()))
    own = {"trap_return", "kernel_stack_top", "emergency_stack_top"}
    return sorted(called - analysed - own) if called - own else ["nothing found in trap.S"]


def check_tests():
    """A row: the tests of this check and of the table."""
    tests = unittest.defaultTestLoader.discover("proof", pattern="test_*.py", top_level_dir="proof")
    outcome = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(tests)
    return "own tests", outcome.wasSuccessful() and outcome.testsRun > 0, f"{outcome.testsRun} tests", 0.0


def main():
    listing, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    start = time.monotonic()
    files = sorted({path for pattern in SUBJECT for path in glob.glob(pattern, recursive=True)
                    if not NOT_RELEASE.search(path)})
    known = trusted(listing)
    wrong = judge(files, known)
    missing = entries_not_analysed()
    for line in wrong:
        print(f"  FAIL structure: {line}")
    for name in missing:
        print(f"  FAIL structure: {name} is called by trap.S and not analysed")
    for path in sorted(known):
        print(f"  trusted: {path}: {lines_of(path) if os.path.exists(path) else 0} lines, {' '.join(known[path][0])}")
    lines = sum(lines_of(path) for path in known if os.path.exists(path))
    everything = sum(lines_of(path) for path in files)
    count = f"{len(known)} files, {lines} of {everything} lines trusted"
    seconds = time.monotonic() - start
    rows = [("constructs", not wrong and len(files) > len(known) > 0, count, seconds),
            ("entry points", not missing, "all of trap.S", 0.0), check_tests()]
    print(f"  {'FAIL' if wrong or missing else 'ok  '} structure: {count}")
    return results.write(folder, "structure", rows)


if __name__ == "__main__":
    sys.exit(main())
