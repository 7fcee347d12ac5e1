# SPDX-License-Identifier: BSD-2-Clause
"""What is measured: every figure with its unit, what it is compared with, and the bar it has to stay under."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

MIB = 1024 * 1024


class BenchError(Exception):
    """Something could not be measured; the message says what and why."""


@dataclass(frozen=True)
class Figure:
    """value None: it could not be measured. spread: largest distance from value in repeated runs, as a share of it."""

    name: str
    value: int | None
    unit: str
    reference: int | None = None
    bar: int | None = None
    spread: float | None = None
    least: bool = False

    def over(self) -> bool:
        """Is it on the wrong side of its bar?"""
        if self.value is None or self.bar is None:
            return False
        return self.value < self.bar if self.least else self.value > self.bar


@dataclass(frozen=True)
class Known:
    """A figure that every run has to deliver. reference: a minimal Linux, or seL4 (MCS) for the kernel's figures.
    least: the bar is the least that it may be."""

    unit: str
    reference: int | None = None
    bar: int | None = None
    least: bool = False


BYTES, LINES, INSTRUCTIONS = "bytes", "lines", "instructions"
RATE, MICROSECONDS, PER_CENT = "readings/s", "us", "%"
# What is counted of one round of a kernel operation, beside its instructions: figures <operation>_<kind>.
KINDS = ("loads", "stores", "satp_writes", "fences")

KNOWN = {
    "image_bytes": Known(BYTES, 15_000_000, 512 * 1024),
    "ram_bytes": Known(BYTES, 26 * MIB, 4 * MIB),
    "kernel_text_bytes": Known(BYTES, 49166, 28672),
    "kernel_code_lines": Known(LINES, 12388, 4500),
    "kernel_stack_bytes": Known(BYTES, None, 8192),
    "boot_loader": Known(INSTRUCTIONS),
    "boot_to_last_init": Known(INSTRUCTIONS),
    "boot_to_first_ack": Known(INSTRUCTIONS, 315_000_000, 150_000_000),
    "tls_handshake": Known(INSTRUCTIONS, 92_000_000, 60_000_000),
    "tls_resumption": Known(INSTRUCTIONS),
    "sample_bus_to_ack": Known(INSTRUCTIONS),
    "reading_bus_to_ack": Known(INSTRUCTIONS),
    "accept_to_ack_journal": Known(INSTRUCTIONS, None, 200_000),
    "accept_to_ack_no_journal": Known(INSTRUCTIONS, 62_000, 150_000),
    "idle_per_second": Known(INSTRUCTIONS),
    "readings_per_second_journal": Known(RATE, None, 20_000, least=True),
    "readings_per_second_no_journal": Known(RATE, None, 20_000, least=True),
    "journal_catch_up_rate": Known(RATE),
    "journal_bytes_per_reading": Known(BYTES),
    "journal_write_amplification": Known(PER_CENT),
    "journal_recovery_empty_us": Known(MICROSECONDS),
    "journal_recovery_full_us": Known(MICROSECONDS, None, 100_000),
    "restart_driver_us": Known(MICROSECONDS, None, 10_000),
    "restart_network_us": Known(MICROSECONDS, None, 1_000_000),
    "restart_crypto_us": Known(MICROSECONDS, None, 500_000),
    "sampling_jitter_worst_us": Known(MICROSECONDS),  # its bar is computed from the image
    "ipc_call_reply_passive_0w": Known(INSTRUCTIONS, 638, 480),
    "ipc_call_reply_passive_4w": Known(INSTRUCTIONS, 684, 520),
    "ipc_call_reply_active_0w": Known(INSTRUCTIONS, 2793, 700),
    "signal_wake_round_trip": Known(INSTRUCTIONS, 1562, 800),
    "signal_no_waiter": Known(INSTRUCTIONS, 572, 220),
    "irq_to_handler": Known(INSTRUCTIONS, 545, 350),
    "irq_round_trip": Known(INSTRUCTIONS, 1924, 1000),
    "vmfault_to_handler": Known(INSTRUCTIONS, 891, 500),
    "vmfault_reply": Known(INSTRUCTIONS, 1350, 600),
}

# Printed where measured, without being asked for.
EXTRA = {
    "ipc_call_reply_passive_16w": Known(INSTRUCTIONS, 2985),
    "ipc_call_reply_passive_120w": Known(INSTRUCTIONS, 4233),
    "call_null_capability": Known(INSTRUCTIONS, 610),
    "poll_inactive_notification": Known(INSTRUCTIONS, 386),
    "yield_alone": Known(INSTRUCTIONS, 1032),
}


@dataclass(frozen=True)
class Measured:
    """bar: of figures whose bar depends on the image."""

    value: int
    spread: float | None = None
    bar: int | None = None


def median_of(values: list[int]) -> Measured:
    """Of several runs."""
    median = round(statistics.median(values))
    return Measured(median, max(abs(value - median) for value in values) / median)


def kind_of(name: str) -> str | None:
    """loads, stores...: what a figure counts of one operation; None: it is a figure of its own."""
    return next((kind for kind in KINDS if name.endswith("_" + kind)), None)


def figure(name: str, measured: Measured | None) -> Figure:
    """One measurement with what is known of its name. Anything else is memory of one domain, in bytes."""
    known = KNOWN.get(name) or EXTRA.get(name) or Known(kind_of(name) or BYTES)
    value, spread = (measured.value, measured.spread) if measured else (None, None)
    bar = measured.bar if measured and measured.bar is not None else known.bar
    return Figure(name, value, known.unit, known.reference, bar, spread, known.least)


def complete(measured: dict[str, Measured]) -> list[Figure]:
    """All figures in the order of KNOWN, others behind; those that are missing have no value."""
    rest = [name for name in measured if name not in KNOWN]
    return [figure(name, measured.get(name)) for name in [*KNOWN, *rest]]
