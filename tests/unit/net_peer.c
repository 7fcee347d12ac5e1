/* SPDX-License-Identifier: BSD-2-Clause */
/* The scripted network: ARP, DHCP, DNS and TCP as little as a test needs, written from the RFCs, not with
 * lwIP. */
#include "net_peer.h"

#include <assert.h>
#include <string.h>
#include <postern/protocol/eth.h>
#include "net_bench.h"

#define PEER_IP      0x0a000202u
#define CLIENT_IP    0x0a00020fu
#define DNS_PORT     5353u
#define BROKER_PORT  8883u
#define PEER_WINDOW  0x4000u
#define MAC_LENGTH   6u
#define IP_HEADER    20u
#define ETH_HEADER   14u
#define TCP_HEADER   20u
#define UDP_HEADER   8u
#define DHCP_OPTIONS 240u

struct peer peer;

static const uint8_t peer_mac[6] = {0x52, 0x55, 10, 0, 2, 2};
static const uint8_t client_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        sum += (i & 1) != 0 ? p[i] : (uint32_t)p[i] << 8;
    }
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* 0 for a packet whose transport checksum is right. */
static uint16_t transport_checksum(const uint8_t *ip, uint32_t transport_length)
{
    uint32_t sum = sum16(0, ip + 12, 8) + ip[9] + transport_length;
    return fold(sum16(sum, ip + IP_HEADER, transport_length));
}

void peer_reset(void)
{
    unsigned corpus_count = peer.corpus_count;
    memset(&peer, 0, offsetof(struct peer, corpus));
    peer.dhcp = true;
    peer.corpus_count = corpus_count;
}

void peer_link(bool up)
{
    struct eth_info info = {.link_up = up};
    memcpy(info.mac, client_mac, sizeof(info.mac));
    assert(ring_push(&bench_driver_rx, ETH_INFO, &info, sizeof(info)) == RING_OK);
}

bool peer_raw(const void *frame, uint32_t length)
{
    return ring_push(&bench_driver_rx, ETH_FRAME, frame, length) == RING_OK;
}

static void send_frame(const uint8_t *frame, uint32_t length)
{
    uint32_t slot = peer.frames % PEER_CORPUS;
    memcpy(peer.corpus[slot], frame, length);
    peer.corpus_length[slot] = length;
    peer.corpus_count = slot >= peer.corpus_count ? slot + 1 : peer.corpus_count;
    (void)peer_raw(frame, length);
}

static void send_ip(uint8_t protocol, uint32_t to, uint8_t *frame, uint32_t transport_length, uint16_t damage)
{
    uint8_t *ip = frame + ETH_HEADER;
    uint32_t at = protocol == 6 ? 16 : 6;
    memcpy(frame, client_mac, MAC_LENGTH);
    memcpy(frame + 6, peer_mac, MAC_LENGTH);
    put16(frame + 12, 0x0800);
    memset(ip, 0, IP_HEADER);
    ip[0] = 0x45;
    put16(ip + 2, IP_HEADER + transport_length);
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, PEER_IP);
    put32(ip + 16, to);
    put16(ip + 10, fold(sum16(0, ip, IP_HEADER)));
    put16(ip + IP_HEADER + at, 0);
    put16(ip + IP_HEADER + at, transport_checksum(ip, transport_length) ^ (uint32_t)damage);
    send_frame(frame, ETH_HEADER + IP_HEADER + transport_length);
}

void peer_repair_checksums(uint8_t *frame, uint32_t length)
{
    uint8_t *ip = frame + ETH_HEADER;
    uint32_t room = length - ETH_HEADER - IP_HEADER;
    if (length < ETH_HEADER + IP_HEADER + UDP_HEADER || get16(frame + 12) != 0x0800) {
        return;
    }
    put16(ip + 10, 0);
    put16(ip + 10, fold(sum16(0, ip, IP_HEADER)));
    uint32_t total = get16(ip + 2);
    uint32_t payload =
        total >= IP_HEADER + UDP_HEADER && total - IP_HEADER <= room ? total - IP_HEADER : room;
    uint32_t at = IP_HEADER + (ip[9] == 6 ? 16u : 6u);
    if ((ip[9] == 6 && payload >= TCP_HEADER) || ip[9] == 17) {
        put16(ip + at, 0);
        put16(ip + at, transport_checksum(ip, payload));
    }
}

static void send_udp(uint16_t from, uint16_t to, uint32_t to_ip, const uint8_t *data, uint32_t length)
{
    uint8_t frame[1514];
    uint8_t *udp = frame + ETH_HEADER + IP_HEADER;
    put16(udp, from);
    put16(udp + 2, to);
    put16(udp + 4, UDP_HEADER + length);
    memcpy(udp + UDP_HEADER, data, length);
    send_ip(17, to_ip, frame, UDP_HEADER + length, 0);
}

void peer_tcp(unsigned flags, const void *data, uint32_t length, uint16_t damage)
{
    uint8_t frame[1514];
    uint8_t *tcp = frame + ETH_HEADER + IP_HEADER;
    memset(tcp, 0, TCP_HEADER);
    put16(tcp, BROKER_PORT);
    put16(tcp + 2, peer.port);
    put32(tcp + 4, peer.snd_next);
    put32(tcp + 8, peer.rcv_next);
    tcp[12] = 5 << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, PEER_WINDOW);
    memcpy(tcp + TCP_HEADER, data == NULL ? "" : data, length);
    peer.snd_next += length + ((flags & (TCP_FLAG_SYN | TCP_FLAG_FIN)) != 0 ? 1u : 0u);
    send_ip(6, CLIENT_IP, frame, TCP_HEADER + length, damage);
}

static void take_arp(const uint8_t *arp)
{
    uint8_t frame[60] = {0};
    if (get16(arp + 6) != 1 || get32(arp + 24) != PEER_IP) {
        return;
    }
    memcpy(frame, arp + 8, MAC_LENGTH);
    memcpy(frame + 6, peer_mac, MAC_LENGTH);
    put16(frame + 12, 0x0806);
    memcpy(frame + ETH_HEADER, "\0\1\x08\0\6\4\0\2", 8);
    memcpy(frame + ETH_HEADER + 8, peer_mac, MAC_LENGTH);
    put32(frame + ETH_HEADER + 14, PEER_IP);
    memcpy(frame + ETH_HEADER + 18, arp + 8, 10);
    send_frame(frame, sizeof(frame));
}

static void take_dhcp(const uint8_t *dhcp)
{
    static const uint8_t options[] = {51, 4,  0, 0, 0x0e, 0x10, 1, 4,  255, 255, 255, 0,  3,
                                      4,  10, 0, 2, 2,    6,    4, 10, 0,   2,   3,   255};
    uint8_t answer[DHCP_OPTIONS + 60] = {2, 1, 6};
    uint8_t type = dhcp[DHCP_OPTIONS + 2]; /* lwIP puts it first */
    peer.discovers += type == 1 ? 1u : 0u;
    peer.xid = get32(dhcp + 4);
    if (!peer.dhcp) {
        return;
    }
    put32(answer + 4, peer.xid);
    put32(answer + 16, CLIENT_IP);
    memcpy(answer + 28, client_mac, MAC_LENGTH);
    put32(answer + 236, 0x63825363);
    memcpy(answer + DHCP_OPTIONS, "\x35\1\0\x36\4\x0a\0\2\2", 9);
    answer[DHCP_OPTIONS + 2] = type == 1 ? 2 : 5;
    memcpy(answer + DHCP_OPTIONS + 9, options, sizeof(options));
    send_udp(67, 68, CLIENT_IP, answer, sizeof(answer));
}

static void take_dns(uint16_t port, const uint8_t *query, uint32_t length)
{
    uint8_t answer[300];
    peer.queries++;
    peer.query_id = get16(query);
    peer.query_port = port;
    if (peer.dns == DNS_SILENT || length > 200) {
        return;
    }
    memcpy(answer, query, length);
    put16(answer + 2, peer.dns == DNS_UNKNOWN ? 0x8183 : 0x8180);
    if (peer.dns == DNS_ANSWERS) {
        put16(answer + 6, 1);
        memcpy(answer + length, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\2\2", 16);
        length += 16;
    }
    send_udp(DNS_PORT, port, CLIENT_IP, answer, length);
}

static void take_syn(const uint8_t *tcp)
{
    peer.syns++;
    peer.isn = get32(tcp + 4);
    if (peer.tcp == TCP_SILENT) {
        return;
    }
    peer.port = get16(tcp);
    peer.rcv_next = peer.isn + 1;
    peer.snd_next = 0xfffff000u; /* wraps early */
    if (peer.tcp == TCP_REFUSES) {
        peer_tcp(TCP_FLAG_RST | TCP_FLAG_ACK, NULL, 0, 0);
        return;
    }
    peer.established = true;
    peer.fin_seen = peer.rst_seen = false;
    peer.received = 0;
    peer.acked = peer.snd_next;
    peer_tcp(TCP_FLAG_SYN | TCP_FLAG_ACK, NULL, 0, 0);
}

static void take_segment(const uint8_t *tcp, uint32_t length)
{
    uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;
    uint32_t data = length - header;
    unsigned flags = tcp[13];
    if ((flags & TCP_FLAG_RST) != 0) {
        peer.rst_seen = true;
        peer.established = false;
        return;
    }
    peer.window = get16(tcp + 14);
    if ((int32_t)(get32(tcp + 8) - peer.acked) > 0) {
        peer.acked = get32(tcp + 8);
    }
    if (peer.no_ack || (data == 0 && (flags & TCP_FLAG_FIN) == 0)) {
        return;
    }
    if (get32(tcp + 4) == peer.rcv_next) {
        assert(peer.received + data <= PEER_RECEIVED_MAX);
        memcpy(peer.bytes + peer.received, tcp + header, data);
        peer.received += data;
        peer.rcv_next += data + ((flags & TCP_FLAG_FIN) != 0 ? 1u : 0u);
        peer.fin_seen = peer.fin_seen || (flags & TCP_FLAG_FIN) != 0;
    }
    peer_tcp(TCP_FLAG_ACK, NULL, 0, 0);
}

static void take_ip(const uint8_t *ip, uint32_t length)
{
    uint32_t total = get16(ip + 2);
    const uint8_t *transport = ip + IP_HEADER;
    bool sound = length >= IP_HEADER && ip[0] == 0x45 && total <= length && total >= IP_HEADER + UDP_HEADER &&
                 fold(sum16(0, ip, IP_HEADER)) == 0 &&
                 (transport_checksum(ip, total - IP_HEADER) == 0 || ip[9] == 1);
    if (!sound) {
        peer.bad_frames++;
        return;
    }
    if (ip[9] == 17 && get16(transport + 2) == 67) {
        take_dhcp(transport + UDP_HEADER);
    } else if (ip[9] == 17 && get16(transport + 2) == DNS_PORT) {
        take_dns(get16(transport), transport + UDP_HEADER, total - IP_HEADER - UDP_HEADER);
    } else if (ip[9] == 6 && get16(transport + 2) == BROKER_PORT) {
        if ((transport[13] & TCP_FLAG_SYN) != 0) {
            take_syn(transport);
        } else if (get16(transport) == peer.port) {
            take_segment(transport, total - IP_HEADER);
        }
    }
}

static void take_frame(const uint8_t *frame, uint32_t length)
{
    peer.frames++;
    bool ours = length >= ETH_HEADER && memcmp(frame + 6, client_mac, MAC_LENGTH) == 0;
    if (ours && get16(frame + 12) == 0x0806) {
        take_arp(frame + ETH_HEADER);
    } else if (ours && get16(frame + 12) == 0x0800) {
        take_ip(frame + ETH_HEADER, length - ETH_HEADER);
    } else {
        peer.bad_frames++;
    }
}

bool peer_step(void)
{
    uint8_t frame[BENCH_SLOT_SIZE];
    uint32_t kind, length;
    bool any = false;
    for (unsigned i = 0; i < 2 * BENCH_SLOTS && !peer.deaf; i++) {
        enum ring_status status = ring_pop(&bench_driver_tx, &kind, frame, sizeof(frame), &length);
        if (status == RING_EMPTY) {
            break;
        }
        assert(status == RING_OK || status == RING_RESTARTED);
        if (status == RING_OK && kind == ETH_FRAME) {
            take_frame(frame, length);
            any = true;
        }
    }
    return any;
}
