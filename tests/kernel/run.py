#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the kernel's test cases, each in a machine of its own, and count.

Each runs on the debug kernel and again on the probe kernel, which has no fast paths: both must do the same. A case has
passed when the root task says so on the debug console; silence, a stopped kernel or a timeout is a failure. Words in
brackets behind a name say otherwise: "[probe]" runs on the probe kernel alone, "[release]" on the release kernel,
"[probe, stops: REASON, at SYMBOL]" passes when the kernel stops with this reason and names the address of that symbol
of its own, which the case gets as its parameter. "bench: " cases run on the release kernel, "example: " cases are root
tasks of their own that must print their last lines, "boot: stops" cases are boots that must fail (boots.py), "binary: "
cases look at the kernels' program files (binaries.py) and at the manual (manual.py).
"""
import argparse
import concurrent.futures
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import binaries  # noqa: E402
from boots import BOOTS  # noqa: E402
import manual  # noqa: E402

STUB = 0x80200000
DESCRIPTOR = 0x80201000
KERNEL = 0x80400000
ROOT = 0x80A00000
CASE = 0x80F00000
CASE_VADDR = 0x3F000000
RAM = 0x80000000
RAM_MIB = 64
PAGE = 0x1000
# The machine, as the loader would find it in QEMU's device tree.
TIMEBASE = 10000000
CLINT, CLINT_SIZE = 0x2000000, 0x10000
PLIC, PLIC_SIZE, PLIC_CONTEXT, IRQ_SOURCES = 0xC000000, 0x600000, 1, 96
PHYSICAL_TOP = 1 << 56
MAX_UNTYPEDS = 64
READ, WRITE, EXEC = 1, 2, 4
TIMEOUT = 300  # seconds; a case takes less than one of an idle host
# Cases with this in their name reset the machine and go on in its next boot; all others end at a reset.
RESET = "resets the machine"
EXAMPLES = {
    "example: runtime mode": ("runtime-mode", (
        "fault at 0x0000000030000000, page mapped\nworker read 0x0000000000000028, page taken away\n"
        "fault at 0x0000000030000000, page mapped\nworker read 0x0000000000000029, page taken away\n"
        "fault at 0x0000000030000000, page mapped\nworker read 0x000000000000002a, page taken away\n"
        "runtime mode: done\n\nhalted by user code, exit code 0\n")),
}


def symbols(elf):
    out = subprocess.run(["riscv64-unknown-elf-nm", elf], check=True, capture_output=True, text=True).stdout
    return {f[2]: int(f[0], 16) for f in (line.split() for line in out.splitlines()) if len(f) == 3}


class Machine:
    """The files and addresses that all cases share."""

    def __init__(self, build, kernel_config, root="root", change=None):
        self.tests = os.path.join(build, "kernel-tests")
        self.root_name = root
        self.change = change
        self.suffix = ""
        self.kernel = os.path.join(build, kernel_config, "kernel", "kernel.bin")
        self.root = symbols(os.path.join(self.tests, root + ".elf"))
        self.symbols = kernel = symbols(os.path.join(build, kernel_config, "kernel", "kernel.elf"))
        self.kernel_size = kernel["__image_end"] - kernel["__image_start"]
        self.config = kernel_config

    def descriptor(self):
        start, data, end = (self.root[s] for s in ("root_start", "root_data", "root_end"))
        segments = [(ROOT, start, data - start, READ | EXEC), (ROOT + data - start, data, end - data, READ | WRITE)]
        segments += [(CASE, CASE_VADDR, PAGE, READ)]
        segments += [(0, 0, 0, 0)] * (8 - len(segments))
        words = [0x32544F4F424E5450, 0, KERNEL, self.kernel_size, self.root["_start"], 0, 3]
        words += [word for each in segments for word in each]
        words += [TIMEBASE, PLIC, PLIC_SIZE, PLIC_CONTEXT, IRQ_SOURCES, 1, 1]
        untypeds = self.untypeds(end - start)
        words += [len(untypeds)] + [word for each in untypeds for word in each]
        words += [0] * 3 * (MAX_UNTYPEDS - len(untypeds))
        words[1] = 8 * len(words)
        if self.change:
            self.change(words)
        return struct.pack("<%dQ" % len(words), *words)

    def untypeds(self, root_size):
        """What nobody uses: address, size, whether it is a device."""
        ram_end = RAM + RAM_MIB * 1024 * 1024
        free = [(STUB, KERNEL), (KERNEL + self.kernel_size, ROOT), (ROOT + root_size, CASE), (CASE + PAGE, ram_end)]
        devices = [(0, CLINT), (CLINT + CLINT_SIZE, PLIC), (PLIC + PLIC_SIZE, RAM), (ram_end, PHYSICAL_TOP)]
        return [(start, end - start, kind) for kind, ranges in enumerate((free, devices)) for start, end in ranges]

    def command(self, case, parameter=0, again=False):
        """How one case is run (None: list them); 'again': the machine may reset (QEMU hangs at times
        when it does so while it counts instructions)."""
        path = self.descriptor_path()
        root = os.path.join(self.tests, self.root_name + ".bin")
        number = 0xFFFFFFFFFFFFFFFF if case is None else case
        return [
            "qemu-system-riscv64", "-M", "virt", "-smp", "1", "-m", "%dM" % RAM_MIB, "-display", "none", "-monitor",
            "none", "-serial", "stdio", *([] if again else ["-no-reboot", "-icount", "shift=0,sleep=off"]), "-kernel",
            os.path.join(self.tests, "stub.bin"),
            "-device", "loader,file=%s,addr=%#x,force-raw=on" % (path, DESCRIPTOR),
            "-device", "loader,file=%s,addr=%#x,force-raw=on" % (self.kernel, KERNEL),
            "-device", "loader,file=%s,addr=%#x,force-raw=on" % (root, ROOT),
            "-device", "loader,addr=%#x,data=%#x,data-len=8" % (CASE, number),
            "-device", "loader,addr=%#x,data=%#x,data-len=8" % (CASE + 8, parameter),
        ]

    def boot(self, case, parameter=0, again=False):
        """Its console output."""
        command = self.command(case, parameter, again)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
            return done.stdout.decode("ascii", "replace") + done.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as e:
            return (e.stdout or b"").decode("utf-8", "replace") + "\ntimeout"

    def descriptor_path(self):
        return os.path.join(self.tests, "descriptor-%s-%s%s.bin" % (self.config, self.root_name, self.suffix))

    def prepare(self):
        with open(self.descriptor_path(), "wb") as f:
            f.write(self.descriptor())


MARKS = re.compile(r" \[(\w+)(?:, stops: (.*?), at (\w+))?\]$")


def marked_kernel(name):
    """Which kernel a case needs; for an example or a boot that must fail, its own machine."""
    marks = MARKS.search(name)
    if marks:
        return marks[1]
    return "release" if name.startswith("bench: ") else name if name in EXAMPLES or name in BOOTS else "debug"


def judge(name, output, address):
    """Whether the console of a case says that it passed; 'address' is that of the symbol in its name, if any."""
    output = output.replace("\r", "")
    if name in EXAMPLES:
        return output.endswith(EXAMPLES[name][1])
    if name in BOOTS:
        return "\nPostern stopped: %s\n" % BOOTS[name][1] in output and "\n@" not in output
    if address:
        reason = re.escape(MARKS.search(name)[2])
        stop = r"^Postern stopped: %s \(pc, address\) 0x[0-9a-f]{16} 0x%016x$" % (reason, address)
        stopped = re.search(stop, output, re.M)
        return stopped is not None and "@pass" not in output and "check failed" not in output
    return "@case" not in output and "\n@pass" in output and "Postern stopped" not in output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/qemu_virt_riscv64")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="print the console of every case")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    if not options.no_build:
        board = os.path.basename(os.path.normpath(options.build))
        subprocess.run(["make", "--no-print-directory", "BOARD=" + board, "kernel-tests"], check=True,
                       stdout=subprocess.DEVNULL)
    machine = Machine(options.build, "debug")
    machine.prepare()
    listing = machine.boot(None)
    names = re.findall(r"@case (.*?)\r?\n", listing)
    if not names:
        print(listing)
        print("the test image lists no cases\n0 passed, 1 failed")
        return 1
    names += [*EXAMPLES, *BOOTS]
    chosen = [(i, n, marked_kernel(n)) for i, n in enumerate(names) if options.only in n]
    chosen += [(i, n, "probe") for i, n, kernel in chosen if kernel == "debug"]
    machines = {"release": Machine(options.build, "release"), "probe": Machine(options.build, "probe")}
    machines.update((name, Machine(options.build, "debug", root)) for name, (root, _) in EXAMPLES.items())
    for i, (name, (change, _)) in enumerate(BOOTS.items()):
        machines[name] = Machine(options.build, "release", "root", change)
        machines[name].suffix = "-%d" % i
    for other in machines.values():
        other.prepare()

    passed = failed = 0
    for name, check in (*binaries.checks(Path(options.build)), *manual.checks(names)):
        if options.only in name:
            problem = check()
            passed += problem is None
            failed += problem is not None
            print("ok " + name if problem is None else f"FAILED {name}\n      | {problem}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def run(item):
            number, name, kernel = item
            marks = MARKS.search(name)
            chosen_machine = machines.get(kernel, machine)
            address = chosen_machine.symbols[marks[3]] if marks and marks[3] else 0
            output = chosen_machine.boot(number, address, RESET in name)
            return output, judge(name, output, address)

        for (_, name, kernel), (output, good) in zip(chosen, pool.map(run, chosen)):
            passed += good
            failed += not good
            again = " (without fast paths)" if kernel == "probe" and not MARKS.search(name) else ""
            print(("ok " if good else "FAILED ") + name + again)
            for figure, value in re.findall(r"@figure (\S+) (\d+)", output):
                print("        %-40s %s" % (figure, value))
            if not good or options.verbose:
                text = output.split("MEDELEG")[-1].splitlines()[1:]
                print("\n".join("      | " + line for line in text if line.strip()))
            sys.stdout.flush()
    print("%d passed, %d failed" % (passed, failed))
    return 0 if failed == 0 and passed >= len(chosen) and passed else 1


if __name__ == "__main__":
    sys.exit(main())
