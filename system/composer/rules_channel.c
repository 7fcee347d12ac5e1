/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about channels and about capabilities in <cspace>.
 */
#include "element.h"
#include "postern/limits.h"
#include "rules.h"

typedef unsigned long long ull;

static struct place at(const struct channel_end *end, const char *attribute)
{
    return element_place(end->source, attribute, end->place);
}

void rule_channel_self(const struct check *check)
{
    for (size_t i = 0; i < check->model->channels.count; i++) {
        const struct channel *channel = &check->model->channels.at[i];
        if (channel->end[0].pd == channel->end[1].pd) {
            rules_warn(check, at(&channel->end[1], "pd"), "the channel connects '%s' to itself",
                       check->model->pds.at[channel->end[0].pd].name);
        }
    }
}

void rule_channel_rights(const struct check *check)
{
    for (size_t i = 0; i < check->model->channels.count; i++) {
        const struct channel_end *end = check->model->channels.at[i].end;
        if (!end[0].pp && !end[0].notify && !end[1].pp && !end[1].notify) {
            rules_warn(check, check->model->channels.at[i].place,
                       "no end of the channel may notify or call the other");
        }
    }
}

void rule_channel_pp_both(const struct check *check)
{
    for (size_t i = 0; i < check->model->channels.count; i++) {
        const struct channel_end *end = check->model->channels.at[i].end;
        if (end[0].pp && end[1].pp) {
            rules_fail(check, at(&end[1], "pp"),
                       "cannot ppc bidirectionally: only one end may have pp=\"true\"");
        }
    }
}

void rule_channel_pp_priority(const struct check *check)
{
    for (size_t i = 0; i < check->model->channels.count; i++) {
        const struct channel_end *end = check->model->channels.at[i].end;
        for (size_t j = 0; j < 2; j++) {
            const struct pd *caller = &check->model->pds.at[end[j].pd];
            const struct pd *callee = &check->model->pds.at[end[1 - j].pd];
            if (end[j].pp && caller->priority >= callee->priority) {
                rules_fail(check, at(&end[j], "pp"),
                           "PPCs must be to protection domains of strictly higher priorities; '%s' has "
                           "priority %llu, "
                           "'%s' has %llu",
                           caller->name, (ull)caller->priority, callee->name, (ull)callee->priority);
            }
        }
    }
}

void rule_cspace_slot(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        for (size_t j = 0; j < check->model->pds.at[i].user_caps.count; j++) {
            const struct user_cap *cap = &check->model->pds.at[i].user_caps.at[j];
            if (cap->slot == 0 || cap->slot > RULES_LAST_USER_SLOT) {
                rules_fail(check, element_place(cap->source, "slot", cap->place),
                           "slot %llu is not between 1 and %d", (ull)cap->slot, RULES_LAST_USER_SLOT);
            }
        }
    }
}

void rule_cspace_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 1; j < pd->user_caps.count; j++) {
            for (size_t k = 0; k < j; k++) {
                const struct user_cap *cap = &pd->user_caps.at[j];
                if (cap->slot == pd->user_caps.at[k].slot) {
                    rules_fail(check, element_place(cap->source, "slot", cap->place),
                               "slot %llu of '%s' is already given in line %u", (ull)cap->slot, pd->name,
                               pd->user_caps.at[k].place.line);
                    break;
                }
            }
        }
    }
}
