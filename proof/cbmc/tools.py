# SPDX-License-Identifier: BSD-2-Clause
"""CBMC for check.py: copies of the kernel to compile from, goto programs, and reports read without mercy."""
import os
import re
import shutil
import subprocess
import threading

HERE = "proof/cbmc"
TIMEOUT = 900


class Unreadable(Exception):
    """A tool did not end, or its report lacks what every report has."""


class Tree:
    """A copy of the sources of kernel and rings with the hart replaced, and with small pools if 'small'; 'edit' is a
    seeded bug (file, text, replacement)."""

    def __init__(self, root, folder, small, edit=None):
        self.root = root
        self.folder = folder
        self.made = {}
        self.locks = {}
        self.lock = threading.Lock()
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        shutil.copytree("kernel/src", f"{folder}/kernel/src")
        shutil.copytree("kernel/abi", f"{folder}/kernel/abi")
        shutil.copytree("system/rings", f"{folder}/system/rings")
        shutil.copytree(HERE, f"{folder}/{HERE}")
        shutil.copy(f"{HERE}/csr.h", f"{folder}/kernel/src/machine/csr.h")
        if small:
            shutil.copy(f"{HERE}/small/postern/limits.h", f"{folder}/kernel/abi/postern/limits.h")
        if edit:
            path, text, replacement = edit
            with open(f"{folder}/{path}", encoding="utf-8") as file:
                source = file.read()
            if source.count(text) != 1:
                raise Unreadable(f"{path} has no single '{text}'")
            with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
                file.write(source.replace(text, replacement))

    def once(self, name, make):
        """What make() gives; called once for a name, however many threads ask: they work in the same folder."""
        with self.lock:
            lock = self.locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self.made:
                self.made[name] = make()
            return self.made[name]

    def compile(self, name):
        """Goto program of one source file, compiled once. Same integers as the target, plain char unsigned."""
        return self.once(name, lambda: self.compiled(name))

    def compiled(self, name):
        target = f"{self.folder}/objects/{name}.gb"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        run([f"{self.root}/bin/goto-cc", "-funsigned-char", "-std=c11", f"-I{self.folder}/kernel/abi",
             f"-I{self.folder}/kernel/src", f"-I{self.folder}/system/rings/include", "-c", f"{self.folder}/{name}",
             "-o", target])
        return target

    def link(self, sources, entry):
        target = f"{self.folder}/{entry}.gb"
        objects = [self.compile(name) for name in sources]
        run([f"{self.root}/bin/goto-cc", "--function", entry, *objects, "-o", target])
        return target


def run(command, accept=(0,), timeout=TIMEOUT):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"no end after {timeout} s: {' '.join(command)}") from error
    if done.returncode not in accept:
        raise Unreadable(f"exit code {done.returncode}: {' '.join(command)}\n{done.stdout[-1500:]}")
    return done.stdout


def judge(report):
    """(checks, failed, texts of the failed) of a verification run."""
    last = re.search(r"^\*\* (\d+) of (\d+) failed", report, re.M)
    success = "VERIFICATION SUCCESSFUL" in report
    failure = "VERIFICATION FAILED" in report
    if not last or success == failure or success != (last.group(1) == "0"):
        raise Unreadable("no verdict")
    texts = [f"{name} {text}" for name, text in re.findall(r"^\[(\S+?)(?:\.\d+)?\] (.*): FAILURE$", report, re.M)]
    if len(texts) != int(last.group(1)):
        raise Unreadable("failures do not add up")
    return int(last.group(2)), texts


def coverage(report):
    """(reached, locations, functions with unreached locations) of a --cover location run."""
    last = re.search(r"^\*\* (\d+) of (\d+) covered", report, re.M)
    if not last:
        raise Unreadable("no coverage")
    missed = re.findall(r"^\[(\S+)\.coverage\.\d+\] .*: FAILED$", report, re.M)
    if int(last.group(2)) - int(last.group(1)) != len(missed):
        raise Unreadable("coverage does not add up")
    return int(last.group(1)), int(last.group(2)), missed


def verify(root, program, options):
    return judge(run([f"{root}/bin/cbmc", program, "--nondet-static", "--drop-unused-functions", *options],
                     accept=(0, 10)))


def cover(root, program, options):
    """Locations that some execution reaches: what cannot be reached is proved of nothing."""
    kept = [option for option in options if option not in ("--slice-formula", "--unwinding-assertions")]
    return coverage(run([f"{root}/bin/cbmc", program, "--nondet-static", "--drop-unused-functions", *kept, "--cover",
                         "location"], accept=(0, 10)))
