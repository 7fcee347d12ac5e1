/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_uplink.c works with: the uplink, its clock and log, and the broker's side of the stream. */
#ifndef UPLINK_FIXTURE_H
#define UPLINK_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <postern/log.h>
#include <postern/protocol/timer.h>
#include "find_text.h"
#include "mqtt_capture.h"
#include "uplink.h"

#define SECOND UINT64_C(1000000000)
#define WALL   UINT64_C(1763696000000000000)

#define CONNACK         "2003000000"
#define CONNACK_RESUMED "2003010000"

static struct uplink uplink;
static uint64_t now, seq;
static uint64_t boot = 1; /* the start of the gateway; 0: without a medium */
static int64_t wall_offset;
static char last_log[256];
static unsigned log_lines;

/* What the PD would write to the console. */
void log_write(enum log_level level, const char *format, ...)
{
    va_list args;
    (void)level;
    va_start(args, format);
    int len = vsnprintf(last_log, sizeof last_log, format, args);
    va_end(args);
    assert_in_range(len, 1, 104); /* room of a log slot */
    log_lines++;
}

static const struct uplink_conf standard = {.device = "postern-0001",
                                            .base_name = "postern-0001/",
                                            .topic = "t/r",
                                            .keepalive_s = 60,
                                            .qos = 1,
                                            .refuse_tries = 3,
                                            .batch_readings = UPLINK_BATCH_MAX,
                                            .historical_s = 60,
                                            .session_s = 3600};

/* Takes the next message to the journal, which must be there. */
static const struct uplink_delivery *told(void)
{
    static struct uplink_delivery copy;
    const struct uplink_delivery *d = uplink_delivery(&uplink, now);
    assert_non_null(d);
    copy = *d;
    uplink_delivery_done(&uplink);
    return &copy;
}

static struct delivery_refused last_refused;

/* Lets everything be told to the journal. Returns the last number that is settled. */
static uint64_t settle(void)
{
    const struct uplink_delivery *d;
    while ((d = uplink_delivery(&uplink, now)) != NULL) {
        if (d->kind == DELIVERY_REFUSED) {
            last_refused = d->payload.refused;
        }
        uplink_delivery_done(&uplink);
    }
    return uplink.journal.told;
}

static void start_with(const struct uplink_conf *conf)
{
    const struct stored_start begin = {boot, 0};
    now = 10 * SECOND;
    seq = 0;
    log_lines = 0;
    last_log[0] = '\0';
    wall_offset = (int64_t)(WALL - now);
    assert_true(uplink_init(&uplink, conf, 1012, now));
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    uplink_stored(&uplink, STORED_START, &begin, sizeof begin, now);
}

static void start(void)
{
    start_with(&standard);
}

/* Takes one message out, as the PD's push would. */
static struct uplink_output take(enum stream_kind kind)
{
    struct uplink_output out;
    assert_true(uplink_output(&uplink, &out, now));
    assert_int_equal(out.kind, kind);
    assert_int_equal(out.head.header.id, uplink.stream_id);
    assert_int_equal(out.head_length, kind == STREAM_OPEN ? sizeof(struct stream_open) : 4);
    uplink_output_done(&uplink, &out, now);
    return out;
}

static void nothing_out(void)
{
    struct uplink_output out;
    assert_false(uplink_output(&uplink, &out, now));
}

static void message(uint32_t kind, uint32_t id, const void *data, size_t len)
{
    uint8_t *copy = malloc(sizeof id + len); /* exact: reading beyond it is seen */
    memcpy(copy, &id, sizeof id);
    memcpy(copy + sizeof id, data, len);
    uplink_stream(&uplink, kind, copy, sizeof id + len, now);
    free(copy);
}

static void broker(const char *hex)
{
    uint8_t bytes[CAPTURE_BYTES];
    size_t len = hex_bytes(hex, bytes, sizeof bytes);
    message(STREAM_DATA, uplink.stream_id, bytes, len);
}

static void closed(uint32_t reason, const char *text)
{
    uint8_t bytes[256];
    memcpy(bytes, &reason, 4);
    memcpy(bytes + 4, text, strlen(text));
    message(STREAM_CLOSED, uplink.stream_id, bytes, 4 + strlen(text));
}

static void open_stream(void)
{
    now = uplink.link_ns > now ? uplink.link_ns : now;
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "TLSv1.3", 7);
    assert_int_equal(uplink.link, UPLINK_OPEN);
    struct uplink_output out = take(STREAM_DATA);
    assert_int_equal(out.data.at[0], 0x10);
    nothing_out();
}

static void connect_broker(const char *connack)
{
    open_stream();
    broker(connack);
    assert_true(uplink_connected(&uplink));
    (void)settle();
}

static void give(const struct reading *r)
{
    const struct stored_reading stored = {
        .reading = *r, .boot = boot, .wall_offset = wall_offset, .quality = 1, .durable = boot != 0};
    uint8_t *copy = malloc(sizeof stored); /* exact: reading beyond it is seen */
    memcpy(copy, &stored, sizeof stored);
    uplink_stored(&uplink, STORED_READING, copy, sizeof stored, now);
    free(copy);
}

static void read_value(unsigned index, unsigned size)
{
    const struct reading r = {.seq = ++seq,
                              .mono_ns = now,
                              .value = 2137,
                              .exponent = -2,
                              .quantity = (uint8_t)(index % 3),
                              .sample_size = (uint8_t)size,
                              .sample_index = index};
    assert_true(uplink_wants_stored(&uplink));
    give(&r);
}

/* One sample of three readings, a second after the one before. */
static void sample(void)
{
    now += SECOND;
    for (unsigned i = 0; i < 3; i++) {
        read_value(i, 3);
    }
}

/* Takes everything out as one row of bytes and says how many PUBLISH packets there were. */
static unsigned drain(uint8_t *bytes, size_t room, size_t *len)
{
    struct uplink_output out;
    unsigned packets = 0;
    *len = 0;
    while (uplink_output(&uplink, &out, now)) {
        assert_int_equal(out.kind, STREAM_DATA);
        assert_true(out.data.len <= 1012 && out.data.len <= room - *len);
        memcpy(bytes + *len, out.data.at, out.data.len);
        *len += out.data.len;
        uplink_output_done(&uplink, &out, now);
    }
    for (size_t at = 0; at < *len; packets++) {
        size_t body = bytes[at + 1] & 0x7fu, header = 2;
        if (bytes[at + 1] & 0x80) {
            body |= (size_t)bytes[at + 2] << 7;
            header = 3;
        }
        at += header + body;
    }
    return packets;
}

#endif
