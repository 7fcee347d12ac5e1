/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network component's configuration text (net.conf). All keys are optional:
 *   dns.server = ADDRESS[:PORT]   instead of the one that DHCP names
 *   ip = ADDRESS                  with netmask: no DHCP
 *   netmask = MASK
 *   gateway = ADDRESS             inside the network of ip
 *   sntp.server = HOST[:PORT]     a time server to ask, by name or address; none: nobody is asked
 *   alarm.server = HOST[:PORT]    a syslog server for alarms; none: nobody is told
 *   alarm.name = NAME             what the gateway calls itself there
 */
#ifndef NET_CONF_H
#define NET_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_HOST_MAX 64 /* with its terminator */

/* Addresses in host byte order; 0: not given. */
struct net_conf {
    uint32_t ip;
    uint32_t netmask;
    uint32_t gateway;
    uint32_t dns_server;
    uint16_t dns_port;            /* 53 unless given */
    uint16_t sntp_port;           /* 123 unless given */
    uint16_t alarm_port;          /* 514 unless given */
    char sntp_host[NET_HOST_MAX]; /* "": none */
    char alarm_host[NET_HOST_MAX];
    char alarm_name[NET_HOST_MAX];
};

/* What is wrong and where. `what` is NULL if nothing is; line is 0 if the fault is a missing key. */
struct conf_error {
    const char *what;
    unsigned line;
    char key[48];
};

/* Reads `length` bytes of text (a NUL ends it early) into *conf, which is zero on an error. */
struct conf_error conf_parse(const char *text, size_t length, struct net_conf *conf);

#endif
