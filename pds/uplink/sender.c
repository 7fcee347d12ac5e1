/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends, sends again, and gives up what the broker keeps refusing. */
#include "sender.h"
#include "intake.h"
#include "live.h"
#include "mqtt/text.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

#define HOLD_FIRST_NS UINT64_C(1000000000)
#define HOLD_DOUBLES  5u /* up to 32 s */
#define DEAD_TRIES    8u /* the connection may have ended for another reason */

/* The session's memory of a message, or NULL. */
static const struct mqtt_slot *in_session(struct uplink *u, uint64_t token)
{
    for (uint32_t i = 0; i < mqtt_inflight_count(&u->mqtt.inflight); i++) {
        const struct mqtt_slot *s = mqtt_inflight_at(&u->mqtt.inflight, i);
        if (s->token == token) {
            return s;
        }
    }
    return NULL;
}

void sender_connected(struct uplink *u, bool resumed)
{
    size_t around = u->topic.len + MQTT_PUBLISH_EXTRA;
    size_t most = u->mqtt.packet_limit > around ? u->mqtt.packet_limit - around : 0;
    u->batch.limit = most < OUTBOX_PAYLOAD ? most : OUTBOX_PAYLOAD;
    if (!resumed) {
        batch_session_lost(&u->batch);
    }
    u->live.batch.limit = u->batch.limit;
    u->sending.acknowledged = false;
    for (uint32_t i = 0; i < outbox_count(&u->outbox); i++) {
        struct outbox_message *m = outbox_at(&u->outbox, i);
        if (m->state == OUTBOX_SENT && (!resumed || in_session(u, m->first_seq) == NULL)) {
            m->state = OUTBOX_READY;
        }
    }
    /* What has not gone ahead while it was new goes in its turn. */
    batch_flush(&u->live.batch);
    for (uint32_t i = 0; i < outbox_count(&u->live.outbox); i++) {
        struct outbox_message *m = outbox_at(&u->live.outbox, i);
        if (m->state != OUTBOX_DONE && (!resumed || in_session(u, m->first_seq) == NULL)) {
            live_leave(m);
        }
    }
}

static struct outbox_message *find(struct uplink *u, uint64_t token)
{
    struct outbox_message *m = outbox_find(&u->outbox, token);
    return m != NULL || !u->live.on ? m : outbox_find(&u->live.outbox, token);
}

/* From now on no younger message overtakes this one. */
static void note_reason(struct uplink *u, struct outbox_message *m, uint8_t reason)
{
    m->reason = reason;
    u->sending.unsettled = true;
}

/* The oldest message with a reason against it whose fate is open, or NULL. */
static struct outbox_message *first_unsettled(struct uplink *u)
{
    for (uint32_t i = 0; u->sending.unsettled && i < outbox_count(&u->outbox); i++) {
        struct outbox_message *m = outbox_at(&u->outbox, i);
        if (m->reason != 0 && m->state != OUTBOX_DONE) {
            return m;
        }
    }
    u->sending.unsettled = false;
    return NULL;
}

/* No message behind this number may be sent: one that the broker has refused may be tried again, and one that
 * is given up comes again if the journal starts anew before it has noted that. Both would come too late. */
static uint64_t sent_upto(struct uplink *u)
{
    if (u->journal.refused != 0) {
        return 0;
    }
    const struct outbox_message *m = first_unsettled(u);
    return m != NULL ? m->first_seq : UINT64_MAX;
}

static void kill_message(struct uplink *u, struct outbox_message *m)
{
    if (live_owns(u, m)) {
        live_leave(m);
        return;
    }
    bool elsewhere = u->conf.dead_topic[0] != '\0' && m->length != 0;
    u->counters.refused++;
    m->tries = 0; /* of the dead letter */
    m->state = elsewhere ? OUTBOX_DEAD : OUTBOX_REFUSED;
    log_error("readings %" PRIu64 " to %" PRIu64 " given up: %s", m->first_seq, m->last_seq,
              mqtt_reason_text(MQTT_PUBACK, m->reason));
}

/* One more refusal of this message. True: it is given up. */
static bool refused(struct uplink *u, struct outbox_message *m, uint8_t reason)
{
    note_reason(u, m, reason);
    m->tries++;
    if (m->tries < u->conf.refuse_tries) {
        return false;
    }
    kill_message(u, m);
    return true;
}

/* No reading is sent for a while: order is kept, and the broker gets a rest. */
static void hold(struct uplink *u, uint64_t now_ns)
{
    struct uplink_sending *s = &u->sending;
    s->hold_ns = now_ns + (HOLD_FIRST_NS << s->holds);
    s->holds += s->holds < HOLD_DOUBLES;
}

static void on_refusal(struct uplink *u, struct outbox_message *m, const struct mqtt_event *event,
                       uint64_t now_ns)
{
    enum mqtt_message_advice advice = mqtt_message_advice(event->reason);
    u->counters.refusals++;
    if (live_owns(u, m)) { /* it goes in its turn, and those behind it may go ahead */
        live_leave(m);
        hold(u, now_ns);
        return;
    }
    note_reason(u, m, event->reason);
    m->state = OUTBOX_READY;
    if (advice != MQTT_MESSAGE_WAIT && refused(u, m, event->reason)) {
        return;
    }
    if (advice != MQTT_MESSAGE_RENUMBER) {
        hold(u, now_ns);
        log_warn("readings %" PRIu64 " to %" PRIu64 " refused: %s", m->first_seq, m->last_seq,
                 mqtt_reason_text(MQTT_PUBACK, event->reason));
    }
}

static void on_dead_letter(struct uplink *u, const struct mqtt_event *event)
{
    struct outbox_message *m = outbox_find(&u->outbox, event->token & ~SENDER_OTHER);
    if (m == NULL || m->state != OUTBOX_DEAD) {
        return;
    }
    m->state = OUTBOX_REFUSED;
    if (mqtt_message_advice(event->reason) != MQTT_MESSAGE_TAKEN) {
        log_warn("dead letter of reading %" PRIu64 " refused too: %s", m->first_seq,
                 mqtt_reason_text(MQTT_PUBACK, event->reason));
    }
}

void sender_answered(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    u->sending.acknowledged = true;
    if ((event->token & SENDER_OTHER) != 0) {
        on_dead_letter(u, event);
        return;
    }
    struct outbox_message *m = find(u, event->token);
    if (m == NULL) {
        batch_answered(&u->batch, event->token, mqtt_message_advice(event->reason) == MQTT_MESSAGE_TAKEN);
        return;
    }
    if (m->state != OUTBOX_SENT) {
        return;
    }
    if (mqtt_message_advice(event->reason) != MQTT_MESSAGE_TAKEN) {
        on_refusal(u, m, event, now_ns);
        return;
    }
    m->state = OUTBOX_DONE;
    u->sending.holds = 0;
    u->sending.careful = false;
    backoff_reset(&u->backoff);
}

struct sender_suspect sender_suspect(struct uplink *u, bool by_broker)
{
    struct sender_suspect suspect = {.sent = 0};
    bool content = u->advice == MQTT_LINK_CONTENT;
    for (uint32_t i = 0; (content || by_broker) && i < mqtt_inflight_count(&u->mqtt.inflight); i++) {
        const struct mqtt_slot *s = mqtt_inflight_at(&u->mqtt.inflight, i);
        if (s->stage == MQTT_STAGE_SENT && s->lasting) {
            suspect.sent++;
            suspect.token = s->token;
        }
    }
    /* Without a reason given, a broker that has answered something else on this connection and then closed it
     * on this one message says enough; one that is only being stopped does not do so again and again. */
    suspect.guilty = suspect.sent == 1 && u->sending.careful && (content || u->sending.acknowledged);
    return suspect;
}

void sender_disconnected(struct uplink *u, const struct sender_suspect *suspect)
{
    u->sending.careful = u->sending.careful || suspect->sent != 0;
    struct outbox_message *m = suspect->guilty ? find(u, suspect->token) : NULL;
    if (m != NULL && refused(u, m, u->advice == MQTT_LINK_CONTENT ? u->reason : MQTT_REASON_FAILURE)) {
        (void)mqtt_client_forget(&u->mqtt, suspect->token);
        u->sending.careful = false;
    }
}

/* A message that is larger than the broker takes is packed anew into smaller ones, unless it is one reading.
 */
static void too_large(struct uplink *u, struct outbox_message *m)
{
    (void)mqtt_client_forget(&u->mqtt, m->first_seq);
    if (m->readings > 1 && u->journal.boot != 0 && !live_owns(u, m)) {
        intake_again(u);
        return;
    }
    note_reason(u, m, MQTT_REASON_TOO_LARGE);
    kill_message(u, m);
}

/* False: nothing more can be sent now. */
static bool send_one(struct uplink *u, struct outbox_message *m, uint64_t now_ns)
{
    bool again = m->state == OUTBOX_SENT;
    const struct mqtt_message message = {
        .topic = u->topic,
        .payload = {(const uint8_t *)m->payload, m->length},
        .token = m->first_seq,
        .extent = (uint32_t)(m->last_seq - m->first_seq),
        .expiry_s = u->conf.expiry_s,
        .qos = u->conf.qos,
        .lasting = true,
    };
    if (!mqtt_client_fits(&u->mqtt, &message)) {
        too_large(u, m);
        return u->journal.started;
    }
    if ((!again && !live_owns(u, m) && m->first_seq > sent_upto(u)) ||
        mqtt_client_publish(&u->mqtt, &message, now_ns) != MQTT_OK) {
        return false;
    }
    m->state = OUTBOX_SENT;
    u->sending.live_last = live_owns(u, m);
    return true;
}

/* One at a time; those that are larger than the broker takes have no way there. Whoever never answers one, or
 * ends the connection about it, gets it no more: younger messages wait for it. */
static void send_dead_letters(struct uplink *u, uint64_t now_ns)
{
    struct outbox_message *m;
    while (u->sending.unsettled && (m = outbox_first(&u->outbox, OUTBOX_DEAD)) != NULL) {
        const struct mqtt_message message = {
            .topic = {(const uint8_t *)u->conf.dead_topic, strlen(u->conf.dead_topic)},
            .payload = {(const uint8_t *)m->payload, m->length},
            .token = SENDER_OTHER | m->first_seq,
            .qos = 1,
        };
        if (in_session(u, message.token) != NULL) {
            return;
        }
        if (mqtt_client_fits(&u->mqtt, &message) && m->tries < DEAD_TRIES) {
            bool sent = mqtt_client_publish(&u->mqtt, &message, now_ns) == MQTT_OK;
            m->tries = (uint8_t)(m->tries + sent);
            return;
        }
        m->state = OUTBOX_REFUSED;
    }
}

/* In careful mode there is one packet at a time that the broker may dislike. */
static bool may_send_more(const struct uplink *u)
{
    return u->sending.hold_ns == 0 && mqtt_client_room(&u->mqtt) != 0 &&
           (!u->sending.careful || mqtt_inflight_sent(&u->mqtt.inflight) == 0);
}

/* Does the session know an older one, sent later because it was refused before? */
static bool overtakes_known(struct uplink *u, uint64_t token)
{
    for (uint32_t i = 0; i < mqtt_inflight_count(&u->mqtt.inflight); i++) {
        const struct mqtt_slot *s = mqtt_inflight_at(&u->mqtt.inflight, i);
        if (s->stage == MQTT_STAGE_PUBLISH && s->token < token) {
            return true;
        }
    }
    return false;
}

/* Is there an older message? It has to go first. With QoS 2 what the session knows stays as it is: it could
 * be delivered twice otherwise. */
static bool overtakes(struct uplink *u, uint64_t token)
{
    const struct outbox_message *m = outbox_first(&u->outbox, OUTBOX_READY);
    bool behind_open = batch_open_is_new(&u->batch) && outbox_slot(&u->outbox)->first_seq <= token;
    bool behind_ready = m != NULL && m->first_seq < token;
    return !u->live.on && u->conf.qos != 2 &&
           (behind_open || behind_ready || overtakes_known(u, token) || token > sent_upto(u));
}

/* The session forgets the message: it is sent as a new one when its turn comes. */
static bool wait_for_turn(struct uplink *u, uint64_t token)
{
    struct outbox_message *m = outbox_find(&u->outbox, token);
    if (m != NULL) {
        m->state = OUTBOX_READY;
    } else {
        batch_answered(&u->batch, token, false);
    }
    return mqtt_client_forget(&u->mqtt, token);
}

/* The session keeps the message, and it is sent again in its place in the outbox. */
static bool put_off(struct uplink *u, uint64_t token)
{
    struct outbox_message *m = find(u, token);
    if (m != NULL) {
        m->state = OUTBOX_READY;
    }
    batch_put_off(&u->batch, token);
    return mqtt_client_put_off(&u->mqtt, token);
}

/* Sends a message again that the session knows. One whose readings are not there yet is waited for, as long
 * as there is room for what is waited for; one whose readings do not exist any more is forgotten. If new
 * readings may overtake, or could in an earlier start, it may be behind very many that come first. */
static bool resend(struct uplink *u, uint64_t token, uint64_t now_ns)
{
    bool open = u->batch.open && outbox_slot(&u->outbox)->first_seq == token;
    if (overtakes(u, token)) {
        return wait_for_turn(u, token);
    }
    if (open && !u->live.on && !batch_has_room(&u->batch)) {
        batch_flush(&u->batch);
        open = false;
    }
    struct outbox_message *m = find(u, token);
    const struct mqtt_slot *s = in_session(u, token);
    bool gone = u->batch.all_given || s == NULL || u->batch.last_seq >= token + s->extent;
    if (m == NULL && !open && gone) {
        return mqtt_client_forget(&u->mqtt, token);
    }
    bool stuck = m == NULL && !batch_has_room(&u->batch) && mqtt_inflight_sent(&u->mqtt.inflight) == 0;
    if (u->live.on || stuck) {
        return put_off(u, token);
    }
    return m != NULL && send_one(u, m, now_ns);
}

static struct outbox_message *next_of(struct batch *b, uint64_t now_ns)
{
    struct outbox_message *m = outbox_first(b->outbox, OUTBOX_READY);
    if (m == NULL && now_ns >= batch_due_ns(b)) {
        batch_flush(b);
        m = outbox_first(b->outbox, OUTBOX_READY);
    }
    return m;
}

/* What goes ahead does so at every other message at the least and most, as long as both wait. One place in
 * the window is left to it, unless nothing else is under way. */
static struct outbox_message *next_message(struct uplink *u, uint64_t now_ns)
{
    struct outbox_message *m = next_of(&u->batch, now_ns);
    if (!u->live.on) {
        return m;
    }
    if (m != NULL && m->first_seq > sent_upto(u)) {
        m = NULL; /* new readings need not wait for that, either */
    }
    struct outbox_message *live = next_of(&u->live.batch, now_ns);
    bool kept = mqtt_client_room(&u->mqtt) == 1 && outbox_has(&u->outbox, OUTBOX_SENT);
    if (live != NULL && (m == NULL || kept || !u->sending.live_last)) {
        return live;
    }
    return kept ? NULL : m;
}

/* Late messages of which nothing is left are forgotten. */
static void forget_gone(struct uplink *u)
{
    uint64_t token;
    while (u->mqtt.inflight.late != 0 && batch_gone(&u->batch, &token)) {
        (void)mqtt_client_forget(&u->mqtt, token);
    }
}

/* Nothing can be sent before an answer of the broker, the journal's start, or what the broker remembers. */
static bool others_come_first(const struct uplink *u)
{
    return mqtt_client_room(&u->mqtt) == 0 || !u->journal.started || u->report.reading_back;
}

/* A medium that fails notes nothing, and one that is full nothing until more is delivered. */
static void wait_for_note(struct uplink *u, uint64_t now_ns)
{
    const struct journal_state *j = &u->report.journal;
    if (u->journal.refused <= j->noted || j->condition != JOURNAL_READY ||
        now_ns >= u->journal.refused_ns + SENDER_NOTE_NS) {
        u->journal.refused = 0;
    }
}

void sender_publish(struct uplink *u, uint64_t now_ns)
{
    uint64_t token;
    if (others_come_first(u)) {
        return;
    }
    wait_for_note(u, now_ns);
    if (now_ns >= u->sending.hold_ns) {
        u->sending.hold_ns = 0;
    }
    forget_gone(u);
    bool on = true;
    while (on && may_send_more(u)) {
        if (mqtt_client_next_resend(&u->mqtt, &token)) {
            on = resend(u, token, now_ns);
        } else {
            struct outbox_message *m = next_message(u, now_ns);
            on = m != NULL && send_one(u, m, now_ns);
        }
    }
    send_dead_letters(u, now_ns);
}

uint64_t sender_deadline(const struct uplink *u)
{
    bool waits = u->sending.careful && mqtt_inflight_sent(&u->mqtt.inflight) != 0;
    if (others_come_first(u) || waits) {
        return UINT64_MAX;
    }
    if (u->sending.hold_ns != 0) {
        return u->sending.hold_ns;
    }
    if (u->journal.refused != 0) {
        return u->journal.refused_ns + SENDER_NOTE_NS;
    }
    if (u->mqtt.inflight.resend != 0) {
        return UINT64_MAX; /* for its readings */
    }
    uint64_t due = outbox_has(&u->outbox, OUTBOX_READY) ? UINT64_MAX : batch_due_ns(&u->batch);
    uint64_t live = outbox_has(&u->live.outbox, OUTBOX_READY) ? UINT64_MAX : batch_due_ns(&u->live.batch);
    return due < live ? due : live;
}
