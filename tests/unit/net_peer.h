/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scripted network behind the driver's end of the frame rings: one machine, 10.0.2.2, that is gateway, DHCP
 * server, DNS server on port 5353 and TCP peer, each with a choice of behaviours. It checks every frame that
 * it is sent.
 */
#ifndef TEST_NET_PEER_H
#define TEST_NET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_RECEIVED_MAX (1u << 20)
#define PEER_CORPUS       64u

enum tcp_flag { TCP_FLAG_FIN = 1, TCP_FLAG_SYN = 2, TCP_FLAG_RST = 4, TCP_FLAG_PSH = 8, TCP_FLAG_ACK = 16 };

struct peer {
    bool deaf; /* takes nothing from the ring */
    bool dhcp; /* answers DHCP */
    enum { DNS_ANSWERS, DNS_UNKNOWN, DNS_SILENT } dns;
    enum { TCP_ACCEPTS, TCP_REFUSES, TCP_SILENT } tcp;
    bool no_ack; /* accepts, then acknowledges nothing any more */

    /* The connection. */
    bool established, fin_seen, rst_seen;
    uint16_t port;     /* of the component */
    uint32_t snd_next; /* our next sequence number */
    uint32_t acked;    /* what the component has acknowledged of ours */
    uint32_t rcv_next; /* the next one we expect */
    uint32_t window;   /* the component's window */
    size_t received;   /* bytes in order */
    uint8_t bytes[PEER_RECEIVED_MAX];

    /* What was seen. */
    unsigned frames, bad_frames, syns, discovers, queries, resets;
    uint32_t isn, xid;
    uint16_t query_id, query_port;

    /* Valid frames to the component, to be mutated. */
    uint8_t corpus[PEER_CORPUS][1514];
    uint32_t corpus_length[PEER_CORPUS];
    unsigned corpus_count;
};

extern struct peer peer;

/* Answers everything, link down. */
void peer_reset(void);

/* The driver reports the link. */
void peer_link(bool up);

/* Handles what the component has sent. True if there was something. */
bool peer_step(void);

/* Sends a TCP segment on the connection; advances snd_next by data, SYN and FIN. `damage` is xored into the
 * checksum. */
void peer_tcp(unsigned flags, const void *data, uint32_t length, uint16_t damage);

/* Makes the checksums of an IPv4 frame right, whatever else is wrong with it. */
void peer_repair_checksums(uint8_t *frame, uint32_t length);

/* Puts any bytes into the ring as a frame. False: ring full. */
bool peer_raw(const void *frame, uint32_t length);

#endif
