/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes readings and the saved session from the journal, and tells it what is delivered. */
#include "intake.h"
#include "live.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

/* How often a session of QoS 1 is handed over: it spares duplicates after a power cut, nothing more. */
#define SAVE_NS UINT64_C(1000000000)

_Static_assert(MQTT_SAVED_SIZE <= STORED_SESSION_MAX, "the journal keeps a whole session");

/* What is complete and overlaps becomes one. */
static void add_one_done(const struct uplink *u, struct mqtt_saved *saved, uint64_t first, uint64_t last)
{
    for (unsigned i = saved->count; i-- != 0;) {
        const struct mqtt_saved_entry e = saved->entry[i];
        uint64_t end = e.first + e.extent;
        if (e.stage == MQTT_SAVED_DONE && e.first <= last && end >= first) {
            first = e.first < first ? e.first : first;
            last = end > last ? end : last;
            saved->entry[i] = saved->entry[--saved->count];
        }
    }
    if (saved->count < MQTT_SAVED_ENTRIES && last - first <= UINT32_MAX) {
        saved->entry[saved->count++] = (struct mqtt_saved_entry){
            .first = first, .extent = (uint32_t)(last - first), .qos = u->conf.qos, .stage = MQTT_SAVED_DONE};
    }
}

static void add_done_of(const struct uplink *u, struct outbox *o, struct mqtt_saved *saved)
{
    for (uint32_t i = 0; i < outbox_count(o); i++) {
        const struct outbox_message *m = outbox_at(o, i);
        if (m->state == OUTBOX_DONE) {
            add_one_done(u, saved, m->first_seq, m->last_seq);
        }
    }
}

/* Appends messages that are complete while older ones are not, those last whose readings are not there yet.
 */
static void add_done(struct uplink *u, struct mqtt_saved *saved)
{
    add_done_of(u, &u->outbox, saved);
    add_done_of(u, &u->live.outbox, saved);
    for (unsigned i = 0; i < u->batch.under_way.count; i++) {
        const struct mqtt_saved_entry *e = &u->batch.under_way.entry[i];
        if (e->stage == MQTT_SAVED_DONE) {
            add_one_done(u, saved, e->first, e->first + e->extent);
        }
    }
}

/* Appends what the journal was told and has forgotten. */
static void add_forgotten(const struct uplink *u, struct mqtt_saved *saved)
{
    const struct uplink_journal *j = &u->journal;
    uint64_t first = j->told >= j->delivered_first ? j->told + 1 : j->delivered_first;
    if (j->delivered_last >= first) {
        add_one_done(u, saved, first, j->delivered_last);
    }
}

void intake_again(struct uplink *u)
{
    struct mqtt_saved under_way = {.count = 0};
    mqtt_client_session(&u->mqtt, &under_way);
    add_done(u, &under_way);
    u->batch.under_way = under_way;
    u->journal.telling = false;
    u->journal.asked = false;
    u->journal.started = false;
    u->journal.compared = false;
    u->report.agreed = false;
    outbox_clear(&u->outbox);
    u->batch.open = false;
    live_clear(u);
}

void uplink_journal_restarted(struct uplink *u)
{
    if (u->journal.asked) {
        intake_again(u);
    }
    mqtt_client_save_lost(&u->mqtt);
    u->journal.saved_changes = UINT64_MAX;
}

/* Messages that are released are looked for no more; their handshakes go on. */
static void drop_released(struct mqtt_saved *saved, struct mqtt_client *mqtt, uint64_t released)
{
    for (unsigned i = saved->count; i-- != 0;) {
        const struct mqtt_saved_entry e = saved->entry[i];
        if (e.first + e.extent <= released) {
            (void)mqtt_client_forget(mqtt, e.first);
            saved->count--;
            memmove(&saved->entry[i], &saved->entry[i + 1], (saved->count - i) * sizeof e);
        }
    }
}

static void restore(struct uplink *u, const uint8_t *session, size_t length)
{
    struct mqtt_saved *under_way = &u->batch.under_way;
    if (mqtt_saved_read(under_way, session, length)) {
        mqtt_client_restore(&u->mqtt, under_way);
        /* The journal may have it from an earlier start and not on its medium yet: it is told once more. */
        mqtt_client_save_lost(&u->mqtt);
        u->journal.saved_changes = UINT64_MAX;
    } else if (length != 0) {
        log_warn("saved session of %zu bytes makes no sense: a new one is begun", length);
    }
}

static bool is_under_way(const struct mqtt_saved *saved, uint64_t first, uint64_t last)
{
    for (unsigned i = 0; i < saved->count; i++) {
        const struct mqtt_saved_entry *e = &saved->entry[i];
        if (e->stage != MQTT_SAVED_DONE && e->first <= last && e->first + e->extent >= first) {
            return true;
        }
    }
    return false;
}

/* What was complete in an earlier start, and released then: a journal that has forgotten that gives it again.
 */
static void recall(struct uplink *u, const uint8_t *session, size_t length)
{
    struct mqtt_saved kept;
    (void)mqtt_saved_read(&kept, session, length); /* nothing, if it makes no sense */
    for (unsigned i = 0; i < kept.count; i++) {
        const struct mqtt_saved_entry *e = &kept.entry[i];
        uint64_t last = e->first + e->extent;
        if (e->stage == MQTT_SAVED_DONE && !is_under_way(&u->batch.under_way, e->first, last)) {
            add_one_done(u, &u->batch.under_way, e->first, last);
        }
    }
}

static void on_start(struct uplink *u, const uint8_t *message, size_t length)
{
    struct stored_start start;
    if (length < sizeof start || u->journal.started || !u->journal.asked) {
        u->counters.bad_readings++;
        return;
    }
    memcpy(&start, message, sizeof start);
    message += sizeof start;
    length -= sizeof start;
    if (u->journal.restored) {
        recall(u, message, length);
    } else if (u->mqtt.state == MQTT_CLOSED) {
        restore(u, message, length);
    }
    u->journal.restored = true;
    u->journal.started = true;
    u->journal.boot = start.boot;
    u->journal.told = start.released;
    u->journal.refused =
        u->journal.refused <= start.released ? u->journal.refused : 0; /* forgotten: it comes again */
    u->journal.skipped = 0;
    u->report.agreed = u->journal.compared;
    if (u->report.agreed) {
        u->report.known = 0; /* settled: a journal that starts anew is the same */
    }
    /* What nobody keeps cannot be waited for. */
    u->mqtt.settings.write_ahead = u->conf.qos == 2 && start.boot != 0;
    drop_released(&u->batch.under_way, &u->mqtt, start.released);
    batch_start(&u->batch, start.boot, start.released);
    live_start(u, start.boot, start.released);
}

void uplink_journal_state(struct uplink *u, const struct journal_state *state)
{
    report_journal(&u->report, state);
    uplink_journal_settles(u, state);
}

/* A medium that has failed keeps nothing: then nothing is waited for. */
void uplink_journal_settles(struct uplink *u, const struct journal_state *state)
{
    bool failed = state->condition == JOURNAL_NO_MEDIUM || state->condition == JOURNAL_FOREIGN;
    u->journal.failed = failed;
    if (failed) {
        u->mqtt.settings.write_ahead = false;
    } else if (state->condition == JOURNAL_READY && u->journal.started) {
        u->mqtt.settings.write_ahead = u->conf.qos == 2; /* it may have failed for a while */
    }
    if (failed || (state->session != 0 && state->session == u->journal.saved_digest)) {
        mqtt_client_saved(&u->mqtt);
    }
}

bool uplink_wants_stored(const struct uplink *u)
{
    return !u->journal.started || u->live.on || batch_has_room(&u->batch);
}

/* Has it been delivered, and the journal has forgotten it? */
static bool skip(struct uplink *u, uint64_t seq)
{
    struct uplink_journal *j = &u->journal;
    if (j->delivered_last == 0 || seq < j->delivered_first || seq > j->delivered_last || seq <= j->skipped) {
        return false;
    }
    j->skipped = seq;
    return true;
}

void intake_pack(struct uplink *u, const struct stored_reading *r, uint64_t now_ns)
{
    if (skip(u, r->reading.seq) || batch_take(&u->batch, r, now_ns)) {
        u->counters.readings++;
    } else {
        u->counters.bad_readings++;
    }
}

static void on_reading(struct uplink *u, bool ahead, const void *message, size_t length, uint64_t now_ns)
{
    struct stored_reading r;
    if (!u->journal.started) {
        return; /* given before it was asked for anew */
    }
    if (length != sizeof r) {
        u->counters.bad_readings++;
        return;
    }
    memcpy(&r, message, sizeof r);
    if (ahead) {
        live_take(u, &r, now_ns);
    } else if (u->live.on) {
        live_hold(u, &r);
    } else {
        intake_pack(u, &r, now_ns);
    }
}

void uplink_stored(struct uplink *u, uint32_t kind, const void *message, size_t length, uint64_t now_ns)
{
    switch (kind) {
    case STORED_START:
        on_start(u, message, length);
        break;
    case STORED_READING:
        on_reading(u, false, message, length, now_ns);
        break;
    case STORED_LIVE:
        on_reading(u, true, message, length, now_ns);
        break;
    case STORED_ALL:
        if (u->journal.started && u->live.on) {
            u->live.all_given = true;
        } else if (u->journal.started) {
            batch_all_given(&u->batch);
        }
        break;
    default:
        u->counters.bad_readings++;
        break;
    }
}

static bool session_due(const struct uplink *u, uint64_t now_ns)
{
    if (!u->journal.started || u->mqtt.saving || u->mqtt.changes == u->journal.saved_changes) {
        return false;
    }
    return u->mqtt.settings.write_ahead ? mqtt_client_wants_save(&u->mqtt) || outbox_count(&u->outbox) == 0
                                        : now_ns - u->journal.saved_ns >= SAVE_NS;
}

/* Only what is durable keeps its number when the journal starts anew. */
static void remember_delivered(struct uplink *u, uint64_t last)
{
    struct uplink_journal *j = &u->journal;
    if (!u->mqtt.settings.write_ahead) {
        j->delivered_last = 0;
        return;
    }
    if (j->delivered_last == 0 || j->told > j->delivered_last) {
        j->delivered_first = j->told + 1;
    }
    j->delivered_last = last > j->delivered_last ? last : j->delivered_last;
}

/* What was skipped is told when nothing older waits. */
static uint64_t settled(struct uplink *u)
{
    const struct uplink_journal *j = &u->journal;
    bool waits = outbox_count(&u->outbox) != 0 || u->batch.open;
    bool older = waits && outbox_at(&u->outbox, 0)->first_seq <= j->skipped;
    return j->skipped > j->told && !older ? j->skipped : j->told;
}

/* The oldest messages that are settled, as one message to the journal. */
static bool tell(struct uplink *u, struct uplink_delivery *out, uint64_t now_ns)
{
    uint64_t last = settled(u);
    while (outbox_count(&u->outbox) != 0 && outbox_at(&u->outbox, 0)->state == OUTBOX_DONE) {
        last = outbox_at(&u->outbox, 0)->last_seq;
        outbox_drop(&u->outbox);
    }
    if (last != u->journal.told) {
        out->kind = DELIVERY_UPTO;
        out->length = sizeof out->payload.upto;
        out->payload.upto = (struct delivery_upto){last};
        remember_delivered(u, last);
        u->journal.told = last;
        return true;
    }
    const struct outbox_message *m = outbox_count(&u->outbox) != 0 ? outbox_at(&u->outbox, 0) : NULL;
    if (m == NULL || m->state != OUTBOX_REFUSED) {
        return false;
    }
    out->kind = DELIVERY_REFUSED;
    out->length = sizeof out->payload.refused;
    out->payload.refused =
        (struct delivery_refused){.first = m->first_seq, .last = m->last_seq, .reason = m->reason};
    u->journal.told = m->last_seq;
    u->journal.refused = m->last_seq;
    u->journal.refused_ns = now_ns;
    u->journal.delivered_last = 0;
    outbox_drop(&u->outbox);
    return true;
}

static void save(struct uplink *u, struct uplink_delivery *out, uint64_t now_ns)
{
    struct mqtt_saved saved = {.count = 0};
    mqtt_client_save(&u->mqtt, &saved);
    add_done(u, &saved);
    add_forgotten(u, &saved);
    u->journal.saved_changes = u->mqtt.changes;
    u->journal.saved_ns = now_ns;
    if (!u->mqtt.settings.write_ahead) {
        mqtt_client_saved(&u->mqtt); /* nothing waits for it */
    }
    out->kind = DELIVERY_SESSION;
    out->length = (uint32_t)mqtt_saved_write(&saved, out->payload.session);
    u->journal.saved_digest = stored_session_digest(out->payload.session, out->length);
}

const struct uplink_delivery *uplink_delivery(struct uplink *u, uint64_t now_ns)
{
    struct uplink_journal *j = &u->journal;
    if (j->telling) {
        return &j->delivery;
    }
    if (u->report.checked && !j->compared) {
        j->delivery.kind = DELIVERY_KNOWN;
        j->delivery.length = sizeof j->delivery.payload.known;
        j->delivery.payload.known = (struct delivery_known){u->report.known};
        j->telling = true;
    } else if (!j->asked) {
        j->delivery.kind = DELIVERY_RESUME;
        j->delivery.length = u->conf.live_first ? sizeof j->delivery.payload.more : 0;
        j->delivery.payload.more = (struct delivery_more){.count = STORED_MORE_MAX};
        j->telling = true;
    } else if (session_due(u, now_ns)) {
        save(u, &j->delivery, now_ns);
        j->telling = true;
    } else if (j->started && u->live.on && live_wants(u) != 0) {
        j->delivery.kind = DELIVERY_MORE;
        j->delivery.length = sizeof j->delivery.payload.more;
        j->delivery.payload.more = (struct delivery_more){.count = live_wants(u)};
        u->live.more = 0;
        j->telling = true;
    } else if (j->started) {
        j->telling = tell(u, &j->delivery, now_ns);
    }
    return j->telling ? &j->delivery : NULL;
}

void uplink_delivery_done(struct uplink *u)
{
    u->journal.asked = u->journal.asked || u->journal.delivery.kind == DELIVERY_RESUME;
    u->journal.compared = u->journal.compared || u->journal.delivery.kind == DELIVERY_KNOWN;
    u->journal.telling = false;
}

uint64_t intake_deadline(const struct uplink *u)
{
    bool waits = u->journal.started && !u->journal.telling && !u->mqtt.settings.write_ahead &&
                 u->mqtt.changes != u->journal.saved_changes;
    return waits ? u->journal.saved_ns + SAVE_NS : UINT64_MAX;
}
