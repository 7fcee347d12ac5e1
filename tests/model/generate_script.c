/* SPDX-License-Identifier: BSD-2-Clause */
/* The root task builds a small system with its own calls; some of its choices are random, some are mistakes.
 */
#include <string.h>
#include "generate.h"
#include "view.h"

/* Slots of the root task's CNode. */
enum {
    RAM_UNTYPED = PN_ROOT_FIRST_UNTYPED + 2,
    DEVICE_UNTYPED = PN_ROOT_FIRST_UNTYPED + 3,
    TCBS = 16,
    ENDPOINTS = 32,
    NOTIFICATIONS = 40,
    REPLIES = 48,
    CONTEXTS = 56,
    CNODES = 72,
    SPACES = 88,
    TABLES = 96,
    FRAMES = 104,
    DEVICE_FRAMES = 108,
    IRQS = 112,
    UNTYPEDS = 120
};

#define CNODE_SLOTS 40u
#define CAPS_EACH   22u
#define POOLS       11u
#define IRQ_COUNT   3u

static const struct {
    uint8_t type;
    uint8_t first;
    uint8_t count; /* 0: one a thread */
    uint32_t size;
} pools[POOLS] = {{PN_CAP_TCB, TCBS, 0, 0},
                  {PN_CAP_ENDPOINT, ENDPOINTS, 3, 0},
                  {PN_CAP_NOTIFICATION, NOTIFICATIONS, 8, 0},
                  {PN_CAP_REPLY, REPLIES, 6, 0},
                  {PN_CAP_SCHED_CONTEXT, CONTEXTS, 8, 0},
                  {PN_CAP_CNODE, CNODES, 0, CNODE_SLOTS},
                  {PN_CAP_VSPACE, SPACES, 2, 0},
                  {PN_CAP_PAGE_TABLE, TABLES, 4, 0},
                  {PN_CAP_FRAME, FRAMES, 4, PN_PAGE_BITS},
                  {PN_CAP_UNTYPED, UNTYPEDS, 2, 0x10000},
                  {PN_CAP_FRAME, DEVICE_FRAMES, 3, PN_PAGE_BITS}};

static void make_pool(struct generator *g, struct step *s, uint32_t i)
{
    uint64_t count = pools[i].count != 0 ? pools[i].count : g->threads;
    const uint64_t w[6] = {pools[i].type, pools[i].size, PN_ROOT_CNODE, pools[i].first, count, 0};
    step_call(s, pools[i].first == DEVICE_FRAMES ? DEVICE_UNTYPED : RAM_UNTYPED, PN_UNTYPED_RETYPE, 6, w);
}

/* Something for a thread's CNode: mostly what messages are made of. */
static uint64_t gift(struct generator *g)
{
    uint64_t kind = draw(g, 32);
    if (kind < 9)
        return ENDPOINTS + draw(g, 3);
    if (kind < 14)
        return NOTIFICATIONS + draw(g, 7);
    if (kind < 19)
        return REPLIES + draw(g, 6);
    if (kind < 24)
        return TCBS + draw(g, g->threads);
    /* One in eight of these. */
    static const uint8_t rare[8] = {CONTEXTS,      IRQS + 1, IRQS + 2,       FRAMES,
                                    PN_ROOT_CNODE, UNTYPEDS, PN_ROOT_SYSTEM, PN_ROOT_TCB};
    uint8_t slot = rare[kind - 24];
    if (slot == PN_ROOT_TCB && !chance(g, 16))
        slot = ENDPOINTS;
    return slot == CONTEXTS ? slot + draw(g, 8) : slot;
}

/* Every thread has three endpoints and a reply object with all rights, the rest is random. */
static void give(struct generator *g, struct step *s, uint32_t i)
{
    uint32_t place = i % CAPS_EACH;
    uint64_t what = place < 3 ? ENDPOINTS + place : place == 3 ? REPLIES + i / CAPS_EACH % 6 : gift(g);
    bool badged = what >= ENDPOINTS && what < REPLIES;
    uint64_t rights = place < 4 || chance(g, 176) ? PN_ALL_RIGHTS : draw(g, 16);
    const uint64_t w[4] = {1 + i % CAPS_EACH, what, rights,
                           badged && chance(g, 200) ? 1ull << draw(g, 64) : 0};
    step_call(s, CNODES + i / CAPS_EACH, PN_CNODE_DERIVE, 4, w);
}

static void parameters(struct generator *g, struct step *s, uint32_t i)
{
    uint64_t period = 40 + draw(g, 4) * draw(g, 1000);
    uint64_t budget = chance(g, 96) ? period : 20 + draw(g, period - 19);
    const uint64_t w[5] = {CONTEXTS + i, budget, period, draw(g, 7), 0x5c00 + i};
    step_call(s, PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, 5, w);
}

static void configure(struct generator *g, struct step *s, uint32_t i)
{
    uint64_t fault = chance(g, 64) ? 0 : ENDPOINTS + draw(g, 3);
    uint64_t timeout = chance(g, 128) ? 0 : ENDPOINTS + draw(g, 3);
    uint64_t flags = (g->mixed ? draw(g, 4) : PN_TCB_COUNTERS) + (chance(g, g->passive) ? PN_TCB_PASSIVE : 0);
    uint64_t space = chance(g, 128) ? SPACES + draw(g, 2) : PN_ROOT_VSPACE;
    uint64_t buffer = space == PN_ROOT_VSPACE && chance(g, 128) ? 0x210000 + 0x1000 * (uint64_t)i : 0;
    const uint64_t w[6] = {CNODES + i, space, buffer, fault, flags, timeout};
    step_call(s, TCBS + i, PN_TCB_CONFIGURE, 6, w);
}

static void thread_step(struct generator *g, struct step *s, uint32_t i, uint32_t what)
{
    uint64_t w[3] = {0};
    switch (what) {
    case 0:
        configure(g, s, i);
        return;
    case 1:
        w[0] = 1 + draw(g, g->priorities);
        w[1] = chance(g, 20) ? 0 : CONTEXTS + i;
        w[2] = g->slots != 0 ? draw(g, 3) : 0;
        step_call(s, TCBS + i, PN_TCB_SET_SCHED, g->slots != 0 ? 3 : 2, w);
        return;
    case 2:
        w[0] = 0x200000 + 0x1000 * (uint64_t)i;
        w[1] = 0x3fffffd000;
        w[2] = i;
        step_call(s, TCBS + i, PN_TCB_SET_START, 3, w);
        return;
    case 3:
        w[0] = NOTIFICATIONS + (chance(g, 200) ? i % 7 : draw(g, 7));
        step_call(s, TCBS + i, chance(g, 128) ? PN_TCB_BIND_NOTIFICATION : PN_TCB_EPOCH, 1, w);
        return;
    default:
        step_call(s, TCBS + i, PN_TCB_RESUME, 0, w);
        return;
    }
}

static void irq_step(struct generator *g, struct step *s, uint32_t i)
{
    uint64_t w[4] = {1 + 3ull * (i % IRQ_COUNT), draw(g, 2), PN_ROOT_CNODE, IRQS + i % IRQ_COUNT};
    if (i < IRQ_COUNT) {
        step_call(s, PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, 4, w);
        return;
    }
    /* One of them is the root task's. */
    w[0] = NOTIFICATIONS + (i == IRQ_COUNT ? 7 : draw(g, 7));
    step_call(s, IRQS + i % IRQ_COUNT, PN_IRQ_SET_NOTIFICATION, 1, w);
}

/* A seventh of the systems has a domain schedule; the root task's domain is nearly always in it. The entry
 * that starts it comes last. */
static void slot_step(struct generator *g, struct step *s, uint32_t i)
{
    bool last = i + 1 == g->slots;
    uint64_t entry = last ? draw(g, 2) : g->slots - 2 - i;
    uint64_t ticks = 1 + draw(g, view_ticks(chance(g, 64) ? 20 : 200));
    uint64_t domain = last && !chance(g, 32) ? 0 : draw(g, 4);
    uint64_t start = !last ? PN_SCHEDULE_SET : g->seals ? PN_SCHEDULE_AT_SEAL : PN_SCHEDULE_NOW;
    const uint64_t w[4] = {entry, domain, !last && chance(g, 24) ? 0 : ticks, start};
    step_call(s, PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, 4, w);
}

bool generate_script(struct generator *g, struct step *s)
{
    if (g->script == 0)
        g->slots = chance(g, 36) ? 2 + (uint32_t)draw(g, 6) : 0;
    uint32_t i = g->script++;
    if (i < POOLS) {
        make_pool(g, s, i);
        return true;
    }
    i -= POOLS;
    if (i < 2 * IRQ_COUNT) {
        irq_step(g, s, i);
        return true;
    }
    i -= 2 * IRQ_COUNT;
    if (i < g->threads * CAPS_EACH) {
        give(g, s, i);
        return true;
    }
    i -= g->threads * CAPS_EACH;
    if (i < 8) {
        parameters(g, s, i);
        return true;
    }
    i -= 8;
    if (i < 5 * g->threads) {
        thread_step(g, s, i % g->threads, i / g->threads);
        return true;
    }
    i -= 5 * g->threads;
    if (i < g->slots) {
        slot_step(g, s, i);
        return true;
    }
    i -= g->slots;
    if (i == 0 && g->seals) {
        const uint64_t w[1] = {chance(g, 24)};
        step_call(s, PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 1, w);
        return true;
    }
    return false;
}
