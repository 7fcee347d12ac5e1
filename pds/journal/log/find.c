/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the last frame before a position, and the next frame with readings. */
#include "internal.h"

static void finish(struct log *l)
{
    if (l->recovering) {
        recover_finish(l);
    } else {
        l->step = LOG_STEP_IDLE;
    }
}

/* The frame at the scan's position, which is whole in the buffer. */
static void take(struct log *l)
{
    const struct log_scan *s = &l->scan;
    l->found = (struct log_found){
        .found = true,
        .serial = s->at.serial,
        .offset = s->at.offset,
        .header = s->header,
        .payload = l->reading + (s->at.offset - s->buffer_at) + FORMAT_HEADER_SIZE,
    };
}

/* Offset behind what has been written to a segment. */
static uint32_t written_end(const struct log *l, uint64_t serial)
{
    return serial == l->newest && l->open ? l->offset : l->segment_size;
}

/* Where frames go on in the newest segment, which has been looked through: what is not erased cannot be
 * written on a NOR flash; a disk's units behind the last frame can. */
static uint32_t append_offset(const struct log *l)
{
    if (l->geometry.erase != 0) {
        return l->scan.used_end;
    }
    if (!l->found.found) {
        return l->geometry.unit;
    }
    return l->found.offset + round_up(l, FORMAT_HEADER_SIZE + l->found.header.length);
}

void find_last(struct log *l, struct log_position before)
{
    l->found.found = false;
    l->before = before;
    l->step = LOG_STEP_LAST;
    if (before.serial < l->oldest || before.serial == 0) {
        finish(l);
        return;
    }
    scan_start(l, (struct log_position){before.serial, l->geometry.unit}, place_of(l, before.serial),
               before.offset);
}

/* The segment before the one that was looked through. */
static void find_earlier(struct log *l)
{
    uint64_t serial = l->before.serial - 1;
    while (serial >= l->oldest && serial != 0 && !segment_exists(l, serial)) {
        serial--;
    }
    find_last(l, (struct log_position){serial, l->segment_size});
}

/* The segment has been looked through. */
static void last_ended(struct log *l)
{
    if (l->recovering && l->before.serial == l->newest && l->before.offset == l->segment_size) {
        l->offset = append_offset(l);
    }
    if (!l->found.found) {
        find_earlier(l);
        return;
    }
    l->step = LOG_STEP_FETCH;
    scan_start(l, (struct log_position){l->found.serial, l->found.offset}, place_of(l, l->found.serial),
               l->before.offset);
}

bool find_last_step(struct log *l)
{
    switch (scan_next(l)) {
    case SCAN_READ:
        return true;
    case SCAN_FRAME:
        take(l);
        scan_skip_frame(l);
        return false;
    case SCAN_END:
        break;
    }
    last_ended(l);
    return false;
}

bool find_fetch_step(struct log *l)
{
    enum scan_result result = scan_next(l);
    if (result == SCAN_READ) {
        return true;
    }
    if (result == SCAN_FRAME && l->scan.at.offset == l->found.offset) {
        take(l);
        finish(l);
    } else {
        find_last(l, (struct log_position){l->found.serial, l->found.offset});
    }
    return false;
}

static void start_search(struct log *l, struct log_position from)
{
    scan_start(l, from, place_of(l, from.serial), written_end(l, from.serial));
}

static void search_ended(struct log *l, uint64_t seq)
{
    if (!log_unread(l)) {
        l->resume = l->scan.at;
        l->resume_seq = seq;
    }
    l->step = LOG_STEP_IDLE;
}

/* The next segment, or the end of the log. */
static void search_on(struct log *l)
{
    uint64_t serial = l->scan.at.serial;
    if (serial >= l->newest) {
        search_ended(l, l->wanted - 1);
        return;
    }
    do {
        serial++;
    } while (serial < l->newest && !segment_exists(l, serial));
    start_search(l, (struct log_position){serial, l->geometry.unit});
}

bool find_search_step(struct log *l)
{
    const struct frame_header *h = &l->scan.header;
    switch (scan_next(l)) {
    case SCAN_READ:
        return true;
    case SCAN_FRAME:
        break;
    case SCAN_END:
        search_on(l);
        return false;
    }
    bool right = h->last_seq >= l->wanted && h->last_seq >= h->first_seq;
    if (right) {
        take(l);
    }
    scan_skip_frame(l);
    if (right) {
        search_ended(l, h->last_seq);
    }
    return false;
}

/* Where to begin looking for number `seq`. */
static struct log_position start_of(const struct log *l, uint64_t seq)
{
    if (l->resume.serial >= l->oldest && seq > l->resume_seq) {
        return l->resume;
    }
    for (uint64_t s = l->newest; s > l->oldest; s--) {
        if (segment_exists(l, s) && l->first_seq[place_of(l, s)] <= seq) {
            return (struct log_position){s, l->geometry.unit};
        }
    }
    return (struct log_position){l->oldest, l->geometry.unit};
}

enum log_status log_read(struct log *l, uint64_t seq)
{
    if (!log_idle(l)) {
        return LOG_NOT_IDLE;
    }
    l->found.found = false;
    l->errors_before = l->counters.read_errors;
    if (l->newest == 0 || seq >= l->next_seq) {
        return LOG_OK;
    }
    struct log_position from = start_of(l, seq);
    l->wanted = seq;
    l->step = LOG_STEP_SEARCH;
    start_search(l, from);
    log_advance(l);
    return LOG_OK;
}

bool find_pick_step(struct log *l)
{
    switch (scan_next(l)) {
    case SCAN_READ:
        return true;
    case SCAN_FRAME:
        if (l->scan.at.offset == l->wanted) {
            take(l);
        }
        break;
    case SCAN_END:
        break;
    }
    l->step = LOG_STEP_IDLE;
    return false;
}

/* Could a frame begin there? */
static bool place_valid(const struct log *l, struct log_position at)
{
    return segment_exists(l, at.serial) && at.offset % l->geometry.unit == 0 &&
           at.offset >= l->geometry.unit && at.offset < written_end(l, at.serial);
}

enum log_status log_fetch(struct log *l, struct log_position at)
{
    if (!log_idle(l)) {
        return LOG_NOT_IDLE;
    }
    l->found.found = false;
    l->errors_before = l->counters.read_errors;
    if (!place_valid(l, at)) {
        return LOG_OK;
    }
    uint32_t rest = written_end(l, at.serial) - at.offset;
    l->wanted = at.offset;
    l->step = LOG_STEP_PICK;
    scan_start(l, at, place_of(l, at.serial), at.offset + (rest < LOG_FRAME_MAX ? rest : LOG_FRAME_MAX));
    log_advance(l);
    return LOG_OK;
}

enum log_status log_previous(struct log *l)
{
    if (!log_idle(l)) {
        return LOG_NOT_IDLE;
    }
    if (l->found.found) {
        find_last(l, (struct log_position){l->found.serial, l->found.offset});
        log_advance(l);
    }
    return LOG_OK;
}
