# SPDX-License-Identifier: BSD-2-Clause
"""Structure of the whole kernel's goto program: which functions write what seal makes read-only, whether a trap
can reach them past invoke(), and what of kernel/src/machine is called. All must be as frame.list says; the
authority harnesses rest on it where they put a stand-in in place of a function.

Taking the address of a fixed object counts as writing it, unless frame.list says 'looks': there the pointer is
one to const, and the compiler (-Wcast-qual) sees to it that it stays one.
"""
import glob
import os
import re
import time

import tools

LIST = f"{tools.HERE}/frame.list"
TRAPS = ("handle_call", "handle_reply_receive", "handle_syscall", "handle_exception", "handle_interrupt")
GATE = "invoke"
FIXED = r"fixed(?:_\w+)?"


def sources(tree):
    """The release kernel, boot and machine left out."""
    names = sorted(glob.glob(f"{tree.folder}/kernel/src/*.c") + glob.glob(f"{tree.folder}/kernel/src/object/*.c") +
                   glob.glob(f"{tree.folder}/kernel/src/release/*.c"))
    return [os.path.relpath(name, tree.folder) for name in names if not name.endswith("/check.c")]


def program(tree):
    """Text of the kernel's goto program, functions by name; made once a tree, whoever asks first."""
    return tree.once("frame", lambda: disassembled(tree))


def disassembled(tree):
    target = f"{tree.folder}/frame.gb"
    tools.run([f"{tree.root}/bin/goto-cc", *map(tree.compile, sources(tree)), "-o", target])
    text = tools.run([f"{tree.root}/bin/goto-instrument", "--show-goto-functions", target])
    functions = {}
    for name, body in re.findall(r"^(\S+) /\* \S+ \*/\n(.*?)(?=^\^|\Z)", text, re.M | re.S):
        functions.setdefault(plain(name), "")
        functions[plain(name)] += body
    if len(functions) < 100 or any(trap not in functions for trap in TRAPS):
        raise tools.Unreadable("the goto program lacks functions")
    return functions


def plain(name):
    """Copies of inline functions and of static functions of the same name are one."""
    return re.sub(r"\$link\d+$", "", name)


def called(body):
    names = set()
    for line in re.findall(r"^.*\bCALL (.*)$", body, re.M):
        match = re.match(r"(?:\S+ := )?([A-Za-z_][\w$]*)\(", line)
        if not match:
            raise tools.Unreadable(f"a call through a pointer: {line}")
        names.add(plain(match.group(1)))
    return names


def closure(calls, names):
    """'names' and everything that calls one of them, directly or not."""
    whole, grown = set(names), True
    while grown:
        more = {name for name, callees in calls.items() if callees & whole} - whole
        whole |= more
        grown = bool(more)
    return whole


def survey(tree, looks):
    """Functions of each kind: 'writes', 'looks', 'leads', 'machine' (see frame.list); 'around': traps from which a
    writer can be reached past invoke(); 'aside': what functions of the first and third kind call that changes
    anything but local variables and leads to no writer."""
    functions = program(tree)
    assigners = {name for name, body in functions.items() if re.search(rf"\bASSIGN {FIXED}\b", body)}
    takers = {name for name, body in functions.items() if re.search(rf"\baddress_of\({FIXED}\b", body)}
    writers = assigners | (takers - looks)
    calls = {name: called(body) for name, body in functions.items()}
    reached, todo = set(), list(TRAPS)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += calls.get(name, ())
    leading = closure(calls, writers)
    around = closure({name: callees - {GATE} for name, callees in calls.items() if name != GATE}, writers)
    changing = {name for name, body in functions.items() if re.search(r"\bASSIGN (ks\b|ks_|\*)", body)}
    outside = reached - set(functions)
    changing = closure(calls, changing | outside)
    beside = set().union(*(calls[name] for name in leading & reached)) & changing - leading
    return {"writes": writers, "looks": takers - writers, "leads": (leading & reached) - writers, "machine": outside,
            "around": around & set(TRAPS), "aside": beside & set(functions)}


def cut(tree, path, keep):
    """A copy of a goto program in which writers, unless in 'keep', must not be reached, and what leads to no writer
    only leaves anything in the invocation. What it does to threads does not matter: between it and a writer
    nothing is looked at but the invocation and the latch."""
    looks = {line.split()[1] for line in listed() if line.startswith("looks ")}
    kinds = survey(tree, looks)
    text = tools.run([f"{tree.root}/bin/goto-instrument", "--list-goto-functions", path])
    names = re.findall(r"^([A-Za-z_]\w*(?:\$link\d+)?)\b", text, re.M)
    forbidden = [name for name in names if plain(name) in kinds["writes"] - keep]
    aside = [name for name in names if plain(name) in kinds["aside"] - keep]
    removed = [argument for name in forbidden + aside for argument in ("--remove-function-body", name)]
    instrument = [f"{tree.root}/bin/goto-instrument"]
    tools.run([*instrument, *removed, path, path + ".1"])
    for step, group, body in (("1", forbidden, "assert-false-assume-false"), ("2", aside, "havoc,params:in")):
        pattern = "(" + "|".join(map(re.escape, group)) + ")"
        if group:
            tools.run([*instrument, "--generate-function-body", pattern, "--generate-function-body-options", body,
                       f"{path}.{step}", f"{path}.{int(step) + 1}"])
    return path + ".3"


def found(tree, looks):
    """What frame.list should say, as 'kind name'; functions of 'looks' may take addresses."""
    kinds = survey(tree, looks)
    return {f"{kind} {name}" for kind in ("writes", "looks", "machine", "around")
            for name in kinds[kind]}


def listed():
    with open(LIST, encoding="utf-8") as file:
        return {line.split("#")[0].strip() for line in file if line.split("#")[0].strip()}


def problems(tree):
    expected = listed()
    have = found(tree, {line.split()[1] for line in expected if line.startswith("looks ")})
    texts = [f"not in frame.list: {line}" for line in sorted(have - expected)]
    return texts + [f"in frame.list but gone: {line}" for line in sorted(expected - have)]


def check(tree):
    start = time.monotonic()
    try:
        said = problems(tree)
    except tools.Unreadable as error:
        said = [str(error)]
    for text in said:
        print(f"  FAIL cbmc frame: {text}", flush=True)
    count = len(listed())
    print(f"  {'FAIL' if said else 'ok  '} cbmc frame: {count} functions and calls of note", flush=True)
    return "frame", not said, f"{count} functions", time.monotonic() - start
