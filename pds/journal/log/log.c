/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's start, its operations and its space. */
#include "internal.h"
#include <string.h>

/* As many segments as there may be, but none shorter than this, which keeps headers below one per cent. */
#define SEGMENT_SIZE_MIN 65536u

static bool power_of_two(uint64_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static uint64_t choose_segment_size(const struct media_geometry *g)
{
    uint64_t size = g->erase > SEGMENT_SIZE_MIN ? g->erase : SEGMENT_SIZE_MIN;
    while (g->size / size > LOG_SEGMENTS_MAX) {
        size *= 2;
    }
    return size;
}

static bool geometry_valid(const struct media_geometry *g, uint64_t segment_size)
{
    return power_of_two(g->unit) && g->unit >= FORMAT_HEADER_SIZE && g->unit <= MEDIA_IO_MAX &&
           (g->erase == 0 ||
            (power_of_two(g->erase) && g->erase >= g->unit && segment_size % g->erase == 0)) &&
           segment_size % g->unit == 0 && segment_size >= g->unit + LOG_FRAME_MAX &&
           segment_size <= UINT32_MAX / 2 && g->size / segment_size >= LOG_SEGMENTS_MIN &&
           g->size / segment_size <= LOG_SEGMENTS_MAX;
}

enum log_status log_open(struct log *l, const struct media_geometry *geometry, uint32_t segment_size,
                         const uint8_t *unique)
{
    memset(l, 0, sizeof *l);
    l->geometry = *geometry;
    l->step = LOG_STEP_FAILED;
    uint64_t size = segment_size != 0 ? segment_size : choose_segment_size(geometry);
    if (!geometry_valid(geometry, size)) {
        return LOG_GEOMETRY;
    }
    l->segment_size = (uint32_t)size;
    l->segments = (uint32_t)(geometry->size / size);
    memcpy(l->id, unique, FORMAT_ID_SIZE);
    memcpy(&l->own_life, unique, sizeof l->own_life);
    recover_start(l);
    return LOG_OK;
}

void log_reopen(struct log *l, const uint8_t *unique)
{
    const struct media_geometry geometry = l->geometry;
    struct log_counters counters = l->counters;
    (void)log_open(l, &geometry, l->segment_size, unique);
    counters.read_errors = 0;
    l->counters = counters;
    l->wary = true;
}

const struct media_op *log_next(struct log *l)
{
    return l->step == LOG_STEP_IDLE || l->step == LOG_STEP_FAILED ? NULL : &l->op;
}

/* False: the next step can be taken at once. */
static bool step(struct log *l)
{
    switch (l->step) {
    case LOG_STEP_REPAIR:
        return recover_repair_step(l);
    case LOG_STEP_LAST:
        return find_last_step(l);
    case LOG_STEP_FETCH:
        return find_fetch_step(l);
    case LOG_STEP_SEARCH:
        return find_search_step(l);
    case LOG_STEP_PICK:
        return find_pick_step(l);
    default:
        return true;
    }
}

void log_advance(struct log *l)
{
    while (!step(l)) {
    }
}

void log_done(struct log *l, enum media_result result)
{
    bool ok = result == MEDIA_OK;
    switch (l->step) {
    case LOG_STEP_SETTLE:
        recover_settled(l, ok);
        break;
    case LOG_STEP_HEADERS:
        recover_header(l, ok);
        break;
    case LOG_STEP_REPAIR:
    case LOG_STEP_LAST:
    case LOG_STEP_FETCH:
    case LOG_STEP_SEARCH:
    case LOG_STEP_PICK:
        scan_fed(l, ok);
        break;
    case LOG_STEP_ERASE:
    case LOG_STEP_HEADER:
    case LOG_STEP_FRAME:
    case LOG_STEP_FLUSH:
        append_done(l, ok);
        break;
    case LOG_STEP_IDLE:
    case LOG_STEP_FAILED:
        break;
    }
    log_advance(l);
}

void log_operate(struct log *l, enum media_op_kind kind, uint32_t place, uint32_t offset, uint32_t length,
                 uint8_t *data)
{
    l->op = (struct media_op){kind, (uint64_t)place * l->segment_size + offset, length, data};
}

void log_fail(struct log *l, enum log_failure why)
{
    l->failure = why;
    l->step = LOG_STEP_FAILED;
}

uint64_t log_end_of(const struct log *l, uint64_t serial)
{
    for (uint64_t next = serial + 1; next <= l->newest; next++) {
        if (segment_exists(l, next)) {
            return l->first_seq[place_of(l, next)];
        }
    }
    return l->next_seq;
}

void log_trim(struct log *l)
{
    while (l->oldest < l->newest &&
           (!segment_exists(l, l->oldest) || log_end_of(l, l->oldest) - 1 <= l->released)) {
        l->oldest++;
    }
}

void log_release(struct log *l, uint64_t upto)
{
    if (upto > l->released) {
        l->released = upto;
    }
    log_trim(l);
}

bool log_oldest(const struct log *l, uint64_t *first, uint64_t *last)
{
    if (l->oldest >= l->newest) {
        return false;
    }
    *first = l->first_seq[place_of(l, l->oldest)];
    *last = log_end_of(l, l->oldest) - 1;
    return true;
}

uint64_t log_used(const struct log *l)
{
    return l->newest == 0 ? 0 : (l->newest - l->oldest + 1) * l->segment_size;
}

uint64_t log_capacity(const struct log *l)
{
    return (uint64_t)l->segments * l->segment_size;
}
