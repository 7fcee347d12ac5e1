/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers, and words and capability pointers that are likely to mean something. */
#include "generate.h"
#include "view.h"

void generate_from_seed(struct generator *g, uint64_t seed)
{
    struct generator fresh = {.state = seed * 0x9e3779b97f4a7c15ull + 1};
    *g = fresh;
}

static uint64_t from_bytes(struct generator *g, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count && g->left > 0; i++) {
        value = value << 8 | *g->bytes++;
        g->left--;
    }
    return value;
}

void generate_from_bytes(struct generator *g, const uint8_t *bytes, size_t size)
{
    struct generator fresh = {.bytes = bytes, .left = size};
    *g = fresh;
    g->state = from_bytes(g, 2) + 1;
}

static uint64_t from_state(struct generator *g)
{
    g->state ^= g->state << 13;
    g->state ^= g->state >> 7;
    g->state ^= g->state << 17;
    return g->state * 0x2545f4914f6cdd1dull;
}

uint64_t draw(struct generator *g, uint64_t limit)
{
    if (limit <= 1)
        return 0;
    if (g->bytes != NULL && !g->scripting)
        return from_bytes(g, limit <= 0x100 ? 1 : limit <= 0x10000 ? 2 : 8) % limit;
    return (from_state(g) >> 16) % limit;
}

bool chance(struct generator *g, uint32_t of_256)
{
    return draw(g, 256) < of_256;
}

uint64_t draw_word(struct generator *g)
{
    static const uint64_t special[] = {0,       1,        UINT64_MAX,   1ull << 63,   0x7fffffffffffffff,
                                       0x10000, 0xffff,   0xffffffff,   0x100000000,  PN_USER_TOP,
                                       0x1000,  0x200000, PN_MAX_SLOTS, 0x3ffffff000, 1ull << 56};
    uint64_t kind = draw(g, 4);
    if (kind == 0)
        return special[draw(g, sizeof special / sizeof special[0])];
    if (kind == 1)
        return draw(g, 256);
    if (kind == 2)
        return special[draw(g, sizeof special / sizeof special[0])] - draw(g, 4);
    return draw(g, UINT64_MAX);
}

uint64_t pick_cap(struct generator *g, uint16_t t, uint8_t type)
{
    uint32_t slots = view_slots(t);
    if (slots == 0 || chance(g, g->chaos))
        return chance(g, 128) ? draw_word(g) : draw(g, slots + 2ull);
    uint32_t start = (uint32_t)draw(g, slots < 160 ? slots : 160);
    for (uint32_t i = 0; i < slots; i++) {
        uint32_t slot = (start + i) % slots;
        if (view_cap(t, slot).type == type)
            return slot;
    }
    return draw(g, slots + 1ull);
}

uint64_t pick_empty(struct generator *g, uint16_t cnode)
{
    uint32_t slots = view_cnode_slots(cnode);
    if (chance(g, g->chaos))
        return draw(g, slots + 2ull);
    uint32_t start = (uint32_t)draw(g, slots);
    for (uint32_t i = 0; i < slots; i++) {
        if (view_slot_empty(cnode, (start + i) % slots))
            return (start + i) % slots;
    }
    return start;
}

uint64_t pick_object(struct generator *g, uint16_t t, uint8_t type, uint64_t object)
{
    for (uint32_t i = 0; i < view_slots(t); i++) {
        struct m_cap c = view_cap(t, i);
        if (c.type == type && c.object == object && c.rights != 0)
            return i;
    }
    return pick_cap(g, t, type);
}
