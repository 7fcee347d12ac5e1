/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings ahead of their turn, and those in turn that wait for them. */
#include "live.h"
#include "intake.h"

/* The slots of the outbox that strict order has for itself. */
#define IN_TURN 8u
#define AHEAD   4u

/* What a saved session has room for besides messages in turn. */
#define SESSION_ROOM (MQTT_SAVED_ENTRIES - IN_TURN)

_Static_assert(IN_TURN + AHEAD <= OUTBOX_MESSAGES, "both have slots");
_Static_assert(AHEAD + BATCH_AHEAD <= SESSION_ROOM, "messages and ranges fit the session");

void live_init(struct uplink *u, const struct batch_rules *rules)
{
    const bool live = u->conf.live_first;
    outbox_init(&u->outbox, u->slots, live ? IN_TURN : OUTBOX_MESSAGES);
    outbox_init(&u->live.outbox, u->slots + IN_TURN, AHEAD);
    batch_init(&u->live.batch, &u->live.outbox, rules);
}

void live_start(struct uplink *u, uint64_t boot, uint64_t released)
{
    u->live.on = u->conf.live_first && boot != 0;
    u->live.seen = 0;
    u->live.last_held = released;
    batch_start(&u->live.batch, boot, released);
}

void live_clear(struct uplink *u)
{
    outbox_clear(&u->live.outbox);
    u->live.batch.open = false;
    u->live.on = false;
    u->live.all_given = false;
    u->live.held_count = 0;
    u->live.more = 0;
}

/* Messages that are not in flight and have, or will have, an entry in the session. */
static uint32_t waiting(const struct batch *b)
{
    const struct outbox *o = b->outbox;
    uint32_t count = b->open ? 1 : 0;
    for (uint32_t i = o->head; i != o->tail; i++) {
        uint8_t state = o->message[i & o->mask].state;
        count += state == OUTBOX_READY || state == OUTBOX_DONE;
    }
    return count;
}

/* Would one more message fit the session as it is saved? Otherwise something that the broker has would be
 * forgotten with the power. */
static bool fits_session(const struct uplink *u)
{
    const struct mqtt_saved *under_way = &u->batch.under_way;
    uint32_t count = mqtt_inflight_count(&u->mqtt.inflight) + waiting(&u->batch) + waiting(&u->live.batch);
    for (unsigned i = 0; i < under_way->count; i++) {
        count += under_way->entry[i].stage == MQTT_SAVED_DONE;
    }
    return count + 2 <= MQTT_SAVED_ENTRIES;
}

/* Messages in turn find room, too. */
static bool has_room(const struct uplink *u)
{
    return batch_has_room(&u->live.batch) && fits_session(u) &&
           u->batch.under_way.count + outbox_count(&u->live.outbox) + 2u <= SESSION_ROOM;
}

static bool may_overtake(const struct uplink *u, uint64_t seq)
{
    return uplink_connected(u) && !u->report.reading_back && seq > u->live.last_held && has_room(u);
}

void live_take(struct uplink *u, const struct stored_reading *r, uint64_t now_ns)
{
    struct uplink_live *l = &u->live;
    const uint64_t seq = r->reading.seq;
    const bool follows = r->follows != 0 && l->seen != 0 && seq > l->seen;
    if (!l->on) {
        u->counters.bad_readings++;
        return;
    }
    l->batch.from_seq = follows ? l->seen + 1 : 0;
    l->seen = seq;
    bool taken = may_overtake(u, seq);
    if (!follows || !taken) {
        batch_flush(&l->batch); /* a message says that all readings between its numbers are in it */
    }
    if (taken && !batch_take(&l->batch, r, now_ns)) {
        u->counters.bad_readings++;
        batch_flush(&l->batch);
    }
}

void live_hold(struct uplink *u, const struct stored_reading *r)
{
    struct uplink_live *l = &u->live;
    if (l->held_count >=
        STORED_MORE_MAX) { /* more than it was told: it is asked anew, so that none is missing */
        u->counters.bad_readings++;
        intake_again(u);
        return;
    }
    l->held[(l->held_first + l->held_count++) % STORED_MORE_MAX] = *r;
    l->last_held = r->reading.seq > l->last_held ? r->reading.seq : l->last_held;
}

/* What the broker has becomes a range, in the order of numbers; what is left to its turn goes. */
static void settle(struct uplink *u)
{
    struct outbox *o = &u->live.outbox;
    while (outbox_count(o) != 0) {
        const struct outbox_message *m = outbox_at(o, 0);
        bool done = m->state == OUTBOX_DONE && batch_ahead(&u->batch, m->from_seq, m->last_seq);
        if (!done && m->state != OUTBOX_REFUSED) {
            return;
        }
        outbox_drop(o);
    }
}

/* What has gone ahead and is not settled may be this very reading. While there is no broker, readings in turn
 * are best left to the journal, as long as it can keep them. */
static bool must_wait(struct uplink *u, uint64_t seq)
{
    struct uplink_live *l = &u->live;
    bool ahead = outbox_count(&l->outbox) != 0 || l->batch.open;
    const struct outbox_message *m = outbox_at(&l->outbox, 0);
    bool known = batch_expects(&u->batch, seq);
    /* It goes on when the first is settled. */
    bool full = !known && outbox_count(&u->outbox) != 0 && !fits_session(u);
    return !batch_has_room(&u->batch) || full || (ahead && m->from_seq <= seq) ||
           (!uplink_connected(u) && !u->journal.failed);
}

void live_go_on(struct uplink *u, uint64_t now_ns)
{
    struct uplink_live *l = &u->live;
    settle(u);
    while (l->held_count != 0) {
        const struct stored_reading *r = &l->held[l->held_first];
        batch_prune(&u->batch, r->reading.seq);
        settle(u);
        if (must_wait(u, r->reading.seq)) {
            return;
        }
        intake_pack(u, r, now_ns);
        l->held_first = (l->held_first + 1) % STORED_MORE_MAX;
        l->held_count--;
        l->more++;
    }
    if (l->all_given) {
        l->all_given = false;
        batch_all_given(&u->batch);
    }
}

uint32_t live_wants(const struct uplink *u)
{
    const struct uplink_live *l = &u->live;
    return l->more >= STORED_MORE_MAX / 2 || l->held_count == 0 ? l->more : 0;
}
