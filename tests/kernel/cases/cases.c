/* SPDX-License-Identifier: BSD-2-Clause */
/* All groups, in the order in which they run. */
#include "cases.h"

const struct test_group *const groups[] = {
    &objects_group,     &memory_group,        &ipc_group,           &ipc_forms_group,  &fast_group,
    &calls_group,       &errors_group,        &rights_group,        &derivation_group, &pools_group,
    &fault_words_group, &notifications_group, &binding_group,       &interrupts_group, &fpu_group,
    &sched_group,       &contexts_group,      &order_group,         &donation_group,   &timeouts_group,
    &schedule_group,    &domains_group,       &domains_calls_group, &faults_group,     &threads_group,
    &states_group,      &seal_group,          &abuse_group,         &leaks_group,      &release_group,
    &bench_group,       &bench_events_group,
};
const unsigned group_count = sizeof groups / sizeof groups[0];
