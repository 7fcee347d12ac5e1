/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Continuous health tests of a noise source (NIST SP 800-90B, section 4.4) over 8-bit samples: repetition
 * count and adaptive proportion, and the start-up test. The source is claimed to give at least 4 bits of
 * entropy a byte; a good source fails by chance about once in 2^40 bytes, a stuck one within 6 bytes.
 */
#ifndef POSTERN_ENTROPY_HEALTH_H
#define POSTERN_ENTROPY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both for 4 bits a sample and a false alarm rate of at most 2^-20 of a source that has no more than that:
 * 1 + ceil(20 / 4), and 1 + the 1 - 2^-20 quantile of Binomial(512, 1/16). */
#define HEALTH_REPETITION_CUTOFF 6
#define HEALTH_PROPORTION_WINDOW 512
#define HEALTH_PROPORTION_CUTOFF 62

/* Samples that must pass, and are thrown away, before the first is used. */
#define HEALTH_STARTUP_SAMPLES 1024

enum health_result {
    HEALTH_OK,
    HEALTH_REPETITION, /* one value too many times in a row */
    HEALTH_PROPORTION, /* one value too often in a window */
};

struct health {
    enum health_result result; /* a failure stays */
    uint32_t tested;           /* samples of the start-up test that have passed so far */
    uint32_t run;              /* times that `last` has come in a row; 0 before the first sample */
    uint8_t last;
    uint8_t reference; /* the first sample of the window */
    uint32_t position; /* samples seen of the window */
    uint32_t matches;  /* those equal to the reference */
};

void health_start(struct health *health);

/* Tests length samples. After a failure nothing is tested any more and the same failure is returned. */
enum health_result health_test(struct health *health, const uint8_t *samples, size_t length);

/* True once the start-up test has passed and nothing has failed: later samples may be used. */
bool health_ready(const struct health *health);

/* "repetition count" ... */
const char *health_text(enum health_result result);

#endif
