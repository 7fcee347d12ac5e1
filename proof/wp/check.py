#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Proves the contracts of proof/wp/modules with Frama-C WP and compares the goals with the expected numbers; then
checks that copies with one seeded bug each are rejected.

usage: check.py FOLDER [--smoke] [MODULE ...]     PROVE_MODE=cold: smoke tests and three times the time limits as well
--smoke: smoke tests of the contracts alone, and no result.
Exit codes of the tool say nothing: its report is read, and one that cannot be read is a failure.
"""
import concurrent.futures
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, "proof")
sys.path.insert(0, "proof/wp")
import results  # pylint: disable=wrong-import-position
import wp  # pylint: disable=wrong-import-position

HERE = "proof/wp"
JOBS = 1


def open_goals():
    """unproved.list: {(module, goal)}; reason and substitute must be there."""
    found = set()
    with open(f"{HERE}/unproved.list", encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                module, goal, reason, substitute = (field.strip() for field in line.split("|"))
                if not reason or not substitute:
                    raise wp.Broken(f"unproved.list: {goal}: reason or substitute is missing")
                found.add((module, goal))
    return found


def belongs(goal, name):
    """True for a goal of this function, in either memory model."""
    return goal.startswith((f"typed_{name}_", f"typed_cast_{name}_"))


def judge(module, run, report, accepted):
    """What is wrong with a run's report, as lines."""
    wrong = []
    if report.scheduled != run.goals:
        wrong.append(f"{report.scheduled} goals, expected {run.goals}")
    wrong += [f"not proved: {goal}" for goal in sorted(report.unproved - accepted)]
    wrong += [f"proved now, take it off unproved.list: {goal}" for goal in sorted(accepted - report.unproved)
              if any(belongs(goal, name) for name in run.functions)]
    if not module.overflow and any("unsigned_overflow" in goal for goal in report.goals):
        wrong.append("unsigned overflow was checked, against the module's list")
    return wrong


def prove_run(module, number, folder, limit):
    """Prove one line of a module: each prover soon gives way to the next; then functions with goals that failed get a
    second try with all the time."""
    run = module.runs[number]
    log = f"{folder}/{module.name}-{number}"
    report = wp.analyse(".", module, run, log + ".log", limit // 4)
    slow = set()
    again = report.unproved - {goal for name, goal in open_goals() if name == module.name}
    functions = [name for name in run.functions if any(belongs(goal, name) for goal in again)]
    if functions:
        second = wp.analyse(".", module, run.only(functions), log + "-again.log", limit)
        slow = again & second.goals - second.unproved
        report.unproved -= slow
    return report, slow


def prove_module(module, folder, limit):
    """A row of the table."""
    start = time.monotonic()
    accepted = {goal for name, goal in open_goals() if name == module.name}
    wrong = []
    slow = set()
    goals = 0
    for number, run in enumerate(module.runs):
        try:
            report, unsteady = prove_run(module, number, folder, limit)
            wrong += judge(module, run, report, accepted)
            goals += len(report.goals) - len(report.unproved)
            slow |= unsteady
        except wp.Broken as error:
            wrong.append(f"{error} ({folder}/{module.name}-{number}.log)")
    for line in wrong:
        print(f"  FAIL wp {module.name}: {line}")
    for goal in sorted(slow):
        print(f"  SLOW wp {module.name}: {goal} needed a second try")
    seconds = time.monotonic() - start
    note = f", {len(slow)} slow" if slow else ""
    print(f"  {'FAIL' if wrong else 'ok  '} wp {module.name:12} {goals} goals{note}, {seconds:.0f} s", flush=True)
    return module.name, not wrong, f"{goals} goals{note}", seconds


def smoke_module(module, folder, limit):
    """A row: no precondition of the module contradicts itself and no annotated code is dead."""
    start = time.monotonic()
    doomed = set()
    tests = 0
    good = True
    for number, run in enumerate(module.runs):
        try:
            report = wp.analyse(".", module, run, f"{folder}/{module.name}-{number}-smoke.log", limit, smoke=True)
            doomed |= report.doomed - module.dead
            tests += report.scheduled - run.goals
        except wp.Broken as error:
            print(f"  FAIL wp {module.name}: {error}")
            good = False
    for goal in sorted(doomed):
        print(f"  FAIL wp {module.name}: smoke test {goal}")
    good = good and not doomed and tests > 0
    seconds = time.monotonic() - start
    print(f"  {'ok  ' if good else 'FAIL'} wp smoke {module.name:12} {tests} tests, {seconds:.0f} s", flush=True)
    return f"{module.name} smoke", good, f"{tests} tests", seconds


def check_bug(bug, modules, folder, limit):
    """A row: the copy with this bug is rejected."""
    start = time.monotonic()
    module = modules[bug.module]
    try:
        copy = wp.seed(bug, f"{folder}/bugs/{bug.name}")
        report = wp.analyse(copy, module, bug.run(module), f"{copy}/log.txt", limit, smoke=bug.smoke)
        caught = report.doomed if bug.smoke else report.unproved - {goal for _, goal in open_goals()}
        count = f"{len(caught)} {'smoke tests' if bug.smoke else 'goals'} fail"
    except wp.Broken as error:
        caught, count = set(), str(error)
    print(f"  {'ok  ' if caught else 'FAIL'} wp bug {bug.name}: {count}", flush=True)
    return f"bug {bug.name}", bool(caught), count, time.monotonic() - start


def check_axioms():
    """A row: each axiom that the proofs use has a CBMC harness of its name."""
    names = wp.axioms()
    missing = [name for name in names if not os.path.exists(f"proof/cbmc/axioms/{name}.c")]
    for name in missing:
        print(f"  FAIL wp: axiom {name} has no harness proof/cbmc/axioms/{name}.c")
    return "axioms", not missing, f"{len(names)} axioms", 0.0


def main():
    folder = sys.argv[1]
    wanted = [name for name in sys.argv[2:] if name != "--smoke"]
    only_smoke = "--smoke" in sys.argv
    cold = os.environ.get("PROVE_MODE") == "cold"
    limit = 120 if cold else 40
    modules = {module.name: module for module in wp.modules(f"{HERE}/modules")}
    bugs = wp.bugs(f"{HERE}/bugs.list")
    if wanted:
        bugs = [bug for bug in bugs if bug.module in wanted]
    chosen = [module for module in modules.values() if not wanted or module.name in wanted]
    if only_smoke:
        rows = [smoke_module(module, folder, 5) for module in chosen]
        return 0 if rows and all(row[1] for row in rows) else 1
    bare = {module.name for module in chosen} - {bug.module for bug in bugs}
    tasks = [(prove_module, (module, folder, limit)) for module in chosen]
    tasks += [(check_bug, (bug, modules, folder, 5)) for bug in bugs]
    if cold:
        tasks += [(smoke_module, (module, folder, 5)) for module in chosen]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        rows = [future.result() for future in [pool.submit(task, *arguments) for task, arguments in tasks]]
    rows.append(check_axioms())
    if not chosen or bare:
        print(f"  FAIL wp: no module, or modules without a seeded bug: {sorted(bare)}")
        rows.append(("seeded bugs", False, "not for every module", 0.0))
    if wanted:
        return 0 if all(row[1] for row in rows) else 1
    return results.write(os.path.dirname(os.path.abspath(folder)), "wp", rows)


if __name__ == "__main__":
    sys.exit(main())
