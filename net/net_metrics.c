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

static uint64_t *entries[METRICS_MAX];
static unsigned entry_count;
static bool naming;

/* The same list names the entries (once) and stores their values, so that the two cannot disagree. */
static void entry(const char *name, uint64_t value)
{
    if (naming && entry_count < METRICS_MAX) {
        entries[entry_count] = metrics_add(name);
    }
    if (entry_count < METRICS_MAX) {
        metric_set(entries[entry_count], value);
        entry_count++;
    }
}

static void interface_entries(void)
{
    const struct link_counters *link = link_counters();

    entry("link_up", link_up() ? 1 : 0);
    entry("address_ready", address_ready() ? 1 : 0);
    entry("dhcp_state", address_dhcp_state());
    entry("rx_frames", link->rx_frames);
    entry("rx_bytes", link->rx_bytes);
    entry("rx_bad", link->rx_bad);
    entry("rx_no_buffer", link->rx_no_buffer);
    entry("tx_frames", link->tx_frames);
    entry("tx_bytes", link->tx_bytes);
    entry("tx_full", link->tx_full);
}

static void stack_entries(void)
{
    entry("arp_drops", lwip_stats.etharp.drop + lwip_stats.etharp.proterr + lwip_stats.etharp.lenerr);
    entry("ip_drops", lwip_stats.ip.drop);
    entry("checksum_errors",
          lwip_stats.ip.chkerr + lwip_stats.icmp.chkerr + lwip_stats.udp.chkerr + lwip_stats.tcp.chkerr);
    entry("length_errors",
          lwip_stats.ip.lenerr + lwip_stats.icmp.lenerr + lwip_stats.udp.lenerr + lwip_stats.tcp.lenerr);
    entry("udp_drops", lwip_stats.udp.drop);
    entry("tcp_drops", lwip_stats.tcp.drop);
    entry("tcp_retransmits", lwip_stats.mib2.tcpretranssegs);
    entry("tcp_segments_in", lwip_stats.mib2.tcpinsegs);
    entry("tcp_segments_out", lwip_stats.mib2.tcpoutsegs);
    entry("heap_peak", lwip_stats.mem.max);
    entry("heap_failures", lwip_stats.mem.err);
    entry("pool_peak", lwip_stats.memp[MEMP_PBUF_POOL]->max);
    entry("pool_failures", lwip_stats.memp[MEMP_PBUF_POOL]->err);
}

/* What is held at this moment: at rest always the same. */
static void held_entries(void)
{
    entry("heap_used", lwip_stats.mem.used);
    entry("pool_used", lwip_stats.memp[MEMP_PBUF_POOL]->used);
    entry("pbufs_used", lwip_stats.memp[MEMP_PBUF]->used);
    entry("tcp_pcbs", lwip_stats.memp[MEMP_TCP_PCB]->used);
    entry("tcp_segments", lwip_stats.memp[MEMP_TCP_SEG]->used);
    entry("udp_pcbs", lwip_stats.memp[MEMP_UDP_PCB]->used);
    entry("timeouts", lwip_stats.memp[MEMP_SYS_TIMEOUT]->used);
}

static void stream_entries(void)
{
    const struct stream_counters *streams = stream_counters();

    entry("streams_open", stream_open_count());
    entry("streams_opened", streams->opened);
    entry("streams_failed", streams->failed);
    entry("streams_closed", streams->closed);
    entry("stream_bytes_out", streams->bytes_out);
    entry("stream_bytes_in", streams->bytes_in);
    entry("stream_bad", streams->bad_messages);
    entry("stream_stale", streams->stale);
}

static void time_entries(void)
{
    const struct sntp_counters *counters = sntp_counters();
    uint64_t refused = 0;

    for (unsigned i = 0; i < SNTP_VERDICTS; i++) {
        refused += counters->refused[i];
    }
    entry("alarms", alarm_count());
    entry("sntp_asked", counters->asked);
    entry("sntp_good", counters->good);
    entry("sntp_lost", counters->lost);
    entry("sntp_refused", refused);
}

void net_metrics_start(void)
{
    naming = true;
}

void net_metrics_update(void)
{
    entry_count = 0;
    interface_entries();
    stack_entries();
    held_entries();
    stream_entries();
    time_entries();
    naming = false;
}
