/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics: where each value comes from, and its name in the page. */
#include "net_metrics.h"

#include <lwip/stats.h>
#include <postern/metrics.h>
#include "address.h"
#include "link.h"
#include "alarm.h"
#include "sntp.h"
#include "stream.h"

/* The same lists name the entries (once) and store their values, so that the two cannot disagree. The values
 * are stored after every event, so each is a load and a store: the places are known when this is compiled. */
#define INTERFACE_ENTRIES(ENTRY)                    \
    ENTRY("link_up", link_up() ? 1 : 0)             \
    ENTRY("address_ready", address_ready() ? 1 : 0) \
    ENTRY("dhcp_state", address_dhcp_state())       \
    ENTRY("rx_frames", link->rx_frames)             \
    ENTRY("rx_bytes", link->rx_bytes)               \
    ENTRY("rx_bad", link->rx_bad)                   \
    ENTRY("rx_no_buffer", link->rx_no_buffer)       \
    ENTRY("tx_frames", link->tx_frames)             \
    ENTRY("tx_bytes", link->tx_bytes)               \
    ENTRY("tx_full", link->tx_full)

#define IN_ALL(counter) \
    (lwip_stats.ip.counter + lwip_stats.icmp.counter + lwip_stats.udp.counter + lwip_stats.tcp.counter)

#define STACK_ENTRIES(ENTRY)                                                                          \
    ENTRY("arp_drops", lwip_stats.etharp.drop + lwip_stats.etharp.proterr + lwip_stats.etharp.lenerr) \
    ENTRY("ip_drops", lwip_stats.ip.drop)                                                             \
    ENTRY("checksum_errors", IN_ALL(chkerr))                                                          \
    ENTRY("length_errors", IN_ALL(lenerr))                                                            \
    ENTRY("udp_drops", lwip_stats.udp.drop)                                                           \
    ENTRY("tcp_drops", lwip_stats.tcp.drop)                                                           \
    ENTRY("tcp_retransmits", lwip_stats.mib2.tcpretranssegs)                                          \
    ENTRY("tcp_segments_in", lwip_stats.mib2.tcpinsegs)                                               \
    ENTRY("tcp_segments_out", lwip_stats.mib2.tcpoutsegs)                                             \
    ENTRY("heap_peak", lwip_stats.mem.max)                                                            \
    ENTRY("heap_failures", lwip_stats.mem.err)                                                        \
    ENTRY("pool_peak", lwip_stats.memp[MEMP_PBUF_POOL]->max)                                          \
    ENTRY("pool_failures", lwip_stats.memp[MEMP_PBUF_POOL]->err)

/* What is held at this moment: at rest always the same. */
#define HELD_ENTRIES(ENTRY)                                    \
    ENTRY("heap_used", lwip_stats.mem.used)                    \
    ENTRY("pool_used", lwip_stats.memp[MEMP_PBUF_POOL]->used)  \
    ENTRY("pbufs_used", lwip_stats.memp[MEMP_PBUF]->used)      \
    ENTRY("tcp_pcbs", lwip_stats.memp[MEMP_TCP_PCB]->used)     \
    ENTRY("tcp_segments", lwip_stats.memp[MEMP_TCP_SEG]->used) \
    ENTRY("udp_pcbs", lwip_stats.memp[MEMP_UDP_PCB]->used)     \
    ENTRY("timeouts", lwip_stats.memp[MEMP_SYS_TIMEOUT]->used)

#define STREAM_ENTRIES(ENTRY)                     \
    ENTRY("streams_open", stream_open_count())    \
    ENTRY("streams_opened", streams->opened)      \
    ENTRY("streams_failed", streams->failed)      \
    ENTRY("streams_closed", streams->closed)      \
    ENTRY("stream_bytes_out", streams->bytes_out) \
    ENTRY("stream_bytes_in", streams->bytes_in)   \
    ENTRY("stream_bad", streams->bad_messages)    \
    ENTRY("stream_stale", streams->stale)

#define TIME_ENTRIES(ENTRY)          \
    ENTRY("alarms", alarm_count())   \
    ENTRY("sntp_asked", sntp->asked) \
    ENTRY("sntp_good", sntp->good)   \
    ENTRY("sntp_lost", sntp->lost)   \
    ENTRY("sntp_refused", refused(sntp))

#define ALL_ENTRIES(ENTRY)   \
    INTERFACE_ENTRIES(ENTRY) \
    STACK_ENTRIES(ENTRY)     \
    HELD_ENTRIES(ENTRY)      \
    STREAM_ENTRIES(ENTRY)    \
    TIME_ENTRIES(ENTRY)

#define NAME(name, value)  entries[i++] = metrics_add(name);
#define STORE(name, value) metric_set(entries[i++], (value));

static uint64_t *entries[METRICS_MAX];

static uint64_t refused(const struct sntp_counters *sntp)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SNTP_VERDICTS; i++) {
        sum += sntp->refused[i];
    }
    return sum;
}

void net_metrics_start(void)
{
    unsigned i = 0;

    ALL_ENTRIES(NAME)
}

void net_metrics_update(void)
{
    const struct link_counters *link = link_counters();
    const struct stream_counters *streams = stream_counters();
    const struct sntp_counters *sntp = sntp_counters();
    unsigned i = 0;

    ALL_ENTRIES(STORE)
}
