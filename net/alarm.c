/* SPDX-License-Identifier: BSD-2-Clause */
/* Alarms over lwIP's UDP. */
#include "alarm.h"

#include <stdio.h>
#include <lwip/dns.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <postern/log.h>
#include "address.h"

/* Facility 3 (system daemons), severity 1 (action must be taken immediately); no time stamp: the clock may be
 * one of those that are left out. */
#define ALARM_FORMAT "<25>1 - %s postern - SAFE - safe composition: too many boots did not last"

static const struct net_conf *whom;
static uint64_t sent;

static void send_line(const ip_addr_t *server)
{
    char line[sizeof ALARM_FORMAT + NET_HOST_MAX];
    int length =
        snprintf(line, sizeof line, ALARM_FORMAT, whom->alarm_name[0] != '\0' ? whom->alarm_name : "-");
    struct udp_pcb *pcb = udp_new();
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);

    if (pcb != NULL && packet != NULL && pbuf_take(packet, line, (u16_t)length) == ERR_OK &&
        udp_sendto(pcb, packet, server, whom->alarm_port) == ERR_OK) {
        sent++;
    }
    if (sent == 1) {
        log_warn("alarm to %s", whom->alarm_host);
    }
    if (packet != NULL) {
        pbuf_free(packet);
    }
    if (pcb != NULL) {
        udp_remove(pcb);
    }
}

static void resolved(const char *name, const ip_addr_t *address, void *arg)
{
    (void)name;
    (void)arg;
    if (address != NULL) {
        send_line(address);
    }
}

static void attempt(void *arg)
{
    ip_addr_t server;

    if (!address_ready()) {
        sys_timeout(ALARM_AGAIN_MS, attempt, arg);
        return;
    }
    (void)address_apply_dns();
    if (dns_gethostbyname(whom->alarm_host, &server, resolved, NULL) == ERR_OK) {
        send_line(&server);
    }
}

void alarm_begin(const struct net_conf *conf)
{
    whom = conf->alarm_host[0] != '\0' ? conf : NULL;
    sent = 0;
}

void alarm_raise(void)
{
    if (whom != NULL) {
        sys_untimeout(attempt, NULL);
        attempt(NULL);
    }
}

uint64_t alarm_count(void)
{
    return sent;
}
