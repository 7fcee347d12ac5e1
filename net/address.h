/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The component's own address, by DHCP or as configured, and the name server to ask.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "conf.h"

/* Room for "255.255.255.255:65535" and a terminator. */
#define ADDRESS_TEXT 24

/* Sets the configured address or starts DHCP on link_netif(). Once, after link_start. */
void address_start(const struct net_conf *conf);

/* True while there is an address and the link is up. */
bool address_ready(void);

/* The address, in network byte order; 0 if there is none. */
uint32_t address_own(void);

/* True if the address comes from DHCP, and the state of the DHCP client (DHCP_STATE_* of lwIP; 0: off). */
bool address_dynamic(void);
uint8_t address_dhcp_state(void);

/* Puts the configured name server, if any, before the one of DHCP. Call before every look-up. False: there is
 * none. */
bool address_apply_dns(void);

/* The name server as "address:port". */
void address_dns_text(char text[ADDRESS_TEXT]);

#endif
