/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single acts, each of which says beforehand what must become of it.
 */
#ifndef ATTACK_ACT_H
#define ATTACK_ACT_H

#include <stdbool.h>
#include "attack.h"

extern struct attack_page *attack_page;

/* Counts an act that went wrong: what, what should have come and what came. */
void act_wrong(uint64_t what, uint64_t expected, uint64_t got);

/* Loads from, stores to or jumps to the address (PROBE_*). A page fault with this address and cause must come
 * if `fault`, none otherwise. A store that succeeds puts back what was there. */
void act_probe(uint64_t address, uint64_t kind, bool fault);

/* System call `number` with capability, reply capability and message; a capability fault for `capability`
 * must come if `fault`. Otherwise returns the answer's info word; it is judged by the caller. */
uint64_t act_call(long number, uint64_t capability, uint64_t reply, uint64_t info, bool fault);

/* A system call that does not exist. */
void act_unknown(long number);

/* Each of the instructions that only the kernel may use, or that do not exist. Returns how many. */
unsigned act_instructions(void);

/* Gives the supervisor over to the attacker. Does not return. */
_Noreturn void act_begin(void);

/* Waits for the next pulse of the supervisor, so that everybody else runs. */
void act_pause(void);

/* Ends the attack by a fault. Does not return. */
_Noreturn void act_end(void);

/* The next number of a fixed sequence (xorshift). */
uint64_t act_random(void);

#endif
