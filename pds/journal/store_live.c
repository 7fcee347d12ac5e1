/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings ahead of their turn: those of the frame that has just become durable, while older ones wait. They
 * are given from the frame's own buffer, and missed there by whoever does not ask before the next frame. */
#include "store_parts.h"

void store_live_begin(struct store *s, uint64_t before)
{
    s->live_follows = s->live_upto == before;
    s->live_next = 0;
    s->live_count = s->writing_count;
    s->live_last = s->writing_last;
    if (s->live_count == 0 && s->live_follows) {
        s->live_upto = s->live_last;
    }
}

void store_live_end(struct store *s)
{
    s->live_next = 0;
    s->live_count = 0;
}

bool store_give_live(struct store *s, struct reading *reading, struct record_clock *clock, bool *follows)
{
    if (s->live_next >= s->live_count || store_settling(s)) {
        return false;
    }
    *follows = s->live_next != 0 || s->live_follows;
    *reading = s->writing[s->live_next++];
    *clock = store_clock_at(s, s->state.boot);
    if (s->live_next == s->live_count) {
        s->live_upto = s->live_last;
    }
    reading->seq = store_published(s, reading->seq);
    return true;
}
