/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations whose arguments mostly make sense. */
#include <string.h>
#include "generate.h"
#include "view.h"

static const uint64_t addresses[] = {0x200000,   0x201000,     0x400000,     0x600000,    0x40000000,
                                     0x40200000, 0x3fffffe000, 0x3fffe00000, 0x3ffffff000};

static uint64_t address(struct generator *g)
{
    if (chance(g, g->chaos))
        return draw_word(g);
    if (chance(g, 128))
        return 0x203000 + draw(g, 3) * 0x1000;
    return addresses[draw(g, sizeof addresses / sizeof addresses[0])] +
           (chance(g, 64) ? draw(g, 4) * 0x1000 : 0);
}

void step_call(struct step *s, uint64_t cptr, uint64_t method, uint32_t count, const uint64_t *words)
{
    s->kind = STEP_ECALL;
    s->reg[0] = cptr;
    s->reg[1] = method << PN_MSGINFO_LABEL_SHIFT | count;
    s->reg[7] = (uint64_t)PN_SYS_CALL;
    s->words = count;
    for (uint32_t i = 0; i < count && i < STEP_WORDS; i++) {
        s->word[i] = words[i];
        if (i < PN_MSG_REGS)
            s->reg[2 + i] = words[i];
    }
}

static uint16_t cnode_behind(uint16_t t, uint64_t cptr)
{
    struct m_cap c = view_cap(t, cptr);
    return c.type == PN_CAP_CNODE ? c.object : 0;
}

static uint32_t retype(struct generator *g, uint16_t t, const struct m_cap *cap, uint64_t *w)
{
    static const uint8_t types[] = {PN_CAP_FRAME,        PN_CAP_FRAME,    PN_CAP_FRAME,
                                    PN_CAP_UNTYPED,      PN_CAP_CNODE,    PN_CAP_TCB,
                                    PN_CAP_NOTIFICATION, PN_CAP_REPLY,    PN_CAP_VSPACE,
                                    PN_CAP_PAGE_TABLE,   PN_CAP_ENDPOINT, PN_CAP_SCHED_CONTEXT};
    w[0] = chance(g, g->chaos) ? draw(g, 14) : types[draw(g, sizeof types)];
    w[1] = 0;
    if (w[0] == PN_CAP_FRAME)
        w[1] = chance(g, 64) ? PN_LARGE_BITS : PN_PAGE_BITS;
    else if (w[0] == PN_CAP_UNTYPED)
        w[1] = draw(g, 5) * 0x1000;
    else if (w[0] == PN_CAP_CNODE)
        w[1] = chance(g, 32) ? draw(g, 1100) : draw(g, 20);
    if (chance(g, g->chaos))
        w[1] = draw_word(g);
    w[2] = pick_cap(g, t, PN_CAP_CNODE);
    w[3] = pick_empty(g, cnode_behind(t, w[2]));
    w[4] = chance(g, 16) ? draw(g, 1030) : 1 + draw(g, 3);
    if (w[0] == PN_CAP_CNODE && chance(g, 48)) {
        w[1] = 1000 + draw(g, 24);
        w[4] = 1 + draw(g, 60);
    }
    w[5] = chance(g, 96) ? view_untyped_start(cap->object) + draw(g, 3) * 0x1000 : 0;
    if (chance(g, g->chaos))
        w[5] = draw_word(g);
    return 6;
}

static uint32_t on_cnode(struct generator *g, uint16_t t, const struct m_cap *cap, uint64_t method,
                         uint64_t *w)
{
    if (method == PN_CNODE_DELETE) {
        w[0] = draw(g, view_cnode_slots(cap->object) + 1ull);
        return 1;
    }
    w[0] = pick_empty(g, cap->object);
    w[1] = pick_cap(g, t, (uint8_t)(1 + draw(g, 12)));
    w[2] = chance(g, 128) ? PN_ALL_RIGHTS : draw_word(g);
    w[3] = chance(g, 160) ? 0 : draw_word(g);
    return 4;
}

static uint32_t on_thread(struct generator *g, uint16_t t, uint64_t method, uint64_t *w)
{
    switch (method) {
    case PN_TCB_CONFIGURE:
        w[0] = pick_cap(g, t, PN_CAP_CNODE);
        w[1] = pick_cap(g, t, PN_CAP_VSPACE);
        w[2] = chance(g, 128) ? 0 : address(g);
        w[3] = chance(g, 64) ? 0 : pick_cap(g, t, PN_CAP_ENDPOINT);
        w[4] = chance(g, g->chaos) ? draw_word(g) : draw(g, PN_TCB_VITAL + 1);
        w[5] = chance(g, 128) ? 0 : pick_cap(g, t, PN_CAP_ENDPOINT);
        return 6;
    case PN_TCB_SET_SCHED:
        w[0] = chance(g, g->chaos) ? draw_word(g) : 1 + draw(g, 6);
        w[1] = chance(g, 80) ? 0 : pick_cap(g, t, PN_CAP_SCHED_CONTEXT);
        w[2] = chance(g, g->chaos) ? draw_word(g) : g->slots != 0 ? draw(g, 3) : 0;
        return chance(g, 64) ? 2 : 3;
    case PN_TCB_BIND_NOTIFICATION:
        w[0] = pick_cap(g, t, PN_CAP_NOTIFICATION);
        return 1;
    case PN_TCB_SET_START:
        for (uint32_t i = 0; i < 3; i++)
            w[i] = draw_word(g);
        return 3;
    case PN_TCB_WRITE_REGISTERS:
    case PN_TCB_READ_REGISTERS:
        w[0] = draw(g, 4);
        w[1] = chance(g, g->chaos) ? draw_word(g) : draw(g, 34);
        for (uint32_t i = 2; i < 36; i++)
            w[i] = w[0] * 0x1001 + i;
        return method == PN_TCB_READ_REGISTERS ? 2 : 2 + (uint32_t)(w[1] % 34);
    default:
        return 0;
    }
}

static uint32_t on_memory(struct generator *g, uint16_t t, const struct m_cap *cap, uint64_t method,
                          uint64_t *w)
{
    uint16_t vspace = 0;
    w[0] = pick_cap(g, t, PN_CAP_VSPACE);
    w[1] = address(g);
    if (method == PN_FRAME_UNMAP && view_mapping(*cap, &vspace, &w[1]) && chance(g, 200))
        w[0] = pick_object(g, t, PN_CAP_VSPACE, vspace);
    w[2] = chance(g, 128) ? draw(g, 16) : 1 + 2 * draw(g, 3);
    if (chance(g, g->chaos))
        w[2] = draw_word(g);
    return 3;
}

static uint32_t on_system(struct generator *g, uint16_t t, uint64_t method, uint64_t *w)
{
    switch (method) {
    case PN_SYSTEM_IRQ:
        w[0] = chance(g, g->chaos) ? draw_word(g) : draw(g, view_sources() + 2ull);
        w[1] = draw(g, 2 + (uint64_t)chance(g, g->chaos));
        w[2] = pick_cap(g, t, PN_CAP_CNODE);
        w[3] = chance(g, 24) ? draw_word(g) : pick_empty(g, cnode_behind(t, w[2]));
        return 4;
    case PN_SYSTEM_SCHED:
        w[0] = pick_cap(g, t, PN_CAP_SCHED_CONTEXT);
        w[2] = chance(g, g->chaos) ? draw_word(g) : 20 + draw(g, 3000);
        w[1] = chance(g, g->chaos) ? draw_word(g) : 20 + draw(g, w[2] < 20 ? 1 : w[2] % 5000);
        if (chance(g, 64))
            w[1] = w[2];
        w[3] = draw(g, 7 + (uint64_t)chance(g, g->chaos));
        w[4] = draw_word(g);
        return 5;
    case PN_SYSTEM_DOMAIN:
        w[0] = chance(g, g->chaos) ? draw_word(g) : draw(g, PN_MAX_SCHEDULE);
        w[1] = chance(g, g->chaos) ? draw_word(g) : draw(g, 4);
        w[2] = chance(g, g->chaos) ? draw_word(g) : view_ticks(draw(g, 4) * 50);
        w[3] = chance(g, g->chaos) ? draw(g, 4) : 0;
        return 4;
    default:
        w[0] = draw(g, 3);
        return chance(g, 160);
    }
}

static uint64_t choose_method(struct generator *g, uint8_t type)
{
    static const uint8_t tcb[] = {PN_TCB_CONFIGURE, PN_TCB_SET_SCHED,       PN_TCB_BIND_NOTIFICATION,
                                  PN_TCB_SET_START, PN_TCB_WRITE_REGISTERS, PN_TCB_READ_REGISTERS,
                                  PN_TCB_SUSPEND,   PN_TCB_RESUME,          PN_TCB_RESUME,
                                  PN_TCB_RESUME,    PN_TCB_RESET,           PN_TCB_EPOCH};
    if (chance(g, g->chaos))
        return chance(g, 200) ? draw(g, 45) : draw_word(g);
    switch (type) {
    case PN_CAP_UNTYPED:
        return PN_UNTYPED_RETYPE;
    case PN_CAP_CNODE:
        return chance(g, 160) ? PN_CNODE_DERIVE : PN_CNODE_DELETE;
    case PN_CAP_TCB:
        return tcb[draw(g, sizeof tcb)];
    case PN_CAP_FRAME:
        return PN_FRAME_MAP + draw(g, 3);
    case PN_CAP_PAGE_TABLE:
        return PN_PAGE_TABLE_MAP;
    case PN_CAP_IRQ:
        return chance(g, 64) ? PN_IRQ_SET_NOTIFICATION : PN_IRQ_ACK;
    case PN_CAP_SYSTEM:
        return chance(g, 64) ? PN_SYSTEM_DOMAIN : PN_SYSTEM_IRQ + draw(g, chance(g, 8) ? 3 : 2);
    default:
        return draw(g, 45);
    }
}

void generate_invocation(struct generator *g, struct step *s, uint16_t t, struct m_cap cap)
{
    generate_method(g, s, t, cap, choose_method(g, cap.type));
}

void generate_method(struct generator *g, struct step *s, uint16_t t, struct m_cap cap, uint64_t method)
{
    uint64_t w[STEP_WORDS] = {0};
    uint32_t count = 0;
    if (method == PN_UNTYPED_RETYPE)
        count = retype(g, t, &cap, w);
    else if (method == PN_CNODE_DERIVE || method == PN_CNODE_DELETE)
        count = on_cnode(g, t, &cap, method, w);
    else if (method >= PN_TCB_CONFIGURE && method <= PN_TCB_EPOCH)
        count = on_thread(g, t, method, w);
    else if (method >= PN_PAGE_TABLE_MAP && method <= PN_FRAME_ADDRESS)
        count = on_memory(g, t, &cap, method, w);
    else if (method == PN_IRQ_SET_NOTIFICATION)
        w[count++] = pick_cap(g, t, PN_CAP_NOTIFICATION);
    else if (method >= PN_SYSTEM_IRQ && method <= PN_SYSTEM_DOMAIN)
        count = on_system(g, t, method, w);
    if (chance(g, 12))
        count = (uint32_t)draw(g, chance(g, 128) ? 128 : count + 1ull);
    step_call(s, s->reg[0], method, count, w);
}
