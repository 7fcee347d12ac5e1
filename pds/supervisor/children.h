/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The children as the product description has them.
 */
#ifndef SUPERVISOR_CHILDREN_H
#define SUPERVISOR_CHILDREN_H

#include "policy.h"

/* Both have as many entries as there are children. */
extern const char *const children_name[];
extern const struct policy_rule children_rule[];
extern const unsigned children_count;

#endif
