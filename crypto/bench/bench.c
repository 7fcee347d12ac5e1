/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the instructions that the TLS engine retires in a full mutual handshake, in moving data and in
 * resuming the session, on bare RV64 under QEMU -icount. The server is a real one: UART 0 is its byte stream.
 * Waiting for the UART is not counted.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "seed_pool.h"
#include "tls_credentials.h"
#include "tls_engine.h"
#include "tls_platform.h"

#define UART_DATA        (*(volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS (*(volatile uint8_t *)0x10000005)
#define LINE_DATA_READY  0x01
#define LINE_TX_EMPTY    0x20

#define SYS_WRITE0 0x04
#define SYS_TIME   0x11
#define SYS_EXIT   0x18
#define EXIT_OK    0x20026

extern const char bench_ca[];
extern const char bench_cert[];
extern const char bench_key[];
long bench_semihost(long operation, const void *argument);
int main(void);

struct pipe {
    uint8_t data[32768];
    size_t head;
    size_t tail;
};

static struct pipe to_server;
static struct pipe from_server;
static uint8_t arena[96 * 1024] __attribute__((aligned(16)));
static struct tls_credentials credentials;
static struct tls_engine engine;
static struct ticket ticket;
static uint32_t ticket_memory[(TICKET_MEMORY + 3) / 4];

static void say(const char *text)
{
    (void)bench_semihost(SYS_WRITE0, text);
}

static void finish(const char *problem)
{
    if (problem[0] != '\0') {
        say("bench failed: ");
        say(problem);
        say("\n");
    }
    const uintptr_t block[2] = {EXIT_OK, problem[0] != '\0'};
    (void)bench_semihost(0x20, block);
    for (;;) {
    }
}

static uint64_t instructions(void)
{
    uint64_t value;
    __asm__ volatile("csrr %0, minstret" : "=r"(value));
    return value;
}

static size_t put_to_server(void *context, const uint8_t *data, size_t len)
{
    (void)context;
    if (len > sizeof(to_server.data) - to_server.head) {
        len = sizeof(to_server.data) - to_server.head;
    }
    memcpy(to_server.data + to_server.head, data, len);
    to_server.head += len;
    return len;
}

static size_t get_from_server(void *context, uint8_t *data, size_t len)
{
    (void)context;
    if (len > from_server.head - from_server.tail) {
        len = from_server.head - from_server.tail;
    }
    memcpy(data, from_server.data + from_server.tail, len);
    from_server.tail += len;
    return len;
}

/* Moves what there is between the pipes and the UART; returns after a byte has come in. */
static void exchange(void)
{
    for (; to_server.tail < to_server.head; to_server.tail++) {
        while ((UART_LINE_STATUS & LINE_TX_EMPTY) == 0) {
        }
        UART_DATA = to_server.data[to_server.tail];
    }
    to_server.head = 0;
    to_server.tail = 0;
    if (from_server.tail == from_server.head) {
        from_server.head = 0;
        from_server.tail = 0;
    }
    while ((UART_LINE_STATUS & LINE_DATA_READY) == 0) {
    }
    while ((UART_LINE_STATUS & LINE_DATA_READY) != 0 && from_server.head < sizeof(from_server.data)) {
        from_server.data[from_server.head++] = UART_DATA;
    }
}

static void report(const char *what, uint64_t value)
{
    char line[96];
    (void)snprintf(line, sizeof(line), "%s %lu\n", what, (unsigned long)value);
    say(line);
}

static void prepare(void)
{
    static const struct tls_io io = {NULL, put_to_server, get_from_server};
    uint8_t seed[SEED_SIZE];
    tls_platform_init(arena, sizeof(arena), (int64_t)bench_semihost(SYS_TIME, NULL));
    for (unsigned i = 0; i < SEED_POOL_SEEDS; i++) {
        memset(seed, (int)i + 1, sizeof(seed));
        seed_pool_put(seed);
    }
    const struct tls_pem pem = {bench_ca, 8192, bench_cert, 8192, bench_key, 8192};
    uint64_t start = instructions();
    if (tls_credentials_load(&credentials, &pem) != 0) {
        finish(credentials.problem);
    }
    if (tls_engine_init(&engine, &credentials, "broker.postern.test", &io) != 0) {
        finish("engine");
    }
    const struct ticket_part host = {"broker.postern.test", 19};
    if (!ticket_open(&ticket, ticket_memory, tls_credentials_key(&credentials), &host, 1)) {
        finish("ticket");
    }
    tls_engine_resume(&engine, &ticket);
    report("load-credentials", instructions() - start);
}

static void handshake(const char *name)
{
    uint64_t start = instructions();
    tls_open(&engine);
    uint64_t counted = instructions() - start;
    while (engine.state == TLS_HANDSHAKE) {
        exchange();
        start = instructions();
        tls_step(&engine);
        counted += instructions() - start;
    }
    if (engine.state != TLS_OPEN) {
        finish(engine.text);
    }
    say(engine.text);
    say("\n");
    report(name, counted);
    report("arena-peak", tls_platform_arena_peak());
    report("arena-open", tls_platform_arena_used());
}

/* The server (openssl s_server -rev) sends each line back reversed. */
static void echo(size_t len)
{
    static uint8_t data[4096];
    static uint8_t back[4096];
    char name[32];
    for (size_t i = 0; i + 1 < len; i++) {
        data[i] = (uint8_t)('a' + i % 26);
    }
    data[len - 1] = '\n';
    uint64_t start = instructions();
    size_t written = tls_write(&engine, data, len);
    uint64_t wrote = instructions() - start;
    uint64_t read = 0;
    size_t got = 0;
    while (got < len && engine.state == TLS_OPEN) {
        exchange();
        start = instructions();
        got += tls_read(&engine, back + got, len - got);
        read = instructions() - start;
    }
    if (written != len || got != len || back[0] != data[len - 2] || back[len - 2] != data[0]) {
        finish("wrong echo");
    }
    (void)snprintf(name, sizeof(name), "record-%zu-write", len);
    report(name, wrote);
    (void)snprintf(name, sizeof(name), "record-%zu-last-read", len);
    report(name, read);
}

/* The line to the server begins anew; what the old connection still had to say is lost. */
static void hang_up(void)
{
    tls_close(&engine);
    to_server.head = 0;
    from_server.head = 0;
    from_server.tail = 0;
}

int main(void)
{
    prepare();
    handshake("handshake");
    echo(100);
    echo(1000);
    echo(2000);
    hang_up();
    handshake("resumption");
    if (engine.resume.counters.resumed != 1) {
        finish("not resumed");
    }
    echo(100);
    finish("");
    return 0;
}
