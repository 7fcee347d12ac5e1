/* SPDX-License-Identifier: BSD-2-Clause */
/* The model's ground: capabilities, message words, lists, and the state after boot. */
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_PRIORITY  255
#define ROOT_BUDGET_US 10000

struct model m;

static struct m_cap slots[PN_MAX_SLOTS];

struct m_thread *m_thread(uint16_t t)
{
    if (t == 0 || t > m.threads) {
        fprintf(stderr, "model: thread %u does not exist\n", t);
        abort();
    }
    return &m.thread[t];
}

uint16_t m_id(const struct m_thread *t)
{
    return (uint16_t)(t - m.thread);
}

struct m_cap m_lookup(const struct m_thread *t, uint64_t cptr)
{
    struct m_cap none = {0};
    if (!t->configured || cptr >= m.cnode[t->cnode].count)
        return none;
    return m.cnode[t->cnode].slot[cptr];
}

bool m_has(struct m_cap c, uint8_t type, uint64_t rights)
{
    return c.type == type && (c.rights & rights) == rights;
}

struct m_cap m_make(uint8_t type, uint16_t object)
{
    struct m_cap c = {.type = type, .rights = PN_ALL_RIGHTS, .object = object};
    return c;
}

uint64_t m_word(const struct m_thread *t, uint64_t i)
{
    return i < PN_MSG_REGS ? t->reg[M_A2 + i] : t->buffer[i + 1];
}

void m_set_word(struct m_thread *t, uint64_t i, uint64_t value)
{
    if (i < PN_MSG_REGS)
        t->reg[M_A2 + i] = value;
    else
        t->buffer[i + 1] = value;
}

void m_answer(struct m_thread *t, uint64_t label, uint64_t words)
{
    t->reg[M_A0] = 0;
    t->reg[M_A1] = label << PN_MSGINFO_LABEL_SHIFT | words;
}

void m_insert(struct m_list *l, uint32_t at, uint16_t t)
{
    if (l->count >= M_THREADS || at > l->count) {
        fprintf(stderr, "model: list overflow\n");
        abort();
    }
    memmove(&l->item[at + 1], &l->item[at], (l->count - at) * sizeof l->item[0]);
    l->item[at] = t;
    l->count++;
}

void m_append(struct m_list *l, uint16_t t)
{
    m_insert(l, l->count, t);
}

void m_insert_by_priority(struct m_list *l, uint16_t t)
{
    uint32_t at = 0;
    while (at < l->count && m.thread[l->item[at]].priority >= m.thread[t].priority)
        at++;
    m_insert(l, at, t);
}

void m_drop(struct m_list *l, uint16_t t)
{
    uint16_t kept = 0;
    for (uint16_t i = 0; i < l->count; i++) {
        if (l->item[i] != t)
            l->item[kept++] = l->item[i];
    }
    l->count = kept;
}

uint64_t m_ticks(uint64_t us)
{
    return us * m.hz / 1000000;
}

static void boot_slots(const struct m_platform *p)
{
    memset(slots, 0, sizeof slots);
    m.cnodes = 1;
    m.cnode[0].count = PN_ROOT_SLOTS;
    m.cnode[0].slot = slots;
    m.slots = PN_ROOT_SLOTS;
    slots[PN_ROOT_TCB] = m_make(PN_CAP_TCB, 1);
    slots[PN_ROOT_CNODE] = m_make(PN_CAP_CNODE, 0);
    slots[PN_ROOT_VSPACE] = m_make(PN_CAP_VSPACE, 0);
    slots[PN_ROOT_SYSTEM] = m_make(PN_CAP_SYSTEM, 0);
    for (uint16_t i = 0; i < p->untypeds; i++) {
        m.untyped[i] = p->untyped[i];
        slots[PN_ROOT_FIRST_UNTYPED + i] = m_make(PN_CAP_UNTYPED, i);
    }
    m.untypeds = (uint16_t)p->untypeds;
}

static void boot_context(struct m_thread *t, const struct m_platform *p)
{
    struct m_sc *sc = &m.sc[1];
    m.scs = 1;
    sc->budget = m_ticks(ROOT_BUDGET_US);
    sc->period = sc->budget;
    sc->minimum = m_ticks(PN_MIN_BUDGET_US);
    sc->max = 2;
    sc->home_thread = 1;
    sc->thread = 1;
    m_refill_start(sc);
    t->sc = 1;
    t->own_sc = 1;
    m.active = 1;
    m.started = p->now;
    m.deadline = p->now + sc->slice;
}

void m_boot(const struct m_platform *p)
{
    memset(&m, 0, sizeof m);
    m.now = p->now;
    m.hz = p->hz;
    m.sources = p->sources;
    m.has_fpu = p->has_fpu;
    m.slot_end = UINT64_MAX;
    m.threads = 1;
    m.vspaces = 1;
    struct m_thread *t = &m.thread[1];
    t->configured = true;
    t->flags = PN_TCB_COUNTERS;
    t->priority = ROOT_PRIORITY;
    t->start_pc = p->root_pc;
    t->start_sp = p->root_sp;
    t->start_a0 = 0x3ffffff000;
    t->state = M_READY;
    m_load_start(t);
    boot_slots(p);
    boot_context(t, p);
    m.tables = (uint16_t)p->tables;
    memcpy(m.table, p->table, p->tables * sizeof p->table[0]);
    m.mappings = p->mappings;
    memcpy(m.mapping, p->mapping, p->mappings * sizeof p->mapping[0]);
    m.current = 1;
    m.maps_changed = true;
    m.slots_changed = true;
}
