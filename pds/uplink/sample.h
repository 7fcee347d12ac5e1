/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One sample's readings as the payload of one message.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <postern/protocol/reading.h>

/* True if every field is in its range. */
bool sample_reading_valid(const struct reading *reading);

/* Write `count` readings of one sample (at least 1) as SenML; the length, or 0 if it does not fit. */
size_t sample_write(char *text, size_t room, const char *base_name, uint64_t wall_ns,
                    const struct reading *readings, size_t count);

#endif
