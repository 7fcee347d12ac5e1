/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading net.conf: keys by the common parser, addresses and their agreement here. */
#include "conf.h"

#include <stdio.h>
#include <string.h>
#include <postern/kv.h>

#define DNS_DEFAULT_PORT   53
#define SNTP_DEFAULT_PORT  123
#define ALARM_DEFAULT_PORT 514                /* RFC 5426, section 3.3 */
#define VALUE_ROOM         (NET_HOST_MAX + 6) /* a host, ":65535" and a terminator */

enum { FIELD_DNS, FIELD_IP, FIELD_NETMASK, FIELD_GATEWAY, FIELD_SNTP, FIELD_ALARM, FIELD_NAME, FIELD_COUNT };

/* A decimal number of at most max, without leading zeroes. Returns the character after it, NULL if there is
 * none. */
static const char *read_number(const char *s, uint32_t max, uint32_t *value)
{
    const char *start = s;

    *value = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        *value = *value * 10 + (uint32_t)(*s - '0');
        if (*value > max) {
            return NULL;
        }
    }
    return s == start || (*start == '0' && s != start + 1) ? NULL : s;
}

static const char *read_address(const char *s, uint32_t *address)
{
    uint32_t octet;

    *address = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0 && *s++ != '.') {
            return NULL;
        }
        s = read_number(s, 255, &octet);
        if (s == NULL) {
            return NULL;
        }
        *address = *address << 8 | octet;
    }
    return s;
}

static bool plain_address(const char *s, uint32_t *address)
{
    const char *end = read_address(s, address);

    return end != NULL && *end == '\0';
}

/* An address that a host can have: not 0/8, not loopback, not multicast or above. */
static bool host_address(uint32_t address)
{
    uint32_t top = address >> 24;

    return top != 0 && top != 127 && top < 224;
}

static const char *check_dns(const char *text, struct net_conf *conf)
{
    uint32_t port = DNS_DEFAULT_PORT;
    const char *end = read_address(text, &conf->dns_server);

    if (end == NULL || !host_address(conf->dns_server)) {
        return "not an IPv4 address of a host";
    }
    if (*end == ':') {
        end = read_number(end + 1, UINT16_MAX, &port);
    }
    if (end == NULL || *end != '\0' || port == 0) {
        return "not a port number";
    }
    conf->dns_port = (uint16_t)port;
    return NULL;
}

static const char *check_ip(const char *text, struct net_conf *conf)
{
    bool ok = plain_address(text, &conf->ip) && host_address(conf->ip);

    return ok ? NULL : "not an IPv4 address of a host";
}

static const char *check_netmask(const char *text, struct net_conf *conf)
{
    if (!plain_address(text, &conf->netmask)) {
        return "not an IPv4 network mask";
    }
    uint32_t inverse = ~conf->netmask;
    if (conf->netmask == 0 || (inverse & (inverse + 1)) != 0) {
        return "not a contiguous network mask";
    }
    if (conf->ip == 0) {
        return "needs ip";
    }
    uint32_t host = conf->ip & inverse;
    return inverse > 1 && (host == 0 || host == inverse) ? "makes ip the network's own or broadcast address"
                                                         : NULL;
}

static const char *check_gateway(const char *text, struct net_conf *conf)
{
    if (!plain_address(text, &conf->gateway)) {
        return "not an IPv4 address of a host";
    }
    if (conf->ip == 0) {
        return "needs ip";
    }
    bool near = ((conf->gateway ^ conf->ip) & conf->netmask) == 0 && conf->gateway != conf->ip;
    return near ? NULL : "not another host in the network of ip";
}

/* Letters, digits, dashes between them, dots between those. */
static size_t host_length(const char *s)
{
    static const char alnum[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t length = strspn(s, "-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    for (size_t i = 0; i < length; i++) {
        bool between = i > 0 && i + 1 < length && (s[i] == '-' || s[i - 1] != '.');
        if (strchr(alnum, s[i]) == NULL && !between) {
            return 0;
        }
    }
    return length;
}

/* HOST[:PORT]; the port stays as it is if none is given. */
static const char *read_server(const char *text, char host[NET_HOST_MAX], uint16_t *port)
{
    size_t length = host_length(text);
    uint32_t number = *port;
    const char *end = text + length;

    if (length == 0 || length >= NET_HOST_MAX || (*end != ':' && *end != '\0')) {
        return "not the name or IPv4 address of a host";
    }
    if (*end == ':') {
        end = read_number(end + 1, UINT16_MAX, &number);
    }
    if (end == NULL || *end != '\0' || number == 0) {
        return "not a port number";
    }
    memcpy(host, text, length);
    host[length] = '\0';
    *port = (uint16_t)number;
    return NULL;
}

static const char *check_sntp(const char *text, struct net_conf *conf)
{
    return read_server(text, conf->sntp_host, &conf->sntp_port);
}

static const char *check_alarm(const char *text, struct net_conf *conf)
{
    return read_server(text, conf->alarm_host, &conf->alarm_port);
}

static const char *check_name(const char *text, struct net_conf *conf)
{
    size_t length = host_length(text);

    if (length == 0 || length >= sizeof conf->alarm_name || text[length] != '\0') {
        return "not a name of letters, digits, dashes and dots";
    }
    memcpy(conf->alarm_name, text, length + 1);
    return NULL;
}

static struct conf_error fault(const char *what, unsigned line, const char *key)
{
    struct conf_error error = {.what = what, .line = line};

    (void)snprintf(error.key, sizeof(error.key), "%s", key);
    return error;
}

static struct conf_error check_all(const struct kv_field *fields, struct net_conf *conf)
{
    static const char *(*const check[FIELD_COUNT])(const char *, struct net_conf *) = {
        [FIELD_DNS] = check_dns,         [FIELD_IP] = check_ip,     [FIELD_NETMASK] = check_netmask,
        [FIELD_GATEWAY] = check_gateway, [FIELD_SNTP] = check_sntp, [FIELD_ALARM] = check_alarm,
        [FIELD_NAME] = check_name,
    };

    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        const char *what = fields[i].line == 0 ? NULL : check[i](fields[i].text, conf);
        if (what != NULL) {
            return fault(what, fields[i].line, fields[i].key);
        }
        if (i == FIELD_NETMASK && conf->ip != 0 && fields[i].line == 0) {
            return fault("missing beside ip", 0, fields[i].key);
        }
    }
    return (struct conf_error){0};
}

struct conf_error conf_parse(const char *text, size_t length, struct net_conf *conf)
{
    char value[FIELD_COUNT][VALUE_ROOM];
    struct kv_field fields[FIELD_COUNT] = {
        [FIELD_DNS] = {.key = "dns.server"},   [FIELD_IP] = {.key = "ip"},
        [FIELD_NETMASK] = {.key = "netmask"},  [FIELD_GATEWAY] = {.key = "gateway"},
        [FIELD_SNTP] = {.key = "sntp.server"}, [FIELD_ALARM] = {.key = "alarm.server"},
        [FIELD_NAME] = {.key = "alarm.name"},
    };

    *conf = (struct net_conf){
        .dns_port = DNS_DEFAULT_PORT, .sntp_port = SNTP_DEFAULT_PORT, .alarm_port = ALARM_DEFAULT_PORT};
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        fields[i].type = KV_TEXT;
        fields[i].text = value[i];
        fields[i].max = VALUE_ROOM;
    }
    struct kv_result parsed = kv_parse(text, length, fields, FIELD_COUNT);
    struct conf_error error = parsed.error == KV_OK
                                  ? check_all(fields, conf)
                                  : fault(kv_error_text(parsed.error), parsed.line, parsed.key);
    if (error.what != NULL) {
        *conf = (struct net_conf){0};
    }
    return error;
}
