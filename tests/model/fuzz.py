#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fuzzing of the system calls with libFuzzer (tests/model/fuzz.c); TAP.

usage: fuzz.py                       the bounded run: every corpus file, then a fixed number of runs from a fixed seed
       fuzz.py --seconds N           a long run; new inputs stay in build/model/corpus
       fuzz.py --replay FILE         one input, as hex text or as libFuzzer wrote it
       fuzz.py --merge               the inputs of build/model/corpus that reach something new go to tests/model/corpus

The corpus is hex text, one input a file, named after its content.
"""
import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAM = Path("build/model/fuzz")
TEXT = Path("tests/model/corpus")
WORK = Path("build/model/corpus")
RUNS = 2500
LONGEST = 4096
SMALL = 700  # bytes of an input that goes into the tree


def to_bytes(path):
    content = path.read_bytes()
    try:
        return bytes.fromhex(content.decode("ascii"))
    except ValueError:
        return content


def to_text(data):
    line = data.hex()
    return "".join(line[i:i + 100] + "\n" for i in range(0, len(line), 100))


def unpack(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = sorted(TEXT.glob("*.hex"))
    for file in files:
        (folder / file.stem).write_bytes(to_bytes(file))
    return files


def fuzz(*arguments):
    command = ["setpriv", "--pdeathsig", "KILL", "--", PROGRAM, f"-max_len={LONGEST}", "-artifact_prefix=build/model/",
               *arguments]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", check=False)


def report(number, name, done):
    good = done.returncode == 0
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    if not good:
        for line in (done.stdout + done.stderr).splitlines()[-60:]:
            print(f"# {line}")
    return good


def bounded():
    folder = Path("build/model/corpus-bounded")
    files = unpack(folder)
    print("1..2")
    good = report(1, f"{len(files)} inputs of the corpus", fuzz("-runs=0", folder)) and len(files) > 20
    good = report(2, f"{RUNS} runs of the fuzzer, seed 1", fuzz(f"-runs={RUNS}", "-seed=1", folder)) and good
    return 0 if good else 1


def long_run(seconds):
    unpack(Path("build/model/corpus-bounded"))
    WORK.mkdir(parents=True, exist_ok=True)
    done = fuzz(f"-max_total_time={seconds}", "-print_final_stats=1", WORK, "build/model/corpus-bounded")
    print("\n".join(done.stderr.splitlines()[-(40 if done.returncode else 12):]))
    return done.returncode


def merge():
    fresh = Path("build/model/corpus-merged")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    unpack(Path("build/model/corpus-bounded"))
    done = fuzz("-merge=1", "-use_counters=0", f"-max_len={SMALL}", fresh, "build/model/corpus-bounded", WORK)
    if done.returncode != 0:
        print(done.stderr[-2000:])
        return 1
    TEXT.mkdir(exist_ok=True)
    for file in TEXT.glob("*.hex"):
        file.unlink()
    for file in fresh.iterdir():
        data = file.read_bytes()
        (TEXT / f"{hashlib.sha256(data).hexdigest()[:16]}.hex").write_text(to_text(data))
    print(f"{len(list(TEXT.glob('*.hex')))} inputs in {TEXT}")
    return 0


def replay(path):
    plain = Path("build/model/replay.bin")
    plain.write_bytes(to_bytes(path))
    done = fuzz(plain)
    print(done.stderr)
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--merge", action="store_true")
    arguments = parser.parse_args()
    if arguments.replay:
        return replay(arguments.replay)
    if arguments.merge:
        return merge()
    return long_run(arguments.seconds) if arguments.seconds else bounded()


if __name__ == "__main__":
    sys.exit(main())
