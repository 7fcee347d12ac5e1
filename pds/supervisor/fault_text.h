/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages in words. Pure, for the supervisor and its tests.
 */
#ifndef FAULT_TEXT_H
#define FAULT_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A decoded fault message (libsel4's kinds and words). */
struct fault_report {
    uint32_t label;
    uint64_t pc;
    uint64_t address; /* memory fault: the address; capability fault: the capability; else 0 */
    char text[100];   /* one line for people */
};

/* Decode `count` message words; a message too short for its label is reported as malformed. */
struct fault_report fault_decode(uint64_t label, const uint64_t *words, size_t count);

#endif
