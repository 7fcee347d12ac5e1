/* SPDX-License-Identifier: BSD-2-Clause */
/* What the uplink lives with: models of a journal that gives readings ahead of their turn, through a ring,
 * and of a broker that delivers at either end of QoS 2. */
#ifndef POSTERN_TEST_UPLINK_WORLD_H
#define POSTERN_TEST_UPLINK_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <postern/log.h>
#include <stdlib.h>
#include <string.h>
#include "uplink.h"

#define NUMBERS  2048u
#define RING     8u
#define CAPACITY 65536u

#define SECOND UINT64_C(1000000000)
#define WALL   INT64_C(1763696000000000000)

static struct uplink uplink;
static uint64_t now;
static uint32_t state_of_chance;

void log_write(enum log_level level, const char *format, ...)
{
    (void)level;
    (void)format;
}

static void message(uint32_t kind, const void *data, size_t len)
{
    uint8_t *copy = malloc(sizeof uplink.stream_id + len); /* exact: reading beyond it is seen */
    memcpy(copy, &uplink.stream_id, sizeof uplink.stream_id);
    memcpy(copy + sizeof uplink.stream_id, data, len);
    uplink_stream(&uplink, kind, copy, sizeof uplink.stream_id + len, now);
    free(copy);
}

static void closed(uint32_t reason)
{
    message(STREAM_CLOSED, &reason, sizeof reason);
}

static uint32_t chance(uint32_t below)
{
    state_of_chance = state_of_chance * 1664525u + 1013904223u;
    return (state_of_chance >> 8) % below;
}

/* ---- the journal ---- */

struct kept {
    uint64_t released;
    uint8_t session[STORED_SESSION_MAX];
    uint32_t session_len;
};

static struct {
    struct kept now, durable;
    uint64_t accepted, given, boot, mono[NUMBERS], boot_of[NUMBERS];
    bool exists[NUMBERS];  /* a reading has this number */
    bool present[NUMBERS]; /* and it was not given up for lack of room */
    bool asked, started, live, live_asked, catching_up;
    uint32_t more;
    uint64_t live_first, live_last, live_upto; /* to be given ahead; what was, up to where */
    struct {
        uint32_t kind;
        uint64_t seq;
        bool follows;
    } ring[RING];
    uint32_t ring_count;
} journal;

/* ---- the broker ---- */

static struct {
    bool linked, session, at_publish; /* which end of QoS 2 it delivers at */
    uint32_t window;                  /* receive maximum, 0: none told */
    uint8_t in[CAPACITY];
    size_t in_len;
    uint8_t answers[CAPACITY];
    size_t answers_len;
    uint64_t stored[65536][2]; /* of QoS 2, by identifier: begin and end in `row` */
    uint16_t row[CAPACITY];
    size_t row_len;
    unsigned delivered[NUMBERS];
    uint64_t order[CAPACITY]; /* numbers as they came first */
    size_t ordered;
} peer;

static void deliver(uint64_t begin, uint64_t end)
{
    for (uint64_t i = begin; i < end; i++) {
        uint64_t n = peer.row[i];
        assert_true(n < NUMBERS && journal.exists[n]);
        if (peer.delivered[n]++ == 0) {
            peer.order[peer.ordered++] = n;
        }
    }
}

static void answer(uint8_t type, uint16_t id)
{
    const uint8_t packet[] = {type, 2, (uint8_t)(id >> 8), (uint8_t)id};
    memcpy(peer.answers + peer.answers_len, packet, sizeof packet);
    peer.answers_len += sizeof packet;
}

/* The numbers in a message become a part of `row`. */
static void read_numbers(const char *text, size_t len)
{
    static const char key[] = "\"seq\":";
    for (size_t i = 0; i + sizeof key < len; i++) {
        if (memcmp(text + i, key, sizeof key - 1) == 0) {
            peer.row[peer.row_len++] = (uint16_t)strtoul(text + i + sizeof key - 1, NULL, 10);
        }
    }
}

static void on_publish(uint8_t first, const uint8_t *body, size_t len)
{
    size_t topic = (size_t)body[0] << 8 | body[1], at = 2 + topic;
    uint16_t id = (uint16_t)(body[at] << 8 | body[at + 1]);
    at += 3; /* no properties */
    uint64_t begin = peer.row_len;
    read_numbers((const char *)body + at, len - at);
    assert_true(peer.row_len > begin);
    if ((first & 6) == 2) {
        deliver(begin, peer.row_len);
        answer(0x40, id);
        return;
    }
    if (peer.stored[id][1] != 0) { /* an identifier in use must not mean something else; parts may be gone */
        for (uint64_t n = begin; n < peer.row_len; n++) {
            assert_in_range(peer.row[n], peer.row[peer.stored[id][0]], peer.row[peer.stored[id][1] - 1]);
        }
    } else {
        peer.stored[id][0] = begin;
        peer.stored[id][1] = peer.row_len;
        if (peer.at_publish) {
            deliver(begin, peer.row_len);
        }
    }
    answer(0x50, id);
}

static void on_release(uint16_t id)
{
    if (!peer.at_publish && peer.stored[id][1] != 0) {
        deliver(peer.stored[id][0], peer.stored[id][1]);
    }
    peer.stored[id][1] = 0;
    answer(0x70, id);
}

static void on_connect(uint8_t flags)
{
    if ((flags & 2) != 0) {
        peer.session = false;
        memset(peer.stored, 0, sizeof peer.stored);
    }
    const uint8_t plain[] = {0x20, 3, peer.session, 0, 0};
    const uint8_t bounded[] = {0x20, 6, peer.session, 0, 3, 0x21, 0, (uint8_t)peer.window};
    size_t len = peer.window != 0 ? sizeof bounded : sizeof plain;
    memcpy(peer.answers, peer.window != 0 ? bounded : plain, len);
    peer.answers_len = len;
    peer.session = true;
}

/* One packet. False: there is none. */
static bool broker_step(void)
{
    if (peer.in_len < 2) {
        return false;
    }
    size_t body = peer.in[1] & 0x7fu, head = 2;
    if ((peer.in[1] & 0x80) != 0) {
        if (peer.in_len < 3) {
            return false;
        }
        body |= (size_t)peer.in[2] << 7;
        head = 3;
    }
    if (peer.in_len < head + body) {
        return false;
    }
    const uint8_t *p = peer.in + head;
    switch (peer.in[0] & 0xf0) {
    case 0x10:
        on_connect(p[7]);
        break;
    case 0x30:
        on_publish(peer.in[0], p, body);
        break;
    case 0x60:
        on_release((uint16_t)(p[0] << 8 | p[1]));
        break;
    case 0xc0:
        answer(0xd0, 0);
        peer.answers_len -= 2;
        peer.answers[peer.answers_len - 1] = 0;
        break;
    default:
        assert_int_equal(peer.in[0] & 0xf0, 0xe0);
        break;
    }
    peer.in_len -= head + body;
    memmove(peer.in, peer.in + head + body, peer.in_len);
    return true;
}

static void cut_link(void)
{
    peer.in_len = 0;
    peer.answers_len = 0;
    peer.linked = false;
}

/* ---- the journal's doings ---- */

static bool caught_up(void)
{
    return journal.given == journal.accepted;
}

static void push_ring(uint32_t kind, uint64_t n, bool follows)
{
    journal.ring[journal.ring_count].kind = kind;
    journal.ring[journal.ring_count].seq = n;
    journal.ring[journal.ring_count++].follows = follows;
}

static void give_ahead(void)
{
    while (journal.started && journal.live && journal.live_first <= journal.live_last &&
           journal.ring_count < RING) {
        uint64_t n = journal.live_first++;
        if (journal.present[n]) {
            push_ring(STORED_LIVE, n, journal.live_upto != 0);
            journal.live_upto = n;
        }
    }
}

static void journal_gives(void)
{
    if (journal.asked && journal.ring_count < RING) {
        push_ring(STORED_START, 0, false);
        journal.asked = false;
        journal.started = true;
        journal.catching_up = true;
        journal.live = journal.live_asked;
        journal.given = journal.now.released;
        journal.live_upto = 0;
        journal.live_first = journal.accepted + 1;
        journal.live_last = journal.accepted;
    }
    give_ahead();
    while (journal.started && !caught_up() && journal.ring_count < RING &&
           (!journal.live || journal.more != 0)) {
        journal.given++;
        if (journal.present[journal.given]) {
            journal.more -= journal.live;
            push_ring(STORED_READING, journal.given, false);
        }
    }
    if (journal.started && journal.catching_up && caught_up() && journal.ring_count < RING) {
        journal.catching_up = false;
        push_ring(STORED_ALL, 0, false);
    }
}

/* A sample becomes durable; some numbers before it may be of no reading. */
static void accept_sample(void)
{
    unsigned absent = chance(8) == 0 ? 1 + chance(5) : 0;
    if (journal.accepted + absent + 4 >= NUMBERS) {
        return;
    }
    bool ahead = !caught_up();
    if (journal.live_first <= journal.live_last || !ahead) {
        journal.live_upto = 0; /* some were missed, or go in turn only */
    }
    journal.live_first = journal.accepted + 1;
    journal.accepted += absent;
    for (unsigned i = 0; i < 3; i++) {
        journal.accepted++;
        journal.exists[journal.accepted] = true;
        journal.present[journal.accepted] = true;
        journal.mono[journal.accepted] = now;
        journal.boot_of[journal.accepted] = journal.boot;
    }
    journal.live_last = ahead ? journal.accepted : journal.live_first - 1;
    journal_gives();
}

static void commit(void)
{
    journal.durable = journal.now;
    const struct journal_state page = {
        .condition = JOURNAL_READY,
        .boot = journal.boot,
        .next_number = journal.accepted + 1,
        .session = stored_session_digest(journal.durable.session, journal.durable.session_len)};
    uplink_journal_state(&uplink, &page);
}

static void journal_takes(const struct uplink_delivery *d)
{
    switch (d->kind) {
    case DELIVERY_RESUME:
        journal.asked = true;
        journal.started = false;
        journal.live_asked = d->length != 0;
        journal.more = journal.live_asked ? d->payload.more.count : 0;
        assert_true(journal.more <= STORED_MORE_MAX);
        break;
    case DELIVERY_MORE:
        journal.more += d->payload.more.count;
        assert_true(journal.live && journal.more <= STORED_MORE_MAX);
        break;
    case DELIVERY_UPTO:
        assert_true(d->payload.upto.last <= journal.given);
        for (uint64_t n = journal.now.released + 1; n <= d->payload.upto.last; n++) {
            assert_true(!journal.present[n] || peer.delivered[n] != 0);
        }
        journal.now.released = d->payload.upto.last;
        break;
    case DELIVERY_SESSION:
        memcpy(journal.now.session, d->payload.session, d->length);
        journal.now.session_len = d->length;
        break;
    default:
        fail();
    }
}

/* ---- the uplink's doings ---- */

static void tell_journal(void)
{
    const struct uplink_delivery *d;
    while ((d = uplink_delivery(&uplink, now)) != NULL) {
        journal_takes(d);
        uplink_delivery_done(&uplink);
    }
}

static void pop(uint32_t kind, uint64_t n, bool follows)
{
    if (kind == STORED_START) {
        uint8_t bytes[sizeof(struct stored_start) + STORED_SESSION_MAX];
        const struct stored_start begin = {journal.boot, journal.now.released};
        memcpy(bytes, &begin, sizeof begin);
        memcpy(bytes + sizeof begin, journal.now.session, journal.now.session_len);
        uplink_stored(&uplink, kind, bytes, sizeof begin + journal.now.session_len, now);
        return;
    }
    if (kind == STORED_ALL) {
        uplink_stored(&uplink, kind, NULL, 0, now);
        return;
    }
    const struct stored_reading r = {.reading = {.seq = n,
                                                 .mono_ns = journal.mono[n],
                                                 .value = (int32_t)n,
                                                 .exponent = -2,
                                                 .quantity = (uint8_t)(n % 3),
                                                 .sample_size = 3,
                                                 .sample_index = (uint8_t)(n % 3)},
                                     .boot = journal.boot_of[n],
                                     .wall_offset = WALL,
                                     .quality = 1,
                                     .durable = 1,
                                     .follows = follows};
    uplink_stored(&uplink, kind, &r, sizeof r, now);
}

static void take_ring(void)
{
    while (journal.ring_count != 0 && uplink_wants_stored(&uplink)) {
        uint32_t kind = journal.ring[0].kind;
        uint64_t n = journal.ring[0].seq;
        bool follows = journal.ring[0].follows;
        journal.ring_count--;
        memmove(journal.ring, journal.ring + 1, journal.ring_count * sizeof journal.ring[0]);
        pop(kind, n, follows);
    }
}

static void send_all(void)
{
    struct uplink_output out;
    while (uplink_output(&uplink, &out, now)) {
        if (out.kind == STREAM_DATA && peer.linked) {
            memcpy(peer.in + peer.in_len, out.data.at, out.data.len);
            peer.in_len += out.data.len;
        }
        uplink_output_done(&uplink, &out, now);
        if (out.kind == STREAM_OPEN) {
            cut_link();
            peer.linked = true;
            message(STREAM_OPENED, "TLSv1.3", 7);
        } else if (out.kind == STREAM_CLOSE) {
            closed(STREAM_REASON_CLOSED);
        }
    }
}

static void run_uplink(void)
{
    if (peer.linked && peer.answers_len != 0) {
        size_t len = peer.answers_len;
        peer.answers_len = 0;
        message(STREAM_DATA, peer.answers, len);
    }
    tell_journal();
    for (unsigned i = chance(6); i != 0; i--) {
        take_ring();
        tell_journal();
        journal_gives();
    }
    take_ring();
    uplink_tick(&uplink, now);
    send_all();
    tell_journal();
    journal_gives();
}

#endif
