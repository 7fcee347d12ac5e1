/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: the bytes choose the machine and every event (generate.h). The first byte says how it is
 * judged: by the model and all else, or, if odd, by invariants and sanitizers while time goes on inside the
 * kernel. Everything is arbitrary more often than in the random runs.
 */
#include <stddef.h>
#include "generate.h"

#define LONGEST 1000u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct generator g;
    if (size < 16)
        return 0;
    generate_from_bytes(&g, bytes + 1, size - 1);
    struct drive d = {.next = generate_step, .context = &g, .limit = LONGEST, .drift = bytes[0] & 1u};
    d.machine = generate_machine(&g);
    g.chaos = bytes[0] & 0xf0u;
    drive_run(&d);
    return 0;
}
