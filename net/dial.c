/* SPDX-License-Identifier: BSD-2-Clause */
/* Link, address, name, connection: the way to the peer. */
#include "dial.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <lwip/def.h>
#include <lwip/dns.h>
#include <lwip/timeouts.h>
#include "address.h"
#include "link.h"
#include "lwip_port.h"

#define PORT_FIRST 49152u /* ephemeral ports end at 65535 */
#define PORT_TRIES 8

static void expired(void *arg);

static void finish(struct dial *dial, const struct dial_result *result)
{
    sys_untimeout(expired, dial);
    dial->state = DIAL_IDLE;
    dial->pcb = NULL;
    dial->done(dial->owner, result);
}

static void fail(struct dial *dial, enum stream_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct dial *dial, enum stream_reason reason, const char *format, ...)
{
    struct dial_result result = {.reason = reason};
    va_list args;

    va_start(args, format);
    (void)vsnprintf(result.text, sizeof(result.text), format, args);
    va_end(args);
    finish(dial, &result);
}

static void enter(struct dial *dial, enum dial_state state, u32_t deadline_ms)
{
    sys_untimeout(expired, dial);
    dial->state = state;
    sys_timeout(deadline_ms, expired, dial);
}

static void drop_pcb(struct dial *dial)
{
    struct tcp_pcb *pcb = dial->pcb;

    if (pcb != NULL) {
        dial->pcb = NULL;
        tcp_err(pcb, NULL);
        tcp_abort(pcb);
    }
}

static const char *remote_text(const struct dial *dial)
{
    static char text[ADDRESS_TEXT];
    char ip[IP4ADDR_STRLEN_MAX];

    (void)ip4addr_ntoa_r(ip_2_ip4(&dial->remote), ip, sizeof(ip));
    (void)snprintf(text, sizeof(text), "%s:%u", ip, (unsigned)dial->port);
    return text;
}

/* A deadline of the current step has passed. */
static void expired(void *arg)
{
    struct dial *dial = arg;

    if (dial->state == DIAL_CONNECTING) {
        drop_pcb(dial);
        fail(dial, STREAM_REASON_TIMEOUT, "no answer from %s", remote_text(dial));
    } else if (!link_up()) {
        fail(dial, STREAM_REASON_NO_LINK, "no link");
    } else {
        fail(dial, STREAM_REASON_NO_ADDRESS, "no address (%s)", address_dynamic() ? "DHCP" : "static");
    }
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct dial *dial = arg;
    struct dial_result result = {.pcb = pcb};

    (void)err; /* lwIP always says ERR_OK */
    tcp_arg(pcb, NULL);
    tcp_err(pcb, NULL);
    (void)snprintf(result.text, sizeof(result.text), "%s", remote_text(dial));
    finish(dial, &result);
    return ERR_OK;
}

/* The connection attempt is over and the pcb already freed. */
static void refused(void *arg, err_t err)
{
    struct dial *dial = arg;

    dial->pcb = NULL;
    if (err == ERR_RST) {
        fail(dial, STREAM_REASON_REFUSED, "connection refused by %s", remote_text(dial));
    } else {
        fail(dial, STREAM_REASON_TIMEOUT, "no answer from %s", remote_text(dial));
    }
}

/* lwIP would count its local ports up; a random one is harder to hit blindly. */
static err_t bind_random_port(struct tcp_pcb *pcb)
{
    err_t err = ERR_USE;

    for (unsigned i = 0; i < PORT_TRIES && err == ERR_USE; i++) {
        err = tcp_bind(pcb, IP_ANY_TYPE, (u16_t)(PORT_FIRST | (port_random() & (UINT16_MAX - PORT_FIRST))));
    }
    return err;
}

static void connect_to_remote(struct dial *dial)
{
    struct tcp_pcb *pcb = tcp_new();
    err_t err;

    if (pcb == NULL) {
        fail(dial, STREAM_REASON_INTERNAL, "too many connections");
        return;
    }
    enter(dial, DIAL_CONNECTING, DIAL_CONNECT_MS);
    dial->pcb = pcb;
    tcp_arg(pcb, dial);
    tcp_err(pcb, refused);
    err = bind_random_port(pcb);
    if (err == ERR_OK) {
        err = tcp_connect(pcb, &dial->remote, dial->port, connected);
    }
    if (err != ERR_OK) {
        drop_pcb(dial);
        fail(dial, err == ERR_RTE ? STREAM_REASON_NO_ADDRESS : STREAM_REASON_INTERNAL,
             "cannot connect to %s: %s", remote_text(dial), err == ERR_RTE ? "no route" : "out of resources");
    }
}

/* An error answer comes while a packet is being handled; silence ends in a timer. */
static void resolved(const char *name, const ip_addr_t *address, void *arg)
{
    struct dial *dial = arg;
    char server[ADDRESS_TEXT];

    if (dial->state != DIAL_RESOLVING || lwip_stricmp(name, dial->host) != 0) {
        return;
    }
    if (address != NULL) {
        dial->remote = *address;
        connect_to_remote(dial);
        return;
    }
    address_dns_text(server);
    if (link_in_input()) {
        fail(dial, STREAM_REASON_DNS, "DNS: %s does not know %s", server, dial->host);
    } else {
        fail(dial, STREAM_REASON_DNS, "DNS: no answer from %s", server);
    }
}

static void resolve(struct dial *dial)
{
    err_t err;

    if (!address_apply_dns()) {
        ip_addr_t literal;
        if (ipaddr_aton(dial->host, &literal) == 0) {
            fail(dial, STREAM_REASON_DNS, "DNS: no server to ask for %s", dial->host);
            return;
        }
    }
    sys_untimeout(expired, dial); /* the resolver has its own deadline */
    dial->state = DIAL_RESOLVING;
    err = dns_gethostbyname(dial->host, &dial->remote, resolved, dial);
    if (err == ERR_OK) {
        connect_to_remote(dial);
    } else if (err != ERR_INPROGRESS) {
        fail(dial, STREAM_REASON_DNS, "DNS: cannot ask for %s", dial->host);
    }
}

void dial_start(struct dial *dial, const char *host, uint16_t port, dial_done *done, void *owner)
{
    (void)snprintf(dial->host, sizeof(dial->host), "%s", host);
    dial->port = port;
    dial->pcb = NULL;
    dial->done = done;
    dial->owner = owner;
    enter(dial, DIAL_WAITING, DIAL_WAIT_MS);
    dial_poll(dial);
}

void dial_cancel(struct dial *dial)
{
    if (dial->state != DIAL_IDLE) {
        sys_untimeout(expired, dial);
        drop_pcb(dial);
        dial->state = DIAL_IDLE;
    }
}

void dial_poll(struct dial *dial)
{
    if (dial->state == DIAL_WAITING && address_ready()) {
        resolve(dial);
    }
}
