/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows the sequence numbers of each device, so that every missing reading can be named. */
#ifndef COLLECTOR_TRACK_H
#define COLLECTOR_TRACK_H

#include <stddef.h>
#include <stdint.h>

#define TRACK_MAX_RANGES  1024u
#define TRACK_MAX_DEVICES 1024u

enum track_result {
    TRACK_OK,           /* the next one, or the first ever seen of its device */
    TRACK_GAP,          /* some before it are missing: the range is returned */
    TRACK_DUPLICATE,    /* seen before */
    TRACK_OUT_OF_ORDER, /* late: after a higher one; it no longer counts as missing */
    TRACK_NO_ROOM       /* a new device beyond TRACK_MAX_DEVICES, or no memory */
};

struct track_range {
    uint64_t first, last;
};

struct track;

/* Returns NULL if there is no memory. */
struct track *track_new(void);
void track_free(struct track *track);

/* Notes that number seq of a device arrived. On TRACK_GAP *gap is the range now missing. */
enum track_result track_note(struct track *track, const char *device, uint64_t seq, struct track_range *gap);

/* Calls back for each range that is still missing between the first and the highest number seen, in
 * ascending order within a device. More than TRACK_MAX_RANGES separate ranges a device are not kept: the
 * lowest is then forgotten. */
void track_missing(const struct track *track,
                   void (*each)(void *context, const char *device, struct track_range range), void *context);

/* Calls back for each device with the number that came first and the highest one. */
void track_received(const struct track *track,
                    void (*each)(void *context, const char *device, struct track_range range), void *context);

#endif
