/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink component: rings, timer, seeds, configuration and metrics around the state machine. */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/journal_view.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/entropy.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>

#include "ports.h"
#include "uplink.h"

/* How old the relation of wall and monotonic time may be. */
#define CLOCK_AGE_NS UINT64_C(10000000000)

static struct uplink uplink;
static struct ring stored_in, delivered_out, tls_out, tls_in, seeds;
static bool configured;
static struct wall_time clock;
static bool clock_known;
static uint64_t clock_asked_ns;
static uint64_t armed_ns = UINT64_MAX;

static struct {
    uint64_t *connected, *published, *resent, *acknowledged, *rejected, *connects, *reconnects, *attempts;
    uint64_t *readings, *bad_readings, *bad_stream, *unacknowledged, *round_trip_us, *bad_seeds;
} metric;

_Static_assert(STORED_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct stored_start) + STORED_SESSION_MAX &&
                   STORED_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct stored_reading),
               "start and session, or a reading, fit a slot");
_Static_assert(DELIVERED_SLOT_SIZE - RING_SLOT_HEADER >= STORED_SESSION_MAX, "a session fits its slot");
_Static_assert(TLS_TX_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct stream_open), "OPEN fits its slot");
_Static_assert(POSTMORTEM_SIZE >= sizeof(struct postmortem_page) &&
                   POSTMORTEM_TOLD_SIZE >= sizeof(struct postmortem_told),
               "records and what is known of them fit");
_Static_assert(ENTROPY_SEED_SIZE >= BACKOFF_WORDS * sizeof(uint64_t), "a seed fills the backoff's words");

static void add_metrics(void)
{
    metrics_start(metrics);
    metric.connected = metrics_add("connected");
    metric.published = metrics_add("published");
    metric.acknowledged = metrics_add("acknowledged");
    metric.resent = metrics_add("resent");
    metric.rejected = metrics_add("rejected");
    metric.attempts = metrics_add("attempts");
    metric.connects = metrics_add("connects");
    metric.reconnects = metrics_add("reconnects");
    metric.readings = metrics_add("readings");
    metric.bad_readings = metrics_add("bad_readings");
    metric.bad_stream = metrics_add("bad_stream");
    metric.unacknowledged = metrics_add("unacknowledged");
    metric.round_trip_us = metrics_add("round_trip_us");
    metric.bad_seeds = metrics_add("bad_seeds");
}

static void update_metrics(void)
{
    const struct mqtt_counters *mqtt = &uplink.mqtt.counters;
    const struct uplink_counters *own = &uplink.counters;
    metric_set(metric.connected, uplink_connected(&uplink));
    metric_set(metric.published, mqtt->published);
    metric_set(metric.acknowledged, mqtt->acknowledged);
    metric_set(metric.resent, mqtt->resent);
    metric_set(metric.rejected, own->refused);
    metric_set(metric.attempts, own->attempts);
    metric_set(metric.connects, own->connects);
    metric_set(metric.reconnects, own->connects > 1 ? own->connects - 1 : 0);
    metric_set(metric.readings, own->readings);
    metric_set(metric.bad_readings, own->bad_readings);
    metric_set(metric.bad_stream, own->bad_stream + own->stale_stream);
    metric_set(metric.unacknowledged, outbox_count(&uplink.outbox) + outbox_count(&uplink.live.outbox));
    metric_set(metric.round_trip_us, mqtt->last_round_ns / 1000);
    ring_metrics_update();
}

static void ask_clock(uint64_t now)
{
    struct wall_time wall;
    if ((!clock_known || now - clock_asked_ns >= CLOCK_AGE_NS) && timer_now(timer_id, &wall)) {
        clock = wall;
        clock_known = true;
        clock_asked_ns = now;
    }
    uplink.report.health.wall_ns = clock_known ? clock.wall_ns + (now - clock.mono_ns) : 0;
    uplink.report.health.quality = (uint8_t)clock.quality;
}

/* The wish for a notification stays while the words last, so that a seed is taken when it is there. */
static void take_seed(void)
{
    uint8_t seed[ENTROPY_SEED_SIZE];
    uint32_t kind, length;
    for (uint32_t tries = 0; tries < ring_batch(&seeds) && backoff_wants_seed(&uplink.backoff); tries++) {
        enum ring_status status = ring_pop(&seeds, &kind, seed, sizeof seed, &length);
        if (status == RING_OK && kind == ENTROPY_SEED && length == sizeof seed) {
            backoff_seed(&uplink.backoff, seed);
        } else if (status == RING_OK || status == RING_TOO_LONG) {
            metric_add(metric.bad_seeds, 1);
        }
        if (status == RING_PEER_BAD || (status == RING_EMPTY && !ring_consumer_has_more(&seeds))) {
            break;
        }
    }
    ring_notify(&seeds, entropy_uplink_id);
}

/* True if the batch was used up: there may be more, and no notification tells. */
static bool take_stream(uint64_t now)
{
    static uint8_t message[TLS_RX_SLOT_SIZE];
    uint32_t kind, length;
    bool more = true;
    for (uint32_t tries = 0; more && tries < ring_batch(&tls_in); tries++) {
        enum ring_status status = ring_pop(&tls_in, &kind, message, sizeof message, &length);
        if (status == RING_OK) {
            uplink_stream(&uplink, kind, message, length, now);
        } else if (status == RING_RESTARTED) {
            uplink_peer_restarted(&uplink, now);
        } else if (status == RING_EMPTY) {
            more = ring_consumer_has_more(&tls_in);
        } else if (status == RING_PEER_BAD) {
            more = false;
        }
    }
    ring_notify(&tls_in, tls_rx_id);
    return more;
}

/* Crypto may have stopped after it began to take from us and before it began to give: then only this ring
 * tells that what lay in it is lost. */
static void look_at_crypto(uint64_t now)
{
    if (ring_restart_pending(&tls_out)) {
        uplink_peer_restarted(&uplink, now);
        (void)ring_space(&tls_out);
    }
}

/* True as above. What is not wanted stays in the ring, and then in the journal. */
static bool take_stored(void)
{
    static uint8_t message[STORED_SLOT_SIZE];
    uint32_t kind, length;
    bool more = true;
    for (uint32_t tries = 0; more && tries < ring_batch(&stored_in); tries++) {
        if (!uplink_wants_stored(&uplink)) {
            more = false;
            break;
        }
        enum ring_status status = ring_pop(&stored_in, &kind, message, sizeof message, &length);
        if (status == RING_OK) {
            uplink_stored(&uplink, kind, message, length, clock_ns());
        } else if (status == RING_TOO_LONG) {
            uplink.counters.bad_readings++;
        } else if (status == RING_RESTARTED) {
            uplink_journal_restarted(&uplink);
        } else if (status == RING_EMPTY) {
            more = ring_consumer_has_more(&stored_in);
        } else if (status == RING_PEER_BAD) {
            more = false;
        }
    }
    ring_notify(&stored_in, stored_id);
    return more;
}

/* Tells the journal what is settled. What does not fit now is told when there is space again. That the
 * journal started anew is noticed where readings come from. True: a message is given up, and those that wait
 * for that may go on. */
static bool tell_journal(uint64_t now)
{
    const struct uplink_delivery *d;
    bool given_up = false;
    for (uint32_t tries = 0; tries < 2 * ring_batch(&delivered_out); tries++) {
        if ((d = uplink_delivery(&uplink, now)) == NULL) {
            break;
        }
        if (ring_push(&delivered_out, d->kind, &d->payload, d->length) == RING_OK) {
            given_up = given_up || d->kind == DELIVERY_REFUSED;
            uplink_delivery_done(&uplink);
        } else if (!ring_producer_has_space(&delivered_out)) {
            break;
        }
    }
    ring_notify(&delivered_out, delivered_id);
    return given_up;
}

static void look_at_journal(void)
{
    static struct journal_state state;
    static bool seen;
    if (seen && state.version == journal_view_version(journal_state)) {
        uplink_journal_settles(&uplink, &state);
        return;
    }
    seen = journal_view(journal_state, &state);
    if (seen) {
        uplink_journal_state(&uplink, &state);
    }
}

/* Pushes what the uplink has to say. A full ring notifies when there is space again. */
static bool send_output(uint64_t now)
{
    struct uplink_output out;
    for (uint32_t tries = 0; tries < 2 * ring_batch(&tls_out); tries++) {
        if (!uplink_output(&uplink, &out, now)) {
            return false;
        }
        enum ring_status status =
            ring_push2(&tls_out, out.kind, &out.head, out.head_length, out.data.at, (uint32_t)out.data.len);
        if (status == RING_OK) {
            uplink_output_done(&uplink, &out, now);
        } else if (status == RING_RESTARTED) {
            uplink_peer_restarted(&uplink, now);
        } else if (!ring_producer_has_space(&tls_out)) {
            return false;
        }
    }
    return true;
}

/* The timer is asked only for a time earlier than the one it has: an alarm too early costs less than a call
 * for every message that moves a deadline back. */
static void arm(uint64_t deadline)
{
    if (deadline < armed_ns && timer_set(timer_id, deadline)) {
        armed_ns = deadline;
    }
}

static void run(void)
{
    uint64_t now = clock_ns();
    ask_clock(now);
    take_seed();
    bool more = take_stream(now);
    look_at_crypto(now);
    look_at_journal();
    (void)tell_journal(now);
    more = take_stored() || more;
    now = clock_ns();
    uplink_tick(&uplink, now);
    more = send_output(now) || more;
    more = tell_journal(now) || more;
    ring_notify(&tls_out, tls_tx_id);
    arm(more ? now : uplink_deadline(&uplink));
    update_metrics();
}

static bool configure(void)
{
    struct uplink_conf conf;
    char error[UPLINK_ERROR_SIZE];
    if (!uplink_conf_read(&conf, (const char *)(uintptr_t)uplink_conf, uplink_conf_size, error)) {
        log_error("%s", error);
        return false;
    }
    if (!uplink_init(&uplink, &conf, ring_payload_max(&tls_out) - sizeof(struct stream_header), clock_ns())) {
        return false;
    }
    uplink.report.states = pd_states;
    remains_open(&uplink.remains, postmortem, (struct postmortem_told *)(uintptr_t)postmortem_told);
    return true;
}

void notified(microkit_channel ch)
{
    if (ch == timer_id) {
        armed_ns = UINT64_MAX;
    }
    if (configured) {
        run();
    }
}

void init(void)
{
    LOG_START();
    add_metrics();
    RING_CONSUMER(&stored_in, stored, STORED);
    RING_PRODUCER(&delivered_out, delivered, DELIVERED);
    RING_PRODUCER(&tls_out, tls_tx, TLS_TX);
    RING_CONSUMER(&tls_in, tls_rx, TLS_RX);
    RING_CONSUMER(&seeds, entropy_uplink, ENTROPY_UPLINK);
    configured = configure();
    if (!configured) {
        log_error("not configured: nothing will be published");
        return;
    }
    run();
}
