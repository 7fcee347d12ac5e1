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
    struct delivery_more more;
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

static void take_more(struct outlet *o, uint32_t count)
{
    o->more = count < STORED_MORE_MAX - o->more ? o->more + count : STORED_MORE_MAX;
}

/* `more`: NULL, or how many readings in turn there is room for besides those ahead of it. */
static void resume(struct outlet *o, const struct delivery_more *more)
{
    o->live_asked = more != NULL;
    o->more = 0;
    if (more != NULL) {
        take_more(o, more->count);
    }
    o->asked = true;
    o->started = false;
    o->oldest_seq = 0;
}

static bool handle(struct outlet *o, uint32_t kind, const union message *m, uint32_t length, uint64_t now_ns)
{
    if (kind == DELIVERY_RESUME && (length == 0 || length == sizeof m->more)) {
        resume(o, length != 0 ? &m->more : NULL);
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
    case DELIVERY_MORE:
        if (length != sizeof m->more) {
            return false;
        }
        take_more(o, m->more.count);
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
        o->live = o->live_asked && start.boot != 0;
    }
}

static void remember_oldest(struct outlet *o, const struct stored_reading *r)
{
    if (o->oldest_seq <= store_published(o->store, o->store->state.released)) {
        o->oldest_seq = r->reading.seq;
        o->oldest_ns = r->quality == 0 ? 0 : r->reading.mono_ns + (uint64_t)r->wall_offset;
    }
}

/* A uplink that has started anew meanwhile asks for it again. */
static void push(struct outlet *o, enum stored_kind kind, const struct stored_reading *r)
{
    (void)ring_push(o->stored, kind, r, sizeof *r);
}

static void stamp(const struct outlet *o, struct stored_reading *r, const struct record_clock *clock)
{
    r->boot = clock->boot;
    r->wall_offset = clock->offset_ns;
    r->quality = clock->quality;
    r->corrected = r->reading.mono_ns < clock->better_ns ? 1 : 0;
    r->durable = store_durable(o->store) ? 1 : 0;
}

/* One reading ahead of its turn. False: there is none. There is room for one. */
static bool give_live(struct outlet *o)
{
    struct stored_reading r;
    struct record_clock clock;
    bool follows;
    memset(&r, 0, sizeof r);
    if (!store_give_live(o->store, &r.reading, &clock, &follows)) {
        return false;
    }
    stamp(o, &r, &clock);
    r.follows = follows ? 1 : 0;
    push(o, STORED_LIVE, &r);
    return true;
}

/* False: no reading now. There is room for one. */
static bool give(struct outlet *o)
{
    struct stored_reading r;
    struct record_clock clock;
    memset(&r, 0, sizeof r);
    if (o->live && give_live(o)) {
        return true;
    }
    if ((o->live && o->more == 0) || !store_give(o->store, &r.reading, &clock)) {
        return false;
    }
    o->more -= o->live ? 1 : 0;
    stamp(o, &r, &clock);
    remember_oldest(o, &r);
    push(o, STORED_READING, &r);
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
