/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from PUBLISH to their last acknowledgement (4.3), and the state of it that outlives the client. */
#include "internal.h"
#include "wire.h"

/* What is left for PUBREL when the reserve is kept for a farewell. */
#define RELEASE_ROOM (MQTT_OUTPUT_RESERVE / 2 + 4)

/* The server's receive maximum counts what is sent and not complete (4.9). */
static bool quota_used(const struct mqtt_client *c)
{
    return mqtt_inflight_sent(&c->inflight) >= c->send_quota;
}

unsigned mqtt_client_room(const struct mqtt_client *c)
{
    if (c->state != MQTT_CONNECTED || quota_used(c)) {
        return 0;
    }
    unsigned quota = c->send_quota - mqtt_inflight_sent(&c->inflight);
    unsigned slots = MQTT_WINDOW - mqtt_inflight_sent(&c->inflight);
    return quota < slots ? quota : slots;
}

bool mqtt_client_next_resend(struct mqtt_client *c, uint64_t *token)
{
    struct mqtt_slot *s = mqtt_inflight_next(&c->inflight, MQTT_STAGE_PUBLISH);
    if (c->state != MQTT_CONNECTED || s == NULL) {
        return false;
    }
    *token = s->token;
    return true;
}

/* Fills in identifier, QoS and DUP of a message that is acknowledged. One that does not last is no part of
 * what must be sent again first. */
static enum mqtt_error identify(struct mqtt_client *c, struct mqtt_publish *p, const struct mqtt_message *m,
                                struct mqtt_slot **again)
{
    struct mqtt_slot *late = mqtt_inflight_late(&c->inflight, m->token);
    struct mqtt_slot *first = m->lasting ? mqtt_inflight_next(&c->inflight, MQTT_STAGE_PUBLISH) : NULL;
    *again = late != NULL ? late : first;
    if (*again != NULL && (*again)->token != m->token) {
        return MQTT_ERR_ORDER;
    }
    if (quota_used(c) || (*again == NULL && mqtt_inflight_full(&c->inflight))) {
        return MQTT_ERR_WINDOW;
    }
    p->dup = *again != NULL;
    p->qos = *again != NULL ? (*again)->qos : p->qos;
    p->id = *again != NULL ? (*again)->id : mqtt_inflight_next_id(&c->inflight);
    return MQTT_OK;
}

/* What is written from here on depends on state that is not saved; what was written before does not. */
static void depend(struct mqtt_client *c)
{
    if (!c->unsaved && !c->saving) {
        c->out_clear = c->out_to;
    }
    c->unsaved = true;
}

static void record(struct mqtt_client *c, const struct mqtt_message *m, const struct mqtt_publish *p,
                   struct mqtt_slot *again, uint64_t now_ns)
{
    if (again != NULL) {
        c->changes += again->lasting && again->extent != m->extent;
        again->extent = m->extent;
        mqtt_inflight_sent_now(&c->inflight, again, now_ns);
        c->counters.resent++;
        return;
    }
    c->counters.published++;
    if (p->qos == 0) {
        return;
    }
    const struct mqtt_slot slot = {.token = m->token,
                                   .sent_ns = now_ns,
                                   .extent = m->extent,
                                   .id = p->id,
                                   .qos = p->qos,
                                   .stage = MQTT_STAGE_SENT,
                                   .lasting = m->lasting};
    mqtt_inflight_add(&c->inflight, &slot);
    c->changes += m->lasting;
}

static struct mqtt_publish publish_of(const struct mqtt_client *c, const struct mqtt_message *m)
{
    return (struct mqtt_publish){.topic = m->topic,
                                 .payload = m->payload,
                                 .qos = m->qos < c->maximum_qos ? m->qos : c->maximum_qos,
                                 .retain = m->retain,
                                 .expiry_s = m->expiry_s};
}

bool mqtt_client_fits(const struct mqtt_client *c, const struct mqtt_message *m)
{
    struct mqtt_publish p = publish_of(c, m);
    p.id = 1; /* any */
    return mqtt_publish_size(c->version, &p) <= c->packet_limit;
}

enum mqtt_error mqtt_client_publish(struct mqtt_client *c, const struct mqtt_message *m, uint64_t now_ns)
{
    struct mqtt_publish p = publish_of(c, m);
    struct mqtt_slot *again = NULL;
    if (c->state != MQTT_CONNECTED) {
        return MQTT_ERR_STATE;
    }
    if (m->qos > 2 || (m->retain && !c->retain_available)) {
        return MQTT_ERR_ARGUMENT;
    }
    enum mqtt_error err = m->qos != 0 ? identify(c, &p, m, &again) : MQTT_OK;
    if (err != MQTT_OK) {
        return err;
    }
    size_t size = mqtt_publish_size(c->version, &p);
    if (size == 0 || size > c->packet_limit) {
        return size == 0 ? MQTT_ERR_ARGUMENT : MQTT_ERR_PACKET_LIMIT;
    }
    if (mqtt_output_space(c, size + MQTT_OUTPUT_RESERVE) < size + MQTT_OUTPUT_RESERVE) {
        return MQTT_ERR_SPACE;
    }
    /* Also if it holds less than it did: what is saved must not say that the server has the rest. */
    if (p.qos == 2 && m->lasting && (again == NULL || again->extent != m->extent)) {
        depend(c);
    }
    c->out_to += mqtt_encode_publish(c->out + c->out_to, size, c->version, &p);
    record(c, m, &p, again, now_ns);
    return MQTT_OK;
}

bool mqtt_client_put_off(struct mqtt_client *c, uint64_t token)
{
    struct mqtt_slot *s = mqtt_inflight_next(&c->inflight, MQTT_STAGE_PUBLISH);
    if (s == NULL || s->token != token) {
        return false;
    }
    mqtt_inflight_put_off(&c->inflight, s);
    return true;
}

bool mqtt_client_forget(struct mqtt_client *c, uint64_t token)
{
    for (uint32_t i = 0; i < mqtt_inflight_count(&c->inflight); i++) {
        struct mqtt_slot *s = mqtt_inflight_at(&c->inflight, i);
        if (s->token == token && s->stage == MQTT_STAGE_PUBLISH) {
            mqtt_inflight_remove(&c->inflight, s);
            c->changes++;
            return true;
        }
    }
    return false;
}

static void complete(struct mqtt_client *c, struct mqtt_slot *s, const struct mqtt_ack *ack, uint64_t now_ns,
                     struct mqtt_event *event)
{
    c->counters.acknowledged++;
    c->counters.rejected += ack->reason >= MQTT_REASON_FAILURE && ack->reason != MQTT_REASON_ID_NOT_FOUND;
    c->counters.last_round_ns = now_ns - s->sent_ns;
    c->changes += s->lasting;
    event->kind = MQTT_EVENT_ACKNOWLEDGED;
    event->token = s->token;
    event->reason = ack->reason;
    event->round_trip_ns = now_ns - s->sent_ns;
    event->text = ack->reason_string;
    mqtt_inflight_remove(&c->inflight, s);
}

/* The server takes over the message, or refuses it. A PUBREC that comes again is answered again. */
static void on_pubrec(struct mqtt_client *c, struct mqtt_slot *s, const struct mqtt_ack *ack, uint64_t now_ns,
                      struct mqtt_event *event)
{
    if (s->stage == MQTT_STAGE_RELEASED) {
        mqtt_client_answer(c, MQTT_PUBREL, ack->id, MQTT_REASON_SUCCESS, event);
        return;
    }
    if (s->stage != MQTT_STAGE_SENT) {
        return;
    }
    if (ack->reason >= MQTT_REASON_FAILURE) {
        complete(c, s, ack, now_ns, event);
        return;
    }
    mqtt_inflight_received(&c->inflight, s);
    if (s->lasting) {
        c->changes++;
        depend(c);
    }
    mqtt_delivery_release(c, now_ns);
}

/* After a restart without its state a client meets answers to messages that it does not know. Only a PUBREC
 * must be answered (3.6.2.1). */
static void on_unknown(struct mqtt_client *c, enum mqtt_type type, const struct mqtt_ack *ack,
                       struct mqtt_event *event)
{
    c->counters.unknown_acks++;
    if (type == MQTT_PUBREC && ack->reason < MQTT_REASON_FAILURE) {
        mqtt_client_answer(c, MQTT_PUBREL, ack->id, MQTT_REASON_ID_NOT_FOUND, event);
    }
}

void mqtt_delivery_answered(struct mqtt_client *c, enum mqtt_type type, const struct mqtt_ack *ack,
                            uint64_t now_ns, struct mqtt_event *event)
{
    struct mqtt_slot *s = mqtt_inflight_find(&c->inflight, ack->id);
    /* What waits to be sent on this connection will be answered on it. */
    bool early = s != NULL &&
                 (s->stage == MQTT_STAGE_PUBLISH || (s->stage == MQTT_STAGE_RELEASE && type == MQTT_PUBCOMP));
    if (s == NULL) {
        on_unknown(c, type, ack, event);
    } else if (early) {
        c->counters.unknown_acks++;
    } else if ((type == MQTT_PUBACK) != (s->qos == 1) ||
               (type == MQTT_PUBCOMP && s->stage == MQTT_STAGE_SENT)) {
        mqtt_client_fail(c, MQTT_ERR_UNEXPECTED, event);
    } else if (type == MQTT_PUBREC) {
        on_pubrec(c, s, ack, now_ns, event);
    } else {
        complete(c, s, ack, now_ns, event);
    }
}

void mqtt_delivery_release(struct mqtt_client *c, uint64_t now_ns)
{
    struct mqtt_slot *s;
    while (c->state == MQTT_CONNECTED && (s = mqtt_inflight_next(&c->inflight, MQTT_STAGE_RELEASE)) != NULL) {
        size_t space = mqtt_output_space(c, RELEASE_ROOM);
        if (space < RELEASE_ROOM) {
            return;
        }
        c->out_to +=
            mqtt_encode_ack(c->out + c->out_to, space, c->version, MQTT_PUBREL, s->id, MQTT_REASON_SUCCESS);
        mqtt_inflight_sent_now(&c->inflight, s, now_ns);
    }
}

void mqtt_client_session(struct mqtt_client *c, struct mqtt_saved *saved)
{
    saved->last_id = c->inflight.last_id;
    for (uint32_t i = 0; i < mqtt_inflight_count(&c->inflight) && saved->count < MQTT_SAVED_ENTRIES; i++) {
        const struct mqtt_slot *s = mqtt_inflight_at(&c->inflight, i);
        if (!s->lasting) {
            continue;
        }
        bool received = s->stage == MQTT_STAGE_RELEASE || s->stage == MQTT_STAGE_RELEASED;
        saved->entry[saved->count++] = (struct mqtt_saved_entry){
            .first = s->token,
            .extent = s->extent,
            .id = s->id,
            .qos = s->qos,
            .stage = received  ? MQTT_SAVED_RELEASE
                     : s->late ? MQTT_SAVED_LATE
                               : MQTT_SAVED_PUBLISH,
        };
    }
}

void mqtt_client_save(struct mqtt_client *c, struct mqtt_saved *saved)
{
    mqtt_client_session(c, saved);
    c->unsaved = false;
    c->saving = true;
    c->out_saving = c->out_to;
}

void mqtt_client_save_lost(struct mqtt_client *c)
{
    c->saving = false;
    c->unsaved = true;
}

void mqtt_client_saved(struct mqtt_client *c)
{
    if (c->saving) {
        c->saving = false;
        c->out_clear = c->out_saving;
    }
}

void mqtt_client_restore(struct mqtt_client *c, const struct mqtt_saved *saved)
{
    mqtt_inflight_clear(&c->inflight);
    for (unsigned i = 0; i < saved->count; i++) {
        const struct mqtt_saved_entry *e = &saved->entry[i];
        if (e->stage == MQTT_SAVED_DONE) {
            continue;
        }
        const struct mqtt_slot slot = {.token = e->first,
                                       .extent = e->extent,
                                       .id = e->id,
                                       .qos = e->qos,
                                       .stage = e->stage == MQTT_SAVED_RELEASE ? MQTT_STAGE_RELEASE
                                                                               : MQTT_STAGE_PUBLISH,
                                       .lasting = true};
        mqtt_inflight_add(&c->inflight, &slot);
    }
    c->inflight.last_id = saved->last_id;
    c->have_session = true;
}

_Static_assert(MQTT_WINDOW <= MQTT_SAVED_ENTRIES, "a whole window can be saved");
