/* SPDX-License-Identifier: BSD-2-Clause */
/* Running, and looking at the clock. */
#include "bursts.h"

#define GAP 50 /* ticks between two looks that mean that somebody else ran */

word ticks_of(word us)
{
    return us * bootinfo->timebase_hz / 1000000;
}

word us_of(word ticks)
{
    return ticks * 1000000 / bootinfo->timebase_hz;
}

void bursts_run(struct bursts *b, word us, word until)
{
    word left = ticks_of(us);
    word last = read_time();
    bool open = false;
    while (left > 0 && last < until) {
        word now = read_time();
        if (!open || now - last > GAP) {
            CHECK(b->count < BURST_LIMIT);
            b->at[b->count++].start = now;
            open = true;
        } else {
            left -= now - last < left ? now - last : left;
        }
        b->at[b->count - 1].end = now;
        last = now;
    }
}

static word within(const struct bursts *b, word from, word to)
{
    word sum = 0;
    for (unsigned i = 0; i < b->count; i++) {
        word start = b->at[i].start > from ? b->at[i].start : from;
        word end = b->at[i].end < to ? b->at[i].end : to;
        sum += start < end ? end - start : 0;
    }
    return sum;
}

/* The fullest window begins where a burst begins, or ends where one ends. */
word bursts_most(const struct bursts *b, word window_us)
{
    word window = ticks_of(window_us);
    word most = 0;
    for (unsigned i = 0; i < b->count; i++) {
        word first = within(b, b->at[i].start, b->at[i].start + window);
        word last = within(b, b->at[i].end - window, b->at[i].end);
        most = first > most ? first : most;
        most = last > most ? last : most;
    }
    return us_of(most + ticks_of(1) - 1);
}

word bursts_sum(const struct bursts *b)
{
    return us_of(within(b, 0, ~(word)0));
}
