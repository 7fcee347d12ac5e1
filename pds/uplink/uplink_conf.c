/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and checks the uplink's configuration. */
#include "uplink_conf.h"
#include "senml.h"
#include <postern/kv.h>
#include <stdio.h>
#include <string.h>

enum { DEVICE, TOPIC, HEALTH, LEDGER, NUMBERS, DEAD, POSTMORTEM, ORDER, TEXTS, KEEPALIVE = TEXTS };
enum { QOS = KEEPALIVE + 1, READINGS, BATCH_MS, TRIES, HISTORICAL, EXPIRY, SESSION, WILL_DELAY, FIELDS };

#define LIVE_FIRST "live-first"
#define ORDER_SIZE sizeof LIVE_FIRST

static const struct {
    const char *key;
    uint64_t min, max, standard;
} numbers[FIELDS] = {
    [KEEPALIVE] = {"keepalive_s", 5, UINT16_MAX, 60},
    [QOS] = {"qos", 1, 2, 1},
    [READINGS] = {"batch_readings", 1, UPLINK_BATCH_MAX, UPLINK_BATCH_MAX},
    [BATCH_MS] = {"batch_ms", 0, 60000, 0},
    [TRIES] = {"refuse_tries", 1, 100, 4},
    [HISTORICAL] = {"historical_s", 1, 1000000000, 60},
    [EXPIRY] = {"expiry_s", 0, UINT32_MAX, 0},
    [SESSION] = {"session_s", 0, UINT32_MAX, 86400},
    [WILL_DELAY] = {"will_delay_s", 0, 1000000, 0},
};

static const char *device_error(const char *device)
{
    if (!senml_name_valid(device)) {
        return "letters, digits and - : . _ only, starting with a letter or digit";
    }
    return strchr(device, '/') != NULL ? "must not hold '/'" : NULL;
}

static const char *topic_error(const struct kv_field *fields, unsigned at)
{
    const char *topic = fields[at].text;
    if (strpbrk(topic, "+#") != NULL) {
        return "must not hold a wildcard";
    }
    for (unsigned i = TOPIC; i < at; i++) {
        if (topic[0] != '\0' && strcmp(fields[i].text, topic) == 0) {
            return "another topic is the same";
        }
    }
    return topic[0] == '$' ? "must not start with '$'" : NULL;
}

/* Absent, it is strict. */
static const char *order_error(const struct kv_field *field)
{
    bool good =
        field->line == 0 || strcmp(field->text, "strict") == 0 || strcmp(field->text, LIVE_FIRST) == 0;
    return good ? NULL : "neither strict nor " LIVE_FIRST;
}

static const char *text_error(const struct kv_field *fields, unsigned at)
{
    switch (at) {
    case DEVICE:
        return device_error(fields[at].text);
    case ORDER:
        return order_error(&fields[at]);
    default:
        return topic_error(fields, at);
    }
}

static bool complain(char error[UPLINK_ERROR_SIZE], unsigned line, const char *key, const char *why)
{
    if (line == 0) {
        (void)snprintf(error, UPLINK_ERROR_SIZE, "uplink.conf: %s: %s", key, why);
    } else {
        (void)snprintf(error, UPLINK_ERROR_SIZE, "uplink.conf line %u: %s: %s", line, key, why);
    }
    return false;
}

static bool parse(struct kv_field fields[FIELDS], const char *text, size_t size,
                  char error[UPLINK_ERROR_SIZE])
{
    struct kv_result r = kv_parse(text, size, fields, FIELDS);
    if (r.error != KV_OK) {
        return complain(error, r.error == KV_MISSING ? 0 : r.line, r.key, kv_error_text(r.error));
    }
    for (unsigned i = 0; i < TEXTS; i++) {
        const char *wrong = text_error(fields, i);
        if (wrong != NULL) {
            return complain(error, fields[i].line, fields[i].key, wrong);
        }
    }
    return true;
}

static void take_numbers(struct uplink_conf *conf, const uint64_t value[FIELDS])
{
    conf->keepalive_s = (uint16_t)value[KEEPALIVE];
    conf->qos = (uint8_t)value[QOS];
    conf->batch_readings = (uint8_t)value[READINGS];
    conf->batch_ms = (uint32_t)value[BATCH_MS];
    conf->refuse_tries = (uint8_t)value[TRIES];
    conf->historical_s = (uint32_t)value[HISTORICAL];
    conf->expiry_s = (uint32_t)value[EXPIRY];
    conf->session_s = (uint32_t)value[SESSION];
    conf->will_delay_s = (uint32_t)value[WILL_DELAY];
}

bool uplink_conf_read(struct uplink_conf *conf, const char *text, size_t size, char error[UPLINK_ERROR_SIZE])
{
    char order[ORDER_SIZE] = "";
    *conf = (struct uplink_conf){.keepalive_s = 0};
    const struct {
        const char *key;
        char *text;
        size_t room;
    } texts[TEXTS] = {
        [DEVICE] = {"device", conf->device, sizeof conf->device},
        [TOPIC] = {"topic", conf->topic, sizeof conf->topic},
        [HEALTH] = {"health_topic", conf->health_topic, sizeof conf->health_topic},
        [LEDGER] = {"ledger_topic", conf->ledger_topic, sizeof conf->ledger_topic},
        [NUMBERS] = {"numbers_topic", conf->numbers_topic, sizeof conf->numbers_topic},
        [DEAD] = {"dead_topic", conf->dead_topic, sizeof conf->dead_topic},
        [POSTMORTEM] = {"postmortem_topic", conf->postmortem_topic, sizeof conf->postmortem_topic},
        [ORDER] = {"order", order, sizeof order},
    };
    uint64_t value[FIELDS] = {0};
    struct kv_field fields[FIELDS];
    for (unsigned i = 0; i < FIELDS; i++) {
        value[i] = numbers[i].standard;
        fields[i] = i < TEXTS ? (struct kv_field){.key = texts[i].key,
                                                  .type = KV_TEXT,
                                                  .required = i <= TOPIC,
                                                  .text = texts[i].text,
                                                  .max = texts[i].room}
                              : (struct kv_field){.key = numbers[i].key,
                                                  .type = KV_NUMBER,
                                                  .number = &value[i],
                                                  .min = numbers[i].min,
                                                  .max = numbers[i].max};
    }
    if (!parse(fields, text, size, error)) {
        return false;
    }
    take_numbers(conf, value);
    conf->live_first = strcmp(order, LIVE_FIRST) == 0;
    size_t len = strlen(conf->device);
    memcpy(conf->base_name, conf->device, len);
    memcpy(conf->base_name + len, "/", 2);
    return true;
}
