/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters and gauges of a component in a page that the console can read: a table of names and values. The
 * owner writes values with single stores; readers copy and distrust (names are printed filtered).
 */
#ifndef POSTERN_METRICS_H
#define POSTERN_METRICS_H

#include <stdint.h>

#define METRICS_MAGIC     0x3152544d /* "MTR1" */
#define METRICS_MAX       75
#define METRICS_NAME_SIZE 32

struct metric {
    char name[METRICS_NAME_SIZE]; /* NUL-terminated, [a-z0-9_.] */
    uint64_t value;
};

/* Layout of the page: 16 bytes header, then up to METRICS_MAX entries (3016 bytes in all). The
 * last words of the owner lie at the end of the page (<postern/last_words.h>). */
struct metrics_page {
    uint32_t magic;
    uint32_t count;
    uint64_t updated; /* time CSR of the last metrics_touch */
    struct metric metric[METRICS_MAX];
};

/* Register the page (address from ports.h: metrics_start(metrics)); forgets earlier entries. */
void metrics_start(uint64_t page);

/* Add an entry with value 0 and return its value's address; never NULL: when the table is full (a programming
 * error) a scratch word is returned. Names longer than the field are cut. */
uint64_t *metrics_add(const char *name);

/* Store one value. */
static inline void metric_set(uint64_t *metric, uint64_t value)
{
    *(volatile uint64_t *)metric = value;
}

static inline void metric_add(uint64_t *metric, uint64_t amount)
{
    *(volatile uint64_t *)metric = *metric + amount;
}

#endif
