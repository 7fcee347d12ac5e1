/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules that a system must keep. One rule is one function, one line of documentation and one negative
 * test; rules that are enforced while reading have no function here but are listed all the same.
 */
#ifndef COMPOSER_RULES_H
#define COMPOSER_RULES_H

#include "diag.h"

struct check {
    const struct system_model *model;
    struct diag *diag;
    const char *rule;
};

struct rule {
    const char *id;
    const char *doc;
    void (*check)(const struct check *check); /* NULL: enforced by the parsers, the expansion or the policy */
};

extern const struct rule rules_all[];
extern const size_t rules_count;

/* Check every rule that has a function. */
void rules_run(const struct system_model *model, struct diag *diag);

/* The rule with this identifier, or NULL. */
const struct rule *rules_find(const char *id);

/* Report a breach of the rule being checked. */
void rules_fail(const struct check *check, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Warn about something that the rule being checked advises against. */
void rules_warn(const struct check *check, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Highest channel, interrupt or child id. */
enum { RULES_LAST_ID = 61, RULES_MOST_PDS = 63, RULES_LAST_USER_SLOT = 63, RULES_LONGEST_NAME = 63 };

/* rules_pd.c */
void rule_pd_count(const struct check *check);
void rule_pd_name_unique(const struct check *check);
void rule_pd_name_reserved(const struct check *check);
void rule_pd_name_length(const struct check *check);
void rule_pd_priority(const struct check *check);
void rule_pd_budget_period(const struct check *check);
void rule_pd_budget_minimum(const struct check *check);
void rule_pd_period_maximum(const struct check *check);
void rule_pd_stack_size(const struct check *check);
void rule_pd_stack_alignment(const struct check *check);
void rule_pd_cpu(const struct check *check);
void rule_pd_smc(const struct check *check);
void rule_child_id_range(const struct check *check);
void rule_child_id_unique(const struct check *check);
void rule_setvar_unique(const struct check *check);

/* rules_map.c */
void rule_map_perms_letters(const struct check *check);
void rule_map_perms_empty(const struct check *check);
void rule_map_perms_execute_only(const struct check *check);
void rule_map_perms_write_only(const struct check *check);
void rule_map_perms_wx(const struct check *check);
void rule_map_alignment(const struct check *check);
void rule_map_range(const struct check *check);
void rule_map_stack(const struct check *check);
void rule_map_overlap(const struct check *check);
void rule_map_prefill_size(const struct check *check);

/* rules_region.c */
void rule_region_name_unique(const struct check *check);
void rule_region_zero(const struct check *check);
void rule_region_multiple(const struct check *check);
void rule_region_page_size(const struct check *check);
void rule_region_paddr_alignment(const struct check *check);
void rule_region_paddr_overlap(const struct check *check);
void rule_region_paddr_memory(const struct check *check);
void rule_region_paddr_reserved(const struct check *check);
void rule_region_unused(const struct check *check);
void rule_memory_fits(const struct check *check);

/* rules_irq.c */
void rule_irq_number(const struct check *check);
void rule_irq_unique(const struct check *check);
void rule_id_range(const struct check *check);
void rule_id_unique(const struct check *check);

/* rules_channel.c */
void rule_channel_self(const struct check *check);
void rule_channel_rights(const struct check *check);
void rule_channel_pp_both(const struct check *check);
void rule_channel_pp_priority(const struct check *check);
void rule_cspace_slot(const struct check *check);
void rule_cspace_unique(const struct check *check);

/* rules_schedule.c */
void rule_domain_count(const struct check *check);
void rule_domain_name_unique(const struct check *check);
void rule_domain_id_unique(const struct check *check);
void rule_domain_id_range(const struct check *check);
void rule_schedule_length(const struct check *check);
void rule_schedule_start(const struct check *check);
void rule_schedule_shift(const struct check *check);
void rule_schedule_short(const struct check *check);
void rule_pd_domain(const struct check *check);
void rule_pd_domain_scheduled(const struct check *check);

#endif
