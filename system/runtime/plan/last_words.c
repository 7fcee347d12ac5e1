/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Of which rings a component tells in its last words, and where: compiled for each component with its own
 * ports.
 */
#include <postern/last_words.h>
#include "ports.h"

/* Called by the start code if the program has it. */
void postern_last_words(uint64_t sp, uint64_t bottom, uint64_t top);

#define WORDS(share, bytes, hidden)    .page = &(share), .size = (bytes), .secret = (hidden),
#define PORT(ring, side, count, bytes) {#ring, &ring##_own, &ring##_peer, (count), (bytes)},

static const struct last_words_port port[] = {PORTS_RINGS(PORT){0}};

static const struct last_words_plan plan = {
    PORTS_LAST_WORDS(WORDS).port = port,
    .ports = sizeof port / sizeof port[0] - 1,
};

void postern_last_words(uint64_t sp, uint64_t bottom, uint64_t top)
{
    last_words_tell(&plan, sp, bottom, top);
}
