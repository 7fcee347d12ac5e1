#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Ties the sign-off page to the source that was proved: a hash of each file, preprocessed as for the build and without
comments.

usage: signoff.py check LOCK                     fails when the source is not the one that was signed off
       signoff.py write LOCK PAGE PARTS FOLDER   after a complete run: new hashes, and its figures into the page
"""
import datetime
import glob
import hashlib
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import results
import source

COMPILER = "riscv64-unknown-elf-gcc"
FLAGS = ["-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "--specs=picolibc.specs", "-ffreestanding",
         "-std=c11", "-O2", "-E", "-P",
         "-Ikernel/abi", "-Ikernel/src", "-Isystem/rings/include", "-Isystem/rings/src", "-Isystem/loader"]
BEGIN = "<!-- figures: written by make prove-signoff -->"
END = "<!-- end of figures -->"


def hashes():
    """{file: hash} of every file that a proof looks at."""
    found = {}
    for path in (*source.kernel_files("."), *source.reader_files("."), *sorted(glob.glob("system/rings/src/*.c"))):
        done = subprocess.run([COMPILER, *FLAGS, path], stdout=subprocess.PIPE, text=True, check=True)
        text = " ".join(done.stdout.split())
        found[path.removeprefix("./")] = hashlib.sha256(text.encode()).hexdigest()
    if not found:
        raise results.Broken("no source found")
    return found


def recorded(lock):
    """What the lock file says."""
    with open(lock, encoding="utf-8") as file:
        pairs = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {path: digest for digest, path in pairs}


def check(lock):
    """0, or 1 when a hash differs."""
    now, then = hashes(), recorded(lock)
    stale = sorted(path for path in set(now) | set(then) if now.get(path) != then.get(path))
    for path in stale:
        print(f"  changed since the sign-off: {path}")
    if stale:
        print("  sign-off is stale: run make prove-signoff")
        return 1
    print(f"  sign-off: {len(now)} files as signed off")
    return 0


def commit():
    """Name of the commit, and whether the tree differs from it in what is proved."""
    done = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], stdout=subprocess.PIPE, text=True, check=True)
    dirty = subprocess.run(["git", "status", "--porcelain", "kernel", "system/rings", "proof"], stdout=subprocess.PIPE,
                           text=True, check=True).stdout.strip()
    return done.stdout.strip() + (", with uncommitted changes" if dirty else "")


def figures(parts, folder):
    """The page's table: every check of the run."""
    mode = os.environ.get("PROVE_MODE", "quick")
    lines = [BEGIN, "", f"{mode.capitalize()} run of {datetime.date.today().isoformat()} at commit {commit()}.", "",
             "| Part | Check | Result | Seconds |", "|---|---|---|--:|"]
    total = 0.0
    for part in parts:
        for name, good, count, seconds in results.read(folder, part):
            if not good:
                raise results.Broken(f"{part} {name} failed: nothing is signed off")
            lines.append(f"| {part} | {name} | {count} | {seconds:.0f} |")
            total += seconds
    return "\n".join(lines + ["", f"Sum: {total:.0f} seconds.", "", END])


def write(lock, page, listing, folder):
    """Record a complete run."""
    text = figures(results.parts(listing), folder)
    with open(page, encoding="utf-8") as file:
        old = file.read()
    if old.count(BEGIN) != 1 or old.count(END) != 1 or old.index(END) < old.index(BEGIN):
        raise results.Broken(f"{page} has no place for the figures")
    with open(lock, "w", encoding="utf-8") as file:
        file.write("# Hashes of the proved files, preprocessed and without comments: make prove-signoff writes them.\n")
        file.writelines(f"{digest}  {path}\n" for path, digest in sorted(hashes().items()))
    with open(page, "w", encoding="utf-8") as file:
        file.write(old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):])
    print(f"  sign-off: {page} and {lock} describe this run")
    return 0


def main():
    try:
        if sys.argv[1] == "check" and len(sys.argv) == 3:
            return check(sys.argv[2])
        if sys.argv[1] == "write" and len(sys.argv) == 6:
            return write(*sys.argv[2:])
    except (results.Broken, OSError, subprocess.CalledProcessError) as error:
        print(f"  FAIL sign-off: {error}")
        return 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
