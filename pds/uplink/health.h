/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts (JSON) by which the gateway tells about itself: health, loss ledger, and the broker's last word
 * of it. docs/messages.md says what each field means. */
#ifndef POSTERN_HEALTH_H
#define POSTERN_HEALTH_H

#include <postern/protocol/journal_state.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEALTH_NAME_SIZE  24
#define HEALTH_COMPONENTS 5 /* are named, if so many were restarted */

struct health_component {
    char name[HEALTH_NAME_SIZE];
    uint32_t restarts;
};

/* What the uplink itself knows. */
struct health {
    uint64_t wall_ns; /* now; 0: not known */
    uint8_t quality;  /* enum clock_quality of it */
    uint64_t round_trip_ns;
    uint64_t connects; /* of this start */
    uint64_t refused;  /* messages given up in this start */
    uint64_t ahead;    /* a number that the broker knew of and the journal did not, 0: none */
    uint64_t restarts; /* of all components, since the machine started */
    uint32_t components;
    struct health_component component[HEALTH_COMPONENTS];
};

/* Each returns the length, without terminator; 0: it does not fit. `journal` is a checked copy. */
size_t health_text(const struct health *h, const struct journal_state *journal, char *text, size_t size);
size_t health_will_text(uint64_t boot, const struct journal_state *journal, char *text, size_t size);
size_t health_numbers_text(const struct journal_state *journal, char *text, size_t size);
size_t health_ledger_text(const struct journal_state *journal, char *text, size_t size);

/* The last number that no power cut can take back, if there is a medium; else the last one. */
uint64_t health_last(const struct journal_state *journal);

/* Is this copy one that a journal can have written? */
bool health_journal_valid(const struct journal_state *journal);

/* The last number that a health message, from outside, speaks of. False: it says none. */
bool health_read_last(const uint8_t *text, size_t len, uint64_t *last);

#endif
