/* SPDX-License-Identifier: BSD-2-Clause */
/* The two continuous tests, sample by sample. */
#include "health.h"

void health_start(struct health *health)
{
    *health = (struct health){.result = HEALTH_OK};
}

static bool repeats_too_often(struct health *health, uint8_t sample)
{
    health->run = health->run != 0 && sample == health->last ? health->run + 1 : 1;
    health->last = sample;
    return health->run >= HEALTH_REPETITION_CUTOFF;
}

static bool is_too_frequent(struct health *health, uint8_t sample)
{
    if (health->position == 0) {
        health->reference = sample;
        health->matches = 0;
    }
    if (sample == health->reference) {
        health->matches++;
    }
    health->position = (health->position + 1) % HEALTH_PROPORTION_WINDOW;
    return health->matches >= HEALTH_PROPORTION_CUTOFF;
}

enum health_result health_test(struct health *health, const uint8_t *samples, size_t length)
{
    for (size_t i = 0; i < length && health->result == HEALTH_OK; i++) {
        bool repeats = repeats_too_often(health, samples[i]);
        bool frequent = is_too_frequent(health, samples[i]);
        if (repeats) {
            health->result = HEALTH_REPETITION;
        } else if (frequent) {
            health->result = HEALTH_PROPORTION;
        } else if (health->tested < HEALTH_STARTUP_SAMPLES) {
            health->tested++;
        }
    }
    return health->result;
}

bool health_ready(const struct health *health)
{
    return health->result == HEALTH_OK && health->tested >= HEALTH_STARTUP_SAMPLES;
}

const char *health_text(enum health_result result)
{
    switch (result) {
    case HEALTH_OK:
        return "passed";
    case HEALTH_REPETITION:
        return "repetition count test failed";
    case HEALTH_PROPORTION:
        return "adaptive proportion test failed";
    }
    return "unknown result";
}
