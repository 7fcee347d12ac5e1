/* SPDX-License-Identifier: BSD-2-Clause */
/* Object by object; the first difference is worded. */
#include "compare.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "compare_memory.h"
#include "model.h"
#include "object/refill.h"
#include "state.h"

static char said[240];

__attribute__((format(printf, 1, 2))) static bool differs(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(said, sizeof said, format, args);
    va_end(args);
    return false;
}

static bool same(const char *what, unsigned number, const char *field, u64 kernel, u64 model)
{
    return kernel == model || differs("%s %u: %s is %#llx, model says %#llx", what, number, field,
                                      (unsigned long long)kernel, (unsigned long long)model);
}

static bool same_list(const char *what, unsigned number, u16 head, const struct m_list *l)
{
    u16 t = head;
    for (u16 i = 0; i < l->count; i++) {
        if (t == NIL || t > PN_MAX_TCBS || t != l->item[i])
            return differs("%s %u: place %u is thread %u, model says %u", what, number, i, t, l->item[i]);
        t = ks_tcb[t].next;
    }
    return t == NIL || differs("%s %u: thread %u too many", what, number, t);
}

static bool same_binding(u16 i)
{
    const struct binding *b = &fixed_binding[i];
    const struct m_thread *t = &m.thread[i];
    if (!same("thread", i, "configured", b->configured, t->configured))
        return false;
    if (t->configured) {
        const struct m_cnode *node = &m.cnode[t->cnode];
        u32 base = (u32)(node->slot - m.cnode[0].slot);
        if (!same("thread", i, "first slot", b->slot_base, base) ||
            !same("thread", i, "slots", b->slot_count, node->count) ||
            !same("thread", i, "vspace", b->vspace, t->vspace) ||
            !same("thread", i, "satp", b->satp, compare_satp(t->vspace)))
            return false;
    }
    return same("thread", i, "bound notification", b->notification, t->notification) &&
           same("thread", i, "own context", b->sc, t->own_sc) &&
           same("thread", i, "fault endpoint", b->fault_endpoint, t->fault_endpoint) &&
           (b->fault_endpoint == NIL || same("thread", i, "fault badge", b->fault_badge, t->fault_badge)) &&
           same("thread", i, "timeout endpoint", b->timeout_endpoint, t->timeout_endpoint) &&
           (b->timeout_endpoint == NIL ||
            same("thread", i, "timeout badge", b->timeout_badge, t->timeout_badge)) &&
           same("thread", i, "flags", b->flags, t->flags) && same("thread", i, "vital", b->vital, t->vital) &&
           same("thread", i, "start pc", b->start_pc, t->start_pc) &&
           same("thread", i, "start sp", b->start_sp, t->start_sp) &&
           same("thread", i, "start a0", b->start_a0, t->start_a0);
}

static bool same_registers(u16 i)
{
    const struct tcb *k = &ks_tcb[i];
    const struct m_thread *t = &m.thread[i];
    char name[8];
    for (u32 r = 0; r < 32; r++) {
        (void)snprintf(name, sizeof name, "x%u", r);
        if (!same("thread", i, r == 0 ? "pc" : name, k->reg[r], t->reg[r]))
            return false;
    }
    for (u32 w = 0; memcmp(ks_buffer[i - 1].word, t->buffer, sizeof t->buffer) != 0 && w < 512; w++) {
        (void)snprintf(name, sizeof name, "buf%u", w);
        if (!same("thread", i, name, ks_buffer[i - 1].word[w], t->buffer[w]))
            return false;
    }
    return true;
}

static bool same_thread(u16 i)
{
    const struct tcb *k = &ks_tcb[i];
    const struct m_thread *t = &m.thread[i];
    if (!same("thread", i, "state", k->state, t->state) ||
        !same("thread", i, "priority", k->priority, t->priority) ||
        !same("thread", i, "epoch", k->epoch, t->epoch) || !same("thread", i, "context", k->sc, t->sc) ||
        !same("thread", i, "fault", k->fault, t->fault) || !same("thread", i, "index", k->self, i) ||
        !same("thread", i, "context has yet to move", k->moving, t->moving))
        return false;
    if (t->fault != PN_FAULT_NULL &&
        (!same("thread", i, "fault address", k->fault_address, t->fault_address) ||
         !same("thread", i, "fault code", k->fault_code, t->fault_code)))
        return false;
    if (t->state == M_RECEIVE && !same("thread", i, "offered reply", k->reply, t->reply))
        return false;
    if (t->state == M_REPLY && !same("thread", i, "awaited reply", k->reply, t->reply))
        return false;
    if (t->state == M_SEND && (!same("thread", i, "badge", k->badge, t->badge) ||
                               !same("thread", i, "calling", k->calling, t->calling) ||
                               !same("thread", i, "lending", k->donating, t->lending)))
        return false;
    if ((t->state == M_SEND || t->state == M_RECEIVE || t->state == M_WAIT) &&
        !same("thread", i, "object", k->object, t->object))
        return false;
    return same_registers(i) && same_binding(i);
}

static bool same_objects(void)
{
    for (u16 e = 1; e <= m.endpoints; e++) {
        if (!same("endpoint", e, "server", ks_endpoint[e].server, m.endpoint[e].server) ||
            !same_list("endpoint", e, ks_endpoint[e].queue.head, &m.endpoint[e].queue))
            return false;
    }
    for (u16 n = 1; n <= m.notifications; n++) {
        const struct notification *k = &ks_notification[n];
        const struct m_notification *t = &m.notification[n];
        if (!same("notification", n, "word", k->word, t->word) ||
            !same("notification", n, "context", k->sc, t->sc) ||
            !same("notification", n, "active", k->state == NOTIFICATION_ACTIVE, t->active) ||
            !same("notification", n, "bound thread", fixed_bound_tcb[n], t->bound) ||
            !same_list("notification", n, k->queue.head, &t->queue))
            return false;
    }
    for (u16 r = 1; r <= m.replies; r++) {
        if (!same("reply", r, "caller", ks_reply[r].caller, m.reply[r].caller) ||
            !same("reply", r, "server", ks_reply[r].server, m.reply[r].server))
            return false;
    }
    return true;
}

static bool same_refills(u16 i)
{
    const struct sched_context *k = &ks_sc[i];
    const struct m_sc *t = &m.sc[i];
    if (!t->sporadic)
        return same("context", i, "time slice", k->refill[0].amount, t->slice);
    if (!same("context", i, "refills", k->count, t->count))
        return false;
    for (u32 n = 0; n < t->count; n++) {
        const struct refill *f = &k->refill[(k->head + n) % PN_MAX_REFILLS];
        if (!same("context", i, "refill time", f->time, t->refill[n].time) ||
            !same("context", i, "refill amount", f->amount, t->refill[n].amount))
            return false;
    }
    return m_refill_check(t) || differs("context %u: refills of kernel and model break an invariant", i);
}

static bool same_context(u16 i)
{
    const struct sched_context *k = &ks_sc[i];
    const struct m_sc *t = &m.sc[i];
    if (!same("context", i, "budget", k->budget, t->budget) ||
        !same("context", i, "thread", k->thread, t->thread) ||
        !same("context", i, "home thread", k->home_thread, t->home_thread) ||
        !same("context", i, "home notification", k->home_notification, t->home_notification) ||
        !same("context", i, "consumed", k->consumed, t->consumed))
        return false;
    u16 r = k->reply;
    for (u32 n = t->depth; n > 0; n--) {
        if (!same("context", i, "call stack", r, t->lent[n - 1]))
            return false;
        r = ks_reply[r].older;
    }
    if (!same("context", i, "bottom of call stack", r, NIL))
        return false;
    if (t->budget == 0)
        return true;
    return same("context", i, "period", k->period, t->period) &&
           same("context", i, "badge", k->badge, t->badge) &&
           same("context", i, "most refills", k->max, t->max) && same_refills(i);
}

/* The thread that was preempted last waits apart: it is the first of its priority. */
static bool same_queue(u8 domain, u16 p)
{
    struct m_list rest = m.ready[domain][p];
    if (ks.preempted != NIL && ks_tcb[ks.preempted].priority == p && domain == ks.domain) {
        if (!same("ready queue", p, "preempted thread", ks.preempted, rest.count != 0 ? rest.item[0] : 0))
            return false;
        m_drop(&rest, ks.preempted);
    }
    return same_list("ready queue", p, ks_ready[domain][p].head, &rest);
}

/* The queues of the current domain, and of one of all domains each time. */
static bool same_ready(void)
{
    static u8 next;
    next = (u8)((next + 1) % PN_MAX_DOMAINS);
    for (u16 p = 0; p < PN_PRIORITIES; p++) {
        if (!same_queue(m.domain, p) || !same_queue(next, p))
            return false;
    }
    return true;
}

static bool same_scheduler(u16 running)
{
    return same("scheduler", 0, "domain", ks.domain, m.domain) &&
           same("scheduler", 0, "end of the slot", ks.slot_end, m.slot_end) && same_ready() &&
           same_list("release queue", 0, ks.release, &m.release) &&
           same("scheduler", 0, "running thread", running, m.current) &&
           same("scheduler", 0, "current", ks.current, m.current) &&
           same("scheduler", 0, "charged context", ks.active, m.active) &&
           same("scheduler", 0, "charged up to", ks.started, m.started) &&
           same("timer", 0, "deadline", host.deadline, m.deadline);
}

static bool same_counts(void)
{
    return same("pool", 0, "threads", fixed.tcbs, m.threads) &&
           same("pool", 0, "endpoints", fixed.endpoints, m.endpoints) &&
           same("pool", 0, "notifications", fixed.notifications, m.notifications) &&
           same("pool", 0, "replies", fixed.replies, m.replies) &&
           same("pool", 0, "contexts", fixed.scs, m.scs) &&
           same("pool", 0, "untypeds", fixed.untypeds, m.untypeds) &&
           same("pool", 0, "vspaces", fixed.vspaces, m.vspaces) &&
           same("pool", 0, "tables", fixed.page_tables, m.tables) &&
           same("pool", 0, "CNodes", fixed.cnodes, m.cnodes) &&
           same("pool", 0, "slots", fixed.slots, m.slots) &&
           same("kernel", 0, "sealed", fixed.sealed, m.sealed) &&
           same("kernel", 0, "schedule", fixed.schedule, m.scheduled);
}

static bool same_machine(u16 running)
{
    for (u16 i = 1; i <= m.sources; i++) {
        if (!same("irq", i, "notification", fixed_irq[i].notification, m.irq[i].notification) ||
            !same("irq", i, "badge", fixed_irq[i].badge, m.irq[i].badge) ||
            !same("irq", i, "pending", host.source[i].pending, m.irq[i].pending) ||
            !same("irq", i, "claimed", host.source[i].claimed, m.irq[i].claimed) ||
            !same("irq", i, "enabled", host.source[i].enabled, m.irq[i].enabled))
            return false;
    }
    if (running == 0)
        return true;
    const struct m_thread *t = &m.thread[running];
    bool fpu = (t->flags & PN_TCB_FPU) != 0;
    if (!same("thread", running, "satp in the hart", host.satp, compare_satp(t->vspace)) ||
        !same("thread", running, "counters", host.counters, (t->flags & PN_TCB_COUNTERS) != 0 ? 7 : 2) ||
        !same("thread", running, "FPU on", host.fpu_on, fpu))
        return false;
    for (u32 f = 0; fpu && f < HOST_FPU; f++) {
        if (!same("thread", running, "FPU register", host.f[f], t->fpu[f]))
            return false;
    }
    return true;
}

const char *compare_states(uint16_t running)
{
    const char *broken = kernel_check();
    if (broken != NULL)
        return broken;
    if (!same_counts() || !same_scheduler(running))
        return said;
    for (u16 i = 1; i <= m.threads; i++) {
        if (!same_thread(i))
            return said;
    }
    for (u16 i = 1; i <= m.scs; i++) {
        if (!same_context(i))
            return said;
    }
    if (!same_objects() || !same_machine(running))
        return said;
    return compare_memory();
}

void compare_reset(void)
{
    compare_memory_reset();
}
