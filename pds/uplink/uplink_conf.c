/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and checks the uplink's configuration. */
#include "uplink_conf.h"
#include "senml.h"
#include <postern/kv.h>
#include <stdio.h>
#include <string.h>

#define KEEPALIVE_DEFAULT_S 60

enum { DEVICE, TOPIC, KEEPALIVE, FIELDS };

static const char *device_error(const char *device)
{
    if (!senml_name_valid(device)) {
        return "letters, digits and - : . _ only, starting with a letter or digit";
    }
    return strchr(device, '/') != NULL ? "must not hold '/'" : NULL;
}

static const char *topic_error(const char *topic)
{
    if (strpbrk(topic, "+#") != NULL) {
        return "must not hold a wildcard";
    }
    return topic[0] == '$' ? "must not start with '$'" : NULL;
}

bool uplink_conf_read(struct uplink_conf *conf, const char *text, size_t size, char error[UPLINK_ERROR_SIZE])
{
    uint64_t keepalive = KEEPALIVE_DEFAULT_S;
    *conf = (struct uplink_conf){.keepalive_s = 0};
    struct kv_field fields[FIELDS] = {
        [DEVICE] = {.key = "device",
                    .type = KV_TEXT,
                    .required = true,
                    .text = conf->device,
                    .max = UPLINK_DEVICE_SIZE},
        [TOPIC] = {.key = "topic",
                   .type = KV_TEXT,
                   .required = true,
                   .text = conf->topic,
                   .max = UPLINK_TOPIC_SIZE},
        [KEEPALIVE] =
            {.key = "keepalive_s", .type = KV_NUMBER, .number = &keepalive, .min = 5, .max = UINT16_MAX},
    };
    struct kv_result r = kv_parse(text, size, fields, FIELDS);
    if (r.error == KV_MISSING) {
        (void)snprintf(error, UPLINK_ERROR_SIZE, "uplink.conf: %s: %s", r.key, kv_error_text(r.error));
        return false;
    }
    if (r.error != KV_OK) {
        (void)snprintf(error, UPLINK_ERROR_SIZE, "uplink.conf line %u: %s: %s", r.line, r.key,
                       kv_error_text(r.error));
        return false;
    }
    const char *wrong[FIELDS] = {[DEVICE] = device_error(conf->device), [TOPIC] = topic_error(conf->topic)};
    for (unsigned i = 0; i < FIELDS; i++) {
        if (wrong[i] != NULL) {
            (void)snprintf(error, UPLINK_ERROR_SIZE, "uplink.conf line %u: %s: %s", fields[i].line,
                           fields[i].key, wrong[i]);
            return false;
        }
    }
    conf->keepalive_s = (uint16_t)keepalive;
    size_t len = strlen(conf->device);
    memcpy(conf->base_name, conf->device, len);
    memcpy(conf->base_name + len, "/", 2);
    return true;
}
