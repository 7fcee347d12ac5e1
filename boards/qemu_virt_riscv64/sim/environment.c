/* SPDX-License-Identifier: BSD-2-Clause */
/* CSV reader that refuses what it does not understand and says where. */
#include "environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS    1000000u
#define HEADER_LINE "temperature_c,pressure_pa,humidity_pct"

struct column {
    const char *name;
    double low, high;
};

static const struct column columns[3] = {
    {"temperature_c", -40.0, 85.0},
    {"pressure_pa", 30000.0, 110000.0},
    {"humidity_pct", 0.0, 100.0},
};

/* Parse one line into `values`. Returns NULL, or what is wrong in `what`. */
static const char *parse_line(char *line, double values[3], char *what, size_t size)
{
    char *at = line;

    for (int i = 0; i < 3; i++) {
        char *end;
        char expected = i < 2 ? ',' : '\0';

        values[i] = strtod(at, &end);
        if (end == at) {
            (void)snprintf(what, size, "%s is not a number", columns[i].name);
            return what;
        }
        if (!(values[i] >= columns[i].low && values[i] <= columns[i].high)) {
            (void)snprintf(what, size, "%s %.10g is outside %g..%g", columns[i].name, values[i],
                           columns[i].low, columns[i].high);
            return what;
        }
        end += strspn(end, " \t");
        if (*end != expected) {
            (void)snprintf(what, size, "%s",
                           expected == ',' ? "three values expected" : "text after the third value");
            return what;
        }
        at = end + 1;
    }
    return NULL;
}

static bool append(struct environment *env, const double values[3])
{
    /* Grow at every power of two. */
    if ((env->count & (env->count - 1)) == 0) {
        size_t capacity = env->count == 0 ? 1 : env->count * 2;
        struct environment_row *rows = realloc(env->rows, capacity * sizeof(*rows));

        if (rows == NULL) {
            return false;
        }
        env->rows = rows;
    }
    env->rows[env->count++] = (struct environment_row){values[0], values[1], values[2]};
    return true;
}

/* Take one line (already without its end). Returns NULL or what is wrong. */
static const char *take_line(struct environment *env, char *line, char *what, size_t size)
{
    double values[3];
    const char *wrong;

    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#' || (env->count == 0 && strcmp(line, HEADER_LINE) == 0)) {
        return NULL;
    }
    wrong = parse_line(line, values, what, size);
    if (wrong != NULL) {
        return wrong;
    }
    if (env->count >= MAX_ROWS) {
        return "too many rows";
    }
    return append(env, values) ? NULL : "out of memory";
}

static int load_stream(struct environment *env, FILE *stream, const char *path, char *error,
                       size_t error_size)
{
    char line[256];
    char what[128];
    unsigned number = 0;

    while (fgets(line, sizeof(line), stream) != NULL) {
        size_t length = strcspn(line, "\r\n");
        const char *wrong;

        number++;
        wrong = line[length] == '\0' && !feof(stream) ? "line too long" : NULL;
        line[length] = '\0';
        wrong = wrong != NULL ? wrong : take_line(env, line, what, sizeof(what));
        if (wrong != NULL) {
            (void)snprintf(error, error_size, "%s:%u: %s", path, number, wrong);
            return -1;
        }
    }
    if (env->count == 0) {
        (void)snprintf(error, error_size, "%s:%u: no data", path, number);
        return -1;
    }
    return 0;
}

int environment_load(struct environment *env, const char *path, char *error, size_t error_size)
{
    FILE *stream = fopen(path, "r");
    int result;

    *env = (struct environment){0};
    if (stream == NULL) {
        (void)snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    result = load_stream(env, stream, path, error, error_size);
    (void)fclose(stream);
    if (result != 0) {
        environment_free(env);
    }
    return result;
}

void environment_free(struct environment *env)
{
    free(env->rows);
    *env = (struct environment){0};
}
