/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's side of streams: messages in, messages out, and what they mean for the connections (conn.h).
 */
#include "stream.h"

#include <stdio.h>
#include <string.h>
#include <postern/protocol/stream.h>
#include "conn.h"

/* A message to the user that belongs to no stream. */
struct refusal {
    bool pending;
    uint32_t id;
    enum stream_reason reason;
    const char *text;
};

/* A DATA message that TCP has not taken in full. */
struct held {
    struct conn *conn; /* NULL: none */
    uint32_t offset;
    uint32_t length;
};

static struct ring *from_user;
static struct ring *to_user;
static struct conn conns[STREAM_COUNT];
static struct refusal refusal;
static struct held held;
static const char *refuse_text;
static struct stream_counters counters;
static uint8_t message[2048]; /* the message being handled; keeps DATA while held.conn is set */

void stream_start(struct ring *from, struct ring *to)
{
    from_user = from;
    to_user = to;
    memset(conns, 0, sizeof(conns));
    memset(&counters, 0, sizeof(counters));
    refusal.pending = false;
    held.conn = NULL;
    refuse_text = NULL;
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        conn_init(&conns[i], to, &counters);
    }
}

void stream_refuse_all(const char *text)
{
    refuse_text = text;
}

static struct conn *find(uint32_t id)
{
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        if (conns[i].state != CONN_FREE && conns[i].id == id) {
            return &conns[i];
        }
    }
    return NULL;
}

static struct conn *find_free(void)
{
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        if (conns[i].state == CONN_FREE) {
            return &conns[i];
        }
    }
    return NULL;
}

static void refuse(uint32_t id, enum stream_reason reason, const char *text)
{
    refusal = (struct refusal){.pending = true, .id = id, .reason = reason, .text = text};
    counters.failed++;
}

/* A name: labels of letters, digits, '-' and '_' with single dots between them. Terminated inside the field.
 */
static bool host_valid(const char host[STREAM_HOST_MAX])
{
    char before = '.';

    for (unsigned i = 0; i < STREAM_HOST_MAX; i++) {
        char c = host[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_';
        if (c == '\0') {
            return i > 0 && before != '.';
        }
        if (!plain && (c != '.' || before == '.')) {
            return false;
        }
        before = c;
    }
    return false;
}

static void take_open(uint32_t id, uint32_t length)
{
    struct stream_open open;
    struct conn *conn = find_free();

    if (length != sizeof(open)) {
        counters.bad_messages++;
        return;
    }
    memcpy(&open, message, sizeof(open));
    if (refuse_text != NULL) {
        refuse(id, STREAM_REASON_CONFIG, refuse_text);
    } else if (!host_valid(open.host) || open.port == 0) {
        refuse(id, STREAM_REASON_CONFIG, "host name or port is not valid");
    } else if (conn == NULL || find(id) != NULL) {
        refuse(id, STREAM_REASON_INTERNAL, "another stream is open");
    } else {
        conn_open(conn, id, open.host, open.port);
    }
}

static void take_data(uint32_t id, uint32_t length)
{
    struct conn *conn = find(id);

    if (conn == NULL || conn->state != CONN_OPEN) {
        counters.stale++;
        return;
    }
    held = (struct held){.conn = conn, .offset = sizeof(struct stream_header), .length = length};
}

static void take_close(uint32_t id)
{
    struct conn *conn = find(id);

    if (conn == NULL) {
        counters.stale++;
        return;
    }
    conn_close(conn);
}

static void take_message(uint32_t kind, uint32_t length)
{
    struct stream_header header;

    if (length < sizeof(header)) {
        counters.bad_messages++;
        return;
    }
    memcpy(&header, message, sizeof(header));
    switch (kind) {
    case STREAM_OPEN:
        take_open(header.id, length);
        break;
    case STREAM_DATA:
        take_data(header.id, length);
        break;
    case STREAM_CLOSE:
        take_close(header.id);
        break;
    default:
        counters.bad_messages++;
        break;
    }
}

/* The user lost its memory: nobody waits for an answer about the old streams. */
static void forget_streams(void)
{
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        conn_forget(&conns[i]);
    }
    held.conn = NULL;
    refusal.pending = false;
}

/* Moves the held DATA on. True if nothing is held any more. */
static bool push_held(void)
{
    if (held.conn == NULL) {
        return true;
    }
    if (held.conn->state != CONN_OPEN) {
        held.conn = NULL;
        return true;
    }
    held.offset += conn_write(held.conn, message + held.offset, held.length - held.offset);
    if (held.offset == held.length) {
        held.conn = NULL;
    }
    return held.conn == NULL;
}

static void push_refusal(void)
{
    struct stream_closed closed = {{refusal.id}, (uint32_t)refusal.reason};

    if (refusal.pending && conn_tell(to_user, STREAM_CLOSED, &closed, sizeof(closed), refusal.text)) {
        refusal.pending = false;
    }
}

/* The next message must wait while an answer to an earlier one, or its data, is on its way. */
static bool blocked(void)
{
    bool ending = refusal.pending || held.conn != NULL;

    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        ending = ending || conns[i].state == CONN_ENDING;
    }
    return ending;
}

static void move(void)
{
    push_refusal();
    (void)push_held();
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        conn_poll(&conns[i]);
    }
}

void stream_poll(bool retry)
{
    uint32_t kind;
    uint32_t length;

    if (ring_restart_pending(from_user)) {
        forget_streams(); /* also while messages are left alone */
    }
    move();
    for (uint32_t i = 0; i < ring_batch(from_user) && !blocked(); i++) {
        enum ring_status status = ring_pop(from_user, &kind, message, sizeof(message), &length);
        if (status == RING_EMPTY || status == RING_PEER_BAD) {
            break;
        }
        if (status == RING_RESTARTED) {
            forget_streams();
        } else if (status == RING_OK) {
            take_message(kind, length);
        }
        move();
    }
    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        conn_output(&conns[i], retry);
    }
}

/* While blocked on TCP the network wakes us; while blocked on the user's ring, its reader does. */
bool stream_has_more(void)
{
    bool full = refusal.pending;

    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        full = full || conn_waits_for_user(&conns[i]);
    }
    if (full) {
        return ring_producer_has_space(to_user);
    }
    return !blocked() && ring_consumer_has_more(from_user);
}

const struct stream_counters *stream_counters(void)
{
    return &counters;
}

uint32_t stream_open_count(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < STREAM_COUNT; i++) {
        count += conns[i].state == CONN_OPEN ? 1u : 0u;
    }
    return count;
}
