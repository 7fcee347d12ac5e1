/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protection domains and channels of a .system description.
 */
#include "system.h"

#include <stdlib.h>
#include <string.h>

#include "system_shape.h"

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

static bool is(const struct element *element, const char *name)
{
    return strcmp(element->name, name) == 0;
}

/* Hint the nearest of the names that are step bytes apart from the first one. */
static void suggest_name(struct diag *diag, const char *word, const char *const *first, size_t count,
                         size_t step)
{
    LIST(const char *) names = {0};
    for (size_t i = 0; i < count; i++) {
        const char *const *name = (const void *)((const char *)first + i * step);
        *LIST_PUSH(&names) = *name;
    }
    diag_suggest(diag, word, names.at, names.count);
    free(names.at);
}

size_t system_find_region(const struct system_model *model, struct diag *diag, const char *rule,
                          const struct element *element, const char *attribute)
{
    const char *name = element_text(element, attribute, "");
    for (size_t i = 0; i < model->regions.count; i++) {
        if (strcmp(model->regions.at[i].name, name) == 0) {
            return i;
        }
    }
    diag_error(diag, rule, at(element, attribute), "invalid memory region name '%s' on element '%s'", name,
               element->name);
    if (model->regions.count > 0) {
        suggest_name(diag, name, &model->regions.at[0].name, model->regions.count, sizeof *model->regions.at);
    }
    return NO_INDEX;
}

size_t system_find_pd(const struct system_model *model, struct diag *diag, const char *rule,
                      const struct element *element, const char *attribute)
{
    const char *name = element_text(element, attribute, "");
    for (size_t i = 0; i < model->pds.count; i++) {
        if (strcmp(model->pds.at[i].name, name) == 0) {
            return i;
        }
    }
    diag_error(diag, rule, at(element, attribute), "invalid PD name '%s' on element '%s'", name,
               element->name);
    if (model->pds.count > 0) {
        suggest_name(diag, name, &model->pds.at[0].name, model->pds.count, sizeof *model->pds.at);
    }
    return NO_INDEX;
}

/* A symbol that an attribute of an element asks for; none when the attribute is absent. */
static void add_setvar(struct pd *pd, const struct element *element, const char *attribute, uint64_t value)
{
    const char *symbol = element_text(element, attribute, NULL);
    if (symbol != NULL) {
        *LIST_PUSH(&pd->setvars) = (struct setvar){
            .symbol = symbol, .kind = SETVAR_VALUE, .value = value, .place = at(element, attribute)};
    }
}

static void parse_pd(struct system_model *model, const struct element *element, size_t parent, bool timed)
{
    size_t index = model->pds.count;
    struct pd *pd = LIST_PUSH(&model->pds);
    pd->name = element_text(element, "name", "");
    pd->priority = element_number(element, "priority", 0);
    pd->budget_us = element_number(element, "budget", 1000);
    pd->period_us = element_number(element, "period", pd->budget_us);
    pd->stack_size = element_number(element, "stack_size", 0x2000);
    pd->cpu = element_number(element, "cpu", 0);
    pd->passive = element_bool(element, "passive", false);
    pd->fpu = element_bool(element, "fpu", true);
    pd->timed = timed;
    pd->time_domain = NO_INDEX;
    pd->parent = parent;
    pd->child_id = element_number(element, "id", 0);
    pd->place = element->place;
    pd->source = element;
    if (parent != NO_INDEX) {
        add_setvar(&model->pds.at[parent], element, "setvar_id", pd->child_id);
    }
    for (size_t i = 0; i < element->children.count; i++) {
        const struct element *child = element->children.at[i];
        if (is(child, "protection_domain") && element_attribute(child, "name") != NULL) {
            parse_pd(model, child, index, timed);
        }
    }
}

/* The kernel has no memory that can be executed but not read. */
static unsigned parse_perms(const char *text)
{
    unsigned perms = (strchr(text, 'r') != NULL ? MAP_READ : 0u) |
                     (strchr(text, 'w') != NULL ? MAP_WRITE : 0u) |
                     (strchr(text, 'x') != NULL ? MAP_EXEC : 0u);
    return perms == MAP_EXEC ? MAP_READ | MAP_EXEC : perms;
}

static void parse_map(struct system_model *model, struct system_input *input, struct pd *pd,
                      const struct element *element)
{
    size_t index = system_find_region(model, input->diag, "map-region", element, "mr");
    if (index == NO_INDEX) {
        return;
    }
    const struct region *region = &model->regions.at[index];
    struct map *map = LIST_PUSH(&pd->maps);
    map->region = index;
    map->vaddr = element_number(element, "vaddr", 0);
    map->perms = parse_perms(element_text(element, "perms", "rw"));
    map->cached = element_bool(element, "cached", true);
    map->place = element->place;
    map->source = element;
    add_setvar(pd, element, "setvar_vaddr", map->vaddr);
    add_setvar(pd, element, "setvar_size", region->size);
    add_setvar(pd, element, "setvar_prefill_size", region->prefill_size);
}

static void parse_irq(struct pd *pd, const struct element *element)
{
    struct irq *irq = LIST_PUSH(&pd->irqs);
    irq->number = element_number(element, "irq", 0);
    irq->id = element_number(element, "id", 0);
    irq->edge = strcmp(element_text(element, "trigger", "level"), "edge") == 0;
    irq->place = element->place;
    irq->source = element;
    add_setvar(pd, element, "setvar_id", irq->id);
}

static void parse_setvar(struct system_model *model, struct system_input *input, struct pd *pd,
                         const struct element *element)
{
    size_t index = system_find_region(model, input->diag, "setvar-region", element, "region_paddr");
    if (index == NO_INDEX) {
        return;
    }
    model->regions.at[index].contiguous = true;
    *LIST_PUSH(&pd->setvars) = (struct setvar){.symbol = element_text(element, "symbol", ""),
                                               .kind = SETVAR_REGION_PADDR,
                                               .region = index,
                                               .place = at(element, "symbol")};
}

static void parse_cspace(struct system_model *model, struct system_input *input, struct pd *pd,
                         const struct element *cspace)
{
    for (size_t i = 0; i < cspace->children.count; i++) {
        const struct element *element = cspace->children.at[i];
        bool tcb = is(element, "cap_tcb"), sc = is(element, "cap_sc");
        if (element->broken || !(tcb || sc || is(element, "cap_vspace"))) {
            continue;
        }
        size_t subject = system_find_pd(model, input->diag, "cspace-pd", element, "pd");
        if (subject != NO_INDEX) {
            struct user_cap *cap = LIST_PUSH(&pd->user_caps);
            cap->kind = tcb ? USER_CAP_TCB : sc ? USER_CAP_SC : USER_CAP_VSPACE;
            cap->slot = element_number(element, "slot", 0);
            cap->pd = subject;
            cap->place = element->place;
            cap->source = element;
        }
    }
}

static void parse_program(struct pd *pd, const struct element *element)
{
    if (pd->program == NULL) {
        pd->program = element_text(element, "path", "");
        pd->symbols_program = element_text(element, "path_for_symbols", NULL);
        pd->program_place = at(element, "path");
        pd->symbols_place = at(element, "path_for_symbols");
    }
}

static void parse_contents(struct system_model *model, struct system_input *input, struct pd *pd)
{
    const struct element *element = pd->source;
    if (pd->timed && element_attribute(element, "domain") != NULL) {
        pd->time_domain = system_find_domain(model, input->diag, "pd-domain-known", element);
    }
    for (size_t i = 0; i < element->children.count; i++) {
        const struct element *child = element->children.at[i];
        if (is(child, "program_image")) {
            parse_program(pd, child);
        } else if (is(child, "cspace")) {
            parse_cspace(model, input, pd, child);
        } else if (child->broken) {
            continue;
        } else if (is(child, "map")) {
            parse_map(model, input, pd, child);
        } else if (is(child, "irq")) {
            parse_irq(pd, child);
        } else if (is(child, "setvar")) {
            parse_setvar(model, input, pd, child);
        }
    }
    if (pd->program == NULL) {
        diag_error(input->diag, "program", pd->place, "missing 'program_image' on protection_domain '%s'",
                   pd->name);
        pd->program = "";
    }
}

static void parse_end(struct system_model *model, const struct element *element, struct channel_end *end)
{
    end->id = element_number(element, "id", 0);
    end->pp = element_bool(element, "pp", false);
    end->notify = element_bool(element, "notify", true);
    end->place = element->place;
    end->source = element;
    add_setvar(&model->pds.at[end->pd], element, "setvar_id", end->id);
}

static void parse_channel(struct system_model *model, struct system_input *input,
                          const struct element *element)
{
    const struct element *ends[2] = {NULL, NULL};
    size_t count = 0;
    for (size_t i = 0; i < element->children.count; i++) {
        if (is(element->children.at[i], "end")) {
            ends[count < 2 ? count : 1] = element->children.at[i];
            count++;
        }
    }
    if (count != 2) {
        diag_error(input->diag, "channel-ends", element->place,
                   "a channel has exactly two ends, this one has %zu", count);
        return;
    }
    struct channel channel = {.place = element->place, .source = element};
    bool sound = !ends[0]->broken && !ends[1]->broken;
    for (size_t i = 0; i < 2; i++) {
        if (!ends[i]->broken) {
            channel.end[i].pd = system_find_pd(model, input->diag, "channel-pd", ends[i], "pd");
            sound = sound && channel.end[i].pd != NO_INDEX;
        }
    }
    if (sound) {
        parse_end(model, ends[0], &channel.end[0]);
        parse_end(model, ends[1], &channel.end[1]);
        *LIST_PUSH(&model->channels) = channel;
    }
}

bool system_parse(struct system_model *model, struct system_input *input, struct element *root)
{
    if (!shape_check(input->diag, root, &system_shape)) {
        return false;
    }
    model->place = root->place;
    system_parse_regions(model, input, root);
    system_parse_schedule(model, input, root);
    for (size_t i = 0, domains = 0; i < root->children.count; i++) {
        const struct element *child = root->children.at[i];
        domains += is(child, "domains") ? 1 : 0;
        if (is(child, "protection_domain") && element_attribute(child, "name") != NULL) {
            parse_pd(model, child, NO_INDEX, domains > 0);
        }
    }
    for (size_t i = 0; i < model->pds.count; i++) {
        parse_contents(model, input, &model->pds.at[i]);
    }
    for (size_t i = 0; i < root->children.count; i++) {
        if (is(root->children.at[i], "channel")) {
            parse_channel(model, input, root->children.at[i]);
        }
    }
    system_settle_pages(model);
    return true;
}

void system_free(struct system_model *model)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        free(model->pds.at[i].maps.at);
        free(model->pds.at[i].irqs.at);
        free(model->pds.at[i].setvars.at);
        free(model->pds.at[i].user_caps.at);
    }
    free(model->pds.at);
    free(model->regions.at);
    free(model->channels.at);
    free(model->schedule.domains.at);
    free(model->schedule.entries.at);
    *model = (struct system_model){0};
}
