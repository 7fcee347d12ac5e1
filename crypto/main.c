/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The crypto service: the only holder of the device key. Glue between the bridge and the sealing and this
 * component's channels, and the start: configuration, seeds, credentials.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/entropy.h>
#include <postern/release_time.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>

#include "mbedtls/platform_util.h"

#include "bridge.h"
#include "crypto_conf.h"
#include "ports.h"
#include "seal_server.h"
#include "seed_pool.h"
#include "ticket.h"
#include "tls_credentials.h"
#include "tls_engine.h"
#include "tls_platform.h"
#include "vault.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS     UINT64_C(1000000)

/* A handshake with a chain of five certificates peaks below 48 KiB. */
#define ARENA_SIZE (56U * 1024U)

/* Longest text of one log line. */
#define LOG_TEXT (LOG_SLOT_SIZE - RING_SLOT_HEADER - sizeof(struct log_line))

_Static_assert(ENTROPY_SEED_SIZE == SEED_SIZE, "seeds of the driver are seeds of the pool");
_Static_assert(TLS_TX_SLOT_SIZE <= BRIDGE_SLOT_MAX && TLS_RX_SLOT_SIZE <= BRIDGE_SLOT_MAX &&
                   TCP_RX_SLOT_SIZE <= BRIDGE_SLOT_MAX,
               "the bridge's buffers hold every message");
_Static_assert(TLS_TICKET_SIZE >= TICKET_MEMORY, "a ticket fits its memory");
_Static_assert(SEAL_RSP_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct seal_message),
               "an answer fits its slot");

enum phase {
    PHASE_SEEDS,  /* waiting for the seeds that start the random generator */
    PHASE_REFUSE, /* not usable: every OPEN is answered with the reason */
    PHASE_SERVE,
};

static uint8_t arena[ARENA_SIZE] __attribute__((aligned(16)));
static struct bridge bridge;
static struct tls_engine engine;
static struct tls_credentials credentials;
static struct crypto_conf conf;
static struct ring seeds, seal_requests, seal_answers;
static struct vault vault;
static struct ticket ticket;
static struct seal_server seal_server;
static enum phase phase;

static struct {
    uint64_t *attempts, *handshakes, *resumed, *not_resumed, *tickets, *plain_in, *plain_out, *cipher_in,
        *cipher_out;
    uint64_t *closed[TLS_CLOSE_COUNT];
    uint64_t *tcp_failed, *unexpected, *arena_used, *arena_peak, *seeds, *sealed, *opened, *seal_refused,
        *opens, *seed_waits, *bad_seeds;
} metric;

/* Logs a text of any length, as lines that fit. */
static void report(bool error, const char *text)
{
    size_t left = strlen(text);
    const char *prefix = "";
    while (left != 0) {
        size_t room = LOG_TEXT - strlen(prefix);
        size_t len = left < room ? left : room;
        log_write(error ? LOG_ERROR : LOG_INFO, "%s%.*s", prefix, (int)len, text);
        text += len;
        left -= len;
        prefix = "... ";
    }
}

static void refuse(const char *reason)
{
    phase = PHASE_REFUSE;
    report(true, reason);
    bridge_refuse(&bridge, reason);
    seal_server_open(&seal_server, &vault); /* without a key it refuses too */
}

static uint64_t steady_ms(void)
{
    return clock_ns() / NS_PER_MS;
}

static void set_clock(void)
{
    struct wall_time now;
    if (timer_now(timer_id, &now)) {
        tls_platform_set_clock((int64_t)(now.wall_ns / NS_PER_SECOND),
                               (unsigned)(now.wall_ns % NS_PER_SECOND / NS_PER_MS));
    }
    if (tls_platform_clock_is_floor()) {
        char text[TLS_TIME_TEXT];
        tls_platform_format_time(RELEASE_TIME_S, text);
        log_warn("clock not set: certificates are checked at %s", text);
    }
}

static void add_metrics(void)
{
    metrics_start(metrics);
    metric.attempts = metrics_add("tls.attempts");
    metric.handshakes = metrics_add("tls.handshakes");
    metric.resumed = metrics_add("tls.resumed");
    metric.not_resumed = metrics_add("tls.not_resumed");
    metric.tickets = metrics_add("tls.tickets");
    for (unsigned reason = TLS_CLOSE_LOCAL; reason < TLS_CLOSE_COUNT; reason++) {
        char name[METRICS_NAME_SIZE];
        (void)snprintf(name, sizeof(name), "tls.closed.%s", tls_close_name((enum tls_close)reason));
        metric.closed[reason] = metrics_add(name);
    }
    metric.plain_in = metrics_add("tls.plain_in");
    metric.plain_out = metrics_add("tls.plain_out");
    metric.cipher_in = metrics_add("tls.cipher_in");
    metric.cipher_out = metrics_add("tls.cipher_out");
    metric.opens = metrics_add("opens");
    metric.tcp_failed = metrics_add("tcp.failed");
    metric.unexpected = metrics_add("messages.unexpected");
    metric.seeds = metrics_add("seeds");
    metric.seed_waits = metrics_add("seed_waits");
    metric.bad_seeds = metrics_add("bad_seeds");
    metric.arena_used = metrics_add("arena.used");
    metric.arena_peak = metrics_add("arena.peak");
    metric.sealed = metrics_add("seal.sealed");
    metric.opened = metrics_add("seal.opened");
    metric.seal_refused = metrics_add("seal.refused");
}

static void update_metrics(void)
{
    const struct tls_counters *counters = &engine.counters;
    metric_set(metric.attempts, counters->attempts);
    metric_set(metric.handshakes, counters->handshakes);
    metric_set(metric.resumed, engine.resume.counters.resumed);
    metric_set(metric.not_resumed, engine.resume.counters.refused);
    metric_set(metric.tickets, engine.resume.counters.kept);
    for (unsigned reason = TLS_CLOSE_LOCAL; reason < TLS_CLOSE_COUNT; reason++) {
        metric_set(metric.closed[reason], counters->closed[reason]);
    }
    metric_set(metric.plain_in, counters->plain_in);
    metric_set(metric.plain_out, counters->plain_out);
    metric_set(metric.cipher_in, counters->cipher_in);
    metric_set(metric.cipher_out, counters->cipher_out);
    metric_set(metric.opens, bridge.counters.opens);
    metric_set(metric.seed_waits, phase == PHASE_SEEDS);
    metric_set(metric.tcp_failed, bridge.counters.tcp_failed);
    metric_set(metric.unexpected, bridge.counters.unexpected + bridge.counters.stale);
    metric_set(metric.arena_used, tls_platform_arena_used());
    metric_set(metric.arena_peak, tls_platform_arena_peak());
    metric_set(metric.sealed, seal_server.counters.sealed);
    metric_set(metric.opened, seal_server.counters.opened);
    metric_set(metric.seal_refused, seal_server.counters.refused);
    ring_metrics_update();
}

/* Moves seeds from the ring to the pool while it has space. */
static void take_seeds(void)
{
    uint8_t seed[SEED_SIZE];
    uint32_t kind;
    uint32_t length;
    for (uint32_t i = 0; i < 2 * ring_batch(&seeds) && seed_pool_space() != 0; i++) {
        enum ring_status status = ring_pop(&seeds, &kind, seed, sizeof(seed), &length);
        if (status == RING_OK && kind == ENTROPY_SEED && length == SEED_SIZE) {
            seed_pool_put(seed);
            metric_add(metric.seeds, 1);
        } else if (status == RING_OK || status == RING_TOO_LONG) {
            metric_add(metric.bad_seeds, 1);
        }
        if ((status == RING_EMPTY && !ring_consumer_has_more(&seeds)) || status == RING_PEER_BAD) {
            break;
        }
    }
    mbedtls_platform_zeroize(seed, sizeof(seed));
}

/* What a ticket depends on: another server, authority or identity must not find it. */
static void keep_tickets(const struct tls_pem *pem)
{
    const struct ticket_part parts[] = {
        {conf.host, sizeof(conf.host)},  {conf.address, sizeof(conf.address)},
        {&conf.port, sizeof(conf.port)}, {pem->ca, pem->ca_size},
        {pem->own, pem->own_size},
    };
    if (ticket_open(&ticket, (void *)(uintptr_t)tls_ticket, tls_credentials_key(&credentials), parts,
                    sizeof(parts) / sizeof(parts[0]))) {
        tls_engine_resume(&engine, &ticket);
    } else {
        log_error("no key for session tickets: every handshake is a full one");
    }
}

/* The key's text stays where it is, readable by this component alone: a restart needs it again. */
static void load_credentials(void)
{
    const struct tls_pem pem = {
        .ca = (const char *)(uintptr_t)crypto_ca,
        .ca_size = crypto_ca_size,
        .own = (const char *)(uintptr_t)crypto_cert,
        .own_size = crypto_cert_size,
        .key = (const char *)(uintptr_t)crypto_keys,
        .key_size = crypto_keys_size,
    };
    int result = tls_credentials_load(&credentials, &pem);
    if (result != 0) {
        refuse(credentials.problem);
        return;
    }
    if (!vault_init(&vault, tls_credentials_key(&credentials), VAULT_JOURNAL)) {
        log_error("no key for data at rest: nothing is sealed");
    }
    seal_server_open(&seal_server, &vault);
    const struct tls_io io = bridge_io(&bridge);
    if (tls_engine_init(&engine, &credentials, conf.host, &io) != 0) {
        refuse("not enough memory to configure TLS");
        return;
    }
    keep_tickets(&pem);
    phase = PHASE_SERVE;
    bridge_serve(&bridge, &engine, conf.address, conf.port);
    log_info("ready for %s port %u", conf.host, (unsigned)conf.port);
}

/* Tells the peers whose rings have moved, if they want to know. */
static void announce(void)
{
    ring_notify(&bridge.tls_tx, tls_tx_id);
    ring_notify(&bridge.tls_rx, tls_rx_id);
    ring_notify(&bridge.tcp_tx, tcp_tx_id);
    ring_notify(&bridge.tcp_rx, tcp_rx_id);
    ring_notify(&seal_requests, seal_req_id);
    ring_notify(&seal_answers, seal_rsp_id);
    ring_notify(&seeds, entropy_crypto_id);
}

static void serve(void)
{
    if (phase != PHASE_REFUSE) {
        take_seeds();
    }
    if (phase == PHASE_SEEDS && seed_pool_count() >= SEED_POOL_START) {
        load_credentials();
    }
    bool more = seal_server_run(&seal_server);
    more = (phase != PHASE_SEEDS && bridge_run(&bridge)) || more;
    if (more) {
        (void)timer_set(timer_id, 0);
    }
    announce();
    update_metrics();
}

void init(void)
{
    LOG_START();
    add_metrics();
    RING_CONSUMER(&bridge.tls_tx, tls_tx, TLS_TX);
    RING_PRODUCER(&bridge.tls_rx, tls_rx, TLS_RX);
    RING_PRODUCER(&bridge.tcp_tx, tcp_tx, TCP_TX);
    RING_CONSUMER(&bridge.tcp_rx, tcp_rx, TCP_RX);
    RING_CONSUMER(&seeds, entropy_crypto, ENTROPY_CRYPTO);
    RING_CONSUMER(&seal_requests, seal_req, SEAL_REQ);
    RING_PRODUCER(&seal_answers, seal_rsp, SEAL_RSP);
    seal_server_init(&seal_server, &seal_requests, &seal_answers);
    bridge.set_clock = set_clock;
    bridge.report = report;
    tls_platform_init(arena, sizeof(arena), RELEASE_TIME_S);
    tls_platform_set_ticks(steady_ms);
    if (crypto_conf_parse(&conf, (const char *)(uintptr_t)crypto_conf, crypto_conf_size) != 0) {
        refuse(conf.problem);
    }
    serve();
}

void notified(microkit_channel ch)
{
    (void)ch;
    serve();
}
