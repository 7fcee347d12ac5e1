/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities for the protection domains, their interrupts, scheduling contexts and threads.
 */
#include "build.h"

#include "capdist_read.h"
#include "console.h"
#include "invoke.h"

void build_irqs(void)
{
    uint64_t handler = slots_scratch();
    uint64_t signal = slots_scratch() + 1;

    for (uint32_t i = 0; i < capdist_count(CAPDIST_IRQS); i++) {
        const struct capdist_irq *irq = capdist_at(CAPDIST_IRQS, i);
        const char *name = capdist_name(irq->name);
        const struct invocation make = {
            PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, {irq->source, irq->trigger, PN_ROOT_CNODE, handler}};
        const struct invocation bind = {handler, PN_IRQ_SET_NOTIFICATION, {signal}};

        invoke_or_stop(&make, "make an interrupt handler", name);
        derive(PN_ROOT_CNODE, signal, slot_of(irq->notification), PN_WRITE, irq->badge, name);
        invoke_or_stop(&bind, "bind an interrupt", name);
        derive(slot_of(irq->cnode), irq->slot, handler, PN_ALL_RIGHTS, 0, name);
        delete_slot(signal);
        delete_slot(handler);
    }
}

void build_caps(void)
{
    for (uint32_t i = 0; i < capdist_count(CAPDIST_CAPS); i++) {
        const struct capdist_cap *cap = capdist_at(CAPDIST_CAPS, i);

        derive(slot_of(cap->cnode), cap->slot, slot_of(cap->object), cap->rights, cap->badge,
               object_name(cap->cnode));
    }
}

void build_scheds(void)
{
    for (uint32_t i = 0; i < capdist_count(CAPDIST_SCHEDS); i++) {
        const struct capdist_sched *sched = capdist_at(CAPDIST_SCHEDS, i);
        const struct invocation set = {
            PN_ROOT_SYSTEM,
            PN_SYSTEM_SCHED,
            {slot_of(sched->object), sched->budget_us, sched->period_us, 0, sched->badge}};

        invoke_or_stop(&set, "set budget and period", object_name(sched->object));
    }
}

static void configure(const struct capdist_thread *thread, const char *name)
{
    uint64_t fault = 0;

    if (thread->fault_endpoint != CAPDIST_NONE) {
        fault = slots_scratch();
        derive(PN_ROOT_CNODE, fault, slot_of(thread->fault_endpoint), PN_WRITE | PN_CALL, thread->fault_badge,
               name);
    }
    const struct invocation in = {slot_of(thread->tcb),
                                  PN_TCB_CONFIGURE,
                                  {slot_of(thread->cnode), slot_of(thread->vspace), PN_MSGBUF_VADDR, fault,
                                   thread->flags, thread->told != 0 ? fault : 0}};

    invoke_or_stop(&in, "configure the thread", name);
    if (fault != 0) {
        delete_slot(fault);
    }
}

void build_threads(void)
{
    for (uint32_t i = 0; i < capdist_count(CAPDIST_THREADS); i++) {
        const struct capdist_thread *thread = capdist_at(CAPDIST_THREADS, i);
        const char *name = object_name(thread->tcb);
        uint64_t tcb = slot_of(thread->tcb);
        const struct invocation sched = {
            tcb, PN_TCB_SET_SCHED, {thread->priority, slot_of(thread->sched), thread->domain}};
        const struct invocation bind = {tcb, PN_TCB_BIND_NOTIFICATION, {slot_of(thread->notification)}};
        const struct invocation start = {tcb, PN_TCB_SET_START, {thread->pc, thread->sp, thread->a0}};

        console_name(tcb, name);
        configure(thread, name);
        invoke_or_stop(&sched, "set priority and domain", name);
        invoke_or_stop(&bind, "bind the notification", name);
        invoke_or_stop(&start, "set the start registers", name);
    }
}

/* The schedule itself begins at seal. */
void build_schedule(const struct pn_bootinfo *info)
{
    for (uint32_t i = 0; i < capdist_count(CAPDIST_SLOTS); i++) {
        const struct capdist_slot *slot = capdist_at(CAPDIST_SLOTS, i);
        uint64_t ticks = slot->duration;

        if (!slot->ticks && ticks < CAPDIST_MAX_US) {
            ticks = ticks / 1000000 * info->timebase_hz + ticks % 1000000 * info->timebase_hz / 1000000;
        }
        const struct invocation set = {
            PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, {slot->entry, slot->domain, ticks, slot->start}};

        invoke_or_stop(&set, "set the domain schedule", "entry");
    }
}

void start_threads(void)
{
    for (uint32_t i = 0; i < capdist_count(CAPDIST_THREADS); i++) {
        const struct capdist_thread *thread = capdist_at(CAPDIST_THREADS, i);
        const struct invocation resume = {slot_of(thread->tcb), PN_TCB_RESUME, {0}};

        invoke_or_stop(&resume, "start the thread", object_name(thread->tcb));
    }
}
