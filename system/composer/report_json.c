/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the JSON document with json-c. Members have a fixed order; nothing depends on time or machine.
 */
#include "report_json.h"

#include <json.h>
#include <libxml/xmlstring.h>
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "report_blast.h"
#include "system.h"

enum { FORMAT = 1 };

static void add(json_object *object, const char *name, json_object *value)
{
    (void)json_object_object_add(object, name, value);
}

/* Text that is not UTF-8 (only a path can be) keeps its ASCII characters. */
static json_object *text(const char *value)
{
    if (value == NULL) {
        return NULL;
    }
    if (xmlCheckUTF8((const unsigned char *)value) != 0) {
        return json_object_new_string(value);
    }
    char *copy = strdup(value);
    if (copy == NULL) {
        abort();
    }
    for (char *at = copy; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80) {
            *at = '?';
        }
    }
    json_object *object = json_object_new_string(copy);
    free(copy);
    return object;
}

static json_object *number(uint64_t value)
{
    return json_object_new_uint64(value);
}

static json_object *flag(bool value)
{
    return json_object_new_boolean(value);
}

static json_object *diagnostics(struct diag *diag)
{
    json_object *list = json_object_new_array();
    diag_sort(diag);
    for (size_t i = 0; i < diag->notes.count; i++) {
        const struct diag_note *note = &diag->notes.at[i];
        json_object *object = json_object_new_object();
        add(object, "severity", text(note->warning ? "warning" : "error"));
        add(object, "rule", text(note->rule));
        add(object, "file", text(note->place.file));
        add(object, "line", note->place.line == 0 ? NULL : number(note->place.line));
        add(object, "column", note->place.line == 0 ? NULL : number(note->place.column));
        add(object, "message", text(note->text));
        add(object, "hint", text(note->hint));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *maps(const struct system_model *model, const struct pd *pd)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < pd->maps.count; i++) {
        const struct map *map = &pd->maps.at[i];
        json_object *object = json_object_new_object();
        add(object, "region", text(model->regions.at[map->region].name));
        add(object, "vaddr", number(map->vaddr));
        add(object, "size", number(model->regions.at[map->region].size));
        add(object, "perms", text(map->perms == 0 ? "" : reach_perms_text(map->perms)));
        add(object, "cached", flag(map->cached));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *irqs(const struct pd *pd)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < pd->irqs.count; i++) {
        const struct irq *irq = &pd->irqs.at[i];
        json_object *object = json_object_new_object();
        add(object, "irq", number(irq->number));
        add(object, "id", number(irq->id));
        add(object, "trigger", text(irq->edge ? "edge" : "level"));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *setvars(const struct system_model *model, const struct pd *pd)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < pd->setvars.count; i++) {
        const struct setvar *setvar = &pd->setvars.at[i];
        bool paddr = setvar->kind == SETVAR_REGION_PADDR;
        const struct region *region = paddr ? &model->regions.at[setvar->region] : NULL;
        json_object *object = json_object_new_object();
        add(object, "symbol", text(setvar->symbol));
        add(object, "value",
            !paddr               ? number(setvar->value)
            : region->paddr == 0 ? NULL
                                 : number(region->paddr));
        add(object, "region_paddr", text(paddr ? region->name : NULL));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *user_caps(const struct system_model *model, const struct pd *pd)
{
    static const char *const kinds[] = {"tcb", "sc", "vspace"};
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < pd->user_caps.count; i++) {
        const struct user_cap *cap = &pd->user_caps.at[i];
        json_object *object = json_object_new_object();
        add(object, "kind", text(kinds[cap->kind]));
        add(object, "slot", number(cap->slot));
        add(object, "pd", text(model->pds.at[cap->pd].name));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *domain(const struct report *report, size_t index)
{
    const struct system_model *model = report->model;
    const struct pd *pd = &model->pds.at[index];
    uint64_t start = bound_start_us(model, index);
    json_object *object = json_object_new_object();
    add(object, "name", text(pd->name));
    add(object, "priority", number(pd->priority));
    add(object, "budget_us", number(pd->budget_us));
    add(object, "period_us", number(pd->period_us));
    add(object, "start_us", start == BOUND_NONE ? NULL : number(start));
    add(object, "refill_us", number(bound_refill_us(pd)));
    add(object, "told", flag(pd->told));
    add(object, "passive", flag(pd->passive));
    add(object, "fpu", flag(pd->fpu));
    add(object, "stack_size", number(pd->stack_size));
    add(object, "parent", pd->parent == NO_INDEX ? NULL : text(model->pds.at[pd->parent].name));
    add(object, "child_id", pd->parent == NO_INDEX ? NULL : number(pd->child_id));
    add(object, "domain", model->schedule.given ? number(schedule_domain_of(&model->schedule, pd)) : NULL);
    add(object, "program_image", text(pd->program));
    add(object, "maps", maps(model, pd));
    add(object, "irqs", irqs(pd));
    add(object, "setvars", setvars(model, pd));
    add(object, "cspace", user_caps(model, pd));
    return object;
}

static json_object *domains(const struct report *report)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < report->model->pds.count; i++) {
        (void)json_object_array_add(list, domain(report, i));
    }
    return list;
}

static json_object *regions(const struct system_model *model)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < model->regions.count; i++) {
        const struct region *region = &model->regions.at[i];
        json_object *object = json_object_new_object();
        add(object, "name", text(region->name));
        add(object, "size", number(region->size));
        add(object, "page_size", number(region->page_size));
        add(object, "phys_addr", region->has_paddr || region->paddr != 0 ? number(region->paddr) : NULL);
        add(object, "fixed", flag(region->has_paddr));
        add(object, "contiguous", flag(region->contiguous || region->has_paddr));
        add(object, "device", flag(reach_is_device(model, region)));
        add(object, "prefill_path", text(region->prefill));
        add(object, "mapped", flag(report_is_mapped(model, i)));
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *channels(const struct system_model *model)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < model->channels.count; i++) {
        json_object *ends = json_object_new_array();
        for (size_t j = 0; j < 2; j++) {
            const struct channel_end *end = &model->channels.at[i].end[j];
            json_object *object = json_object_new_object();
            add(object, "pd", text(model->pds.at[end->pd].name));
            add(object, "id", number(end->id));
            add(object, "pp", flag(end->pp));
            add(object, "notify", flag(end->notify));
            (void)json_object_array_add(ends, object);
        }
        (void)json_object_array_add(list, ends);
    }
    return list;
}

static json_object *access(const struct report *report)
{
    static const struct {
        const char *name;
        unsigned kind;
    } kinds[] = {{"notify", REACH_NOTIFY},
                 {"call", REACH_CALL},
                 {"control", REACH_CONTROL},
                 {"fault", REACH_FAULT},
                 {"other", REACH_OTHER}};
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < report->authority->pds.count; i++) {
        const struct reach_pd *reach = &report->authority->pds.at[i];
        json_object *object = json_object_new_object();
        add(object, "from", text(report->model->pds.at[reach->from].name));
        add(object, "to", text(report->model->pds.at[reach->to].name));
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            add(object, kinds[j].name, flag((reach->kinds & kinds[j].kind) != 0));
        }
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *words(const struct text *names)
{
    json_object *list = json_object_new_array();
    for (const char *at = text_get(names); *at != '\0';) {
        int length = (int)strcspn(at, " ");
        (void)json_object_array_add(list, json_object_new_string_len(at, length));
        at += length + (at[length] == ' ' ? 1 : 0);
    }
    return list;
}

static json_object *blast_radius(const struct report *report)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < report->model->pds.count; i++) {
        struct blast blast = {0};
        json_object *object = json_object_new_object();
        blast_compute(&blast, report, i);
        add(object, "pd", text(report->model->pds.at[i].name));
        add(object, "has", words(&blast.own));
        add(object, "sees", words(&blast.sees));
        add(object, "spoils", words(&blast.spoils));
        add(object, "calls", words(&blast.calls));
        add(object, "signals", words(&blast.signals));
        add(object, "controls", words(&blast.controls));
        add(object, "devices", words(&blast.devices));
        add(object, "all_memory", flag(blast.all_memory));
        add(object, "machine", flag(blast.machine));
        (void)json_object_array_add(list, object);
        blast_free(&blast);
    }
    return list;
}

static json_object *schedule(const struct schedule *schedule)
{
    json_object *object = json_object_new_object(), *names = json_object_new_array(),
                *entries = json_object_new_array();
    if (!schedule->given) {
        json_object_put(names);
        json_object_put(entries);
        json_object_put(object);
        return NULL;
    }
    for (size_t i = 0; i < schedule->domains.count; i++) {
        json_object *one = json_object_new_object();
        add(one, "name", text(schedule->domains.at[i].name));
        add(one, "id", number(schedule->domains.at[i].id));
        uint64_t share = schedule_share(schedule, schedule->domains.at[i].id);
        add(one, "cpu_permille", share == SHARE_UNKNOWN ? NULL : number(share));
        (void)json_object_array_add(names, one);
    }
    for (size_t i = 0; i < schedule->entries.count; i++) {
        const struct schedule_entry *entry = &schedule->entries.at[i];
        json_object *one = json_object_new_object();
        bool known = !entry->marker && entry->domain != NO_INDEX;
        add(one, "domain", known ? text(schedule->domains.at[entry->domain].name) : NULL);
        add(one, "duration", entry->marker ? NULL : number(entry->duration));
        add(one, "unit", entry->marker ? NULL : text(entry->ticks ? "ticks" : "us"));
        (void)json_object_array_add(entries, one);
    }
    add(object, "domains", names);
    add(object, "entries", entries);
    add(object, "start_index", number(schedule->start));
    add(object, "index_shift", number(schedule->shift));
    return object;
}

static json_object *placed(const struct backend_usage *usage)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < usage->run_count; i++) {
        const struct placed_run *run = &usage->runs[i];
        json_object *object = json_object_new_object(), *maps = json_object_new_array();
        add(object, "kind", text(run->kind));
        add(object, "name", text(run->name));
        add(object, "paddr", number(run->paddr));
        add(object, "size", number(run->size));
        add(object, "device", flag(run->device));
        for (size_t j = 0; j < run->map_count; j++) {
            json_object *map = json_object_new_object();
            add(map, "pd", text(run->maps[j].pd));
            add(map, "vaddr", number(run->maps[j].vaddr));
            add(map, "perms", text(reach_perms_text(run->maps[j].perms)));
            (void)json_object_array_add(maps, map);
        }
        add(object, "maps", maps);
        (void)json_object_array_add(list, object);
    }
    return list;
}

static json_object *memory(const struct backend_usage *usage)
{
    if (usage == NULL) {
        return NULL;
    }
    json_object *object = json_object_new_object();
    add(object, "kernel", number(usage->kernel));
    add(object, "initialiser", number(usage->initialiser));
    add(object, "frames", number(usage->frames));
    add(object, "ram_base", number(usage->ram_base));
    add(object, "ram_end", number(usage->ram_end));
    add(object, "image_size", number(usage->image_size));
    add(object, "placed", placed(usage));
    return object;
}

void report_json_text(struct text *out, const struct report *report, struct diag *diag, bool accepted)
{
    json_object *document = json_object_new_object();
    add(document, "format", number(FORMAT));
    add(document, "accepted", flag(accepted));
    add(document, "diagnostics", diagnostics(diag));
    add(document, "system", text(report_title(report)));
    add(document, "board", text(report->board->board.name));
    add(document, "protection_domains", domains(report));
    add(document, "memory_regions", regions(report->model));
    add(document, "channels", channels(report->model));
    add(document, "access", access(report));
    add(document, "blast_radius", blast_radius(report));
    add(document, "schedule", schedule(&report->model->schedule));
    add(document, "memory", memory(report->usage));
    text_add(
        out, "%s\n",
        json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(document);
}

bool report_json(const struct report *report, struct diag *diag, bool accepted, const char *path)
{
    struct text out = {0};
    report_json_text(&out, report, diag, accepted);
    bool written = strcmp(path, "-") == 0 ? fputs(text_get(&out), stdout) >= 0 : text_write(&out, diag, path);
    text_free(&out);
    return written;
}
