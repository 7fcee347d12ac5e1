/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From model and plan to kernel objects, capabilities and threads.
 */
#include "capdist.h"

#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "capdist_space.h"
#include "system.h"

#define BADGE_CHILD (UINT64_C(1) << 62)
#define BADGE_CALL  (UINT64_C(1) << 63)

static uint32_t add_name(struct capdist *dist, const char *name)
{
    uint32_t offset = (uint32_t)dist->names.count;

    for (const char *at = name;; at++) {
        *LIST_PUSH(&dist->names) = *at;
        if (*at == '\0') {
            return offset;
        }
    }
}

static uint16_t add_object(struct capdist *dist, unsigned type, uint32_t name)
{
    *LIST_PUSH(&dist->objects) = (struct capdist_object){(uint16_t)type, 0, name};
    return (uint16_t)(dist->objects.count - 1);
}

static void add_cap(struct capdist *dist, size_t pd, uint64_t slot, uint16_t object, unsigned rights,
                    uint64_t badge)
{
    struct capdist_domain *domain = &dist->domains.at[pd];

    *LIST_PUSH(&dist->caps) =
        (struct capdist_cap){badge, domain->cnode, (uint16_t)slot, object, (uint16_t)rights};
    if (domain->slots <= slot) {
        domain->slots = (uint16_t)(slot + 1);
    }
}

/* A domain receives messages if somebody calls it or it has children. */
static bool needs_endpoint(const struct system_model *model, size_t pd)
{
    for (size_t i = 0; i < model->channels.count; i++) {
        const struct channel_end *end = model->channels.at[i].end;

        if ((end[0].pp && end[1].pd == pd) || (end[1].pp && end[0].pd == pd)) {
            return true;
        }
    }
    for (size_t i = 0; i < model->pds.count; i++) {
        if (model->pds.at[i].parent == pd) {
            return true;
        }
    }
    return false;
}

static void add_domain(struct capdist *dist, const struct system_model *model, size_t pd)
{
    struct capdist_domain domain = {.endpoint = CAPDIST_NONE, .reply = CAPDIST_NONE};
    const struct pd *source = &model->pds.at[pd];

    domain.name = add_name(dist, source->name);
    domain.vspace = add_object(dist, PN_CAP_VSPACE, domain.name);
    domain.cnode = add_object(dist, PN_CAP_CNODE, domain.name);
    domain.tcb = add_object(dist, PN_CAP_TCB, domain.name);
    domain.notification = add_object(dist, PN_CAP_NOTIFICATION, domain.name);
    domain.sched = add_object(dist, PN_CAP_SCHED_CONTEXT, domain.name);
    if (needs_endpoint(model, pd)) {
        domain.endpoint = add_object(dist, PN_CAP_ENDPOINT, domain.name);
        domain.reply = add_object(dist, PN_CAP_REPLY, domain.name);
    }
    *LIST_PUSH(&dist->domains) = domain;
    *LIST_PUSH(&dist->scheds) =
        (struct capdist_sched){source->budget_us, source->period_us, pd, domain.sched, {0}};
}

static void add_input(struct capdist *dist, size_t pd)
{
    const struct capdist_domain *domain = &dist->domains.at[pd];

    if (domain->endpoint == CAPDIST_NONE) {
        add_cap(dist, pd, CAPDIST_SLOT_INPUT, domain->notification, PN_READ, 0);
        return;
    }
    add_cap(dist, pd, CAPDIST_SLOT_INPUT, domain->endpoint, PN_READ, 0);
    add_cap(dist, pd, CAPDIST_SLOT_REPLY, dist->domains.at[pd].reply, PN_ALL_RIGHTS, 0);
}

static void add_channel(struct capdist *dist, const struct channel_end *from, const struct channel_end *to)
{
    const struct capdist_domain *other = &dist->domains.at[to->pd];

    if (from->notify) {
        add_cap(dist, from->pd, CAPDIST_SLOT_NOTIFY + from->id, other->notification, PN_WRITE,
                UINT64_C(1) << (to->id & 63));
    }
    if (from->pp) {
        add_cap(dist, from->pd, CAPDIST_SLOT_CALL + from->id, other->endpoint, PN_WRITE | PN_CALL,
                BADGE_CALL | to->id);
    }
}

static void add_irqs(struct capdist *dist, const struct system_model *model, size_t pd)
{
    const struct pd *source = &model->pds.at[pd];
    struct capdist_domain *domain = &dist->domains.at[pd];

    for (size_t i = 0; i < source->irqs.count; i++) {
        const struct irq *irq = &source->irqs.at[i];
        uint16_t slot = (uint16_t)(CAPDIST_SLOT_IRQ + irq->id);

        *LIST_PUSH(&dist->irqs) = (struct capdist_irq){UINT64_C(1) << (irq->id & 63),
                                                       (uint32_t)irq->number,
                                                       irq->edge,
                                                       domain->notification,
                                                       domain->cnode,
                                                       slot,
                                                       domain->name};
        if (domain->slots <= slot) {
            domain->slots = (uint16_t)(slot + 1);
        }
    }
}

static void add_user_caps(struct capdist *dist, const struct system_model *model, size_t pd)
{
    const struct pd *source = &model->pds.at[pd];

    for (size_t i = 0; i < source->user_caps.count; i++) {
        const struct user_cap *cap = &source->user_caps.at[i];
        const struct capdist_domain *subject = &dist->domains.at[cap->pd];
        uint16_t object = cap->kind == USER_CAP_TCB  ? subject->tcb
                          : cap->kind == USER_CAP_SC ? subject->sched
                                                     : subject->vspace;

        add_cap(dist, pd, CAPDIST_SLOT_USER + cap->slot, object, PN_READ | PN_WRITE, 0);
    }
}

static void add_thread(struct capdist *dist, const struct system_model *model, size_t pd)
{
    const struct pd *source = &model->pds.at[pd];
    const struct capdist_domain *domain = &dist->domains.at[pd];
    struct capdist_thread thread = {.pc = source->elf->entry,
                                    .sp = PN_STACK_TOP,
                                    .tcb = domain->tcb,
                                    .cnode = domain->cnode,
                                    .vspace = domain->vspace,
                                    .sched = domain->sched,
                                    .notification = domain->notification,
                                    .fault_endpoint = CAPDIST_NONE,
                                    .priority = (uint16_t)source->priority,
                                    .domain = (uint16_t)schedule_domain_of(&model->schedule, source)};

    thread.flags = (uint16_t)((source->fpu ? PN_TCB_FPU : 0) | (source->passive ? PN_TCB_PASSIVE : 0) |
                              (source->vital ? PN_TCB_VITAL : 0));
    if (source->parent != NO_INDEX) {
        thread.fault_endpoint = dist->domains.at[source->parent].endpoint;
        thread.fault_badge = BADGE_CHILD | source->child_id;
        thread.told = source->told;
    }
    *LIST_PUSH(&dist->threads) = thread;
}

/* Highest priority first; among equals the model's order. */
static void add_threads(struct capdist *dist, const struct system_model *model)
{
    for (unsigned priority = PN_PRIORITIES; priority-- > 0;) {
        for (size_t i = 0; i < model->pds.count; i++) {
            if (model->pds.at[i].priority == priority) {
                add_thread(dist, model, i);
            }
        }
    }
}

static struct capdist_slot slot_of(const struct schedule *schedule, size_t i)
{
    const struct schedule_entry *entry = &schedule->entries.at[i];
    struct capdist_slot slot = {.entry = (uint16_t)(schedule->shift + i)};

    if (!entry->marker && entry->domain != NO_INDEX) {
        slot.duration = entry->duration;
        slot.ticks = entry->ticks;
        slot.domain = (uint16_t)schedule->domains.at[entry->domain].id;
    }
    return slot;
}

/* The entry that starts the schedule ends its construction: it comes last. */
static void add_slots(struct capdist *dist, const struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->entries.count; i++) {
        if (i != schedule->start) {
            *LIST_PUSH(&dist->slots) = slot_of(schedule, i);
        }
    }
    if (schedule->start < schedule->entries.count) {
        struct capdist_slot first = slot_of(schedule, (size_t)schedule->start);

        first.start = PN_SCHEDULE_AT_SEAL;
        *LIST_PUSH(&dist->slots) = first;
    }
}

static void add_runs(struct capdist *dist, const struct layout *layout)
{
    for (size_t i = 0; i < layout->runs.count; i++) {
        const struct run *run = &layout->runs.at[i];
        struct capdist_run record = {.paddr = run->paddr,
                                     .pages = (uint32_t)run->pages,
                                     .first_map = (uint32_t)dist->maps.count,
                                     .map_count = (uint32_t)run->maps.count,
                                     .bits = (uint16_t)run->bits,
                                     .device = run->device};

        record.name = run->kind == RUN_REGION ? add_name(dist, run->name) : dist->domains.at[run->owner].name;
        *LIST_PUSH(&dist->runs) = record;
        for (size_t m = 0; m < run->maps.count; m++) {
            const struct run_map *map = &run->maps.at[m];

            *LIST_PUSH(&dist->maps) =
                (struct capdist_map){map->vaddr, dist->domains.at[map->pd].vspace, (uint16_t)map->rights, 0};
        }
    }
}

void capdist_build(struct capdist *dist, const struct system_model *model, const struct layout *layout)
{
    add_name(dist, "");
    for (size_t i = 0; i < model->pds.count; i++) {
        add_domain(dist, model, i);
    }
    for (size_t i = 0; i < model->pds.count; i++) {
        const struct pd *pd = &model->pds.at[i];

        add_input(dist, i);
        add_irqs(dist, model, i);
        add_user_caps(dist, model, i);
        if (pd->parent != NO_INDEX) {
            add_cap(dist, pd->parent, CAPDIST_SLOT_CHILD + pd->child_id, dist->domains.at[i].tcb,
                    PN_READ | PN_WRITE, 0);
        }
    }
    for (size_t i = 0; i < model->channels.count; i++) {
        const struct channel_end *end = model->channels.at[i].end;

        bool same = end[0].pd == end[1].pd && end[0].id == end[1].id;
        add_channel(dist, &end[0], &end[1]);
        if (!same || !end[0].notify) {
            add_channel(dist, &end[1], &end[0]);
        }
    }
    for (size_t i = 0; i < dist->domains.count; i++) {
        dist->objects.at[dist->domains.at[i].cnode].size = dist->domains.at[i].slots;
    }
    add_runs(dist, layout);
    capdist_add_page_tables(dist, layout);
    add_threads(dist, model);
    add_slots(dist, &model->schedule);
}

void capdist_free(struct capdist *dist)
{
    free(dist->names.at);
    free(dist->objects.at);
    free(dist->tables.at);
    free(dist->runs.at);
    free(dist->maps.at);
    free(dist->irqs.at);
    free(dist->caps.at);
    free(dist->scheds.at);
    free(dist->threads.at);
    free(dist->slots.at);
    free(dist->domains.at);
    *dist = (struct capdist){0};
}
