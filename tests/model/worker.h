/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences run in a child process, so that whatever goes wrong there can be reported, replayed and
 * minimised. */
#ifndef MODEL_WORKER_H
#define MODEL_WORKER_H

#include "drive.h"

/* Shared between the processes. */
struct progress {
    volatile uint64_t seed;
    volatile uint32_t done;  /* steps of this seed */
    volatile uint64_t steps; /* of all seeds */
    volatile uint64_t fast;  /* system calls that went the short way */
};

/* Memory that children share with us. */
void *shared_memory(size_t size);

/* Run 'body(context)' in a child; true if it ended well. 'quiet': nothing is printed. */
bool run_child(void (*body)(void *context), void *context, bool quiet);

/* Fewest of the 'count' steps that still fail on 'machine', in place; answer: how many. */
uint32_t minimise(struct step *steps, uint32_t count, const struct machine_kind *machine);

/* A step_source: the steps of a list. */
struct list_source {
    const struct step *steps;
    uint32_t count;
    uint32_t at;
};
bool list_step(void *context, struct step *s, bool idle);

#endif
