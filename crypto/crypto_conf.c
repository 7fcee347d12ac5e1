/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the crypto service's configuration and refuses what could not name a server. */
#include "crypto_conf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <postern/kv.h>

#define DEFAULT_PORT 8883
#define LABEL_MAX    63

static int fail(struct crypto_conf *conf, unsigned line, const char *key, const char *what)
{
    if (line != 0) {
        (void)snprintf(conf->problem, sizeof(conf->problem), "crypto.conf line %u: %s: %s", line, key, what);
    } else {
        (void)snprintf(conf->problem, sizeof(conf->problem), "crypto.conf: %s: %s", key, what);
    }
    return -1;
}

/* Labels of letters, digits and inner hyphens, separated by single dots (RFC 1123 section 2.1); dotted
 * addresses pass as well. */
static bool name_is_valid(const char *name)
{
    size_t label = 0;
    char last = '.';
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = isalnum((unsigned char)*c) != 0;
        if (*c == '.') {
            if (label == 0 || last == '-') {
                return false;
            }
            label = 0;
        } else if ((!letter && *c != '-') || (*c == '-' && label == 0) || label == LABEL_MAX) {
            return false;
        } else {
            label++;
        }
        last = *c;
    }
    return label != 0 && last != '-';
}

int crypto_conf_parse(struct crypto_conf *conf, const char *text, size_t size)
{
    uint64_t port = DEFAULT_PORT;
    memset(conf, 0, sizeof(*conf));
    struct kv_field fields[] = {
        {.key = "server.host",
         .type = KV_TEXT,
         .required = true,
         .text = conf->host,
         .max = sizeof(conf->host)},
        {.key = "server.address", .type = KV_TEXT, .text = conf->address, .max = sizeof(conf->address)},
        {.key = "server.port", .type = KV_NUMBER, .number = &port, .min = 1, .max = UINT16_MAX},
    };
    struct kv_result result = kv_parse(text, size, fields, sizeof(fields) / sizeof(fields[0]));
    if (result.error != KV_OK) {
        return fail(conf, result.line, result.key, kv_error_text(result.error));
    }
    conf->port = (uint16_t)port;
    if (!name_is_valid(conf->host)) {
        return fail(conf, fields[0].line, "server.host", "not a host name");
    }
    if (conf->address[0] == '\0') {
        memcpy(conf->address, conf->host, sizeof(conf->address));
    } else if (!name_is_valid(conf->address)) {
        return fail(conf, fields[1].line, "server.address", "neither a host name nor an IPv4 address");
    }
    return 0;
}
