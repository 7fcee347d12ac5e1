/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the tree of a .system description to the composer's model.
 */
#ifndef COMPOSER_SYSTEM_H
#define COMPOSER_SYSTEM_H

#include "diag.h"
#include "element.h"
#include "files.h"

struct system_input {
    struct arena *arena;
    struct diag *diag;
    const struct files_search *search;
    bool check;               /* a missing prefill file is only a warning */
    struct files_search read; /* collects the paths of the files that were read */
};

/*
 * Fill the model. Everything wrong is reported; what could be understood is in the model, with valid indices,
 * so that the rules can go on and find more. False only when the root is not <system>.
 */
bool system_parse(struct system_model *model, struct system_input *input, struct element *root);

/* For the parser's parts: read all regions, and settle the page sizes once all maps are known. */
void system_parse_regions(struct system_model *model, struct system_input *input, const struct element *root);
void system_settle_pages(struct system_model *model);

/* <domains>, if there is one. */
void system_parse_schedule(struct system_model *model, struct system_input *input,
                           const struct element *root);

/* The domain that the attribute of an element names; NO_INDEX with an error when there is none. */
size_t system_find_domain(const struct system_model *model, struct diag *diag, const char *rule,
                          const struct element *element);

/* Time of the domain with this id, in thousandths; SHARE_UNKNOWN: the schedule mixes us and ticks. */
#define SHARE_UNKNOWN UINT64_MAX
uint64_t schedule_share(const struct schedule *schedule, uint64_t id);

/* True if the schedule gives time to the domain with this id. */
bool schedule_runs(const struct schedule *schedule, uint64_t id);

/* Id of the domain of a protection domain; 0 without one. */
uint64_t schedule_domain_of(const struct schedule *schedule, const struct pd *pd);

/* Region or domain by name, NO_INDEX with an error (of this rule, with a hint) at the attribute when there is
 * none. */
size_t system_find_region(const struct system_model *model, struct diag *diag, const char *rule,
                          const struct element *element, const char *attribute);
size_t system_find_pd(const struct system_model *model, struct diag *diag, const char *rule,
                      const struct element *element, const char *attribute);

/* Release the model's lists (not what the back end attached). */
void system_free(struct system_model *model);

#endif
