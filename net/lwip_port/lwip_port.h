/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services under lwIP: randomness, sequence numbers, time, the DNS server's port, the end of a failed
 * assertion.
 */
#ifndef NET_LWIP_PORT_H
#define NET_LWIP_PORT_H

#include <stdint.h>

/* UDP port of the DNS server: 53 unless the configuration says otherwise. */
extern uint16_t port_dns_server_port;

/* A number nobody can predict. Only after random_start. */
uint32_t port_random(void);

/* Initial sequence number of a connection (RFC 6528): a 4-microsecond clock plus a keyed hash of the end
 * points, given in network byte order as lwIP has them. */
uint32_t port_tcp_isn(uint32_t local_ip, uint16_t local_port, uint32_t remote_ip, uint16_t remote_port);

/* Microseconds since power-on. The program provides it: the machine's counter, or a test's. */
uint64_t port_now_us(void);

/* Reports the message and stops the component. The program provides it. */
_Noreturn void port_assert_failed(const char *message);

#endif
