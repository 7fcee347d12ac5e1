/* SPDX-License-Identifier: BSD-2-Clause */
/* The groups of cases. */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include "../lib/test.h"

#define GROUP(table)                                \
    {                                               \
        (table), sizeof(table) / sizeof((table)[0]) \
    }

extern const struct test_group objects_group;
extern const struct test_group memory_group;
extern const struct test_group ipc_group;
extern const struct test_group ipc_forms_group;
extern const struct test_group calls_group;
extern const struct test_group errors_group;
extern const struct test_group fast_group;
extern const struct test_group rights_group;
extern const struct test_group derivation_group;
extern const struct test_group pools_group;
extern const struct test_group fault_words_group;
extern const struct test_group notifications_group;
extern const struct test_group binding_group;
extern const struct test_group interrupts_group;
extern const struct test_group fpu_group;
extern const struct test_group sched_group;
extern const struct test_group contexts_group;
extern const struct test_group order_group;
extern const struct test_group donation_group;
extern const struct test_group timeouts_group;
extern const struct test_group domains_group;
extern const struct test_group domains_calls_group;
extern const struct test_group schedule_group;
extern const struct test_group faults_group;
extern const struct test_group threads_group;
extern const struct test_group states_group;
extern const struct test_group seal_group;
extern const struct test_group abuse_group;
extern const struct test_group leaks_group;
extern const struct test_group release_group;
extern const struct test_group bench_group;
extern const struct test_group bench_events_group;

#endif
