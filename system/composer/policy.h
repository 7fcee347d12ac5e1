/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy of a product: what must hold whatever the rest of the description says.
 */
#ifndef COMPOSER_POLICY_H
#define COMPOSER_POLICY_H

#include "product.h"
#include "reach.h"

struct policy {
    const struct product *product;
    const struct system_model *model;
    const struct authority *authority;
    struct diag *diag;
    const char *where; /* appended to every violation: "" or " (in the finished image)" */
};

/* Check all rules against an authority; every violation is reported at the rule. */
void policy_check(const struct policy *policy);

/* Components or regions that an attribute names. Unknown names are reported; the rule is then not to be
 * applied. */
struct policy_set {
    LIST(size_t) members;
};
void policy_components(const struct policy *policy, const struct element *rule, const char *attribute,
                       struct policy_set *set);
void policy_regions(const struct policy *policy, const struct element *rule, const char *attribute,
                    struct policy_set *set);
bool policy_contains(const struct policy_set *set, size_t member);
void policy_set_free(struct policy_set *set);

/* policy_path.c: <no_path>. */
void policy_no_path(const struct policy *policy, const struct element *rule);

/* policy_time.c: <timely>. */
void policy_timely(const struct policy *policy, const struct element *rule);

#endif
