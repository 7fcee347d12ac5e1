/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What who sees an attacker's faults makes of them: each is compared with what the attacker has announced,
 * and the result is a line on the console.
 */
#ifndef ATTACK_VERDICT_H
#define ATTACK_VERDICT_H

#include <stdbool.h>
#include <stdint.h>
#include "attack.h"

struct verdict {
    uint64_t faults, wrongs;            /* seen; of these, otherwise than announced */
    uint64_t label, address, cause, pc; /* of the last wrong one */
};

/* Takes the fault message that has just been received (message registers) into account. */
void verdict_take(struct verdict *verdict, const struct attack_page *said, uint64_t label);

/* True if the fault message says that the attacker made the system call `number` (ATTACK_*). */
bool verdict_is_call(uint64_t label, long number);

/* Writes "<attack NAME acts ...>" to the log, whose lines nobody else's can tear apart: what was seen and
 * what the attacker has said. */
void verdict_print(const char *name, const struct verdict *verdict, const struct attack_page *said);

#endif
