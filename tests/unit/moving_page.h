/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that its owner changes before any read of it. What reads it is compiled so that each load is told of
 * beforehand (clang's trace-loads) and copies go word by word; nothing of it is changed for that.
 */
#ifndef MOVING_PAGE_H
#define MOVING_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which word of eight bytes changes: the one about to be read, those beside it, or the first one. */
enum moving_word { MOVING_THIS, MOVING_BEFORE, MOVING_AFTER, MOVING_FIRST, MOVING_WORDS };

/* From now on this memory moves. Nothing happens to it before a call of one of the next three. */
void moving_page_begin(void *page, size_t size);

/* A change of a word: where `mask` is set it becomes `value`; after one read it is as before if it `blinks`.
 */
struct moving_strike {
    enum moving_word word;
    uint64_t mask;
    uint64_t value;
    bool blinks;
};

/* The change comes before read number `at`. */
void moving_page_strike(unsigned at, const struct moving_strike *strike);

/* Before each read the word is another one: small numbers, bounds, huge ones, text without end. */
void moving_page_flicker(uint32_t seed);

/* Before reads number `from` and `to` this is called, with 0 and 1. */
void moving_page_write(unsigned from, unsigned to, void (*write)(unsigned part));

/* The memory stands. Returns how many reads there were. */
unsigned moving_page_end(void);

#endif
