#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs every CBMC harness of harnesses.list, compares what it proved and reached with the list, and runs the
seeded bugs of mutants.list, each of which must be rejected.

usage: check.py ROOT FOLDER [--record] [--only TEXT]
--record writes the counts that were found into harnesses.list (for review); --only selects harnesses and bugs by name
and writes no result.
"""
import concurrent.futures
import os
import re
import sys
import time

sys.path.insert(0, "proof")
sys.path.insert(0, "proof/cbmc")
import frame  # pylint: disable=wrong-import-position
import results  # pylint: disable=wrong-import-position
import tools  # pylint: disable=wrong-import-position

LIST = f"{tools.HERE}/harnesses.list"
MUTANTS = f"{tools.HERE}/mutants.list"
# Stand-ins for the kernel's limits: CBMC's, and those of the donation model.
SMALL_LIMITS = (f"{tools.HERE}/small/postern/limits.h", "proof/spin/donation/limits.h")
WORKERS = 2


class Harness:
    """A line of the list: name | small or full | sources | options | checks | reached/locations | unreached in."""

    def __init__(self, line):
        fields = [field.strip() for field in line.split("|")]
        self.name, self.config = fields[0], fields[1]
        self.sources, self.options = expand(fields[2].split()), fields[3].split()
        self.checks, self.reached, self.unreached = fields[4], fields[5], fields[6].split()


def expand(names):
    """'K/x' is kernel/src/x.c, 'R/x' system/rings/src/x.c, all else proof/cbmc/x.c."""
    folders = {"K/": "kernel/src/", "R/": "system/rings/src/"}
    return [f"{folders[name[:2]]}{name[2:]}.c" if name[:2] in folders else f"{tools.HERE}/{name}.c" for name in names]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def linked(harness, tree):
    """Its goto program; with KERNEL, the whole kernel cut down by frame.py."""
    if harness.sources[1:] != expand(["KERNEL"]):
        return tree.link(harness.sources, harness.name)
    program = tree.link([harness.sources[0], f"{tools.HERE}/machine.c", *frame.sources(tree)], harness.name)
    return frame.cut(tree, program, {"invoke_untyped"})


def measure(harness, tree):
    """(checks, failures, 'reached/locations', functions with unreached locations)"""
    program = linked(harness, tree)
    checks, failures = tools.verify(tree.root, program, harness.options)
    reached, locations, missed = tools.cover(tree.root, program, harness.options)
    return checks, failures, f"{reached}/{locations}", sorted(set(missed))


def check_harness(harness, tree):
    start = time.monotonic()
    try:
        checks, failures, reached, missed = measure(harness, tree)
    except tools.Unreadable as error:
        print(f"  FAIL cbmc {harness.name}: {error}", flush=True)
        return (harness.name, False, "unreadable", time.monotonic() - start), None
    problems = list(failures)
    if str(checks) != harness.checks:
        problems.append(f"{checks} checks, expected {harness.checks}")
    if reached != harness.reached and not (harness.unreached == ["*"] and reached.split("/")[0] == harness.reached):
        problems.append(f"{reached} locations reached, expected {harness.reached}")
    if harness.unreached != ["*"] and missed != sorted(harness.unreached):
        problems.append(f"not reached in {' '.join(missed)}, expected {' '.join(sorted(harness.unreached))}")
    for problem in problems:
        print(f"  FAIL cbmc {harness.name}: {problem}", flush=True)
    seconds = time.monotonic() - start
    word = "FAIL" if problems else "ok  "
    print(f"  {word} cbmc {harness.name:28} {checks} checks, {reached} locations, {seconds:.1f} s", flush=True)
    found = None if failures else (checks, reached, missed)
    return (harness.name, not problems, f"{checks} checks, {reached} locations", seconds), found


def check_mutant(line, harnesses, root, folder):
    """name ||| harness, or frame ||| file ||| text ||| replacement ||| what must be said: part of a failed check's
    text, 'coverage', or part of a line of frame.py."""
    name, target, path, text, replacement, expected = (part.strip() for part in line.split("|||"))
    start = time.monotonic()
    small = target == "frame" or harnesses[target].config == "small"
    try:
        tree = tools.Tree(root, f"{folder}/mutants/{name}", small and target != "frame", (path, text, replacement))
        if target == "frame":
            said = frame.problems(tree)
        elif expected == "coverage":
            program = linked(harnesses[target], tree)
            reached, locations, _ = tools.cover(root, program, harnesses[target].options)
            said = ["coverage"] if f"{reached}/{locations}" != harnesses[target].reached else []
        else:
            program = linked(harnesses[target], tree)
            said = tools.verify(root, program, harnesses[target].options)[1]
    except tools.Unreadable as error:
        said = []
        print(f"  FAIL cbmc mutant {name}: {error}", flush=True)
    good = any(expected in one for one in said)
    seconds = time.monotonic() - start
    print(f"  {'ok  ' if good else 'FAIL'} cbmc mutant {name:24} {said[0] if said else 'survived'}", flush=True)
    return f"mutant {name}", good, f"{len(said)} objections", seconds


def limits(path):
    with open(path, encoding="utf-8") as file:
        return dict(re.findall(r"^#define (PN_\w+) +(\S+)", file.read(), re.M))


def check_limits(path):
    """The small limits have the names of the real ones, and their values but for sizes of pools and messages."""
    real, small = limits("kernel/abi/postern/limits.h"), limits(path)
    wrong = [name for name in sorted(real.keys() | small.keys())
             if name not in real or name not in small
             or (not name.startswith("PN_MAX_") or name == "PN_MAX_PERIOD_US") and real[name] != small[name]
             or name.startswith("PN_MAX_") and int(small[name], 0) > int(real[name], 0)]
    for name in wrong:
        print(f"  FAIL cbmc limits: {path}: {name} is {small.get(name)}, not {real.get(name)}", flush=True)
    return f"limits {path}", not wrong, f"{len(real)} names", 0.0


def record(found):
    with open(LIST, encoding="utf-8") as file:
        text = file.read()
    for name, (checks, reached, missed) in found.items():
        if len(missed) > 8:
            reached, missed = reached.split("/")[0], ["*"]
        line = rf"^({re.escape(name)} *\|[^|]*\|[^|]*\|[^|]*)\|[^|]*\|[^|]*\|.*$"
        text = re.sub(line, rf"\1| {checks} | {reached} | {' '.join(missed)}".rstrip(), text, flags=re.M)
    with open(LIST, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    root, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    os.makedirs(folder, exist_ok=True)
    harnesses = {harness.name: harness for harness in map(Harness, lines(LIST))}
    trees = {config: tools.Tree(root, f"{folder}/{config}", config == "small") for config in ("small", "full")}
    rows, found = [] if only else [check_limits(path) for path in SMALL_LIMITS], {}
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = {name: pool.submit(check_harness, one, trees[one.config])
                for name, one in harnesses.items() if only in name}
        structure = pool.submit(frame.check, trees["full"]) if only in "frame" else None
        mutants = [pool.submit(check_mutant, line, harnesses, root, folder) for line in lines(MUTANTS)
                   if only in line.split("|||")[0]]
        for name, job in jobs.items():
            row, numbers = job.result()
            rows.append(row)
            if numbers:
                found[name] = numbers
        if structure:
            rows.append(structure.result())
        rows += [job.result() for job in mutants]
    if "--record" in sys.argv:
        record(found)
    bad = [row[0] for row in rows if not row[1]]
    print(f"  cbmc: {len(jobs)} harnesses, {len(mutants)} mutants, {len(bad)} failed")
    if only:
        return 1 if bad or not rows else 0
    return results.write(os.path.dirname(os.path.abspath(folder)), "cbmc", rows)


if __name__ == "__main__":
    sys.exit(main())
