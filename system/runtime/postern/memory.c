/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset in words, in place of the C library's, which is built for size and goes byte by
 * byte. Only aligned words are touched, and none that reaches out of what the caller gave: a machine without
 * misaligned access and a page behind the end are both safe.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD  sizeof(word_t)
#define BATCH (4 * WORD)

typedef uint64_t __attribute__((may_alias)) word_t;

static size_t misalignment(const void *at)
{
    return (size_t)((uintptr_t)at % WORD);
}

/* What follows copies upwards, each load before every store behind it: it may be used if `to` is below
 * `from`. */
static void copy_bytes(uint8_t *to, const uint8_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = from[i];
    }
}

/* Both ends aligned. */
static size_t copy_words(uint8_t *to, const uint8_t *from, size_t count)
{
    word_t *out = (word_t *)(void *)to;
    const word_t *in = (const word_t *)(const void *)from;
    size_t left = count;

    for (; left >= BATCH; left -= BATCH, in += 4, out += 4) {
        word_t a = in[0], b = in[1], c = in[2], d = in[3];

        out[0] = a;
        out[1] = b;
        out[2] = c;
        out[3] = d;
    }
    for (; left >= WORD; left -= WORD) {
        *out++ = *in++;
    }
    return count - left;
}

/* `to` aligned, `from` not: each word is put together from two (little-endian). */
static size_t copy_shifted(uint8_t *to, const uint8_t *from, size_t count)
{
    size_t skew = WORD - misalignment(from); /* bytes before the first whole word, 1..7 */
    unsigned up = (unsigned)(8 * skew), down = (unsigned)(64 - up);
    word_t *out = (word_t *)(void *)to;
    const word_t *in = (const word_t *)(const void *)(from + skew);
    size_t left = count;
    word_t kept = 0;

    for (size_t i = 0; i < skew; i++) {
        kept |= (word_t)from[i] << (8 * i);
    }
    for (; left >= skew + 2 * WORD; left -= 2 * WORD, in += 2, out += 2) {
        word_t a = in[0], b = in[1];

        out[0] = kept | a << up;
        out[1] = a >> down | b << up;
        kept = b >> down;
    }
    if (left >= skew + WORD) {
        *out = kept | *in << up;
        left -= WORD;
    }
    return count - left;
}

static void *copy_up(uint8_t *to, const uint8_t *from, size_t count)
{
    size_t done = 0;

    if (count >= 3 * WORD) {
        done = (WORD - misalignment(to)) % WORD;
        copy_bytes(to, from, done);
        if (misalignment(from + done) == 0) {
            done += copy_words(to + done, from + done, count - done);
        } else {
            done += copy_shifted(to + done, from + done, count - done);
        }
    }
    copy_bytes(to + done, from + done, count - done);
    return to;
}

static void *copy_down(uint8_t *to, const uint8_t *from, size_t count)
{
    if (misalignment(to) == misalignment(from)) {
        for (; count > 0 && misalignment(to + count) != 0; count--) {
            to[count - 1] = from[count - 1];
        }
        for (; count >= WORD; count -= WORD) {
            *(word_t *)(void *)(to + count - WORD) = *(const word_t *)(const void *)(from + count - WORD);
        }
    }
    for (; count > 0; count--) {
        to[count - 1] = from[count - 1];
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    return copy_up(to, from, count);
}

void *memmove(void *to, const void *from, size_t count)
{
    return (uintptr_t)to - (uintptr_t)from >= count ? copy_up(to, from, count) : copy_down(to, from, count);
}

void *memset(void *to, int value, size_t count)
{
    uint8_t *at = to, *end = at + count;
    word_t word = (uint8_t)value * 0x0101010101010101u;

    if (count >= 2 * WORD) {
        while (misalignment(at) != 0) {
            *at++ = (uint8_t)value;
        }
        for (; (size_t)(end - at) >= BATCH; at += BATCH) {
            word_t *out = (word_t *)(void *)at;

            out[0] = word;
            out[1] = word;
            out[2] = word;
            out[3] = word;
        }
        for (; (size_t)(end - at) >= WORD; at += WORD) {
            *(word_t *)(void *)at = word;
        }
    }
    while (at < end) {
        *at++ = (uint8_t)value;
    }
    return to;
}
