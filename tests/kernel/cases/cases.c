/* SPDX-License-Identifier: BSD-2-Clause */
/* All groups, in the order in which they run. */
#include "cases.h"

const struct test_group *const groups[] = {
    &ipc_group,
    &bench_group,
};
const unsigned group_count = sizeof groups / sizeof groups[0];
