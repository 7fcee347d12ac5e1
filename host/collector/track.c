/* SPDX-License-Identifier: BSD-2-Clause */
/* The sequence check: a device's missing numbers as an ascending list of disjoint ranges. */
#include "track.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"

struct device {
    char name[READING_NAME_SIZE];
    uint64_t first; /* of this device; what lies below was never promised to us */
    uint64_t highest;
    size_t count;
    struct track_range missing[TRACK_MAX_RANGES];
};

struct track {
    size_t count;
    struct device *devices[TRACK_MAX_DEVICES];
};

struct track *track_new(void)
{
    return calloc(1, sizeof(struct track));
}

void track_free(struct track *track)
{
    if (track != NULL) {
        for (size_t i = 0; i < track->count; i++) {
            free(track->devices[i]);
        }
        free(track);
    }
}

static struct device *find_device(struct track *track, const char *name)
{
    for (size_t i = 0; i < track->count; i++) {
        if (strcmp(track->devices[i]->name, name) == 0) {
            return track->devices[i];
        }
    }
    return NULL;
}

static void remove_range(struct device *d, size_t index)
{
    d->count--;
    memmove(&d->missing[index], &d->missing[index + 1], (d->count - index) * sizeof(d->missing[0]));
}

static void insert_range(struct device *d, size_t index, struct track_range range)
{
    if (d->count == TRACK_MAX_RANGES) {
        remove_range(d, 0);
        if (index == 0) {
            return;
        }
        index--;
    }
    memmove(&d->missing[index + 1], &d->missing[index], (d->count - index) * sizeof(d->missing[0]));
    d->missing[index] = range;
    d->count++;
}

static bool add_device(struct track *track, const char *name, uint64_t seq)
{
    struct device *d = track->count < TRACK_MAX_DEVICES ? calloc(1, sizeof(*d)) : NULL;

    if (d == NULL) {
        return false;
    }
    (void)snprintf(d->name, sizeof(d->name), "%s", name);
    d->first = seq;
    d->highest = seq;
    if (seq > 0) {
        insert_range(d, 0, (struct track_range){0, seq - 1});
    }
    track->devices[track->count++] = d;
    return true;
}

/* Takes seq out of the range that holds it. Returns whether there was one. */
static bool fill(struct device *d, uint64_t seq)
{
    for (size_t i = 0; i < d->count; i++) {
        struct track_range range = d->missing[i];

        if (seq < range.first || seq > range.last) {
            continue;
        }
        if (range.first == range.last) {
            remove_range(d, i);
        } else if (seq == range.first) {
            d->missing[i].first = seq + 1;
        } else {
            d->missing[i].last = seq - 1;
            if (seq < range.last) {
                insert_range(d, i + 1, (struct track_range){seq + 1, range.last});
            }
        }
        return true;
    }
    return false;
}

enum track_result track_note(struct track *track, const char *device, uint64_t seq, struct track_range *gap)
{
    struct device *d = find_device(track, device);

    if (d == NULL) {
        return add_device(track, device, seq) ? TRACK_OK : TRACK_NO_ROOM;
    }
    if (seq <= d->highest) {
        return fill(d, seq) ? TRACK_OUT_OF_ORDER : TRACK_DUPLICATE;
    }
    *gap = (struct track_range){d->highest + 1, seq - 1};
    d->highest = seq;
    if (gap->first > gap->last) {
        return TRACK_OK;
    }
    insert_range(d, d->count, *gap);
    return TRACK_GAP;
}

void track_missing(const struct track *track,
                   void (*each)(void *context, const char *device, struct track_range range), void *context)
{
    for (size_t i = 0; i < track->count; i++) {
        const struct device *d = track->devices[i];

        for (size_t j = 0; j < d->count; j++) {
            if (d->missing[j].first > d->first) {
                each(context, d->name, d->missing[j]);
            }
        }
    }
}

void track_received(const struct track *track,
                    void (*each)(void *context, const char *device, struct track_range range), void *context)
{
    for (size_t i = 0; i < track->count; i++) {
        const struct device *d = track->devices[i];

        each(context, d->name, (struct track_range){d->first, d->highest});
    }
}
