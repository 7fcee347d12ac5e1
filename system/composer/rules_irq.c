/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about interrupts and about the ids that they share with channels.
 */
#include <stdlib.h>

#include "element.h"
#include "rules.h"

typedef unsigned long long ull;

static struct place at(const struct irq *irq, const char *attribute)
{
    return element_place(irq->source, attribute, irq->place);
}

void rule_irq_number(const struct check *check)
{
    uint64_t sources = check->model->board.irq_sources;
    for (size_t i = 0; i < check->model->pds.count; i++) {
        for (size_t j = 0; j < check->model->pds.at[i].irqs.count; j++) {
            const struct irq *irq = &check->model->pds.at[i].irqs.at[j];
            if (irq->number == 0 || irq->number > sources) {
                rules_fail(check, at(irq, "irq"), "interrupt %llu does not exist: the board has 1 to %llu",
                           (ull)irq->number, (ull)sources);
            }
        }
    }
}

/* The first interrupt with this number before irq in the description's order, or NULL. */
static const struct pd *earlier_owner(const struct system_model *model, size_t pd, size_t index,
                                      uint64_t number)
{
    for (size_t i = 0; i <= pd; i++) {
        size_t end = i == pd ? index : model->pds.at[i].irqs.count;
        for (size_t j = 0; j < end; j++) {
            if (model->pds.at[i].irqs.at[j].number == number) {
                return &model->pds.at[i];
            }
        }
    }
    return NULL;
}

void rule_irq_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 0; j < pd->irqs.count; j++) {
            const struct pd *owner = earlier_owner(check->model, i, j, pd->irqs.at[j].number);
            if (owner != NULL) {
                rules_fail(check, at(&pd->irqs.at[j], "irq"),
                           "duplicate irq: %llu in '%s' is already given to '%s'", (ull)pd->irqs.at[j].number,
                           pd->name, owner->name);
            }
        }
    }
}

/* Everything with an id, in one walk: interrupts of the domains, then the ends of the channels. */
static void each_id(const struct check *check,
                    void (*visit)(const struct check *, void *, size_t, uint64_t, struct place),
                    void *context)
{
    const struct system_model *model = check->model;
    for (size_t i = 0; i < model->pds.count; i++) {
        for (size_t j = 0; j < model->pds.at[i].irqs.count; j++) {
            const struct irq *irq = &model->pds.at[i].irqs.at[j];
            visit(check, context, i, irq->id, at(irq, "id"));
        }
    }
    for (size_t i = 0; i < model->channels.count; i++) {
        const struct channel_end *ends = model->channels.at[i].end;
        /* A channel from a domain to itself may use one id for both ends. */
        size_t count = ends[0].pd == ends[1].pd && ends[0].id == ends[1].id ? 1 : 2;
        for (size_t j = 0; j < count; j++) {
            visit(check, context, ends[j].pd, ends[j].id, element_place(ends[j].source, "id", ends[j].place));
        }
    }
}

static void check_id_range(const struct check *check, void *context, size_t pd, uint64_t id,
                           struct place place)
{
    (void)context;
    if (id > RULES_LAST_ID) {
        rules_fail(check, place, "id must be < %d, got %llu in '%s'", RULES_LAST_ID + 1, (ull)id,
                   check->model->pds.at[pd].name);
    }
}

void rule_id_range(const struct check *check)
{
    each_id(check, check_id_range, NULL);
}

struct id_use {
    size_t pd;
    uint64_t id;
};

struct id_uses {
    LIST(struct id_use) all;
};

static void check_id_unique(const struct check *check, void *context, size_t pd, uint64_t id,
                            struct place place)
{
    struct id_uses *uses = context;
    for (size_t i = 0; i < uses->all.count; i++) {
        if (uses->all.at[i].pd == pd && uses->all.at[i].id == id) {
            rules_fail(check, place, "duplicate channel id: %llu in protection domain '%s'", (ull)id,
                       check->model->pds.at[pd].name);
            return;
        }
    }
    *LIST_PUSH(&uses->all) = (struct id_use){pd, id};
}

void rule_id_unique(const struct check *check)
{
    struct id_uses uses = {0};
    each_id(check, check_id_unique, &uses);
    free(uses.all.at);
}
