/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recovery: which segments are there, and where the log ends. A segment whose header is damaged is known by
 * its frames.
 */
#include "internal.h"
#include <string.h>

static void read_header(struct log *l)
{
    l->step = LOG_STEP_HEADERS;
    log_operate(l, MEDIA_READ, l->place, 0, l->geometry.unit, l->reading);
}

/* There is this segment of this journal. One without header is not appended to. */
static void learn(struct log *l, uint64_t serial, uint64_t first_seq, uint64_t life, const uint8_t *id,
                  bool has_header)
{
    uint32_t place = place_of(l, serial);
    if (serial >= l->newest) {
        l->newest = serial;
        l->open = has_header;
        memcpy(l->id, id, FORMAT_ID_SIZE);
    }
    l->named = true;
    l->serial[place] = serial;
    l->first_seq[place] = first_seq;
    l->life[place] = life;
}

static bool same_sizes(const struct log *l, const struct segment_header *h)
{
    return h->unit == l->geometry.unit && h->segment_size == l->segment_size && h->segments == l->segments;
}

/* Could segment `serial`, or the one that follows the newest, lie there without a header that can be read? */
static bool suspicious(const struct log *l, uint32_t place)
{
    return l->serial[place] == 0 && (place < l->newest || place == place_of(l, l->newest + 1));
}

/* Next place without header that must be looked through; after the last one, the end of the log. */
static void next_repair(struct log *l)
{
    while (l->place < l->segments && !suspicious(l, l->place)) {
        l->place++;
    }
    if (l->place < l->segments) {
        l->step = LOG_STEP_REPAIR;
        l->repair = (struct log_repair){0};
        scan_start(l, (struct log_position){0, l->geometry.unit}, l->place, l->segment_size);
        return;
    }
    if (!l->named && l->counters.read_errors != 0) {
        log_fail(l, LOG_MEDIUM); /* what could not be read may be a journal: none is begun over it */
        return;
    }
    l->oldest = l->newest > l->segments ? l->newest - l->segments + 1 : l->newest != 0;
    find_last(l, (struct log_position){l->newest, l->segment_size});
}

static void note_frame(struct log *l)
{
    const struct frame_header *h = &l->scan.header;
    if (place_of(l, h->serial) == l->place && h->serial > l->repair.serial) {
        l->repair.serial = h->serial;
        l->repair.first_seq = h->first_seq;
        l->repair.life = h->life;
        memcpy(l->repair.id, l->scan.id, FORMAT_ID_SIZE);
    }
}

bool recover_repair_step(struct log *l)
{
    switch (scan_next(l)) {
    case SCAN_READ:
        return true;
    case SCAN_FRAME:
        note_frame(l);
        scan_skip_frame(l);
        return false;
    case SCAN_END:
        break;
    }
    if (l->repair.serial != 0) {
        l->counters.repaired++;
        learn(l, l->repair.serial, l->repair.first_seq, l->repair.life, l->repair.id, false);
    }
    l->place++;
    next_repair(l);
    return false;
}

static void look_at_header(struct log *l)
{
    struct segment_header h;
    uint32_t layout = 0;
    switch (segment_header_read(l->reading, l->geometry.unit, &h, &layout)) {
    case FORMAT_OK:
        if (!same_sizes(l, &h)) {
            l->other_geometry = true;
        } else if (place_of(l, h.serial) == l->place) {
            learn(l, h.serial, h.first_seq, h.life, h.id, true);
        }
        break;
    case FORMAT_OTHER_LAYOUT:
        l->layout = layout;
        l->other_layout = true;
        break;
    default:
        break;
    }
}

void recover_header(struct log *l, bool ok)
{
    if (ok) {
        look_at_header(l);
    } else {
        l->counters.read_errors++;
    }
    if (++l->place < l->segments) {
        read_header(l);
        return;
    }
    if (!l->named && l->other_layout) {
        log_fail(l, LOG_OTHER_LAYOUT);
    } else if (!l->named && l->other_geometry) {
        log_fail(l, LOG_OTHER_GEOMETRY);
    } else {
        l->layout = FORMAT_LAYOUT;
        l->place = 0;
        next_repair(l);
    }
}

void recover_start(struct log *l)
{
    l->recovering = true;
    l->step = LOG_STEP_SETTLE;
    l->op = (struct media_op){.kind = MEDIA_FLUSH};
}

void recover_settled(struct log *l, bool ok)
{
    if (!ok) {
        l->counters.write_errors++;
        log_fail(l, LOG_MEDIUM);
        return;
    }
    l->place = 0;
    read_header(l);
}

void recover_finish(struct log *l)
{
    l->recovering = false;
    l->next_seq = 1;
    if (l->newest != 0) {
        uint64_t first = l->first_seq[place_of(l, l->newest)];
        l->next_seq = first > l->next_seq ? first : l->next_seq;
    }
    if (l->found.found && l->found.header.last_seq >= l->next_seq) {
        l->next_seq = l->found.header.last_seq + 1;
    }
    l->step = LOG_STEP_IDLE;
    log_trim(l);
}
