/* SPDX-License-Identifier: BSD-2-Clause */
/* One sensor reading as the collector passes it from the parser to the sequence check and the printer. */
#ifndef COLLECTOR_READING_H
#define COLLECTOR_READING_H

#include <stdbool.h>
#include <stdint.h>

#define READING_NAME_SIZE  64
#define READING_UNIT_SIZE  16
#define READING_VALUE_SIZE 48
#define READING_CLOCK_SIZE 16

struct reading {
    int64_t time_ns;                /* since 1970-01-01 UTC */
    uint64_t seq;                   /* the device's own count, over all its sensors */
    char device[READING_NAME_SIZE]; /* names hold only letters, digits and - : . / _ */
    char sensor[READING_NAME_SIZE];
    char quantity[READING_NAME_SIZE];
    char unit[READING_UNIT_SIZE];   /* printable ASCII; "" if the device names none */
    char value[READING_VALUE_SIZE]; /* the decimal text exactly as it was sent */
    char clock[READING_CLOCK_SIZE]; /* the mark "bclk": "unset" if the device did not know the time */
    bool historical;                /* kept by the device before it was sent */
    bool corrected;                 /* taken before the device's clock was as good as `clock` says */
};

#endif
