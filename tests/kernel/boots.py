# SPDX-License-Identifier: BSD-2-Clause
"""Boots that must fail: the loader's descriptor with one thing wrong in it, and what the kernel says then."""

PAGE = 0x1000
USER_TOP = 0x4000000000
MESSAGE_BUFFER = 0x3FFFFFE000
PHYSICAL_TOP = 1 << 56
# Words of the descriptor.
MAGIC, SIZE, KERNEL, KERNEL_SIZE, ENTRY, STACK, SEGMENTS = range(7)
PADDR, VADDR, BYTES, RIGHTS = range(4)
FIRST_SEGMENT = 7
TIMEBASE, PLIC, PLIC_SIZE, CONTEXT, SOURCES, SSTC, FPU, UNTYPEDS = range(39, 47)
FIRST_UNTYPED = 47
READ, WRITE, EXEC = 1, 2, 4


def segment(number: int, field: int) -> int:
    """Word of a segment's field."""
    return FIRST_SEGMENT + 4 * number + field


def untyped(number: int, field: int) -> int:
    """Word of an untyped: 0 address, 1 size."""
    return FIRST_UNTYPED + 3 * number + field


def word(place: int, value: int):
    """Put a value there."""
    def change(words: list[int]) -> None:
        words[place] = value
    return change


def add(place: int, value: int):
    """Add to what is there."""
    def change(words: list[int]) -> None:
        words[place] = (words[place] + value) % 2**64
    return change


def both(first, second):
    """Two changes."""
    def change(words: list[int]) -> None:
        first(words)
        second(words)
    return change


def same(place: int, other: int):
    """Copy a word from elsewhere."""
    def change(words: list[int]) -> None:
        words[place] = words[other]
    return change


BAD_SEGMENT = "boot descriptor: bad root task segment"
BAD_TIMEBASE = "boot descriptor: bad timebase"
BAD_PLIC = "boot descriptor: bad PLIC"
BAD_SOURCES = "boot descriptor: bad number of interrupt sources"
BAD_UNTYPEDS = "boot descriptor: bad number of untypeds"
BAD_UNTYPED = "boot descriptor: bad untyped"
BAD_NUMBER = "boot descriptor: bad number of root task segments"
ELSEWHERE = "boot descriptor: kernel is elsewhere or larger"
# Name of the case: what is changed, what the kernel must say.
BOOTS = {
    "boot: stops at a wrong magic": (add(MAGIC, 1), "boot descriptor: wrong magic or size"),
    "boot: stops at a wrong size": (add(SIZE, 8), "boot descriptor: wrong magic or size"),
    "boot: stops if the kernel is elsewhere": (add(KERNEL, PAGE), ELSEWHERE),
    "boot: stops if the kernel is larger": (add(KERNEL_SIZE, -PAGE), ELSEWHERE),
    "boot: stops if the kernel is no whole pages": (add(KERNEL_SIZE, 8), ELSEWHERE),
    "boot: stops if the kernel wraps around": (word(KERNEL_SIZE, 2**64 - PAGE), ELSEWHERE),
    "boot: stops without segments": (word(SEGMENTS, 0), BAD_NUMBER),
    "boot: stops at too many segments": (word(SEGMENTS, 9), BAD_NUMBER),
    "boot: stops at very many segments": (word(SEGMENTS, 2**63), BAD_NUMBER),
    "boot: stops at an empty segment": (word(segment(1, BYTES), 0), BAD_SEGMENT),
    "boot: stops at a segment that is no whole page": (add(segment(1, BYTES), 8), BAD_SEGMENT),
    "boot: stops at a segment that begins inside a page": (add(segment(1, PADDR), 8), BAD_SEGMENT),
    "boot: stops at a segment mapped inside a page": (add(segment(1, VADDR), 8), BAD_SEGMENT),
    "boot: stops at a segment that is writable and executable": (word(segment(0, RIGHTS), 7), BAD_SEGMENT),
    "boot: stops at a segment that is not readable": (word(segment(1, RIGHTS), WRITE), BAD_SEGMENT),
    "boot: stops at a segment with unknown rights": (word(segment(1, RIGHTS), 9), BAD_SEGMENT),
    "boot: stops at a segment on the kernel": (same(segment(1, PADDR), KERNEL), BAD_SEGMENT),
    "boot: stops at a segment on another": (same(segment(1, PADDR), segment(0, PADDR)), BAD_SEGMENT),
    "boot: stops at a segment behind all addresses": (word(segment(2, PADDR), PHYSICAL_TOP), BAD_SEGMENT),
    "boot: stops at a segment that wraps around": (word(segment(2, BYTES), 2**64 - PAGE), BAD_SEGMENT),
    "boot: stops at a segment above the user addresses": (word(segment(2, VADDR), USER_TOP), BAD_SEGMENT),
    "boot: stops at a segment that reaches above them": (word(segment(1, VADDR), USER_TOP - PAGE), BAD_SEGMENT),
    "boot: stops at overlapping segments": (
        same(segment(2, VADDR), segment(0, VADDR)), "root task: segments overlap or need too many tables"),
    "boot: stops at a segment on the message buffer": (
        word(segment(2, VADDR), MESSAGE_BUFFER), "root task: a segment lies on the message buffer or bootinfo"),
    "boot: stops at a segment on the bootinfo": (
        word(segment(2, VADDR), MESSAGE_BUFFER + PAGE),
        "root task: a segment lies on the message buffer or bootinfo"),
    "boot: stops at a slow timebase": (word(TIMEBASE, 999999), BAD_TIMEBASE),
    "boot: stops at a fast timebase": (word(TIMEBASE, 1000000001), BAD_TIMEBASE),
    "boot: stops at a PLIC inside a page": (add(PLIC, 8), BAD_PLIC),
    "boot: stops at a PLIC that is too small": (word(PLIC_SIZE, 0x201000), BAD_PLIC),
    "boot: stops at a PLIC without that context": (word(CONTEXT, 15872), BAD_PLIC),
    "boot: stops at a PLIC context that wraps around": (word(CONTEXT, 2**52), BAD_PLIC),
    "boot: stops at a PLIC on the kernel": (same(PLIC, KERNEL), BAD_PLIC),
    "boot: stops at a PLIC on a segment": (
        both(same(PLIC, segment(0, PADDR)), add(PLIC, -PAGE)), BAD_PLIC),
    "boot: stops without interrupt sources": (word(SOURCES, 0), BAD_SOURCES),
    "boot: stops at too many interrupt sources": (word(SOURCES, 128), BAD_SOURCES),
    "boot: stops at too many untypeds": (word(UNTYPEDS, 65), BAD_UNTYPEDS),
    "boot: stops at very many untypeds": (word(UNTYPEDS, 2**32), BAD_UNTYPEDS),
    "boot: stops at an empty untyped": (word(untyped(1, 1), 0), BAD_UNTYPED),
    "boot: stops at an untyped that begins inside a page": (add(untyped(1, 0), 8), BAD_UNTYPED),
    "boot: stops at an untyped that is no whole page": (add(untyped(1, 1), -8), BAD_UNTYPED),
    "boot: stops at an untyped that wraps around": (word(untyped(7, 1), 2**64 - PAGE), BAD_UNTYPED),
    "boot: stops at an untyped that reaches behind all addresses": (add(untyped(7, 1), PAGE), BAD_UNTYPED),
    "boot: stops at an untyped on the kernel": (add(untyped(0, 1), PAGE), BAD_UNTYPED),
    "boot: stops at an untyped on the end of the kernel": (add(untyped(1, 0), -PAGE), BAD_UNTYPED),
    "boot: stops at an untyped on a segment": (add(untyped(1, 1), PAGE), BAD_UNTYPED),
    "boot: stops at an untyped on the PLIC": (add(untyped(5, 1), PAGE), BAD_UNTYPED),
    "boot: stops at an untyped on another": (add(untyped(3, 1), PAGE), BAD_UNTYPED),
}
