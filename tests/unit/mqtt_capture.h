/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the captures of real MQTT traffic: lines "> hex" are the client's bytes, "< hex" the server's. */
#ifndef POSTERN_TEST_MQTT_CAPTURE_H
#define POSTERN_TEST_MQTT_CAPTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPTURE_MAX   24
#define CAPTURE_BYTES 256

struct capture {
    unsigned count;
    struct {
        char from; /* '>' or '<' */
        size_t len;
        uint8_t bytes[CAPTURE_BYTES];
    } part[CAPTURE_MAX];
};

static inline size_t hex_bytes(const char *hex, uint8_t *out, size_t room)
{
    size_t len = 0;
    unsigned value;
    while (len < room && sscanf(hex, "%2x", &value) == 1) {
        out[len++] = (uint8_t)value;
        hex += 2;
        while (*hex == ' ') {
            hex++;
        }
    }
    return len;
}

/* Ends the program if the file is not there: a test without its capture proves nothing. */
static inline void capture_load(struct capture *c, const char *name)
{
    char path[128], line[2 * CAPTURE_BYTES + 16];
    snprintf(path, sizeof path, "tests/unit/captures/%s.hex", name);
    FILE *f = fopen(path, "r");
    memset(c, 0, sizeof *c);
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        if ((line[0] != '>' && line[0] != '<') || c->count == CAPTURE_MAX) {
            fprintf(stderr, "%s: bad line\n", path);
            exit(2);
        }
        c->part[c->count].from = line[0];
        c->part[c->count].len = hex_bytes(line + 2, c->part[c->count].bytes, CAPTURE_BYTES);
        c->count++;
    }
    if (f == NULL || c->count == 0) {
        fprintf(stderr, "%s: not readable or empty\n", path);
        exit(2);
    }
    fclose(f);
}

#endif
