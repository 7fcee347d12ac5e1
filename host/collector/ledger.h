/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a gateway's loss ledger (docs/messages.md): which of its numbers will never come, and why. */
#ifndef COLLECTOR_LEDGER_H
#define COLLECTOR_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_in.h"
#include "track.h"

#define LEDGER_MAX_RANGES 256u
#define LEDGER_CAUSE_SIZE 32

struct ledger_range {
    struct track_range numbers;
    uint64_t missing;              /* at least 1, at most as many as the range spans */
    char cause[LEDGER_CAUSE_SIZE]; /* small letters and spaces, not empty */
};

struct ledger {
    uint64_t boot, last;
    size_t count;
    struct ledger_range range[LEDGER_MAX_RANGES]; /* ascending, disjoint, none beyond last */
};

/* Parses size bytes from any sender. The ledger is taken whole or not at all; false: *error says what is
 * wrong, in printable ASCII, and *out is to be thrown away. Unknown fields are left alone. */
bool ledger_parse(const char *payload, size_t size, struct ledger *out, char error[JSON_IN_ERROR_SIZE]);

#endif
