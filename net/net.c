/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network component: rings to the Ethernet driver and to crypto, lwIP between them, one loop for all
 * events.
 */
#include <lwip/timeouts.h>
#include <stdio.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>
#include "alarm.h"
#include "conf.h"
#include "net_metrics.h"
#include "network.h"
#include "ports.h"
#include "random.h"
#include "sntp.h"
#include "stream.h"

#define NS_PER_MS      UINT64_C(1000000)
#define RESEED_MS      (10u * 60u * 1000u)
#define NOT_ARMED      UINT64_MAX
#define SLEEP_FOR_EVER SYS_TIMEOUTS_SLEEPTIME_INFINITE

/* A ring and its peer's channel. */
struct line {
    struct ring ring;
    uint64_t channel;
};

enum phase {
    PHASE_SEEDING, /* no random numbers yet: no packet is sent */
    PHASE_RUNNING,
    PHASE_REFUSING /* the configuration is wrong: streams are refused with the reason */
};

static struct line eth_in, eth_out, user_in, user_out, seeds;
static enum phase phase;
static struct net_conf conf;
static uint64_t armed_ns = NOT_ARMED;
static char conf_fault[120];
static uint64_t *metric_seed_waits, *metric_bad_seeds;
static bool alarmed; /* the supervisor wants the operator to know of the safe composition */

bool sntp_report(const struct sntp_answer *answer, uint64_t mono_ns)
{
    enum clock_verdict verdict;

    return timer_correct(timer_id, answer->wall_ns, mono_ns, answer->error_ns, &verdict) &&
           (verdict == CLOCK_SLEWED || verdict == CLOCK_STEPPED);
}

/* The peer learns of what moved since the last time, if it asked to. */
static void announce(struct line *line)
{
    ring_notify(&line->ring, line->channel);
}

static void announce_all(void)
{
    announce(&eth_in);
    announce(&eth_out);
    announce(&user_in);
    announce(&user_out);
    announce(&seeds);
}

static void arm_timer(void)
{
    u32_t sleep_ms = sys_timeouts_sleeptime();
    uint64_t now = clock_ns();
    uint64_t due = now + sleep_ms * NS_PER_MS;

    if (sleep_ms == SLEEP_FOR_EVER || (armed_ns > now && armed_ns <= due)) {
        return; /* an earlier wake-up does no harm */
    }
    if (timer_set(timer_id, due)) {
        armed_ns = due;
    }
}

static void reseed(void *arg)
{
    (void)arg;
    (void)random_seed();
    sys_timeout(RESEED_MS, reseed, NULL);
}

static void read_configuration(void)
{
    struct conf_error error = conf_parse((const char *)(uintptr_t)net_conf, net_conf_size, &conf);

    if (error.what != NULL) {
        (void)snprintf(conf_fault, sizeof(conf_fault), "net.conf, line %u, %s: %s", error.line, error.key,
                       error.what);
        log_error("%s; the network stays off", conf_fault);
        stream_refuse_all(conf_fault);
        phase = PHASE_REFUSING;
    }
}

static void start_network(void)
{
    if (phase != PHASE_SEEDING || !random_seed()) {
        return;
    }
    network_start(&conf, &eth_in.ring, &eth_out.ring);
    sys_timeout(RESEED_MS, reseed, NULL);
    phase = PHASE_RUNNING;
}

static void run_network(void)
{
    do {
        network_turn();
        announce_all();
    } while (network_has_more());
    net_metrics_update();
    arm_timer();
}

static void refuse_streams(void)
{
    do {
        stream_poll(false);
        announce_all();
    } while (stream_has_more());
}

void notified(microkit_channel ch)
{
    if (ch == timer_id) {
        armed_ns = NOT_ARMED;
    }
    alarmed = alarmed || ch == alarm_id;
    start_network();
    metric_set(metric_seed_waits, phase == PHASE_SEEDING);
    metric_set(metric_bad_seeds, random_bad_seeds());
    announce(&seeds);
    if (phase == PHASE_RUNNING && alarmed) {
        alarmed = false;
        alarm_raise();
    }
    if (phase == PHASE_RUNNING) {
        run_network();
    } else if (phase == PHASE_REFUSING) {
        refuse_streams();
    }
    ring_metrics_update();
}

/* A restarted peer may sleep on a ring of our earlier life: wake it once, whatever it asked for. */
static void open_lines(void)
{
    RING_CONSUMER(&eth_in.ring, eth_rx, ETH_RX);
    RING_PRODUCER(&eth_out.ring, eth_tx, ETH_TX);
    RING_CONSUMER(&user_in.ring, tcp_tx, TCP_TX);
    RING_PRODUCER(&user_out.ring, tcp_rx, TCP_RX);
    RING_CONSUMER(&seeds.ring, entropy_net, ENTROPY_NET);
    eth_in.channel = eth_rx_id;
    eth_out.channel = eth_tx_id;
    user_in.channel = tcp_tx_id;
    user_out.channel = tcp_rx_id;
    seeds.channel = entropy_net_id;
    microkit_notify((microkit_channel)eth_rx_id);
    microkit_notify((microkit_channel)eth_tx_id);
    microkit_notify((microkit_channel)tcp_tx_id);
    microkit_notify((microkit_channel)tcp_rx_id);
    microkit_notify((microkit_channel)entropy_net_id);
}

void init(void)
{
    LOG_START();
    metrics_start(metrics);
    net_metrics_start();
    metric_seed_waits = metrics_add("seed_waits");
    metric_bad_seeds = metrics_add("bad_seeds");
    open_lines();
    random_start(&seeds.ring);
    stream_start(&user_in.ring, &user_out.ring);
    read_configuration();
    notified(MICROKIT_MAX_CHANNELS);
}
