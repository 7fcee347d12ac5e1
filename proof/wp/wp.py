# SPDX-License-Identifier: BSD-2-Clause
"""Running Frama-C WP on one module's functions and reading its report; the lists of modules and seeded bugs."""
import dataclasses
import glob
import os
import re
import shutil
import subprocess

PROVERS = "z3,cvc4,cvc5"
SUBJECT = ("kernel", "system/rings")


class Broken(Exception):
    """A report or a list that cannot be believed."""


@dataclasses.dataclass
class Run:
    """Functions of a module that are proved together."""
    functions: list
    goals: int
    options: list

    def only(self, functions):
        """The same for some of them; how many goals that makes is not known."""
        return Run(functions, 0, self.options)


@dataclasses.dataclass
class Module:
    """One file of proof/wp/modules."""
    name: str
    source: str
    overflow: bool  # unsigned arithmetic must not wrap either
    runs: list
    dead: set  # smoke tests that fail by design


@dataclasses.dataclass
class Bug:
    """A line of bugs.list."""
    name: str
    module: str
    function: str
    path: str
    text: str
    replacement: str
    smoke: bool

    def run(self, module):
        """The run that the bug's function belongs to, of that function alone."""
        for run in module.runs:
            if self.function in run.functions:
                return Run([self.function], 0, run.options)
        raise Broken(f"module {module.name} has no function {self.function}")


@dataclasses.dataclass
class Report:
    """What WP said."""
    goals: set
    unproved: set
    doomed: set  # smoke tests that failed
    scheduled: int


def read_module(path):
    """Lines: 'source FILE'; 'overflow'; 'dead GOAL'; 'prove GOALS [OPTION ...]: FUNCTION ...'."""
    module = Module(os.path.basename(path)[:-len(".wp")], "", False, [], set())
    with open(path, encoding="utf-8") as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            word, _, rest = line.partition(" ")
            if word == "source":
                module.source = rest.strip()
            elif word == "overflow":
                module.overflow = True
            elif word == "dead":
                module.dead.add(rest.strip())
            elif word == "prove":
                head, _, functions = rest.partition(":")
                goals, *options = head.split()
                module.runs.append(Run(functions.split(), int(goals), options))
            elif line.strip() and not line.startswith("#"):
                raise Broken(f"{path}: '{line}'")
    if not module.source or not module.runs:
        raise Broken(f"{path}: no source or nothing to prove")
    return module


def modules(folder):
    """All modules, by name."""
    return [read_module(path) for path in sorted(glob.glob(f"{folder}/*.wp"))]


def bugs(path):
    """name ||| module ||| function ||| file ||| text ||| replacement; a name that begins with 'smoke-' must fail a
    smoke test, any other a goal."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, *rest = (part.strip() for part in line.split("|||"))
                found.append(Bug(name, *rest, name.startswith("smoke-")))
    return found


def seed(bug, copy):
    """A copy of the sources with the bug. Answer: its folder."""
    shutil.rmtree(copy, ignore_errors=True)
    for folder in SUBJECT:
        shutil.copytree(folder, f"{copy}/{folder}")
    with open(f"{copy}/{bug.path}", encoding="utf-8") as file:
        source = file.read()
    if source.count(bug.text) != 1:
        raise Broken(f"{bug.path} has no single '{bug.text}'")
    with open(f"{copy}/{bug.path}", "w", encoding="utf-8") as file:
        file.write(source.replace(bug.text, bug.replacement))
    return copy


def command(root, module, run, limit, smoke):
    """The command line for frama-c."""
    csr = os.path.abspath("proof/eva/csr.h")
    flags = [f"-iquote{root}/kernel/src", f"-I{root}/kernel/src", f"-I{root}/kernel/abi",
             f"-I{root}/system/rings/include", f"-include{csr}"]
    line = ["frama-c", "-machdep", "gcc_x86_64", "-c11", *(f"-cpp-extra-args={flag}" for flag in flags), "-wp",
            "-wp-rte", "-wp-par", "2", "-wp-timeout", str(limit), "-wp-prover", PROVERS, "-wp-cache", "none"]
    if module.overflow:
        line.append("-warn-unsigned-overflow")
    if smoke:
        line.append("-wp-smoke-tests")
    return [*line, *run.options, "-wp-fct", ",".join(run.functions), f"{root}/{module.source}"]


def analyse(root, module, run, log, limit, smoke=False):
    """Run WP; raises Broken unless its report is complete and agrees with itself."""
    environment = dict(os.environ, WHY3CONFIG=os.path.abspath("build/proof/wp/why3.conf"))
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "w", encoding="utf-8") as file:
        try:
            subprocess.run(command(root, module, run, limit, smoke), stdout=file, stderr=subprocess.STDOUT,
                           timeout=1800, check=False, env=environment)
        except subprocess.TimeoutExpired as error:
            raise Broken("no end") from error
    with open(log, encoding="utf-8") as file:
        return read_report(file.read(), run)


def read_report(text, run):
    """The report as sets of goals."""
    if re.search(r"User Error|aborted|annot-error|Fatal|Unexpected", text):
        raise Broken("frama-c gave up")
    for name in run.functions:
        if not re.search(rf"annotating function {name}$", text, re.M):
            raise Broken(f"function {name} was not looked at")
    scheduled = re.findall(r"^\[wp\] (\d+) goals? scheduled$", text, re.M)
    summary = re.findall(r"^\[wp\] Proved goals: +(\d+) / (\d+)", text, re.M)
    if len(scheduled) != 1 or len(summary) != 1:
        raise Broken("no summary")
    goals = set(re.findall(r"^\[wp\] \[[^\]]+\] Goal (\S+)", text, re.M))
    valid = set(re.findall(r"^\[wp\] \[[^\]]+\] Goal (\S+)(?: \([^)]*\))? : Valid", text, re.M))
    doomed = set(re.findall(r"^\[wp\] \[(?!Passed\])\w+\] Smoke-test (\S+)", text, re.M))
    proved, total = map(int, summary[0])
    if total != int(scheduled[0]) or proved > total:
        raise Broken("the summary does not agree with the goals")
    if proved != total - len(goals - valid) - len(doomed):
        raise Broken("the summary does not agree with the verdicts")
    return Report(goals, goals - valid, doomed, total)


def axioms():
    """Names of the axioms in the sources."""
    names = []
    for folder in SUBJECT:
        for path in sorted(glob.glob(f"{folder}/**/*.[ch]", recursive=True)):
            with open(path, encoding="utf-8") as file:
                names += re.findall(r"^\s*axiom (\w+)\s*:", file.read(), re.M)
    return names
