# SPDX-License-Identifier: BSD-2-Clause
"""Instructions that the whole gateway executes: while it boots, and for each reading in steady state."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

import readings
from figures import BenchError, Measured, median_of
from postern_lib.gateway import Gateway, Settings
from postern_lib.judge import QUANTITIES
from probe import BREAKING, COUNTING, Counter, Debugger

FIRMWARE_JUMPS_TO = 0x80200000  # where the firmware enters the image: the loader's first instruction
BOOTS = 3
STEADY_SAMPLES = 12
WARM_UP_SAMPLES = 3
NEVER_RETURNS = {"pulse"}  # its init() is all it does


@contextmanager
def _machine(board: str, image: Path | None = None) -> Iterator[tuple[Gateway, Counter, Debugger]]:
    """A gateway with its peers, standing before its first instruction."""
    with Gateway(Settings(board=board, config="release", image=image)) as gateway:
        gateway.compose()
        gateway.start_peers()
        gateway.start_machine([*COUNTING, *BREAKING])
        debugger, counter = Debugger(gateway.folder.path), Counter(gateway.folder.path)
        try:
            yield gateway, counter, debugger
        finally:
            counter.close()
            debugger.close()


def _count_at(debugger: Debugger, counter: Counter, address: int) -> int:
    """Goes on to an address that nothing else can execute."""
    debugger.set(address)
    if (pc := debugger.run()) != address:
        raise BenchError(f"the machine stopped at {pc:#x}, not at {address:#x}")
    debugger.clear(address)
    return counter.now()


def _tool(name: str, *arguments: str | Path) -> str:
    done = subprocess.run([f"riscv64-unknown-elf-{name}", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


class _Domain:
    """One program of the image: where init() returns to, and how to tell that it is the one that runs. The place is
    in microkit_main(), near the program's beginning, where no program has anything that runs often."""

    def __init__(self, name: str, elf: Path) -> None:
        symbols = {line.split()[2]: int(line.split()[0], 16) for line in _tool("nm", elf).splitlines()}
        code = _tool("objdump", "-d", "--no-show-raw-insn", "--disassemble=microkit_main", elf)
        call = re.search(r"<init>\n\s*([0-9a-f]+):", code)
        if not call:
            raise BenchError(f"{elf}: microkit_main() does not call init()")
        self.name = name
        self.stop_at = int(call[1], 16)
        self._label = symbols["microkit_name"]

    def runs(self, debugger: Debugger) -> bool:
        return debugger.memory(self._label, len(self.name) + 1) == self.name.encode() + b"\0"


def _domains(image: Path, programs: Path) -> list[_Domain]:
    """The protection domains as the composer's report lists them."""
    text = Path(f"{image}.report.txt").read_text()
    rows = re.findall(r"^  (\w+) .* (\w+\.elf)$", text.partition("Memory in use")[0], re.M)
    if not rows:
        raise BenchError(f"{image}.report.txt: no protection domains")
    return [_Domain(name, programs / program) for name, program in rows if name not in NEVER_RETURNS]


def _count_last_init(debugger: Debugger, counter: Counter, domains: list[_Domain]) -> int:
    """Goes on until init() has returned everywhere. Domains share their addresses, so each stop is checked."""
    waiting = list(domains)
    for address in {domain.stop_at for domain in waiting}:
        debugger.set(address)
    while waiting:
        pc = debugger.run()
        here = [domain for domain in waiting if domain.stop_at == pc and domain.runs(debugger)]
        if here:
            waiting.remove(here[0])
        debugger.clear(pc)
        debugger.step()
        if any(domain.stop_at == pc for domain in waiting):
            debugger.set(pc)
    return counter.now()


def last_init(board: str, root: Path) -> tuple[dict[str, Measured], Path]:
    """The way of the boot up to the last init(). The peers lose patience while it stands: the boot ends here.
    Returns the figures and the image."""
    out = root / "build" / board / "release"
    with _machine(board) as (gateway, counter, debugger):
        image = gateway.compose()
        base = re.search(r"RAM in all \d+ \((0x[0-9a-f]+)\.\.", Path(f"{image}.report.txt").read_text())
        if not base:
            raise BenchError(f"{image}.report.txt: the kernel's address is not where it is looked for")
        start = _count_at(debugger, counter, FIRMWARE_JUMPS_TO)
        kernel = _count_at(debugger, counter, int(base[1], 16))
        end = _count_last_init(debugger, counter, _domains(image, out / "pd"))
    return {"boot_loader": Measured(kernel - start), "boot_to_last_init": Measured(end - start)}, image


def _steady(gateway: Gateway, counter: Counter) -> dict[str, Measured]:
    readings_per_sample = len(QUANTITIES)
    gateway.wait_readings(WARM_UP_SAMPLES * readings_per_sample)
    counts = []
    for _ in range(STEADY_SAMPLES + 1):
        gateway.wait_readings(readings_per_sample)
        counts.append((len(gateway.readings()), counter.when_idle()))
    (first_readings, first), (last_readings, last) = counts[0], counts[-1]
    per_reading = (last - first) / (last_readings - first_readings)
    # The two halves of the run, measured apart, show how steady it was.
    middle_readings, middle = counts[len(counts) // 2]
    half = (middle - first) / (middle_readings - first_readings)
    spread = abs(half - per_reading) / per_reading
    return {
        "sample_bus_to_ack": Measured(round(per_reading * readings_per_sample), spread),
        "reading_bus_to_ack": Measured(round(per_reading), spread),
    }


def delivery(board: str, image: Path) -> dict[str, Measured]:
    """From the first instruction to the first acknowledged publish, in several boots, and the steady state after it."""
    counts: list[int] = []
    figures: dict[str, Measured] = {}
    for boot in range(BOOTS):
        with _machine(board, image) as (gateway, counter, debugger):
            start = _count_at(debugger, counter, FIRMWARE_JUMPS_TO)
            debugger.detach()
            gateway.broker.process.expect_error_line(
                lambda line: "Sending PUBACK to" in line, "the first acknowledgement", 240.0
            )
            counts.append(counter.when_idle() - start)
            if boot == BOOTS - 1:
                figures = _steady(gateway, counter) | readings.written(gateway)
            if not gateway.machine.running():
                raise BenchError("the machine ended while it was measured:\n" + gateway.console.text()[-2000:])
    return {"boot_to_first_ack": median_of(counts), **figures}
