/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about <domains>: which there are, their schedule, and which protection domains are in them.
 */
#include <string.h>

#include <postern/limits.h>

#include "element.h"
#include "rules.h"
#include "system.h"

typedef unsigned long long ull;

enum { MOST_DOMAINS = 16, SCHEDULE_SLOTS = 100 };

static const struct schedule *schedule_of(const struct check *check)
{
    return &check->model->schedule;
}

void rule_domain_count(const struct check *check)
{
    size_t count = schedule_of(check)->domains.count;
    if (schedule_of(check)->given && (count == 0 || count > MOST_DOMAINS)) {
        rules_fail(check,
                   count == 0 ? schedule_of(check)->place
                              : schedule_of(check)->domains.at[MOST_DOMAINS].place,
                   "<domains> has %zu domains, not 1 to %d", count, MOST_DOMAINS);
    }
}

void rule_domain_name_unique(const struct check *check)
{
    for (size_t i = 1; i < schedule_of(check)->domains.count; i++) {
        const struct time_domain *domain = &schedule_of(check)->domains.at[i];
        for (size_t j = 0; j < i; j++) {
            const struct time_domain *first = &schedule_of(check)->domains.at[j];
            if (strcmp(domain->name, first->name) == 0) {
                rules_fail(check, element_place(domain->source, "name", domain->place),
                           "duplicate domain name '%s', first used in line %u", domain->name,
                           first->place.line);
                break;
            }
        }
    }
}

void rule_domain_id_unique(const struct check *check)
{
    for (size_t i = 1; i < schedule_of(check)->domains.count; i++) {
        const struct time_domain *domain = &schedule_of(check)->domains.at[i];
        for (size_t j = 0; j < i; j++) {
            const struct time_domain *first = &schedule_of(check)->domains.at[j];
            if (domain->has_id && domain->id == first->id) {
                rules_fail(check, element_place(domain->source, "id", domain->place),
                           "duplicate domain id %llu, also of '%s'", (ull)domain->id, first->name);
                break;
            }
        }
    }
}

void rule_domain_id_range(const struct check *check)
{
    for (size_t i = 0; i < schedule_of(check)->domains.count; i++) {
        const struct time_domain *domain = &schedule_of(check)->domains.at[i];
        if (domain->has_id && domain->id >= MOST_DOMAINS) {
            rules_fail(check, element_place(domain->source, "id", domain->place),
                       "domain id %llu is not less than %d", (ull)domain->id, MOST_DOMAINS);
        }
    }
}

void rule_schedule_length(const struct check *check)
{
    size_t count = schedule_of(check)->entries.count;
    if (count >= SCHEDULE_SLOTS) {
        rules_fail(check, schedule_of(check)->entries.at[SCHEDULE_SLOTS - 1].place,
                   "the schedule has %zu entries, not fewer than %d", count, SCHEDULE_SLOTS);
    }
}

void rule_schedule_start(const struct check *check)
{
    const struct schedule *schedule = schedule_of(check);
    if (schedule->source == NULL) {
        return;
    }
    struct place place = element_place(schedule->source, "start_index", schedule->place);
    if (schedule->start >= schedule->entries.count) {
        rules_fail(check, place, "start_index %llu is not less than the number of entries, %zu",
                   (ull)schedule->start, schedule->entries.count);
    } else if (schedule->entries.at[schedule->start].marker) {
        rules_fail(check, place, "start_index %llu is an end marker", (ull)schedule->start);
    }
}

void rule_schedule_shift(const struct check *check)
{
    const struct schedule *schedule = schedule_of(check);
    size_t count = schedule->entries.count;
    if (schedule->source != NULL && count < SCHEDULE_SLOTS && schedule->shift >= SCHEDULE_SLOTS - count) {
        rules_fail(check, element_place(schedule->source, "index_shift", schedule->place),
                   "index_shift %llu and %zu entries exceed the %d slots of the schedule",
                   (ull)schedule->shift, count, SCHEDULE_SLOTS);
    }
}

/* The kernel takes a few microseconds of each slot to begin it. */
void rule_schedule_short(const struct check *check)
{
    for (size_t i = 0; i < schedule_of(check)->entries.count; i++) {
        const struct schedule_entry *entry = &schedule_of(check)->entries.at[i];
        if (!entry->marker && !entry->ticks && entry->duration < PN_MIN_BUDGET_US && entry->duration > 0) {
            rules_warn(check, element_place(entry->source, "duration", entry->place),
                       "a slot of %llu us is hardly longer than the kernel takes to begin it",
                       (ull)entry->duration);
        }
    }
}

void rule_pd_domain(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        bool named = element_attribute(pd->source, "domain") != NULL;
        struct place place = element_place(pd->source, "domain", pd->place);
        if (named && !pd->timed) {
            rules_fail(check, place, "'%s' has a domain, but no <domains> stands before it", pd->name);
        } else if (!named && pd->timed) {
            rules_fail(check, place, "'%s' has no domain, although <domains> stands before it", pd->name);
        }
    }
}

/* A domain that the schedule leaves out never runs. */
void rule_pd_domain_scheduled(const struct check *check)
{
    const struct schedule *schedule = schedule_of(check);
    for (size_t i = 0; schedule->given && i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        uint64_t id = schedule_domain_of(schedule, pd);
        if (schedule->entries.count > 0 && !schedule_runs(schedule, id)) {
            rules_warn(check, element_place(pd->source, "domain", pd->place),
                       "'%s' never runs: its domain %llu is not in the schedule", pd->name, (ull)id);
        }
    }
}
