#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs Eva over the kernel, and the loader's device-tree reader, from each entry point: no alarm, no logical property
open, nothing unreached but what coverage.expected names. Then over copies with one seeded bug each, which must raise
something.

usage: check.py FOLDER [ENTRY or BUG ...]
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, "proof")
sys.path.insert(0, "proof/eva")
import report  # pylint: disable=wrong-import-position
import results  # pylint: disable=wrong-import-position
import source  # pylint: disable=wrong-import-position

HERE = "proof/eva"
JOBS = 2
LIMIT = 900  # seconds
ENTRIES = ("main", "main_havoc", "main_tree")
OPTIONS = ["-machdep", "gcc_x86_64", "-c11", "-eva", "-eva-precision", "1", "-warn-unsigned-downcast",
           "-eva-msg-key=-final-states,-initial-state"]
# The body of print is proved by WP.
KERNEL_OPTIONS = ["-eva-use-spec", "print"]
# The end of a text that is compared shows only when the loop is unrolled.
TREE_OPTIONS = ["-eva-slevel-function", "match:64"]
# What the tools get a copy of.
SUBJECTS = ("kernel/src", "kernel/abi", "system/loader")


def prepare(root, folder):
    """Kernel and loader of 'root' with the annotations that Eva is to look at; the same C otherwise."""
    shutil.rmtree(folder, ignore_errors=True)
    for top in SUBJECTS:
        for path, _, names in os.walk(f"{root}/{top}"):
            for name in names:
                if not name.endswith((".c", ".h")):
                    continue
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    text = file.read()
                reduced = source.for_eva(text)
                if source.without_comments(reduced) != source.without_comments(text):
                    raise report.Broken(f"{name}: more than annotations was taken away")
                target = os.path.join(folder, os.path.relpath(path, root), name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "w", encoding="utf-8") as file:
                    file.write(reduced)


def subject(entry, here, folder):
    """Flags of the preprocessor, files and options for one entry point."""
    kernel = folder + "/kernel"
    if entry == "main_tree":
        flags = [f"-iquote{folder}/system/loader", f"-I{kernel}/abi"]
        return flags, [f"{here}/tree.c", *source.reader_files(folder)], TREE_OPTIONS
    flags = [f"-iquote{kernel}/src", f"-I{kernel}/src", f"-I{kernel}/abi", f"-include{here}/csr.h"]
    without = "/boot/" if entry == "main_havoc" else "/check.c"
    files = [name for name in source.kernel_files(folder) if without not in name]
    return flags, [f"{here}/harness.c", f"{here}/machine.c", *files], KERNEL_OPTIONS


def analyse(root, entry, folder):
    """The report of one entry point over the sources of 'root'. Raises Broken."""
    here = os.path.abspath(HERE)
    folder = os.path.abspath(folder)
    prepare(root, folder + "/source")
    os.makedirs(folder + "/tmp", exist_ok=True)
    flags, files, options = subject(entry, here, folder + "/source")
    share = subprocess.run(["frama-c", "-print-share-path"], stdout=subprocess.PIPE, text=True, check=True).stdout
    command = ["frama-c", *OPTIONS, *options, *(f"-cpp-extra-args={flag}" for flag in flags), "-main", entry,
               *files, share.strip() + "/libc/__fc_builtin.c",
               "-metrics", "-metrics-eva-cover"]
    log = f"{folder}/{entry}.log"
    with open(log, "w", encoding="utf-8") as file:
        try:
            subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, timeout=LIMIT, check=False,
                           cwd=folder, env={**os.environ, "TMPDIR": folder + "/tmp"})
        except subprocess.TimeoutExpired as error:
            raise report.Broken(f"more than {LIMIT} seconds") from error
    shutil.rmtree(folder + "/tmp", ignore_errors=True)
    with open(log, encoding="utf-8") as file:
        return report.read(file.read())


def stand_ins():
    """Functions of the harness itself; what is reached of them does not matter."""
    names = set()
    for name in ("harness.c", "machine.c", "tree.c", "csr.h"):
        with open(f"{HERE}/{name}", encoding="utf-8") as file:
            names |= set(re.findall(r"^\w[\w *]*\b(\w+)\(", file.read(), re.M))
    return names


def expected_coverage(entry):
    """coverage.expected: entry | function | statements, or 'whole' | reason."""
    found = {}
    with open(f"{HERE}/coverage.expected", encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                where, function, lost, reason = (field.strip() for field in line.split("|"))
                if not reason:
                    raise report.Broken(f"coverage.expected: no reason for {function}")
                if where == entry or (where == "both" and entry != "main_tree"):
                    found[function] = -1 if lost == "whole" else int(lost)
    return found


def unhavocked():
    """State that the harness forgets to make unknown."""
    with open("kernel/src/state.h", encoding="utf-8") as file:
        state = set(re.findall(r"^extern [\w ]*?(\w+)(?:\[.*?\])?;", file.read(), re.M))
    with open(f"{HERE}/harness.c", encoding="utf-8") as file:
        unknown = set(re.findall(r"Frama_C_make_unknown\(\(char \*\)&?(\w+),", file.read()))
    return sorted(state - unknown) if state else ["nothing found in state.h"]


def check_entry(entry, folder):
    """A row of the table."""
    start = time.monotonic()
    wrong = []
    count = "no report"
    try:
        said = analyse(".", entry, f"{folder}/{entry}")
        count = f"{said.alarms} alarms, {said.valid} properties, {said.reached}/{said.statements} statements"
        if not said.quiet:
            wrong.append("the tool warned")
        if said.alarms or said.open:
            wrong.append(f"{said.alarms} alarms, {said.open} logical properties open")
        ours = {name: lost for name, lost in said.missed.items()
                if name not in stand_ins() and not name.startswith("Frama_C_")}
        known = expected_coverage(entry)
        wrong += [f"reached: {name}, expected {known.get(name, 0)} missing, found {ours.get(name, 0)} (-1: all)"
                  for name in sorted(set(ours) | set(known)) if ours.get(name, 0) != known.get(name, 0)]
    except report.Broken as error:
        wrong.append(str(error))
    if entry == "main_havoc":
        wrong += [f"state that is not made unknown: {name}" for name in unhavocked()]
    for line in wrong:
        print(f"  FAIL eva {entry}: {line} ({folder}/{entry}/{entry}.log)")
    print(f"  {'FAIL' if wrong else 'ok  '} eva {entry}: {count}", flush=True)
    return entry, not wrong, count, time.monotonic() - start


def bugs():
    """bugs.list: name ||| entry ||| file ||| text ||| replacement."""
    with open(f"{HERE}/bugs.list", encoding="utf-8") as file:
        return [[part.strip() for part in line.split("|||")] for line in file
                if line.strip() and not line.startswith("#")]


def check_bug(bug, folder):
    """A row: the copy with this bug raises something."""
    name, entry, path, text, replacement = bug
    start = time.monotonic()
    copy = f"{folder}/bugs/{name}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree("kernel", f"{copy}/kernel")
    shutil.copytree("system/loader", f"{copy}/system/loader")
    with open(f"{copy}/{path}", encoding="utf-8") as file:
        code = file.read()
    found = 0
    if code.count(text) != 1:
        count = f"{path} has no single '{text}'"
    else:
        with open(f"{copy}/{path}", "w", encoding="utf-8") as file:
            file.write(code.replace(text, replacement))
        try:
            said = analyse(copy, entry, f"{copy}/run")
            found = said.alarms + said.open
            count = f"{said.alarms} alarms, {said.open} properties"
        except report.Broken as error:
            count = str(error)
    print(f"  {'ok  ' if found else 'FAIL'} eva bug {name}: {count}", flush=True)
    return f"bug {name}", found > 0, count, time.monotonic() - start


def check_parser():
    """A row: the reader of reports refuses the stored bad ones."""
    start = time.monotonic()
    tests = unittest.defaultTestLoader.discover(HERE, pattern="test_*.py")
    outcome = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(tests)
    good = outcome.wasSuccessful() and outcome.testsRun > 0
    return "parser", good, f"{outcome.testsRun} tests", time.monotonic() - start


def main():
    folder = sys.argv[1]
    wanted = sys.argv[2:]
    os.makedirs(folder, exist_ok=True)
    rows = [check_parser()]
    chosen = [bug for bug in bugs() if not wanted or bug[0] in wanted]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        jobs = [pool.submit(check_entry, entry, folder) for entry in ENTRIES if not wanted or entry in wanted]
        jobs += [pool.submit(check_bug, bug, folder) for bug in chosen]
        rows += [job.result() for job in jobs]
    if not chosen and not wanted:
        rows.append(("bugs", False, "none seeded", 0))
    if wanted:
        return 0 if all(row[1] for row in rows) else 1
    return results.write(os.path.dirname(os.path.abspath(folder)), "eva", rows)


if __name__ == "__main__":
    sys.exit(main())
