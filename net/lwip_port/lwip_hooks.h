/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lwIP asks before it handles a segment.
 */
#ifndef NET_LWIP_HOOKS_H
#define NET_LWIP_HOOKS_H

#include <lwip/err.h>

struct tcp_pcb;
struct tcp_hdr;
struct pbuf;

/* ERR_OK: handle this segment, whose header is in the host's byte order and `data` what follows it. Otherwise
 * it is dropped: an empty segment of an established connection whose numbers nobody can have sent, less than
 * 500 ms after another one. TCP answers such a segment (RFC 9293, 3.10.7.4); without a limit two ends that
 * disagree, as after a forged segment, answer each other's answers for ever. */
err_t port_tcp_answerable(const struct tcp_pcb *pcb, const struct tcp_hdr *header, const struct pbuf *data);

#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, optlen, opt1len, opt2, p) port_tcp_answerable(pcb, header, p)

#endif
