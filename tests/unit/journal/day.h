/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gateway for long stretches of virtual time: four sensors at 10 Hz in front of a store on a large disk
 * that never fails, and an uplink that is away or takes readings in order. Values follow from their numbers,
 * so that nothing has to be remembered.
 */
#ifndef TEST_JOURNAL_DAY_H
#define TEST_JOURNAL_DAY_H

#include <store.h>

#define DAY_SENSORS    4u
#define DAY_QUANTITIES 3u /* readings of one sample */
#define DAY_HERTZ      10u
#define DAY_SECONDS    UINT64_C(86400)
#define DAY_SAMPLES    (DAY_SENSORS * DAY_HERTZ * DAY_SECONDS)
#define DAY_READINGS   (DAY_SAMPLES * DAY_QUANTITIES)
#define DAY_STEP_NS    (UINT64_C(1000000000) / (DAY_SENSORS * DAY_HERTZ)) /* between two samples */

struct day_disk {
    struct media_geometry geometry;
    uint8_t *medium; /* pages that were never written take no memory */
    uint64_t reads, writes, flushes;
    uint64_t bytes_read, bytes_written;
};

struct day {
    struct day_disk disk;
    struct store store;
    const struct store_settings *settings;
    uint64_t now;
    uint64_t skipped; /* samples that the sensors left out because nothing was wanted */
    uint64_t
        forgotten;  /* readings that a power cut took before they were accepted: their numbers come again */
    uint64_t given; /* readings that the uplink got */
    uint64_t last_given; /* number of the last one */
    /* Numbers that the uplink never got, as ranges in order. The last range grows. */
    struct day_gap {
        uint64_t first, last;
    } * gap;
    size_t gaps, gaps_room;
};

/* A new disk of `size` bytes and a store on it. */
void day_begin(struct day *d, const struct store_settings *settings, uint64_t size);
void day_end(struct day *d);

/* Power off and on, before anything was delivered. */
void day_restart(struct day *d);

/* All actions that are due. */
void day_run(struct day *d);

/* `samples` further samples, one each DAY_STEP_NS; the uplink takes up to `uplink` readings after each. */
void day_pass(struct day *d, uint64_t samples, unsigned uplink);

/* The uplink takes all there is. */
void day_drain(struct day *d);

#endif
