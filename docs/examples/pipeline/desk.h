/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included once in each stage: passing buffers on. A stage writes the numbers of the buffers that it is done
 * with on its desk and counts them; the next stage reads them there. Buffers go round in a circle: source,
 * transform, sink, source.
 */
#ifndef DESK_H
#define DESK_H

#include <stdint.h>
#include <microkit.h>

#define NEXT         0 /* channel to the next stage */
#define BUFFERS      8u
#define BUFFER_WORDS 512u

struct desk {
    uint32_t passed;          /* only grows */
    uint32_t number[BUFFERS]; /* of the buffers last passed; there are no more than that */
};

/* Set by the tool (setvar_vaddr). */
uint64_t (*buffers)[BUFFER_WORDS];
uintptr_t own, before;

static uint32_t taken, passed;

/* The next buffer from the stage before, or NULL. `number` is checked: the other side may be wrong. */
static inline uint64_t *take(uint32_t *number)
{
    const struct desk *desk = (const struct desk *)before;
    uint32_t there = __atomic_load_n(&desk->passed, __ATOMIC_ACQUIRE) - taken;

    if (there == 0 || there > BUFFERS) {
        return 0;
    }
    *number = *(const volatile uint32_t *)&desk->number[taken % BUFFERS];
    taken++;
    return *number < BUFFERS ? buffers[*number] : 0;
}

static inline void pass(uint32_t number)
{
    struct desk *desk = (struct desk *)own;

    desk->number[passed % BUFFERS] = number;
    passed++;
    __atomic_store_n(&desk->passed, passed, __ATOMIC_RELEASE);
}

#endif
