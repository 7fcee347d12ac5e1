/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames have contents that follow from their numbers, so that any mix-up shows. */
#include "log_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void fixture_init(struct fixture *f, uint32_t segments, uint32_t segment_size, uint32_t unit, bool nor,
                  uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->segment_size = segment_size;
    media_model_init(&f->media, (uint64_t)segments * segment_size, unit, nor ? segment_size : 0, seed);
}

void fixture_run(struct fixture *f)
{
    const struct media_op *op;
    while ((op = log_next(&f->log)) != NULL) {
        log_done(&f->log, media_model_do(&f->media, op));
    }
}

static void fill(uint8_t *payload, const struct fixture_frame *frame)
{
    for (uint32_t i = 0; i < frame->length; i++) {
        payload[i] = (uint8_t)(frame->first * 31 + frame->last * 7 + i);
    }
    if (frame->length >= sizeof frame->release) {
        memcpy(payload, &frame->release, sizeof frame->release);
    }
}

/* The release that a frame carries in its payload. */
static uint64_t release_of(const struct log_found *found)
{
    uint64_t release = 0;
    if (found->header.length >= sizeof release) {
        memcpy(&release, found->payload, sizeof release);
    }
    return release;
}

void fixture_start(struct fixture *f)
{
    uint8_t unique[FORMAT_ID_SIZE];
    for (size_t i = 0; i < sizeof unique; i++) {
        unique[i] = (uint8_t)media_model_random(&f->media, 256);
    }
    assert_int_equal(log_open(&f->log, &f->media.geometry, f->segment_size, unique), LOG_OK);
    fixture_run(f);
    if (f->log.found.found) {
        log_release(&f->log, release_of(&f->log.found));
    }
}

bool fixture_append(struct fixture *f, uint64_t count, uint32_t length, uint64_t release)
{
    static uint8_t payload[LOG_PAYLOAD_MAX];
    uint64_t first = f->log.next_seq;
    struct fixture_frame frame = {first, first + count - 1, length, release};
    fill(payload, &frame);
    if (log_append(&f->log, frame.first, frame.last, payload, length, release) != LOG_OK) {
        return false;
    }
    f->under_way = frame;
    uint64_t before = f->log.appended;
    fixture_run(f);
    if (f->log.appended == before) {
        return false;
    }
    f->under_way.length = 0;
    f->released = release > f->released ? release : f->released;
    if (count != 0) {
        assert_true(f->frames < FIXTURE_FRAMES);
        f->frame[f->frames++] = frame;
    }
    return true;
}

static void same(const struct log_found *found, const struct fixture_frame *frame)
{
    static uint8_t payload[LOG_PAYLOAD_MAX];
    fill(payload, frame);
    assert_int_equal(found->header.first_seq, frame->first);
    assert_int_equal(found->header.last_seq, frame->last);
    assert_int_equal(found->header.length, frame->length);
    assert_memory_equal(found->payload, payload, frame->length);
}

/* What the last frame says is released: at least what was confirmed, at most what was under way. */
static void check_released(const struct fixture *f, unsigned lost_ok)
{
    if (lost_ok == 0) {
        assert_true(f->log.released >= f->released);
    }
    uint64_t most =
        f->under_way.length != 0 && f->under_way.release > f->released ? f->under_way.release : f->released;
    assert_true(f->log.released <= most);
}

static bool found_is(const struct fixture *f, const struct fixture_frame *frame)
{
    return f->log.found.found && f->log.found.header.first_seq == frame->first &&
           f->log.found.header.last_seq == frame->last;
}

void fixture_check(struct fixture *f, unsigned lost_ok)
{
    assert_int_equal(f->media.rule_broken, 0);
    assert_int_equal(f->log.step, LOG_STEP_IDLE);
    check_released(f, lost_ok);
    uint64_t seq = f->log.released + 1;
    for (size_t i = 0; i < f->frames; i++) {
        if (f->frame[i].last < seq) {
            continue;
        }
        assert_int_equal(log_read(&f->log, seq), LOG_OK);
        fixture_run(f);
        if (!found_is(f, &f->frame[i]) && lost_ok > 0) {
            lost_ok--;
            continue;
        }
        assert_true(f->log.found.found);
        same(&f->log.found, &f->frame[i]);
        seq = f->frame[i].last + 1;
    }
    assert_int_equal(log_read(&f->log, seq), LOG_OK);
    fixture_run(f);
    if (f->log.found.found) {
        assert_true(f->under_way.length != 0);
        same(&f->log.found, &f->under_way);
        f->frame[f->frames++] = f->under_way;
    }
    f->under_way.length = 0;
    f->released = f->log.released;
}
