/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line to the operator's syslog server (RFC 5424 over UDP, RFC 5426): this gateway runs its safe
 * composition. It says nothing else, and nobody can prove who sent it.
 */
#ifndef NET_ALARM_H
#define NET_ALARM_H

#include <stdint.h>
#include "conf.h"

#define ALARM_AGAIN_MS 500u /* until there is an address */

/* Remembers whom to tell. After address_start; `conf` stays with the caller. */
void alarm_begin(const struct net_conf *conf);

/* Tells it once, as soon as there is an address. Nothing if there is no server. */
void alarm_raise(void);

/* Lines that were sent. */
uint64_t alarm_count(void);

#endif
