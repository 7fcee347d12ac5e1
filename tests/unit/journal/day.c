/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual days of a gateway. */
#include "day.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#define DISK_UNIT 512u
#define GAPS_ROOM (UINT64_C(1) << 20)

static void check(bool right)
{
    if (!right) { /* cmocka's own checks take longer than what is tested here */
        fail();
    }
}

static enum media_result disk_do(struct day_disk *disk, const struct media_op *op)
{
    if (op->kind == MEDIA_FLUSH) {
        disk->flushes++;
        return MEDIA_OK;
    }
    check(op->kind != MEDIA_ERASE && op->offset % DISK_UNIT == 0 && op->length % DISK_UNIT == 0);
    check(op->offset < disk->geometry.size && op->length <= disk->geometry.size - op->offset);
    if (op->kind == MEDIA_READ) {
        memcpy(op->data, disk->medium + op->offset, op->length);
        disk->reads++;
        disk->bytes_read += op->length;
    } else {
        memcpy(disk->medium + op->offset, op->data, op->length);
        disk->writes++;
        disk->bytes_written += op->length;
    }
    return MEDIA_OK;
}

/* The crypto component's part: a tag over the numbers. */
static void tag(uint8_t out[STORE_SEAL_SIZE], const struct store_action *a)
{
    memset(out, 0x5a, STORE_SEAL_SIZE);
    memcpy(out, &a->first_seq, sizeof a->first_seq);
    memcpy(out + 8, &a->last_seq, sizeof a->last_seq);
}

static void seal(struct day *d, const struct store_action *a)
{
    static uint8_t sealed[LOG_PAYLOAD_MAX];
    tag(sealed, a);
    memcpy(sealed + STORE_SEAL_SIZE, a->data, a->length);
    store_sealed(&d->store, sealed, a->length + STORE_SEAL_SIZE);
}

static void open_sealed(struct day *d, const struct store_action *a)
{
    uint8_t expected[STORE_SEAL_SIZE];
    tag(expected, a);
    bool right = a->length > STORE_SEAL_SIZE && memcmp(a->data, expected, sizeof expected) == 0;
    store_opened(&d->store, a->data + STORE_SEAL_SIZE, right ? a->length - STORE_SEAL_SIZE : 0);
}

void day_run(struct day *d)
{
    struct store_action a;
    while (store_next(&d->store, &a, d->now)) {
        if (a.kind == STORE_IO) {
            store_io_done(&d->store, disk_do(&d->disk, a.io));
        } else if (a.kind == STORE_SEAL) {
            seal(d, &a);
        } else {
            open_sealed(d, &a);
        }
    }
}

static void start(struct day *d)
{
    uint8_t unique[FORMAT_ID_SIZE];
    memcpy(unique, &d->now, sizeof d->now);
    memset(unique + sizeof d->now, 7, sizeof unique - sizeof d->now);
    store_init(&d->store, d->settings);
    check(store_medium(&d->store, &d->disk.geometry, 0, unique));
    day_run(d);
    check(d->store.condition == STORE_READY);
}

void day_begin(struct day *d, const struct store_settings *settings, uint64_t size)
{
    memset(d, 0, sizeof *d);
    d->settings = settings;
    d->disk.geometry = (struct media_geometry){size, DISK_UNIT, 0};
    d->disk.medium =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    d->gaps_room = GAPS_ROOM;
    d->gap = mmap(NULL, GAPS_ROOM * sizeof *d->gap, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    check(d->disk.medium != MAP_FAILED && d->gap != MAP_FAILED);
    start(d);
}

void day_end(struct day *d)
{
    (void)munmap(d->disk.medium, d->disk.geometry.size);
    (void)munmap(d->gap, GAPS_ROOM * sizeof *d->gap);
}

void day_restart(struct day *d)
{
    uint64_t taken = d->store.last_seq;
    d->now += DAY_STEP_NS;
    start(d);
    d->forgotten += taken - d->store.last_seq;
}

/* A value of many digits that follows from its number. */
static int64_t value_of(uint64_t number)
{
    return (int64_t)(number * UINT64_C(2654435761) % 2000003) - 1000000;
}

static void sample(struct day *d, unsigned sensor)
{
    if (!store_wants_reading(&d->store)) {
        d->skipped++;
        return;
    }
    for (uint8_t i = 0; i < DAY_QUANTITIES; i++) {
        struct reading r = {.seq = store_next_number(&d->store),
                            .mono_ns = d->now,
                            .exponent = -2,
                            .quantity = i,
                            .sensor = (uint8_t)sensor,
                            .sample_size = DAY_QUANTITIES,
                            .sample_index = i};
        r.value = value_of(r.seq);
        while (!store_wants_reading(&d->store)) {
            day_run(d); /* the rest of a sample waits in the ring */
        }
        store_take(&d->store, &r, d->now);
    }
}

static void note_gap(struct day *d, uint64_t first, uint64_t last)
{
    check(d->gaps < d->gaps_room);
    d->gap[d->gaps++] = (struct day_gap){first, last};
}

static void take(struct day *d, const struct reading *r)
{
    check(r->seq > d->last_given && r->seq <= d->store.durable_seq);
    check(r->value == value_of(r->seq) && r->exponent == -2 && r->mono_ns % DAY_STEP_NS == 0);
    check(r->sample_index == r->quantity && r->sample_size == DAY_QUANTITIES && r->sensor < DAY_SENSORS);
    if (r->seq != d->last_given + 1) {
        note_gap(d, d->last_given + 1, r->seq - 1);
    }
    d->last_given = r->seq;
    d->given++;
}

static unsigned uplink(struct day *d, unsigned most)
{
    struct reading r;
    struct record_clock clock;
    unsigned count = 0;
    while (count < most) {
        if (!store_give(&d->store, &r, &clock)) {
            day_run(d);
            if (!store_give(&d->store, &r, &clock)) {
                break;
            }
        }
        take(d, &r);
        count++;
    }
    if (count != 0) {
        store_delivered(&d->store, d->last_given, d->now);
        day_run(d);
    }
    return count;
}

void day_pass(struct day *d, uint64_t samples, unsigned most)
{
    for (uint64_t i = 0; i < samples; i++) {
        d->now += DAY_STEP_NS;
        sample(d, (unsigned)(i % DAY_SENSORS));
        day_run(d);
        if (most != 0) {
            (void)uplink(d, most);
        }
    }
}

void day_drain(struct day *d)
{
    unsigned count = 1;
    while (count != 0) {
        d->now += d->settings->commit_ns + d->settings->release_ns;
        day_run(d);
        count = uplink(d, 100000);
    }
}
