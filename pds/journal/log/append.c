/* SPDX-License-Identifier: BSD-2-Clause */
/* Appends frames; opens segments, and another one when the medium reports an error. */
#include "internal.h"
#include <string.h>

/* Bytes left in the open segment. */
static uint32_t rest(const struct log *l)
{
    return l->open ? l->segment_size - l->offset : 0;
}

/* Which segment would be the oldest if readings up to `released` were needed no longer? */
static uint64_t oldest_after(const struct log *l, uint64_t released)
{
    uint64_t oldest = l->oldest;
    while (oldest < l->newest && (!segment_exists(l, oldest) || log_end_of(l, oldest) - 1 <= released)) {
        oldest++;
    }
    return oldest;
}

/* May one more segment be opened? The last free one only by a frame that frees another. */
static bool may_open(const struct log *l, uint64_t release)
{
    uint64_t live = l->newest == 0 ? 1 : l->newest + 2 - l->oldest;
    if (live + 1 <= l->segments) {
        return true;
    }
    return live <= l->segments && oldest_after(l, release) > l->oldest;
}

enum log_status log_room(const struct log *l, uint32_t length, uint64_t upto)
{
    if (!log_idle(l)) {
        return LOG_NOT_IDLE;
    }
    if (length > LOG_PAYLOAD_MAX) {
        return LOG_TOO_LONG;
    }
    uint32_t size = round_up(l, FORMAT_HEADER_SIZE + length);
    return size <= rest(l) || may_open(l, upto) ? LOG_OK : LOG_FULL;
}

struct log_position log_appended_at(const struct log *l)
{
    return (struct log_position){l->newest, l->offset - l->pending.size};
}

uint32_t log_left(const struct log *l, uint32_t length, uint64_t upto)
{
    uint32_t size = round_up(l, FORMAT_HEADER_SIZE + length);
    bool opens = size > rest(l);
    uint64_t newest = l->newest + (opens ? 1 : 0);
    uint64_t oldest = l->oldest == 0 ? 1 : oldest_after(l, upto);
    uint32_t left = (opens ? l->segment_size - l->geometry.unit : rest(l)) - size;
    return newest + 3 - oldest <= l->segments ? UINT32_MAX : left;
}

static void write_frame(struct log *l)
{
    const struct log_pending *p = &l->pending;
    const struct frame_header header = {
        .serial = l->newest,
        .life = l->life[place_of(l, l->newest)],
        .first_seq = p->first_seq,
        .last_seq = p->last_seq,
        .length = p->length,
    };
    frame_header_write(l->writing, &header, l->id, l->writing + FORMAT_HEADER_SIZE);
    l->step = LOG_STEP_FRAME;
    log_operate(l, MEDIA_WRITE, place_of(l, l->newest), l->offset, p->size, l->writing);
}

static void write_header(struct log *l)
{
    struct segment_header header = {
        .serial = l->newest,
        .first_seq = l->pending.first_seq,
        .life = l->own_life,
        .unit = l->geometry.unit,
        .segment_size = l->segment_size,
        .segments = l->segments,
    };
    memcpy(header.id, l->id, FORMAT_ID_SIZE);
    memset(l->reading, 0xff, l->geometry.unit);
    segment_header_write(l->reading, &header);
    l->step = LOG_STEP_HEADER;
    log_operate(l, MEDIA_WRITE, place_of(l, l->newest), 0, l->geometry.unit, l->reading);
}

static void open_segment(struct log *l)
{
    uint32_t place = place_of(l, ++l->newest);
    l->serial[place] = l->newest;
    l->first_seq[place] = l->pending.first_seq;
    l->life[place] = l->own_life;
    l->open = true;
    l->offset = l->geometry.unit;
    if (l->oldest == 0) {
        l->oldest = 1;
    }
    if (l->geometry.erase == 0) {
        write_header(l);
        return;
    }
    l->step = LOG_STEP_ERASE;
    log_operate(l, MEDIA_ERASE, place, 0, l->segment_size, NULL);
}

enum log_status log_append(struct log *l, uint64_t first_seq, uint64_t last_seq, const uint8_t *payload,
                           uint32_t length, uint64_t upto)
{
    enum log_status room = log_room(l, length, upto);
    if (room != LOG_OK) {
        return room;
    }
    if (first_seq < l->next_seq || last_seq >= FORMAT_NUMBER_MAX || last_seq < first_seq - 1) {
        return LOG_ORDER;
    }
    uint32_t size = round_up(l, FORMAT_HEADER_SIZE + length);
    l->pending = (struct log_pending){first_seq, last_seq, upto, size, length, 0};
    memcpy(l->writing + FORMAT_HEADER_SIZE, payload, length);
    memset(l->writing + FORMAT_HEADER_SIZE + length, 0xff, size - FORMAT_HEADER_SIZE - length);
    l->found.found = false;
    if (size > rest(l)) {
        open_segment(l);
    } else {
        write_frame(l);
    }
    return LOG_OK;
}

static void failed(struct log *l)
{
    l->counters.write_errors++;
    l->open = false;
    if (++l->pending.attempts >= (l->wary ? LOG_ATTEMPTS_WARY : LOG_ATTEMPTS) ||
        !may_open(l, l->pending.release)) {
        log_fail(l, LOG_MEDIUM);
        return;
    }
    open_segment(l);
}

static void durable(struct log *l)
{
    const struct log_pending *p = &l->pending;
    l->offset += p->size;
    l->appended++;
    if (p->last_seq >= p->first_seq) {
        l->next_seq = p->last_seq + 1;
    }
    l->wary = false;
    l->step = LOG_STEP_IDLE;
    log_release(l, p->release);
}

void append_done(struct log *l, bool ok)
{
    if (!ok) {
        failed(l);
        return;
    }
    switch (l->step) {
    case LOG_STEP_ERASE:
        l->counters.erases++;
        write_header(l);
        break;
    case LOG_STEP_HEADER:
        l->counters.written += l->geometry.unit;
        write_frame(l);
        break;
    case LOG_STEP_FRAME:
        l->counters.written += l->pending.size;
        l->step = LOG_STEP_FLUSH;
        l->op = (struct media_op){.kind = MEDIA_FLUSH};
        break;
    default:
        durable(l);
        break;
    }
}
