/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving readings to the uplink, and taking its answers. */
#include "outlet.h"
#include <postern/protocol/timer.h>
#include <string.h>

_Static_assert(STORED_SESSION_MAX == RECORD_SESSION_MAX, "a session fits a frame");

/* Longest message of the uplink. */
union message {
    struct delivery_upto upto;
    struct delivery_refused refused;
    struct delivery_known known;
    uint8_t session[STORED_SESSION_MAX];
};

void outlet_init(struct outlet *o, struct ring *stored, struct ring *delivered, struct store *store)
{
    *o = (struct outlet){.stored = stored, .delivered = delivered, .store = store};
}

/* Until it asks anew, what comes back is about readings that it does not know it has. */
static void uplink_restarted(struct outlet *o)
{
    o->started = false;
    o->asked = false;
}

static void resume(struct outlet *o)
{
    o->asked = true;
    o->started = false;
    o->oldest_seq = 0;
}

static bool handle(struct outlet *o, uint32_t kind, const union message *m, uint32_t length, uint64_t now_ns)
{
    if (kind == DELIVERY_RESUME && length == 0) {
        resume(o);
        return true;
    }
    if (kind == DELIVERY_KNOWN && length == sizeof m->known) {
        store_known(o->store, m->known.last, now_ns);
        return true;
    }
    if (!o->started) {
        return false;
    }
    switch (kind) {
    case DELIVERY_UPTO:
        if (length != sizeof m->upto) {
            return false;
        }
        store_delivered(o->store, m->upto.last, now_ns);
        return true;
    case DELIVERY_REFUSED:
        if (length != sizeof m->refused) {
            return false;
        }
        store_refused(o->store, m->refused.first, m->refused.last, (uint8_t)m->refused.reason, now_ns);
        return true;
    case DELIVERY_SESSION:
        store_session(o->store, m->session, length, now_ns);
        return true;
    default:
        return false;
    }
}

/* True: the batch was used up. */
static bool take_delivered(struct outlet *o, uint64_t now_ns)
{
    union message message;
    uint32_t kind, length;
    for (uint32_t i = 0; i <= ring_batch(o->delivered); i++) {
        o->held = store_refusing(o->store);
        if (o->held) {
            return false;
        }
        switch (ring_pop(o->delivered, &kind, &message, sizeof message, &length)) {
        case RING_OK:
            o->bad += !handle(o, kind, &message, length, now_ns);
            break;
        case RING_TOO_LONG:
            o->bad++;
            break;
        case RING_RESTARTED:
            uplink_restarted(o);
            break;
        case RING_EMPTY:
            if (!ring_consumer_has_more(o->delivered)) {
                return false;
            }
            break;
        default:
            return false;
        }
    }
    return true;
}

static void send_start(struct outlet *o)
{
    const struct store *s = o->store;
    if (s->condition == STORE_STARTING || store_settling(s)) {
        return;
    }
    const struct stored_start start = {.boot = store_durable(s) ? s->state.boot : 0,
                                       .released = store_published(s, s->state.released)};
    if (ring_push2(o->stored, STORED_START, &start, sizeof start, s->state.session,
                   s->state.session_length) == RING_OK) {
        store_rewind(o->store);
        o->asked = false;
        o->started = true;
        o->catching_up = true;
    }
}

static void remember_oldest(struct outlet *o, const struct stored_reading *r)
{
    if (o->oldest_seq <= store_published(o->store, o->store->state.released)) {
        o->oldest_seq = r->reading.seq;
        o->oldest_ns = r->quality == 0 ? 0 : r->reading.mono_ns + (uint64_t)r->wall_offset;
    }
}

/* False: no reading now. There is room for one. */
static bool give(struct outlet *o)
{
    struct stored_reading r;
    struct record_clock clock;
    memset(&r, 0, sizeof r);
    if (!store_give(o->store, &r.reading, &clock)) {
        return false;
    }
    r.boot = clock.boot;
    r.wall_offset = clock.offset_ns;
    r.quality = clock.quality;
    r.corrected = r.reading.mono_ns < clock.better_ns ? 1 : 0;
    r.durable = store_durable(o->store) ? 1 : 0;
    remember_oldest(o, &r);
    /* A uplink that has started anew meanwhile asks for it again. */
    (void)ring_push(o->stored, STORED_READING, &r, sizeof r);
    return true;
}

/* There is room for it. */
static void tell_all_given(struct outlet *o)
{
    if (o->catching_up && store_all_given(o->store)) {
        o->catching_up = false;
        (void)ring_push(o->stored, STORED_ALL, NULL, 0);
    }
}

/* A time server may soon say what time it is. Only what is durable can wait for it. */
static bool waits_for_clock(const struct outlet *o, uint64_t now_ns)
{
    const struct store *s = o->store;
    return now_ns < OUTLET_CLOCK_WAIT_NS && store_durable(s) &&
           store_clock_at(s, s->state.boot).quality == CLOCK_UNSET;
}

bool outlet_poll(struct outlet *o, uint64_t now_ns)
{
    bool more = take_delivered(o, now_ns);
    if (o->asked && (ring_space(o->stored) != 0 || ring_producer_has_space(o->stored))) {
        send_start(o);
    }
    if (waits_for_clock(o, now_ns)) {
        return more;
    }
    for (uint32_t i = 0; o->started && i < ring_batch(o->stored); i++) {
        if (ring_space(o->stored) == 0 && !ring_producer_has_space(o->stored)) {
            return more;
        }
        if (!give(o)) {
            tell_all_given(o);
            return more;
        }
    }
    return more || o->started;
}
