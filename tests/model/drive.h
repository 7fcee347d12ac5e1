/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs one sequence of events through kernel and model, comparing after each. */
#ifndef MODEL_DRIVE_H
#define MODEL_DRIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <postern/limits.h>
#include "boot.h"

enum step_kind { STEP_ECALL, STEP_EXCEPTION, STEP_INTERRUPT };

#define STEP_REGISTERS 9u /* a0..a7, t0 */
#define STEP_WORDS     PN_MAX_MSG

/* One event, complete in itself, so that it can be replayed in another state. */
struct step {
    enum step_kind kind;
    uint64_t elapsed; /* ticks of user code before it */
    uint64_t reg[STEP_REGISTERS];
    uint32_t words; /* of the message; word 0..3 are a2..a5 */
    uint64_t word[STEP_WORDS];
    uint64_t cause;
    uint64_t value;
    uint64_t other;  /* what all other registers and the message buffer contain is made of this */
    uint16_t source; /* device that raises its line; 0: none */
    bool glitch;     /* that device's source is enabled although nobody asked */
    bool withdrawn;  /* the controller has nothing to claim after all */
    bool timer;      /* time goes on to the deadline at least */
};

/* The next event; false: there are no more. 'idle': nobody runs, only interrupts can happen. */
typedef bool (*step_source)(void *context, struct step *s, bool idle);

struct drive {
    step_source next;
    void *context;
    struct machine_kind machine;
    uint32_t limit;          /* steps at most */
    uint64_t drift;          /* ticks that each look at the clock takes; not 0: without model */
    bool trace;              /* print each step */
    struct step *record;     /* room for 'limit' steps, or NULL */
    volatile uint32_t *done; /* steps begun so far, for whoever watches this process */
};

/* Does not return if something is wrong: the difference is printed and the process aborts. */
void drive_run(const struct drive *d);

/* System calls of this process that the kernel's short ways handled. */
uint64_t drive_short_ways(void);

#endif
