# SPDX-License-Identifier: BSD-2-Clause
"""Boots that must fail: the loader's descriptor with one thing wrong in it, and what the kernel says then."""

PAGE = 0x1000
USER_TOP = 0x4000000000
MESSAGE_BUFFER = 0x3FFFFFE000
# Words of the descriptor.
MAGIC, SIZE, KERNEL, KERNEL_SIZE, RAM, RAM_SIZE, ENTRY, STACK, SEGMENTS = range(9)
PADDR, VADDR, BYTES, RIGHTS = range(4)
READ, WRITE, EXEC = 1, 2, 4


def segment(number: int, field: int) -> int:
    """Word of a segment's field."""
    return 9 + 4 * number + field


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
BAD_NUMBER = "boot descriptor: bad number of root task segments"
ELSEWHERE = "boot descriptor: kernel is elsewhere or larger"
# Name of the case: what is changed, what the kernel must say.
BOOTS = {
    "boot: stops at a wrong magic": (add(MAGIC, 1), "boot descriptor: wrong magic or size"),
    "boot: stops at a wrong size": (add(SIZE, 8), "boot descriptor: wrong magic or size"),
    "boot: stops if the kernel is elsewhere": (add(KERNEL, PAGE), ELSEWHERE),
    "boot: stops if the kernel is larger": (add(KERNEL_SIZE, -PAGE), ELSEWHERE),
    "boot: stops if the RAM is not there": (add(RAM_SIZE, 1 << 40), "boot descriptor: RAM is not in the device tree"),
    "boot: stops if RAM wraps around": (word(RAM_SIZE, 2**64 - 1), "boot descriptor: RAM is not in the device tree"),
    "boot: stops if the kernel is outside of the RAM": (
        both(add(RAM, 8 << 20), add(RAM_SIZE, -8 << 20)),
        "boot descriptor: kernel is not in RAM, or on the device tree"),
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
    "boot: stops at a segment below the RAM": (word(segment(2, PADDR), 0x80000000), BAD_SEGMENT),
    "boot: stops at a segment behind the memory": (word(segment(2, PADDR), 1 << 40), BAD_SEGMENT),
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
}
