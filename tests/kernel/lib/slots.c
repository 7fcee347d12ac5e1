/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting a domain schedule, and finding a time in it. */
#include "slots.h"
#include "bursts.h"

static const struct slot *first;
static unsigned length;
static word beginning;

word slot_set(word entry, word domain, word ticks, word start)
{
    word words[4] = {entry, domain, ticks, start};
    return invoke(PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, words, 4, NULL);
}

void slots_begin_here(void)
{
    beginning = read_time();
}

void slots_begin(const struct slot *slots, unsigned count, unsigned start, word when)
{
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(slot_set(i, slots[i].domain, ticks_of(slots[i].us), PN_SCHEDULE_SET), PN_OK);
    first = &slots[start];
    length = 0;
    while (start + length < count && first[length].us != 0)
        length++;
    slots_begin_here();
    CHECK_EQ(slot_set(start, first->domain, ticks_of(first->us), when), PN_OK);
}

/* Place in the round of 'time', then the slot and the rest. */
static const struct slot *find(word time, word *position)
{
    word round = 0;
    for (unsigned i = 0; i < length; i++)
        round += ticks_of(first[i].us);
    word rest = (time - beginning) % round;
    const struct slot *slot = first;
    for (; rest >= ticks_of(slot->us); slot++)
        rest -= ticks_of(slot->us);
    *position = rest;
    return slot;
}

word slot_domain(word time)
{
    word position;
    return find(time, &position)->domain;
}

word slot_position(word time)
{
    word position;
    (void)find(time, &position);
    return position;
}

word slot_length(word time)
{
    word position;
    return ticks_of(find(time, &position)->us);
}
