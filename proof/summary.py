#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table at the end of `make prove`. Fails when a registered part has no result, a failed check or a result that
cannot be read, and when a result comes from a part that nobody registered.

usage: summary.py LIST FOLDER     the table
       summary.py --parts LIST    the names of the parts
"""
import glob
import os
import sys

import results


def rows_of(part, folder):
    """Printable rows (part, check, verdict, count, seconds)."""
    try:
        rows = results.read(folder, part)
    except results.Broken as error:
        return [(part, "-", "FAILED", str(error), 0.0)]
    return [(part, check, "ok" if good else "FAILED", count, seconds) for check, good, count, seconds in rows]


def table(listing, folder):
    """Print the table; answer the number of failures."""
    rows = []
    known = results.parts(listing)
    for part in known:
        rows += rows_of(part, folder)
    for path in sorted(glob.glob(os.path.join(folder, "*.result"))):
        part = os.path.basename(path)[:-len(".result")]
        if part not in known:
            rows.append((part, "-", "FAILED", f"not in {listing}", 0.0))
    wide = max(len(f"{part} {check}") for part, check, *_ in rows)
    much = max(len(row[3]) for row in rows)
    print(f"\n  {'target':{wide}}  {'result':6}  {'count':{much}}  seconds")
    for part, check, verdict, count, seconds in rows:
        print(f"  {part + ' ' + check:{wide}}  {verdict:6}  {count:{much}}  {seconds:7.1f}")
    bad = sum(row[2] != "ok" for row in rows)
    print(f"  {len(rows) - bad} ok, {bad} failed, {sum(row[4] for row in rows):.0f} s\n")
    return bad


def main():
    try:
        if len(sys.argv) == 3 and sys.argv[1] == "--parts":
            print(" ".join(results.parts(sys.argv[2])))
            return 0
        listing, folder = sys.argv[1:]
        return 1 if table(listing, folder) else 0
    except results.Broken as error:
        print(f"  FAIL prove: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
