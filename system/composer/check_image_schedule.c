/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time in the image: budgets and periods, each thread in the domain that the description says, and the
 * schedule entry by entry.
 */
#include <inttypes.h>

#include <postern/abi.h>

#include "check_image_parts.h"

/* Of a thread, by the description; 0 without one. */
static uint64_t domain_of(const struct checker *checker, const struct pd *pd)
{
    const struct schedule *schedule = &checker->model->schedule;

    return pd->time_domain < schedule->domains.count ? schedule->domains.at[pd->time_domain].id : 0;
}

static bool check_thread(const struct checker *checker, const struct capdist_thread *thread)
{
    size_t pd = checker_owner(checker, thread->tcb, PN_CAP_TCB);

    if (pd == NO_INDEX || thread->domain == domain_of(checker, &checker->model->pds.at[pd])) {
        return true;
    }
    checker_error(checker, "'%s' is in domain %u, not in %" PRIu64, checker->model->pds.at[pd].name,
                  thread->domain, domain_of(checker, &checker->model->pds.at[pd]));
    return false;
}

/* Place of the entry that the kernel will have at 'position'. */
static const struct schedule_entry *entry_at(const struct schedule *schedule, uint64_t position)
{
    bool inside = position >= schedule->shift && position - schedule->shift < schedule->entries.count;

    return inside ? &schedule->entries.at[position - schedule->shift] : NULL;
}

static bool check_slot(const struct schedule *schedule, const struct capdist_slot *slot, bool last)
{
    const struct schedule_entry *entry = entry_at(schedule, slot->entry);

    if (entry == NULL || slot->start != (last ? PN_SCHEDULE_AT_SEAL : PN_SCHEDULE_SET) ||
        (last && slot->entry != schedule->shift + schedule->start)) {
        return false;
    }
    if (entry->marker) {
        return slot->duration == 0 && slot->domain == 0;
    }
    return slot->duration == entry->duration && slot->ticks == (entry->ticks ? 1 : 0) &&
           slot->domain == schedule->domains.at[entry->domain].id;
}

/* One scheduling context for each domain, in the order of the description. */
static bool check_budgets(const struct checker *checker)
{
    uint32_t count = checker->dist.section[CAPDIST_SCHEDS].count;
    bool good = count == checker->model->pds.count;

    for (uint32_t i = 0; good && i < count; i++) {
        const struct capdist_sched *sched = checker_record(checker, CAPDIST_SCHEDS, i);
        const struct pd *pd = &checker->model->pds.at[i];

        good = checker_owner(checker, sched->object, PN_CAP_SCHED_CONTEXT) == i &&
               sched->budget_us == pd->budget_us && sched->period_us == pd->period_us;
    }
    if (!good) {
        checker_error(checker, "budgets and periods are not the description's");
    }
    return good;
}

bool checker_schedule(struct checker *checker)
{
    const struct schedule *schedule = &checker->model->schedule;
    uint32_t count = checker->dist.section[CAPDIST_SLOTS].count;
    bool good = check_budgets(checker);

    for (uint32_t i = 0; i < checker->dist.section[CAPDIST_THREADS].count; i++) {
        good = check_thread(checker, checker_record(checker, CAPDIST_THREADS, i)) && good;
    }
    if (count != schedule->entries.count) {
        checker_error(checker, "the domain schedule has %" PRIu32 " entries, not %zu", count,
                      schedule->entries.count);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct capdist_slot *slot = checker_record(checker, CAPDIST_SLOTS, i);

        for (uint32_t k = 0; k < i; k++) {
            const struct capdist_slot *other = checker_record(checker, CAPDIST_SLOTS, k);

            good = good && other->entry != slot->entry;
        }
        if (!good || !check_slot(schedule, slot, i + 1 == count)) {
            checker_error(checker, "entry %u of the domain schedule is not the description's", slot->entry);
            good = false;
        }
    }
    return good;
}
