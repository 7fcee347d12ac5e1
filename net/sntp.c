/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the time server over lwIP's UDP: one at a time, each from a port and with a cookie of its own.
 */
#include "sntp.h"

#include <stdio.h>
#include <string.h>
#include <lwip/dns.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <postern/log.h>
#include <postern/release_time.h>
#include "address.h"
#include "lwip_port.h"

#define NS_PER_US  UINT64_C(1000)
#define PORT_FIRST 49152u
#define PORT_TRIES 8u

static struct {
    const char *host; /* NULL: nobody is asked */
    uint16_t port;
    struct udp_pcb *pcb; /* NULL: no question is open */
    uint64_t cookie;
    uint64_t asked_us;
    uint32_t poll_ms;
    bool silent; /* the log knows that the server does not answer */
    struct sntp_counters counters;
} client;

static char host_text[NET_HOST_MAX];

static void ask(void *arg);

static void close_question(void)
{
    if (client.pcb != NULL) {
        udp_remove(client.pcb);
        client.pcb = NULL;
    }
}

static void ask_in(uint32_t ms)
{
    sys_untimeout(ask, NULL);
    sys_timeout(ms, ask, NULL);
}

/* The question is over. Each one makes the next one later, except those that bring the clock nearer. */
static void finish(bool hurry)
{
    close_question();
    ask_in(client.poll_ms);
    if (!hurry && client.poll_ms < SNTP_POLL_MAX_MS) {
        client.poll_ms *= 2;
    }
}

static void unanswered(void *arg)
{
    (void)arg;
    client.counters.lost++;
    if (!client.silent) {
        client.silent = true;
        log_warn("time server %s does not answer", client.host);
    }
    finish(false);
}

static void refuse(enum sntp_verdict verdict, const struct sntp_answer *answer)
{
    static const char *const reason[SNTP_VERDICTS] = {
        [SNTP_SHORT] = "too short",
        [SNTP_NOT_SERVER] = "not a server's answer",
        [SNTP_FORGED] = "not an answer to our question",
        [SNTP_KISS] = "it wants to be asked less",
        [SNTP_UNSET] = "its own clock is not set",
        [SNTP_DISTANT] = "its clock is too inexact",
        [SNTP_BACKWARDS] = "its times contradict each other",
    };

    client.counters.refused[verdict]++;
    if (client.counters.refused[verdict] == 1) {
        log_warn("time server %s: %s%s%s", client.host, reason[verdict], verdict == SNTP_KISS ? ": " : "",
                 answer->kiss);
    }
}

static void take(const uint8_t *packet, size_t length, uint64_t now_us)
{
    struct sntp_answer answer;
    enum sntp_verdict verdict = sntp_packet_check(
        packet, length, client.cookie, (now_us - client.asked_us) * NS_PER_US, RELEASE_TIME_S, &answer);

    if (verdict != SNTP_GOOD) {
        refuse(verdict, &answer);
    }
    if (verdict == SNTP_SHORT || verdict == SNTP_NOT_SERVER || verdict == SNTP_FORGED) {
        return; /* anybody can send that: the true answer may still come */
    }
    sys_untimeout(unanswered, NULL);
    client.silent = false;
    if (verdict == SNTP_KISS) {
        client.poll_ms = SNTP_POLL_MAX_MS;
    }
    if (verdict != SNTP_GOOD) {
        finish(false);
        return;
    }
    client.counters.good++;
    finish(!sntp_report(&answer, now_us * NS_PER_US));
}

static void received(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *from, u16_t port)
{
    uint8_t bytes[SNTP_PACKET_SIZE];
    uint64_t now_us = port_now_us();
    size_t length = pbuf_copy_partial(packet, bytes, sizeof bytes, 0);

    (void)arg;
    (void)from; /* the pcb is connected: lwIP lets nothing else through */
    (void)port;
    pbuf_free(packet);
    if (pcb == client.pcb) {
        take(bytes, length, now_us);
    }
}

static bool send_question(const ip_addr_t *server)
{
    uint8_t bytes[SNTP_PACKET_SIZE];
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, sizeof bytes, PBUF_RAM);

    if (packet == NULL) {
        return false;
    }
    client.cookie = (uint64_t)port_random() << 32 | port_random();
    sntp_packet_ask(bytes, client.cookie);
    (void)pbuf_take(packet, bytes, sizeof bytes);
    client.asked_us = port_now_us();
    err_t err = udp_connect(client.pcb, server, client.port);
    if (err == ERR_OK) {
        err = udp_send(client.pcb, packet);
    }
    pbuf_free(packet);
    return err == ERR_OK;
}

static bool open_question(void)
{
    err_t err = ERR_USE;

    client.pcb = udp_new();
    if (client.pcb == NULL) {
        return false;
    }
    for (unsigned i = 0; i < PORT_TRIES && err == ERR_USE; i++) {
        err = udp_bind(client.pcb, IP_ANY_TYPE,
                       (u16_t)(PORT_FIRST | (port_random() & (UINT16_MAX - PORT_FIRST))));
    }
    udp_recv(client.pcb, received, NULL);
    return err == ERR_OK;
}

static void ask_server(const ip_addr_t *server)
{
    client.counters.asked++;
    if (!open_question() || !send_question(server)) {
        unanswered(NULL);
        return;
    }
    sys_timeout(SNTP_WAIT_MS, unanswered, NULL);
}

static void resolved(const char *name, const ip_addr_t *address, void *arg)
{
    (void)name;
    (void)arg;
    if (address != NULL) {
        ask_server(address);
    } else {
        unanswered(NULL);
    }
}

static void ask(void *arg)
{
    ip_addr_t server;

    (void)arg;
    if (!address_ready()) {
        ask_in(SNTP_AGAIN_MS);
        return;
    }
    (void)address_apply_dns();
    err_t err = dns_gethostbyname(client.host, &server, resolved, NULL);

    if (err == ERR_OK) {
        ask_server(&server);
    } else if (err != ERR_INPROGRESS) {
        unanswered(NULL);
    }
}

void sntp_begin(const struct net_conf *conf)
{
    memset(&client, 0, sizeof client);
    if (conf->sntp_host[0] == '\0') {
        return;
    }
    (void)snprintf(host_text, sizeof host_text, "%s", conf->sntp_host);
    client.host = host_text;
    client.port = conf->sntp_port;
    client.poll_ms = SNTP_POLL_FIRST_MS;
    ask_in(0);
}

const struct sntp_counters *sntp_counters(void)
{
    return &client.counters;
}
