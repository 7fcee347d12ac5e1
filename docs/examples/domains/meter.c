/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs through 100 of its slots and tells how long they were: first while the other domain sleeps, then while
 * it computes and notifies without end. Looks at the clock all the time; a gap is somebody else's slot.
 */
#include <microkit.h>

#include <stdint.h>

#define HOG          0
#define SLOTS        100
#define TICKS_PER_US 10u
#define GAP          (UINT64_C(1000) * TICKS_PER_US)

static uint64_t clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static void show(const char *what, uint64_t number, const char *unit)
{
    microkit_dbg_puts(what);
    microkit_dbg_put32((seL4_Uint32)number);
    microkit_dbg_puts(unit);
}

/* The time of the first look behind the next gap; *end: of the last one before it. */
static uint64_t next_slot(uint64_t *end)
{
    uint64_t now = clock_ticks();

    do {
        *end = now;
        now = clock_ticks();
    } while (now - *end < GAP);
    return now;
}

static void measure(const char *when)
{
    uint64_t end;
    uint64_t start = next_slot(&end);
    uint64_t first = 0;
    uint64_t shortest = UINT64_MAX, longest = 0;

    for (unsigned i = 0; i < SLOTS; i++) {
        uint64_t next = next_slot(&end);
        uint64_t length = end - start;

        first = i == 0 ? end : first;
        shortest = length < shortest ? length : shortest;
        longest = length > longest ? length : longest;
        start = next;
    }
    microkit_dbg_puts(when);
    show(" slots of ", shortest / TICKS_PER_US, "");
    show(" to ", longest / TICKS_PER_US, " us");
    /* Ends are on their ticks; beginnings are later, now more, now less. */
    show(", one every ", ((end - first) / (SLOTS - 1) + TICKS_PER_US / 2) / TICKS_PER_US, " us\n");
}

void init(void)
{
    measure("meter: the hog sleeps:");
    microkit_notify(HOG);
    measure("meter: the hog runs:");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
