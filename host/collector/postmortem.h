/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway tells of a component that failed (docs/messages.md). Only what is printed for people is
 * checked here; the rest is for `host/postern postmortem`, which distrusts it, too. */
#ifndef COLLECTOR_POSTMORTEM_H
#define COLLECTOR_POSTMORTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_in.h"

#define POSTMORTEM_NAME_SIZE  24
#define POSTMORTEM_CAUSE_SIZE 80

struct postmortem {
    char component[POSTMORTEM_NAME_SIZE];
    char cause[POSTMORTEM_CAUSE_SIZE];
    uint64_t fault;
    struct json_object *report; /* the whole of it */
};

/* Takes a message of any sender. True: the caller puts out->report. False: *error says why. */
bool postmortem_parse(const char *payload, size_t size, struct postmortem *out,
                      char error[JSON_IN_ERROR_SIZE]);

#endif
