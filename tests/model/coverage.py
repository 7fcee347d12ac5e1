#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which lines and branches of the kernel the random runs reach: a table, and every line that was not reached.

usage: coverage.py BUILD SOURCE...
Fails if decode or the refills have an unreached line that tests/model/unreached.list does not explain.
"""
import json
import subprocess
import sys
from pathlib import Path

SEEDS = "600"
LIST = Path("tests/model/unreached.list")
# All of it is to be reached.
WHOLE = ("kernel/src/syscall.c", "kernel/src/invoke", "kernel/src/object/refill.c", "kernel/src/fast/")


def counts(build, source):
    """Line number to (count, branches taken, branches) of one file."""
    folder = Path(build, "coverage", source).parent
    data = folder / Path(source).with_suffix(".gcda").name
    out = subprocess.run(["gcov", "-b", "--json-format", "--stdout", str(data)], capture_output=True, text=True, check=True)
    lines = {}
    for file in json.loads(out.stdout)["files"]:
        if file["file"] != source:
            continue
        for line in file["lines"]:
            count, taken, branches = lines.get(line["line_number"], (0, 0, 0))
            real = [b for b in line["branches"] if not b["throw"]]
            lines[line["line_number"]] = (count + line["count"], taken + sum(b["count"] > 0 for b in real),
                                          branches + len(real))
    return lines


def explained():
    """(file, text of the line) to the reason why it cannot be reached."""
    known = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            path, text, reason = (part.strip() for part in line.split("|||"))
            known[path, text] = reason
    return known


def main():
    build, sources = sys.argv[1], sys.argv[2:]
    for data in Path(build, "coverage").rglob("*.gcda"):
        data.unlink()
    subprocess.run([f"{build}/model_coverage", "--count", SEEDS], check=True)
    subprocess.run([f"{build}/model_coverage", "--count", "100", "--drift", "3"], check=True)
    known, used, bad = explained(), set(), 0
    total = [0, 0, 0, 0]
    print(f"{'file':<42} {'lines':>13}  {'branches':>13}")
    missed = []
    for source in sorted(sources):
        lines = counts(build, source)
        text = Path(source).read_text().splitlines()
        row = [sum(c > 0 for c, _, _ in lines.values()), len(lines), sum(t for _, t, _ in lines.values()),
               sum(b for _, _, b in lines.values())]
        total = [a + b for a, b in zip(total, row)]
        print(f"{source:<42} {show(row[0], row[1])}  {show(row[2], row[3])}")
        for number, (count, _, _) in sorted(lines.items()):
            if count == 0:
                key = source, text[number - 1].strip()
                used.add(key)
                must = source.startswith(WHOLE) and key not in known
                bad += must
                missed.append(f"{'NOT REACHED' if must else 'not reached'} {source}:{number}: {key[1]}"
                              + (f"   ({known[key]})" if key in known else ""))
    print(f"{'all':<42} {show(total[0], total[1])}  {show(total[2], total[3])}")
    print("\n".join(missed))
    for key in sorted(set(known) - used):
        print(f"reached now, take it off {LIST}: {key[0]}: {key[1]}")
        bad += 1
    return 1 if bad else 0


def show(part, whole):
    return f"{part:4d}/{whole:<4d} {100 * part // whole if whole else 100:3d}%"


if __name__ == "__main__":
    sys.exit(main())
