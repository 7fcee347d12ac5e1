/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How lwIP is built for the network component: no threads, the raw interface, IPv4, all memory static. Pools
 * are sized for one uplink connection at full window; nothing here listens.
 */
#ifndef NET_LWIPOPTS_H
#define NET_LWIPOPTS_H

#include "lwip_port.h"

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0

/* Protocols. Fragments and IP options are refused: the gateway needs neither and both have a history of
 * faults. */
#define LWIP_ARP            1
#define LWIP_ETHERNET       1
#define LWIP_IPV4           1
#define LWIP_IPV6           0
#define LWIP_ICMP           1
#define LWIP_RAW            0
#define LWIP_UDP            1
#define LWIP_TCP            1
#define LWIP_DHCP           1
#define LWIP_DNS            1
#define LWIP_IGMP           0
#define LWIP_AUTOIP         0
#define IP_REASSEMBLY       0
#define IP_FRAG             0
#define IP_FORWARD          0
#define IP_OPTIONS_ALLOWED  0
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0

/* Nobody else verifies checksums (the device negotiates no offload). */
#define CHECKSUM_GEN_IP       1
#define CHECKSUM_GEN_UDP      1
#define CHECKSUM_GEN_TCP      1
#define CHECKSUM_GEN_ICMP     1
#define CHECKSUM_CHECK_IP     1
#define CHECKSUM_CHECK_UDP    1
#define CHECKSUM_CHECK_TCP    1
#define CHECKSUM_CHECK_ICMP   1
#define LWIP_CHKSUM_ALGORITHM 3

/* Address conflict detection would hold the address back for seconds. */
#define LWIP_DHCP_DOES_ACD_CHECK  0
#define LWIP_DHCP_BOOTP_FILE      0
#define LWIP_DHCP_MAX_DNS_SERVERS 1
#define LWIP_NETIF_HOSTNAME       1

/* Names: one server, whose port the configuration may change; answers are kept five minutes at most. */
#define DNS_MAX_SERVERS     1
#define DNS_TABLE_SIZE      4
#define DNS_MAX_NAME_LENGTH 64
#define DNS_MAX_TTL         300
#define DNS_SERVER_PORT     port_dns_server_port
#define LWIP_DNS_SECURE \
    (LWIP_DNS_SECURE_RAND_XID | LWIP_DNS_SECURE_NO_MULTIPLE_OUTSTANDING | LWIP_DNS_SECURE_RAND_SRC_PORT)

/* TCP: window and send buffer of one connection, and what their segments need. */
#define TCP_MSS                 1460
#define TCP_WND                 (11 * TCP_MSS)
#define TCP_SND_BUF             (8 * TCP_MSS)
#define TCP_SND_QUEUELEN        32
#define TCP_QUEUE_OOSEQ         1
#define TCP_OOSEQ_MAX_PBUFS     8
#define TCP_MSL                 10000UL
#define TCP_MAXRTX              8
#define LWIP_TCP_KEEPALIVE      1
#define LWIP_TCP_TIMESTAMPS     0
#define LWIP_WND_SCALE          0
#define LWIP_HOOK_FILENAME      "lwip_hooks.h"
#define MEMP_NUM_TCP_PCB        4
#define MEMP_NUM_TCP_PCB_LISTEN 1
#define MEMP_NUM_TCP_SEG        48
#define MEMP_NUM_UDP_PCB        4

/* Memory: the heap holds outgoing packets, the pool incoming ones. */
#define MEM_ALIGNMENT             8
#define MEM_SIZE                  (32 * 1024)
#define MEM_LIBC_MALLOC           0
#define MEMP_MEM_MALLOC           0
#define MEMP_NUM_PBUF             8
#define PBUF_POOL_SIZE            24
#define LWIP_NETIF_TX_SINGLE_PBUF 1
#define ARP_TABLE_SIZE            8
#define ARP_QUEUEING              0
#define MEMP_NUM_SYS_TIMEOUT      (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 6)

#define LWIP_NETIF_STATUS_CALLBACK 1

/* Counters for the metrics page. */
#define LWIP_STATS       1
#define LWIP_STATS_LARGE 1
#define MIB2_STATS       1

/* What the port provides (lwip_port.h). */
#define LWIP_RAND() port_random()
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port)                                     \
    port_tcp_isn(ip4_addr_get_u32(ip_2_ip4(local_ip)), (local_port), ip4_addr_get_u32(ip_2_ip4(remote_ip)), \
                 (remote_port))

#endif
