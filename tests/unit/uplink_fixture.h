/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_uplink.c works with: the uplink, its clock and log, and the broker's side of the stream. */
#ifndef UPLINK_FIXTURE_H
#define UPLINK_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <postern/log.h>
#include "mqtt_capture.h"
#include "uplink.h"

#define SECOND UINT64_C(1000000000)
#define WALL   UINT64_C(1763696000000000000)

#define CONNACK         "2003000000"
#define CONNACK_RESUMED "2003010000"

static struct uplink uplink;
static uint64_t now, seq;
static uint64_t delivered_upto; /* what the journal has been told */
static unsigned refusals;
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

static void start(void)
{
    const struct uplink_conf conf = {"postern-0001", "postern-0001/", "t/r", 60};
    now = 10 * SECOND;
    seq = 0;
    delivered_upto = 0;
    refusals = 0;
    log_lines = 0;
    last_log[0] = '\0';
    assert_true(uplink_init(&uplink, &conf, 1012, now));
}

/* A reading as the journal gives it. */
static struct stored_reading stored(const struct reading *r)
{
    return (struct stored_reading){
        .reading = *r, .boot = 1, .wall_offset = (int64_t)(WALL - 10 * SECOND), .quality = 1, .durable = 1};
}

static void give(const struct reading *r)
{
    const struct stored_reading s = stored(r);
    uplink_reading(&uplink, &s, now);
}

/* What the journal is to be told, all of it. */
static void drain_deliveries(void)
{
    struct uplink_delivery d;
    while (uplink_delivery(&uplink, &d)) {
        assert_true(d.readings.first > delivered_upto && d.readings.last >= d.readings.first);
        delivered_upto = d.readings.last;
        refusals += d.kind == DELIVERY_REFUSED;
        uplink_delivery_done(&uplink, &d);
    }
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
    drain_deliveries();
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
    now = uplink_deadline(&uplink) > now ? uplink_deadline(&uplink) : now;
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
    assert_true(uplink_wants_reading(&uplink));
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

/* First occurrence of `want` in the bytes, or NULL. */
static const uint8_t *find(const uint8_t *bytes, size_t len, const char *want)
{
    size_t size = strlen(want);
    for (size_t i = 0; size <= len && i <= len - size; i++) {
        if (memcmp(bytes + i, want, size) == 0) {
            return bytes + i;
        }
    }
    return NULL;
}

#endif
