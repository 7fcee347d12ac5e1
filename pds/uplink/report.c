/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides when health and ledger are told, and what the broker's memory of them means. */
#include "report.h"
#include "mqtt/text.h"
#include "restarts.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

#define OTHER        (UINT64_C(1) << 63) /* not a message of readings */
#define HEALTH_TOKEN (OTHER | REPORT_TOKEN | 1)
#define LEDGER_TOKEN (OTHER | REPORT_TOKEN | 2)
#define READ_BACK_NS UINT64_C(2000000000)
#define AGAIN_NS     UINT64_C(100000000) /* no room in the output */

static struct mqtt_bytes bytes_of(const char *text)
{
    return (struct mqtt_bytes){(const uint8_t *)text, strlen(text)};
}

void report_init(struct report *r, const char *health_topic, const char *ledger_topic)
{
    *r = (struct report){.health_topic = bytes_of(health_topic), .ledger_topic = bytes_of(ledger_topic)};
}

void report_journal(struct report *r, const struct journal_state *state)
{
    if (health_journal_valid(state)) {
        r->journal = *state;
        r->journal_known = state->condition != JOURNAL_STARTING;
    }
}

void report_connected(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    r->health_off = r->health_topic.len == 0 || !c->retain_available;
    r->ledger_off = r->ledger_topic.len == 0 || !c->retain_available;
    r->health_told = 0;
    r->ledger_told = 0;
    r->health_ns = now_ns;
    r->read_until_ns = now_ns + READ_BACK_NS;
    r->reading_back = !r->health_off && mqtt_client_subscribe(c, r->health_topic) == MQTT_OK;
}

void report_read_back(struct report *r, struct mqtt_client *c, const struct mqtt_bytes *message)
{
    uint64_t last;
    if (!r->reading_back) {
        return;
    }
    r->reading_back = false;
    (void)mqtt_client_unsubscribe(c); /* if there is no room: the connection's end ends it too */
    if (message == NULL || !r->journal_known || !health_read_last(message->at, message->len, &last) ||
        last < r->journal.next_number) {
        return;
    }
    r->health.ahead = last;
    log_error("the broker knows of reading %" PRIu64 ", the journal of %" PRIu64 ": an old disk was put back",
              last, r->journal.next_number - 1);
}

/* FNV-1a; never 0. */
static uint64_t digest(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
    }
    return hash | 1;
}

/* The ledger has changed when more is lost; never 0. */
static uint64_t ledger_state(const struct journal_state *j)
{
    uint64_t sum = 1;
    for (unsigned i = 0; i < JOURNAL_LOSS_CAUSES; i++) {
        sum += j->lost[i];
    }
    return sum;
}

/* False: later. What cannot be sent at all is not tried again on this connection. */
static bool tell(struct report *r, struct mqtt_client *c, uint64_t token, size_t len, uint64_t now_ns)
{
    bool health = token == HEALTH_TOKEN;
    const struct mqtt_message m = {
        .topic = health ? r->health_topic : r->ledger_topic,
        .payload = {(const uint8_t *)r->text, len},
        .token = token,
        .qos = 1,
        .retain = true,
    };
    enum mqtt_error err = mqtt_client_publish(c, &m, now_ns);
    if (err == MQTT_ERR_PACKET_LIMIT || err == MQTT_ERR_ARGUMENT) {
        report_answered(r, token, MQTT_REASON_TOO_LARGE);
    }
    return err == MQTT_OK;
}

static void tell_health(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    restarts_read(&r->health, r->states);
    size_t len = health_text(&r->health, &r->journal, r->text, sizeof r->text);
    uint64_t is = digest(r->text, len);
    if (is != r->health_told && !tell(r, c, HEALTH_TOKEN, len, now_ns)) {
        r->health_ns = now_ns + AGAIN_NS;
        return;
    }
    r->health_told = is;
    r->health_ns = now_ns + REPORT_HEALTH_NS;
}

void report_publish(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    if (c->state != MQTT_CONNECTED || !r->journal_known) {
        return;
    }
    if (r->reading_back && now_ns >= r->read_until_ns) {
        report_read_back(r, c, NULL);
    }
    if (!r->health_off && !r->reading_back && now_ns >= r->health_ns && mqtt_client_room(c) != 0) {
        tell_health(r, c, now_ns);
    }
    uint64_t ledger = ledger_state(&r->journal);
    if (!r->ledger_off && ledger != r->ledger_told && mqtt_client_room(c) != 0) {
        size_t len = health_ledger_text(&r->journal, r->text, sizeof r->text);
        if (tell(r, c, LEDGER_TOKEN, len, now_ns)) {
            r->ledger_told = ledger;
        }
    }
}

void report_answered(struct report *r, uint64_t token, uint8_t reason)
{
    if (mqtt_message_advice(reason) == MQTT_MESSAGE_TAKEN) {
        return;
    }
    bool health = token == HEALTH_TOKEN;
    bool *off = health ? &r->health_off : &r->ledger_off;
    *off = true;
    log_warn("%s refused: %s", health ? "health message" : "loss ledger",
             mqtt_reason_text(MQTT_PUBACK, reason));
}

uint64_t report_deadline(const struct report *r, const struct mqtt_client *c)
{
    if (mqtt_client_room(c) == 0 || !r->journal_known || r->health_off) {
        return UINT64_MAX;
    }
    return r->reading_back ? r->read_until_ns : r->health_ns;
}
