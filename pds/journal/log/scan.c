/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks over the units of one segment and stops at each whole frame. */
#include "internal.h"
#include <string.h>

void scan_start(struct log *l, struct log_position from, uint32_t place, uint32_t limit)
{
    l->scan = (struct log_scan){
        .at = from, .place = place, .limit = limit, .buffer_at = from.offset, .used_end = from.offset};
}

static uint32_t available(const struct log_scan *s)
{
    return s->buffer_at + s->have - s->at.offset;
}

/* Bytes from the present unit on that a frame could occupy. */
static uint32_t window(const struct log *l)
{
    uint32_t rest = l->scan.limit - l->scan.at.offset;
    return rest < LOG_FRAME_MAX ? rest : LOG_FRAME_MAX;
}

static uint32_t read_length(const struct log *l)
{
    switch (l->scan.reach) {
    case LOG_REACH_UNIT:
        return l->geometry.unit;
    case LOG_REACH_FRAME:
        return round_up(l, FORMAT_HEADER_SIZE + l->scan.header.length);
    default:
        return window(l);
    }
}

static enum scan_result ask(struct log *l)
{
    struct log_scan *s = &l->scan;
    s->buffer_at = s->at.offset;
    s->have = 0;
    log_operate(l, MEDIA_READ, s->place, s->at.offset, read_length(l), l->reading);
    return SCAN_READ;
}

void scan_fed(struct log *l, bool ok)
{
    struct log_scan *s = &l->scan;
    if (ok) {
        s->have = l->op.length;
        return;
    }
    l->counters.read_errors++;
    if (s->reach == LOG_REACH_WIDE && l->op.length > l->geometry.unit) {
        s->reach = LOG_REACH_UNIT;
        return;
    }
    l->counters.damaged++;
    s->at.offset += l->geometry.unit;
    s->used_end = s->at.offset;
    s->reach = LOG_REACH_WIDE;
    s->have = 0;
    s->buffer_at = s->at.offset;
}

/* The unit holds no frame that could be read. */
static void skip_unit(struct log *l)
{
    struct log_scan *s = &l->scan;
    if (!format_erased(l->reading + (s->at.offset - s->buffer_at), l->geometry.unit)) {
        s->used_end = s->at.offset + l->geometry.unit;
    }
    s->at.offset += l->geometry.unit;
    s->reach = LOG_REACH_WIDE;
}

/* The frame goes on behind what has been read: is there more to read of it? */
static bool read_on(struct log *l, uint32_t have)
{
    uint32_t size = round_up(l, FORMAT_HEADER_SIZE + l->scan.header.length);
    if (size > window(l) || have >= size) {
        return false;
    }
    if (l->scan.reach == LOG_REACH_UNIT) {
        l->scan.reach = LOG_REACH_FRAME;
    }
    return true;
}

static bool ours(const struct log *l)
{
    const struct log_scan *s = &l->scan;
    return (s->at.serial == 0 || (s->header.serial == s->at.serial && s->header.life == l->life[s->place])) &&
           (!l->named || memcmp(s->id, l->id, FORMAT_ID_SIZE) == 0);
}

enum scan_result scan_next(struct log *l)
{
    struct log_scan *s = &l->scan;
    while (s->at.offset < s->limit) {
        uint32_t have = available(s);
        if (have < l->geometry.unit) {
            return ask(l);
        }
        const uint8_t *unit = l->reading + (s->at.offset - s->buffer_at);
        enum format_result result = frame_header_read(unit, have, &s->header, s->id);
        if (result == FORMAT_SHORT && read_on(l, have)) {
            return ask(l);
        }
        if (result == FORMAT_OK && ours(l)) {
            s->frame_size = round_up(l, FORMAT_HEADER_SIZE + s->header.length);
            return SCAN_FRAME;
        }
        l->counters.damaged += result == FORMAT_TORN || result == FORMAT_SHORT;
        skip_unit(l);
    }
    return SCAN_END;
}

void scan_skip_frame(struct log *l)
{
    struct log_scan *s = &l->scan;
    s->at.offset += s->frame_size;
    s->used_end = s->at.offset;
    s->reach = LOG_REACH_WIDE;
}
