/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides when health, ledger and last number are told, and what the broker's memory of them means. */
#include "report.h"
#include "mqtt/text.h"
#include "restarts.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

#define OTHER         (UINT64_C(1) << 63) /* not a message of readings */
#define HEALTH_TOKEN  (OTHER | REPORT_TOKEN | 1)
#define LEDGER_TOKEN  (OTHER | REPORT_TOKEN | 2)
#define NUMBERS_TOKEN (OTHER | REPORT_TOKEN | 3)
#define READ_BACK_NS  UINT64_C(2000000000)
#define QUIET_NS      UINT64_C(500000000) /* a retained message comes right behind SUBACK */
#define AGAIN_NS      UINT64_C(100000000) /* no room in the output */

static struct mqtt_bytes bytes_of(const char *text)
{
    return (struct mqtt_bytes){(const uint8_t *)text, strlen(text)};
}

void report_init(struct report *r, const char *health_topic, const char *ledger_topic,
                 const char *numbers_topic)
{
    *r = (struct report){.health_topic = bytes_of(health_topic),
                         .ledger_topic = bytes_of(ledger_topic),
                         .numbers_topic = bytes_of(numbers_topic)};
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
    r->numbers_off = r->numbers_topic.len == 0 || !c->retain_available;
    r->health_told = 0;
    r->ledger_told = 0;
    r->numbers_told = 0;
    r->health_ns = now_ns;
    r->numbers_ns = now_ns;
    r->read_until_ns = now_ns + READ_BACK_NS;
    const struct mqtt_bytes *memory = r->numbers_off ? &r->health_topic : &r->numbers_topic;
    bool any = !r->numbers_off || !r->health_off;
    r->reading_back = !r->checked && any && mqtt_client_subscribe(c, *memory) == MQTT_OK;
}

void report_subscribed(struct report *r, uint64_t now_ns)
{
    if (now_ns + QUIET_NS < r->read_until_ns) {
        r->read_until_ns = now_ns + QUIET_NS;
    }
}

void report_read_back(struct report *r, struct mqtt_client *c, const struct mqtt_bytes *message)
{
    uint64_t last = 0;
    if (!r->reading_back) {
        return;
    }
    r->reading_back = false;
    r->checked = r->journal_known;
    (void)mqtt_client_unsubscribe(c); /* if there is no room: the connection's end ends it too */
    if (message == NULL || !r->checked || !health_read_last(message->at, message->len, &last)) {
        return;
    }
    r->known = last;
    if (last < (r->journal.unsure != 0 ? r->journal.unsure : r->journal.next_number)) {
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
    const struct mqtt_message m = {
        .topic = token == HEALTH_TOKEN   ? r->health_topic
                 : token == LEDGER_TOKEN ? r->ledger_topic
                                         : r->numbers_topic,
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

bool report_read_back_over(const struct report *r, uint64_t now_ns)
{
    return r->reading_back && now_ns >= r->read_until_ns;
}

/* May the broker's memory be replaced? What it said has to be durable first, also in a journal that has
 * started anew since: a later start would take what is told now for the memory of another life. */
static bool may_replace(const struct report *r)
{
    return !r->reading_back && (!r->checked || (r->agreed && r->journal.unsure == 0));
}

static void tell_ledger(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    uint64_t ledger = ledger_state(&r->journal);
    if (r->ledger_off || ledger == r->ledger_told || mqtt_client_room(c) == 0) {
        return;
    }
    size_t len = health_ledger_text(&r->journal, r->text, sizeof r->text);
    if (tell(r, c, LEDGER_TOKEN, len, now_ns)) {
        r->ledger_told = ledger;
    }
}

/* Told before the readings that it speaks of, at a connection's begin; later on it may be a little behind
 * them. */
static void tell_numbers(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    uint64_t last = health_last(&r->journal) + 1;
    if (r->numbers_off || !may_replace(r) || last == r->numbers_told || now_ns < r->numbers_ns ||
        mqtt_client_room(c) == 0) {
        return;
    }
    size_t len = health_numbers_text(&r->journal, r->text, sizeof r->text);
    r->numbers_ns = now_ns + AGAIN_NS;
    if (tell(r, c, NUMBERS_TOKEN, len, now_ns)) {
        r->numbers_told = last;
        r->numbers_ns = now_ns + REPORT_HEALTH_NS;
    }
}

void report_publish(struct report *r, struct mqtt_client *c, uint64_t now_ns)
{
    if (c->state != MQTT_CONNECTED || !r->journal_known) {
        return;
    }
    tell_numbers(r, c, now_ns);
    if (!r->health_off && may_replace(r) && now_ns >= r->health_ns && mqtt_client_room(c) != 0) {
        tell_health(r, c, now_ns);
    }
    tell_ledger(r, c, now_ns);
}

void report_answered(struct report *r, uint64_t token, uint8_t reason)
{
    if (mqtt_message_advice(reason) == MQTT_MESSAGE_TAKEN) {
        return;
    }
    const char *what = "health message";
    bool *off = &r->health_off;
    if (token == LEDGER_TOKEN) {
        what = "loss ledger";
        off = &r->ledger_off;
    } else if (token == NUMBERS_TOKEN) {
        what = "last number";
        off = &r->numbers_off;
    }
    *off = true;
    log_warn("%s refused: %s", what, mqtt_reason_text(MQTT_PUBACK, reason));
}

uint64_t report_deadline(const struct report *r, const struct mqtt_client *c)
{
    if (mqtt_client_room(c) == 0 || !r->journal_known) {
        return UINT64_MAX;
    }
    if (r->reading_back) {
        return r->read_until_ns;
    }
    if (!may_replace(r)) {
        return UINT64_MAX; /* the journal comes first */
    }
    uint64_t due = r->health_off ? UINT64_MAX : r->health_ns;
    bool numbers = !r->numbers_off && health_last(&r->journal) + 1 != r->numbers_told;
    return numbers && r->numbers_ns < due ? r->numbers_ns : due;
}
