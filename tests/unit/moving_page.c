/* SPDX-License-Identifier: BSD-2-Clause */
/* The hooks of loads and copies, and what they change. */
#include "moving_page.h"
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define MOST_READS 100000u /* of one operation: it would not end */
#define WORD       sizeof(uint64_t)

static struct {
    uint8_t *page;
    size_t size;
    unsigned reads;
    unsigned at[2]; /* of strike, or of the two parts of a write */
    struct moving_strike strike;
    size_t struck; /* where, and what was there */
    uint64_t before;
    uint32_t random; /* 0: no flicker */
    void (*write)(unsigned part);
} moving;

void moving_page_begin(void *page, size_t size)
{
    memset(&moving, 0, sizeof moving);
    moving.page = page;
    moving.size = size;
    moving.at[0] = moving.at[1] = UINT32_MAX;
}

void moving_page_strike(unsigned at, const struct moving_strike *strike)
{
    moving.at[0] = at;
    moving.at[1] = strike->blinks ? at + 1 : UINT32_MAX;
    moving.strike = *strike;
}

void moving_page_flicker(uint32_t seed)
{
    moving.random = seed;
}

void moving_page_write(unsigned from, unsigned to, void (*write)(unsigned part))
{
    moving.at[0] = from;
    moving.at[1] = to;
    moving.write = write;
}

unsigned moving_page_end(void)
{
    moving.page = NULL;
    return moving.reads;
}

/* The last word may be a part of one. */
static void put(size_t offset, uint64_t value)
{
    if (offset < moving.size) {
        size_t room = moving.size - offset;

        for (size_t i = 0; i < (room < WORD ? room : WORD); i++) {
            moving.page[offset + i] = (uint8_t)(value >> 8 * i);
        }
    }
}

static uint64_t get(size_t offset)
{
    uint64_t value = 0;

    for (size_t i = 0; i < WORD && offset + i < moving.size; i++) {
        value |= (uint64_t)moving.page[offset + i] << 8 * i;
    }
    return value;
}

static uint32_t next_random(void)
{
    moving.random ^= moving.random << 13;
    moving.random ^= moving.random >> 17;
    moving.random ^= moving.random << 5;
    return moving.random;
}

static uint64_t any_value(void)
{
    uint32_t random = next_random();
    uint64_t both = next_random();

    switch (random % 4) {
    case 0:
        return (both & 127) << 32 | (random >> 8 & 127);
    case 1:
        return both % 3 == 0 ? UINT64_MAX : both << 32 | (random >> 8 & 3);
    case 2:
        return UINT64_C(0x4141414141414141);
    default:
        return both << 32 | random;
    }
}

static size_t word_at(size_t offset)
{
    size_t here = offset / WORD * WORD;

    switch (moving.strike.word) {
    case MOVING_THIS:
        return here;
    case MOVING_BEFORE:
        return here >= WORD ? here - WORD : 0;
    case MOVING_AFTER:
        return here + WORD;
    default:
        return 0;
    }
}

/* The word changes, and back. */
static void strike(unsigned part, size_t offset)
{
    if (part == 1) {
        put(moving.struck, moving.before);
        return;
    }
    moving.struck = word_at(offset);
    moving.before = get(moving.struck);
    put(moving.struck, (moving.before & ~moving.strike.mask) | (moving.strike.value & moving.strike.mask));
}

/* `length` bytes from `from` on are about to be read. */
static void moment(const void *from, size_t length)
{
    uintptr_t base = (uintptr_t)moving.page, address = (uintptr_t)from;

    if (moving.page == NULL || address < base || address >= base + moving.size) {
        return;
    }
    size_t offset = address - base;

    assert_true(length <= moving.size - offset);
    assert_true(moving.reads < MOST_READS);
    if (moving.random != 0) {
        put(offset / WORD * WORD, any_value());
    }
    for (unsigned part = 0; part < 2; part++) {
        if (moving.reads == moving.at[part] && moving.write != NULL) {
            moving.write(part);
        } else if (moving.reads == moving.at[part]) {
            strike(part, offset);
        }
    }
    moving.reads++;
}

/* The names are clang's. */
#define HOOK(bytes)                                     \
    void __sanitizer_cov_load##bytes(const void *from); \
    void __sanitizer_cov_load##bytes(const void *from)  \
    {                                                   \
        moment(from, bytes);                            \
    }
HOOK(1)
HOOK(2)
HOOK(4)
HOOK(8)
HOOK(16)

/* Blocks are counted along with loads. */
void __sanitizer_cov_trace_pc_guard(const uint32_t *guard);
void __sanitizer_cov_trace_pc_guard_init(const uint32_t *begin, const uint32_t *end);

void __sanitizer_cov_trace_pc_guard(const uint32_t *guard)
{
    (void)guard;
}

void __sanitizer_cov_trace_pc_guard_init(const uint32_t *begin, const uint32_t *end)
{
    (void)begin;
    (void)end;
}

/* The linker leads copies here (--wrap). */
void *__wrap_memcpy(void *to, const void *from, size_t length);
void *__wrap___asan_memcpy(void *to, const void *from, size_t length);

void *__wrap_memcpy(void *to, const void *from, size_t length)
{
    const uint8_t *source = from;
    uint8_t *target = to;

    for (size_t i = 0; i < length; i++) {
        if (i == 0 || (uintptr_t)(source + i) % WORD == 0) {
            moment(source + i, 1);
        }
        target[i] = source[i];
    }
    return to;
}

void *__wrap___asan_memcpy(void *to, const void *from, size_t length)
{
    return __wrap_memcpy(to, from, length);
}
