/* SPDX-License-Identifier: BSD-2-Clause */
/* The next event of whoever runs. */
#include "generate.h"
#include <string.h>
#include "view.h"

#define ROOT 1u

/* The root task's favourite slots, as generate_script.c fills them. */
#define ROOT_TCBS          16u
#define ROOT_NOTIFICATIONS 40u
#define ROOT_IRQS          112u

struct machine_kind generate_machine(struct generator *g)
{
    static const uint32_t clocks[] = {10000000, 1000000, 1000000000, 3686400};
    static const uint32_t sources[] = {96, 10, 127, 1000};
    struct machine_kind kind = {
        .hz = clocks[draw(g, 4)], .sources = sources[draw(g, 4)], .has_fpu = chance(g, 192)};
    kind.garbage = chance(g, 128) ? 0xa5a5a5a5a5a5a5a5 : draw_word(g);
    g->threads = 2 + (uint32_t)draw(g, 7);
    g->priorities = 1 + (uint32_t)draw(g, 4);
    g->chaos = chance(g, 64) ? 60 : 6;
    g->routine = (uint32_t)draw(g, 256);
    g->unrest = (uint32_t)draw(g, 40);
    g->passive = (uint32_t)draw(g, 200);
    g->mixed = chance(g, 96);
    g->seals = chance(g, 96);
    return kind;
}

static uint64_t elapsed(struct generator *g)
{
    uint64_t kind = draw(g, 16);
    if (kind < 8)
        return view_ticks(draw(g, 4)) + draw(g, 4);
    if (kind < 13)
        return view_ticks(draw(g, 40)) + draw(g, 16);
    return kind < 15 ? 0 : view_ticks(draw(g, 300));
}

static uint64_t message_info(struct generator *g)
{
    uint64_t label = chance(g, 128) ? 0 : chance(g, 200) ? draw(g, 13) : draw_word(g) & 0xfffffffffffff;
    uint64_t length = chance(g, 160) ? draw(g, 6) : draw(g, 128);
    uint64_t extra = chance(g, 16) ? draw(g, 32) << 7 : 0;
    return label << PN_MSGINFO_LABEL_SHIFT | extra | length;
}

static void fill_message(struct generator *g, struct step *s)
{
    s->reg[1] = message_info(g);
    for (uint32_t i = 2; i < 6; i++)
        s->reg[i] = chance(g, 64) ? draw_word(g) : draw(g, 256);
    s->words = 0;
}

static uint64_t system_call(struct generator *g)
{
    static const int8_t usual[] = {
        PN_SYS_CALL,        PN_SYS_CALL,       PN_SYS_CALL,       PN_SYS_CALL,       PN_SYS_CALL,
        PN_SYS_CALL,        PN_SYS_REPLY_RECV, PN_SYS_REPLY_RECV, PN_SYS_REPLY_RECV, PN_SYS_REPLY_RECV,
        PN_SYS_RECV,        PN_SYS_RECV,       PN_SYS_RECV,       PN_SYS_RECV,       PN_SYS_SEND,
        PN_SYS_SEND,        PN_SYS_SEND,       PN_SYS_NBSEND,     PN_SYS_NBSEND,     PN_SYS_NBSEND_RECV,
        PN_SYS_NBSEND_WAIT, PN_SYS_NBRECV,     PN_SYS_WAIT,       PN_SYS_NBWAIT,     PN_SYS_YIELD};
    if (chance(g, g->chaos))
        return chance(g, 128) ? (uint64_t)0 - draw(g, 20) : draw_word(g);
    return (uint64_t)usual[draw(g, sizeof usual)];
}

static uint8_t wanted_type(struct generator *g, int64_t number, bool receiving)
{
    if (receiving && (number == PN_SYS_WAIT || number == PN_SYS_NBWAIT || number == PN_SYS_NBSEND_WAIT))
        return chance(g, 192) ? PN_CAP_NOTIFICATION : PN_CAP_ENDPOINT;
    if (receiving)
        return chance(g, 240) ? PN_CAP_ENDPOINT : PN_CAP_NOTIFICATION;
    static const uint8_t types[] = {
        PN_CAP_ENDPOINT,      PN_CAP_ENDPOINT,     PN_CAP_ENDPOINT,     PN_CAP_ENDPOINT, PN_CAP_ENDPOINT,
        PN_CAP_ENDPOINT,      PN_CAP_NOTIFICATION, PN_CAP_NOTIFICATION, PN_CAP_REPLY,    PN_CAP_REPLY,
        PN_CAP_TCB,           PN_CAP_TCB,          PN_CAP_TCB,          PN_CAP_TCB,      PN_CAP_CNODE,
        PN_CAP_FRAME,         PN_CAP_IRQ,          PN_CAP_IRQ,          PN_CAP_SYSTEM,   PN_CAP_UNTYPED,
        PN_CAP_SCHED_CONTEXT, PN_CAP_PAGE_TABLE,   PN_CAP_VSPACE};
    return types[draw(g, sizeof types)];
}

static bool invokable(uint8_t type)
{
    return type != PN_CAP_NULL && type != PN_CAP_ENDPOINT && type != PN_CAP_NOTIFICATION &&
           type != PN_CAP_REPLY;
}

static void make_call(struct generator *g, struct step *s, uint16_t t)
{
    uint64_t number = system_call(g);
    int64_t n = (int64_t)number;
    bool receives = n == PN_SYS_REPLY_RECV || n == PN_SYS_RECV || n == PN_SYS_NBRECV || n == PN_SYS_WAIT ||
                    n == PN_SYS_NBWAIT || n == PN_SYS_NBSEND_RECV || n == PN_SYS_NBSEND_WAIT;
    s->kind = STEP_ECALL;
    s->reg[0] = pick_cap(g, t, wanted_type(g, n, receives));
    s->reg[6] = pick_cap(g, t, PN_CAP_REPLY);
    s->reg[8] = pick_cap(g, t, chance(g, 96) ? PN_CAP_TCB : wanted_type(g, n, false));
    uint64_t invoked = n == PN_SYS_NBSEND_RECV || n == PN_SYS_NBSEND_WAIT ? s->reg[8] : s->reg[0];
    struct m_cap cap = view_cap(t, invoked);
    if (invokable(cap.type) && (!receives || invoked == s->reg[8]))
        generate_invocation(g, s, t, cap);
    else
        fill_message(g, s);
    s->reg[7] = number;
}

/* Servers and their clients: what threads do most of the time. */
static void make_routine_call(struct generator *g, struct step *s, uint16_t t)
{
    uint64_t endpoint = 1 + t / 2u % 2u;
    s->kind = STEP_ECALL;
    fill_message(g, s);
    if (chance(g, 192))
        s->reg[1] = draw(g, 7);
    s->reg[6] = pick_object(g, t, PN_CAP_REPLY, 1 + (t - 2u) % 6u);
    if (t % 2 == 0 && chance(g, 220)) {
        s->reg[0] = pick_object(g, t, PN_CAP_ENDPOINT, endpoint);
        s->reg[7] = (uint64_t)(chance(g, 200) ? PN_SYS_REPLY_RECV : PN_SYS_RECV);
    } else {
        s->reg[0] = pick_object(g, t, PN_CAP_ENDPOINT, g->threads < 3 ? 2 : 1 + draw(g, 2));
        s->reg[7] = (uint64_t)PN_SYS_CALL;
    }
}

/* An invocation with some arguments: it does not block. */
static void make_mistake(struct generator *g, struct step *s, uint16_t t)
{
    static const uint8_t types[] = {PN_CAP_UNTYPED,    PN_CAP_CNODE, PN_CAP_TCB,   PN_CAP_FRAME,
                                    PN_CAP_PAGE_TABLE, PN_CAP_IRQ,   PN_CAP_SYSTEM};
    uint8_t type = types[draw(g, sizeof types)];
    s->reg[0] = pick_cap(g, t, type);
    if (type == PN_CAP_UNTYPED && t == ROOT && chance(g, 128))
        s->reg[0] = PN_ROOT_FIRST_UNTYPED + draw(g, 7);
    struct m_cap cap = view_cap(t, s->reg[0]);
    generate_invocation(g, s, t, cap);
    bool suicide = t == ROOT && cap.type == PN_CAP_TCB && cap.object == ROOT && !chance(g, 4);
    if (!invokable(cap.type) || suicide)
        s->reg[0] = UINT64_MAX;
}

/* Threads that have run are stopped and set up anew. */
static void make_maintenance(struct generator *g, struct step *s)
{
    static const uint8_t methods[] = {PN_TCB_SUSPEND,          PN_TCB_SUSPEND,   PN_TCB_SUSPEND,
                                      PN_TCB_SET_SCHED,        PN_TCB_SET_SCHED, PN_TCB_CONFIGURE,
                                      PN_TCB_WRITE_REGISTERS,  PN_TCB_RESET,     PN_TCB_BIND_NOTIFICATION,
                                      PN_TCB_BIND_NOTIFICATION};
    s->reg[0] = ROOT_TCBS + draw(g, g->threads);
    generate_method(g, s, ROOT, view_cap(ROOT, s->reg[0]), methods[draw(g, sizeof methods)]);
}

/* The root task, above all others, keeps the system alive: it waits for interrupts and starts threads. */
static void make_root_call(struct generator *g, struct step *s)
{
    uint64_t kind = draw(g, 32);
    if (!view_source_ready(1) && view_cap(ROOT, ROOT_IRQS).type == PN_CAP_IRQ)
        kind = 24;
    if (kind < 5) {
        step_call(s, ROOT_NOTIFICATIONS + 7, 0, 0, NULL);
        s->reg[7] = (uint64_t)PN_SYS_WAIT;
    } else if (kind < 24) {
        step_call(s, ROOT_TCBS + draw(g, g->threads), PN_TCB_RESUME, 0, NULL);
    } else if (kind < 28) {
        step_call(s, ROOT_IRQS + (kind < 27 ? 0 : draw(g, 3)), PN_IRQ_ACK, 0, NULL);
    } else if (kind < 30) {
        make_maintenance(g, s);
    } else if (kind < 31 || chance(g, 248)) {
        make_mistake(g, s, ROOT);
    } else {
        make_call(g, s, ROOT);
    }
}

static void make_exception(struct generator *g, struct step *s)
{
    static const uint8_t causes[] = {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 15};
    s->kind = STEP_EXCEPTION;
    s->cause = chance(g, g->chaos) ? draw(g, 64) : causes[draw(g, sizeof causes)];
    s->value = draw_word(g);
}

static uint16_t pick_source(struct generator *g, bool must_wake)
{
    uint16_t start = (uint16_t)draw(g, 12);
    for (uint16_t i = 0; i < 128; i++) {
        uint16_t source = (uint16_t)(1 + (start + i) % 127);
        if (source <= view_sources() && view_source_ready(source))
            return source;
    }
    return must_wake ? 0 : (uint16_t)(1 + draw(g, view_sources()));
}

static void make_interrupt(struct generator *g, struct step *s, bool idle)
{
    s->kind = STEP_INTERRUPT;
    bool timer = view_time_left() < UINT64_MAX / 2;
    if (chance(g, idle ? 64 : 128) || !timer)
        s->source = pick_source(g, idle);
    else
        s->timer = true;
    s->glitch = chance(g, 2);
    s->withdrawn = !idle && chance(g, 4);
}

bool generate_step(void *context, struct step *s, bool idle)
{
    struct generator *g = context;
    memset(s, 0, sizeof *s);
    if (g->bytes != NULL && g->left == 0)
        return false;
    uint16_t t = view_current();
    g->scripting = true;
    bool script = !idle && t == ROOT && generate_script(g, s);
    g->scripting = script;
    s->other = g->bytes != NULL ? g->left << 20 | g->script : draw(g, UINT64_MAX);
    if (script) {
        if (chance(g, 3))
            make_mistake(g, s, t);
        g->scripting = false;
        return true;
    }
    s->elapsed = elapsed(g);
    uint64_t left = view_time_left();
    bool late = s->elapsed >= left;
    if (late)
        s->elapsed = left + s->elapsed % (view_ticks(30) + 1);
    if (idle || chance(g, late || view_device_pending() ? 240 : g->unrest))
        make_interrupt(g, s, idle);
    else if (chance(g, g->unrest / 3) && t != ROOT)
        make_exception(g, s);
    else if (t == ROOT)
        make_root_call(g, s);
    else if (chance(g, g->routine))
        make_routine_call(g, s, t);
    else
        make_call(g, s, t);
    return true;
}
