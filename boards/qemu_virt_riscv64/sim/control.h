/* SPDX-License-Identifier: BSD-2-Clause */
/* The tester's hand on the simulated board: one line in, one line out, over a unix stream socket. */
#ifndef POSTERN_SIM_CONTROL_H
#define POSTERN_SIM_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "bme280_wire.h"

#define CONTROL_CLIENTS 4u
#define CONTROL_LINE    128u

struct control_client {
    int fd; /* -1 = free */
    size_t length;
    char line[CONTROL_LINE];
};

struct control {
    struct bme280_wire *wire;
    const uint64_t *delivered; /* measurements logged so far */
    struct control_client client[CONTROL_CLIENTS];
};

void control_init(struct control *control, struct bme280_wire *wire, const uint64_t *delivered);

/* Take over a connection; refused (closed) if there are too many. */
void control_attach(struct control *control, int fd);

/* Client `index` is readable. */
void control_readable(struct control *control, size_t index);

/*
 * Obey one command line and write the answer line (without its end) to `answer`:
 *   disconnect | connect | garbage on | garbage off | stuck_low | foreign | untrimmed | torn | status
 * `connect` also ends every other fault. Answers "ok ..." or "error ...".
 */
void control_command(struct control *control, const char *line, char *answer, size_t size);

#endif
