/* SPDX-License-Identifier: BSD-2-Clause */
/* The network component's surroundings in a test. */
#include "net_bench.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lwip/sys.h>
#include <postern/log.h>
#include <postern/protocol/entropy.h>
#include "lwip_port.h"
#include "net_peer.h"
#include "network.h"
#include "random.h"
#include "sntp.h"
#include "stream.h"

#define HALF    (64 + BENCH_SLOTS * BENCH_SLOT_SIZE)
#define STEP_MS 5u

struct pair {
    _Alignas(64) uint8_t producer[HALF];
    _Alignas(64) uint8_t consumer[64];
};

static struct pair frames_in, frames_out, user_out, user_in, seeds;
static struct ring net_rx, net_tx, net_user_rx, net_user_tx, net_seeds;
struct ring bench_driver_rx, bench_driver_tx, bench_user_tx, bench_user_rx;
static uint64_t now_us;
static char log_text[65536];
static size_t log_used;

uint64_t port_now_us(void)
{
    return now_us;
}

u32_t sys_now(void)
{
    return (u32_t)(now_us / 1000);
}

void port_assert_failed(const char *message)
{
    fprintf(stderr, "lwIP assertion: %s\n", message);
    abort();
}

void log_write(enum log_level level, const char *format, ...)
{
    va_list args;
    (void)level;
    va_start(args, format);
    int n = vsnprintf(log_text + log_used, sizeof(log_text) - log_used, format, args);
    va_end(args);
    log_used += (size_t)n + 1;
    assert(log_used < sizeof(log_text));
    log_text[log_used - 1] = '\n';
    log_text[log_used] = '\0';
}

/* Time is nobody's concern here. */
bool sntp_report(const struct sntp_answer *answer, uint64_t mono_ns)
{
    (void)answer;
    (void)mono_ns;
    return false;
}

bool bench_logged(const char *text)
{
    return strstr(log_text, text) != NULL;
}

void bench_log_clear(void)
{
    log_used = 0;
    log_text[0] = '\0';
}

static void producer(struct ring *ring, struct pair *pair)
{
    ring_producer_start(ring, (uint64_t)(uintptr_t)pair->producer, (uint64_t)(uintptr_t)pair->consumer,
                        BENCH_SLOTS, BENCH_SLOT_SIZE);
}

static void consumer(struct ring *ring, struct pair *pair)
{
    ring_consumer_start(ring, (uint64_t)(uintptr_t)pair->consumer, (uint64_t)(uintptr_t)pair->producer,
                        BENCH_SLOTS, BENCH_SLOT_SIZE);
}

static void start_random(void)
{
    uint8_t seed[ENTROPY_SEED_SIZE] = "the same in every run of the test";
    struct ring entropy;
    producer(&entropy, &seeds);
    consumer(&net_seeds, &seeds);
    random_start(&net_seeds);
    (void)ring_push(&entropy, ENTROPY_SEED, seed, sizeof(seed));
    assert(random_seed());
}

void bench_start(const char *conf_text)
{
    struct net_conf conf;
    struct conf_error error = conf_parse(conf_text, strlen(conf_text), &conf);
    assert(error.what == NULL);
    bench_log_clear();
    producer(&bench_driver_rx, &frames_in);
    consumer(&bench_driver_tx, &frames_out);
    consumer(&net_rx, &frames_in);
    producer(&net_tx, &frames_out);
    consumer(&net_user_rx, &user_out);
    producer(&net_user_tx, &user_in);
    bench_restart_user();
    start_random();
    stream_start(&net_user_rx, &net_user_tx);
    network_start(&conf, &net_rx, &net_tx);
}

void bench_run(void)
{
    unsigned rounds = 0;
    do {
        assert(rounds++ < 1000);
        network_turn();
    } while (network_has_more());
}

void bench_advance(uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i += STEP_MS) {
        now_us += UINT64_C(1000) * STEP_MS;
        bench_run();
        if (peer_step()) {
            bench_run();
            (void)peer_step();
        }
    }
}

uint32_t bench_now_ms(void)
{
    return sys_now();
}

void bench_restart_user(void)
{
    producer(&bench_user_tx, &user_out);
    consumer(&bench_user_rx, &user_in);
}

static enum ring_status user_push(enum stream_kind kind, const void *head, uint32_t head_length,
                                  const void *data, uint32_t length)
{
    enum ring_status status = ring_push2(&bench_user_tx, (uint32_t)kind, head, head_length, data, length);
    return status == RING_RESTARTED ? user_push(kind, head, head_length, data, length) : status;
}

void bench_open(uint32_t id, const char *host, uint16_t port)
{
    struct stream_open open = {.header = {id}, .port = port};
    (void)snprintf(open.host, sizeof(open.host), "%s", host);
    assert(user_push(STREAM_OPEN, &open, sizeof(open), NULL, 0) == RING_OK);
}

bool bench_data(uint32_t id, const void *data, uint32_t length)
{
    struct stream_header header = {id};
    return user_push(STREAM_DATA, &header, sizeof(header), data, length) == RING_OK;
}

void bench_close(uint32_t id)
{
    struct stream_header header = {id};
    assert(user_push(STREAM_CLOSE, &header, sizeof(header), NULL, 0) == RING_OK);
}

bool bench_next(struct bench_message *message)
{
    uint8_t raw[BENCH_SLOT_SIZE];
    uint32_t kind, length, head;
    struct stream_closed closed = {0};
    enum ring_status status = ring_pop(&bench_user_rx, &kind, raw, sizeof(raw), &length);
    if (status == RING_RESTARTED) {
        return bench_next(message);
    }
    if (status != RING_OK) {
        assert(status == RING_EMPTY);
        return false;
    }
    head = kind == STREAM_CLOSED ? sizeof(closed) : sizeof(struct stream_header);
    assert(length >= head);
    memcpy(&closed, raw, head);
    memset(message, 0, sizeof(*message));
    message->kind = (enum stream_kind)kind;
    message->id = closed.header.id;
    message->reason = (enum stream_reason)closed.reason;
    message->length = length - head;
    memcpy(message->data, raw + head, length - head);
    if (kind != STREAM_DATA) {
        assert(length - head <= STREAM_TEXT_MAX);
        memcpy(message->text, raw + head, length - head);
    }
    return true;
}

bool bench_wait(struct bench_message *message, uint32_t ms)
{
    uint32_t end = bench_now_ms() + ms;
    while (!bench_next(message)) {
        if (bench_now_ms() >= end) {
            return false;
        }
        bench_advance(STEP_MS);
    }
    return true;
}
