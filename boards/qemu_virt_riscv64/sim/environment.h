/* SPDX-License-Identifier: BSD-2-Clause */
/* The environment that a simulated sensor lives in: rows of a CSV file, read once at start. */
#ifndef POSTERN_SIM_ENVIRONMENT_H
#define POSTERN_SIM_ENVIRONMENT_H

#include <stddef.h>

struct environment_row {
    double celsius, pascal, percent;
};

struct environment {
    struct environment_row *rows; /* owned */
    size_t count;                 /* at least 1 once loaded */
};

/*
 * Read `path`: lines `temperature_c,pressure_pa,humidity_pct`, an optional header of these names,
 * empty lines and lines that start with '#'. Values must lie in the sensor's operating range
 * (-40..85 C, 30000..110000 Pa, 0..100 %). Returns 0, or -1 with "file:line: what" in `error`.
 */
int environment_load(struct environment *env, const char *path, char *error, size_t error_size);

void environment_free(struct environment *env);

#endif
