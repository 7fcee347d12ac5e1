/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <domains> of a .system description: the domains among which time is divided, and their schedule.
 */
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "system.h"

/* What the kernel takes, at any timebase. */
#define SLOT_MOST_TICKS (UINT64_C(1) << 56)
#define SLOT_MOST_US    (UINT64_C(1) << 46)

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

static bool id_is_free(const struct schedule *schedule, uint64_t id)
{
    for (size_t i = 0; i < schedule->domains.count; i++) {
        if (schedule->domains.at[i].has_id && schedule->domains.at[i].id == id) {
            return false;
        }
    }
    return true;
}

/* Domains without an id get the smallest free ones, in the order of the description. */
static void number_domains(struct schedule *schedule)
{
    uint64_t next = 0;
    for (size_t i = 0; i < schedule->domains.count; i++) {
        struct time_domain *domain = &schedule->domains.at[i];
        if (!domain->has_id) {
            while (!id_is_free(schedule, next)) {
                next++;
            }
            domain->id = next++;
        }
    }
}

static void parse_domain(struct schedule *schedule, const struct element *element)
{
    struct time_domain *domain = LIST_PUSH(&schedule->domains);
    domain->name = element_text(element, "name", "");
    domain->has_id = element_attribute(element, "id") != NULL;
    domain->id = element_number(element, "id", 0);
    domain->place = element->place;
    domain->source = element;
}

static size_t find_domain(const struct schedule *schedule, const char *name)
{
    for (size_t i = 0; i < schedule->domains.count; i++) {
        if (strcmp(schedule->domains.at[i].name, name) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

size_t system_find_domain(const struct system_model *model, struct diag *diag, const char *rule,
                          const struct element *element)
{
    const struct schedule *schedule = &model->schedule;
    const char *name = element_text(element, "domain", "");
    size_t index = find_domain(schedule, name);
    if (index != NO_INDEX) {
        return index;
    }
    LIST(const char *) names = {0};
    for (size_t i = 0; i < schedule->domains.count; i++) {
        *LIST_PUSH(&names) = schedule->domains.at[i].name;
    }
    diag_error(diag, rule, at(element, "domain"), "no domain is called '%s'", name);
    diag_suggest(diag, name, names.at, names.count);
    free(names.at);
    return NO_INDEX;
}

/* "N us" or "N ticks", N not zero; what is wrong with another text, or NULL. */
static const char *parse_duration(const char *text, struct schedule_entry *entry)
{
    char digits[64];
    size_t length = strcspn(text, " ");
    if (text[length] == '\0') {
        return "needs a unit: us or ticks";
    }
    if (strcmp(text + length, " us") != 0 && strcmp(text + length, " ticks") != 0) {
        return "has a unit other than us and ticks, or more than one blank before it";
    }
    if (length >= sizeof digits) {
        return "is too long";
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    entry->ticks = text[length + 1] == 't';
    enum number_error error = number_parse(digits, &entry->duration);
    if (error != NUMBER_OK) {
        return number_error_text(error);
    }
    if (entry->duration >= (entry->ticks ? SLOT_MOST_TICKS : SLOT_MOST_US)) {
        return entry->ticks ? "is not less than 2^56 ticks" : "is not less than 2^46 us";
    }
    return entry->duration == 0 ? "is zero" : NULL;
}

static void parse_entry(struct system_model *model, struct system_input *input, const struct element *element)
{
    struct schedule_entry *entry = LIST_PUSH(&model->schedule.entries);
    entry->domain = NO_INDEX;
    entry->marker = strcmp(element->name, "schedule_end_marker") == 0;
    entry->source = element;
    entry->place = element->place;
    if (entry->marker || element->broken) {
        return;
    }
    const char *text = element_text(element, "duration", "");
    const char *wrong = parse_duration(text, entry);
    if (wrong != NULL) {
        diag_error(input->diag, "schedule-duration", at(element, "duration"), "duration '%s' %s", text,
                   wrong);
        diag_hint(input->diag, "write a number, one blank, and us or ticks");
    }
    entry->domain = system_find_domain(model, input->diag, "schedule-domain", element);
}

static void parse_schedule(struct system_model *model, struct system_input *input,
                           const struct element *element)
{
    struct schedule *schedule = &model->schedule;
    schedule->start = element_number(element, "start_index", 0);
    schedule->shift = element_number(element, "index_shift", 0);
    schedule->source = element;
    for (size_t i = 0; i < element->children.count; i++) {
        const struct element *child = element->children.at[i];
        if (strcmp(child->name, "schedule_entry") == 0 || strcmp(child->name, "schedule_end_marker") == 0) {
            parse_entry(model, input, child);
        }
    }
}

static const struct element *child_of(const struct element *parent, const char *name)
{
    for (size_t i = 0; i < parent->children.count; i++) {
        if (strcmp(parent->children.at[i]->name, name) == 0) {
            return parent->children.at[i];
        }
    }
    return NULL;
}

void system_parse_schedule(struct system_model *model, struct system_input *input, const struct element *root)
{
    const struct element *domains = child_of(root, "domains");
    if (domains == NULL) {
        return;
    }
    model->schedule.given = true;
    model->schedule.place = domains->place;
    for (size_t i = 0; i < domains->children.count; i++) {
        const struct element *child = domains->children.at[i];
        if (strcmp(child->name, "domain") == 0 && element_attribute(child, "name") != NULL) {
            parse_domain(&model->schedule, child);
        }
    }
    number_domains(&model->schedule);
    const struct element *schedule = child_of(domains, "domain_schedule");
    if (schedule != NULL) {
        parse_schedule(model, input, schedule);
    } else {
        diag_error(input->diag, "schedule-missing", domains->place, "<domains> has no <domain_schedule>");
    }
}

bool schedule_runs(const struct schedule *schedule, uint64_t id)
{
    for (size_t i = schedule->start; i < schedule->entries.count && !schedule->entries.at[i].marker; i++) {
        size_t domain = schedule->entries.at[i].domain;
        if (domain != NO_INDEX && schedule->domains.at[domain].id == id) {
            return true;
        }
    }
    return false;
}

uint64_t schedule_share(const struct schedule *schedule, uint64_t id)
{
    uint64_t all = 0;
    uint64_t own = 0;
    bool first_unit =
        schedule->start < schedule->entries.count && schedule->entries.at[schedule->start].ticks;
    for (size_t i = schedule->start; i < schedule->entries.count && !schedule->entries.at[i].marker; i++) {
        const struct schedule_entry *entry = &schedule->entries.at[i];
        bool known = entry->domain != NO_INDEX;
        if (entry->ticks != first_unit || entry->duration > UINT64_MAX / 1000 - all) {
            return SHARE_UNKNOWN;
        }
        all += entry->duration;
        own += known && schedule->domains.at[entry->domain].id == id ? entry->duration : 0;
    }
    return all == 0 ? SHARE_UNKNOWN : own * 1000 / all;
}

uint64_t schedule_domain_of(const struct schedule *schedule, const struct pd *pd)
{
    return pd->time_domain == NO_INDEX ? 0 : schedule->domains.at[pd->time_domain].id;
}
