/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to die, in the order in which the parent asks for them.
 */
#ifndef DEATHS_H
#define DEATHS_H

enum death {
    DEATH_NULL_WRITE,
    DEATH_STACK_OVERFLOW,
    DEATH_EXECUTE_DATA,
    DEATH_ILLEGAL_INSTRUCTION,
    DEATH_WRITE_TEXT,
    DEATH_WRITE_CONSTANT_TABLE,
    DEATH_JUMP_TO_NULL,
    DEATH_UNKNOWN_SYSTEM_CALL,
    DEATH_MISSING_CAPABILITY,
    DEATH_LOST_MESSAGE_BUFFER,
    DEATH_ASSERTION,
    DEATH_ENDLESS_LOOP, /* the parent stops it */
    DEATH_IN_A_CALL,    /* the parent restarts it instead of answering */
    DEATH_WAITING,      /* the parent restarts it where it waits for events */
    DEATHS
};

#endif
