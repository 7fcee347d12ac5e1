# SPDX-License-Identifier: BSD-2-Clause
"""Donation with reset: compiles the kernel's own C into a SPIN verifier (donation/) and runs it, and runs copies of
the kernel with one seeded bug each, which must be found. Lines of donation/variants.list."""
import glob
import os
import re
import shutil
import subprocess
import time

HERE = "proof/spin/donation"
KERNEL = ("state", "sched", "domain", "ready", "check", "stop", "object/create", "object/fault", "object/ipc",
          "object/notification", "object/queue", "object/reply", "object/refill", "object/sched_context", "object/tcb",
          "object/cap", "release/hooks")


def run(folder, command):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
                          check=False)
    return done.stdout


def verdict(report):
    """('clean' or what is broken, states); 'unreadable' if the search did not end as it should."""
    summary = re.search(r"^State-vector .*errors: (\d+)$", report, re.M)
    states = re.search(r"^\s*(\d+) states, stored", report, re.M)
    broken = re.search(r"^(?:broken: (.*) \(\d+\)|the kernel stopped itself)$", report, re.M)
    if broken:
        return broken.group(1) or "kernel stopped", 0
    if not summary or not states or "max search depth too small" in report or summary.group(1) != "0":
        return "unreadable", 0
    return "clean", int(states.group(1))


def explore(folder, who, edit):
    """'edit' is None or (file, text, replacement)."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree("kernel/src", f"{folder}/kernel/src")
    shutil.copytree("kernel/abi", f"{folder}/kernel/abi")
    for path in glob.glob(f"{HERE}/*"):
        shutil.copy(path, folder)
    shutil.copy(f"{HERE}/csr.h", f"{folder}/kernel/src/machine/csr.h")
    shutil.copy(f"{HERE}/limits.h", f"{folder}/kernel/abi/postern/limits.h")
    if edit:
        path, text, replacement = edit
        with open(f"{folder}/{path}", encoding="utf-8") as file:
            source = file.read()
        if source.count(text) != 1:
            return f"{path} has no single '{text}'", 0
        with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
            file.write(source.replace(text, replacement))
    sources = ["pan.c", "model.c", *(f"kernel/src/{name}.c" for name in KERNEL)]
    log = run(folder, ["spin", "-a", "donation.pml"])
    log += run(folder, ["gcc", "-O1", "-w", "-funsigned-char", "-DSAFETY", "-DCOLLAPSE", "-DVECTORSZ=12000",
                        f"-DWITH={who}", "-I.", "-Ikernel/src", "-Ikernel/abi", *sources, "-o", "pan"])
    try:
        report = run(folder, ["./pan", "-m200000", "-w20"])
    except (OSError, subprocess.TimeoutExpired) as error:
        report = str(error)
    with open(f"{folder}/log.txt", "w", encoding="utf-8") as file:
        file.write(log + report)
    return verdict(report)


def check(folder):
    """Rows for results.py."""
    rows = []
    with open(f"{HERE}/variants.list", encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        name, who, expected, *edit = (part.strip() for part in line.split("|||"))
        start = time.monotonic()
        said, states = explore(f"{folder}/donation/{name}", who, edit or None)
        good = said == expected and (said == "clean") == (not edit)
        print(f"  {'ok  ' if good else 'FAIL'} spin donation {name:26} {said} ({states} states)", flush=True)
        rows.append((f"donation {name}", good, f"{states} states" if not edit else f"found {said}",
                     time.monotonic() - start))
    return rows
