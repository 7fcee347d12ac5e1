# SPDX-License-Identifier: BSD-2-Clause
"""Results of the parts of `make prove`: one file a part, one line a check: part|check|ok or FAILED|count|seconds.

A part collects rows (check, good, count, seconds) and calls write() once, at its very end: a part that dies leaves
no result, which the table counts as a failure.
"""
import os


class Broken(Exception):
    """A result file that cannot be believed."""


def write(folder, part, rows):
    """Write folder/<part>.result. 'count' says what was counted ("0 alarms", "68 goals"); seconds is a number.
    Answer: 0 if there is a row and all are good, for the exit code."""
    text = ""
    for check, good, count, seconds in rows:
        text += f"{part}|{check}|{'ok' if good else 'FAILED'}|{count}|{seconds:.1f}\n"
    path = os.path.join(folder, part + ".result")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return 0 if rows and all(row[1] for row in rows) else 1


def read(folder, part):
    """The rows of a part as (check, good, count, seconds). Raises Broken if there is anything to doubt."""
    path = os.path.join(folder, part + ".result")
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise Broken("no result") from error
    rows = []
    for line in lines:
        fields = line.split("|")
        if len(fields) != 5 or fields[0] != part or fields[2] not in ("ok", "FAILED") or not fields[1]:
            raise Broken(f"cannot be read: '{line}'")
        try:
            rows.append((fields[1], fields[2] == "ok", fields[3], float(fields[4])))
        except ValueError as error:
            raise Broken(f"cannot be read: '{line}'") from error
    if not rows:
        raise Broken("empty result")
    if len({row[0] for row in rows}) != len(rows):
        raise Broken("a check appears twice")
    return rows


def parts(listing):
    """Names of the registered parts, in order."""
    with open(listing, encoding="utf-8") as file:
        names = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    if not names or len(set(names)) != len(names):
        raise Broken(f"{listing}: no parts, or one twice")
    return names
