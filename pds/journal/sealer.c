/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to crypto, and what its answers are worth. */
#include "sealer.h"
#include <string.h>

void sealer_init(struct sealer *s, struct ring *requests, struct ring *answers)
{
    *s = (struct sealer){.requests = requests, .answers = answers};
}

void sealer_start(struct sealer *s, enum seal_request_kind kind, uint64_t first, uint64_t last,
                  const uint8_t *data, uint32_t length)
{
    s->kind = kind;
    s->header = (struct seal_header){.id = s->header.id + 1, .first = first, .last = last};
    s->data = data;
    s->length = length;
    s->sent = false;
}

/* The only length that the result may have; 0: the request itself is not one. */
static uint32_t expected(const struct sealer *s)
{
    if (s->kind == SEAL_SEAL) {
        return s->length <= SEAL_MAX - SEAL_OVERHEAD ? s->length + SEAL_OVERHEAD : 0;
    }
    return s->length > SEAL_OVERHEAD && s->length <= SEAL_MAX ? s->length - SEAL_OVERHEAD : 0;
}

static enum sealer_event ended(struct sealer *s, enum sealer_event how)
{
    s->data = NULL;
    return how;
}

static void send(struct sealer *s)
{
    for (unsigned tries = 0; s->data != NULL && !s->sent && tries < 3; tries++) {
        enum ring_status status =
            ring_push2(s->requests, s->kind, &s->header, sizeof s->header, s->data, s->length);
        s->sent = status == RING_OK;
        if (status == RING_PEER_BAD || (status == RING_FULL && !ring_producer_has_space(s->requests))) {
            return;
        }
    }
}

/* What was asked of a crypto that started anew is asked again. */
static void begin_again(struct sealer *s)
{
    s->repeated += s->data != NULL && s->sent;
    s->sent = false;
}

static enum sealer_event judge(struct sealer *s, uint32_t kind, const uint8_t *message, uint32_t length)
{
    struct seal_header header;
    if (length < sizeof header) {
        s->bad++;
        return SEALER_NOTHING;
    }
    memcpy(&header, message, sizeof header);
    if (s->data == NULL || !s->sent || header.id != s->header.id) {
        s->bad++;
        return SEALER_NOTHING;
    }
    s->result = message + sizeof header;
    s->result_length = length - (uint32_t)sizeof header;
    bool good = kind == SEAL_DONE && s->result_length == expected(s);
    return ended(s, good ? SEALER_DONE : SEALER_REFUSED);
}

/* One message. *more: there may be another one. */
static enum sealer_event take(struct sealer *s, uint8_t *message, bool *more)
{
    uint32_t kind, length;
    switch (ring_pop(s->answers, &kind, message, SEALER_MESSAGE_MAX, &length)) {
    case RING_OK:
        return judge(s, kind, message, length);
    case RING_RESTARTED:
        begin_again(s);
        return SEALER_NOTHING;
    case RING_TOO_LONG:
        s->bad++;
        return SEALER_NOTHING;
    case RING_EMPTY:
        *more = ring_consumer_has_more(s->answers);
        return SEALER_NOTHING;
    default:
        *more = false;
        return SEALER_NOTHING;
    }
}

enum sealer_event sealer_poll(struct sealer *s, uint8_t *message)
{
    enum sealer_event event = SEALER_NOTHING;
    bool more = true;
    if (s->data != NULL && expected(s) == 0) {
        return ended(s, SEALER_REFUSED);
    }
    for (uint32_t i = 0; more && event == SEALER_NOTHING && i <= 2 * ring_batch(s->answers); i++) {
        event = take(s, message, &more);
    }
    /* One that stopped before it could answer anything is known by the ring of requests alone. */
    if (ring_restart_pending(s->requests)) {
        begin_again(s);
    }
    send(s);
    return event;
}
