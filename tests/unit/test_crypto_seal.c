/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing over rings: requests wait for the vault, are answered in order and one at a time, and a peer that
 * writes nonsense gets nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "seal_server.h"
#include "seed_pool.h"
#include "tls_platform.h"

#define SLOTS     2
#define SLOT_SIZE 4000

struct pipe {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
    struct ring in, out;
};

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static struct vault vault;
static struct pipe requests, answers;
static struct seal_server server;
static struct seal_message answer;
static uint32_t kind, length;

static void start(struct pipe *p)
{
    memset(p, 0, sizeof *p);
    ring_producer_start(&p->in, (uint64_t)&p->prod, (uint64_t)&p->cons, SLOTS, SLOT_SIZE);
    ring_consumer_start(&p->out, (uint64_t)&p->cons, (uint64_t)&p->prod, SLOTS, SLOT_SIZE);
}

static int setup(void **state)
{
    const uint8_t scalar[32] = {1, 2, 3};
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    (void)state;
    tls_platform_init(arena, sizeof arena, 0);
    for (uint8_t i = 0; seed_pool_space() != 0; i++) {
        uint8_t seed[SEED_SIZE];
        memset(seed, 5 * i + 1, sizeof seed);
        seed_pool_put(seed);
    }
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    assert_int_equal(psa_import_key(&attributes, scalar, sizeof scalar, &key), PSA_SUCCESS);
    assert_true(vault_init(&vault, key, VAULT_JOURNAL));
    start(&requests);
    start(&answers);
    seal_server_init(&server, &requests.out, &answers.in);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vault_free(&vault);
    mbedtls_psa_crypto_free();
    return 0;
}

static void ask(uint32_t request, uint32_t id, uint64_t last, const void *data, uint32_t size)
{
    const struct seal_header header = {.id = id, .first = 1, .last = last};
    assert_int_equal(ring_push2(&requests.in, request, &header, sizeof header, data, size), RING_OK);
}

static enum ring_status answered(void)
{
    return ring_pop(&answers.out, &kind, &answer, sizeof answer, &length);
}

static void expect(uint32_t id, enum seal_answer_kind want, uint32_t size)
{
    assert_int_equal(answered(), RING_OK);
    assert_int_equal(kind, want);
    assert_int_equal(answer.header.id, id);
    assert_int_equal(length, sizeof answer.header + size);
}

static void test_there_and_back_in_order(void **state)
{
    static const uint8_t data[SEAL_MAX - SEAL_OVERHEAD] = {1, 2, 3};
    static uint8_t sealed[SEAL_MAX];
    (void)state;
    ask(SEAL_SEAL, 7, 3, data, sizeof data);
    assert_false(seal_server_run(&server));
    assert_int_equal(answered(), RING_EMPTY);
    seal_server_open(&server, &vault);
    ask(SEAL_SEAL, 8, 3, data, 0);
    assert_true(seal_server_run(&server));
    expect(7, SEAL_DONE, SEAL_MAX);
    assert_int_equal(answered(), RING_EMPTY); /* one request in an activation */
    memcpy(sealed, answer.data, SEAL_MAX);
    assert_memory_not_equal(sealed + VAULT_NONCE, data, 64);
    assert_false(seal_server_run(&server));
    expect(8, SEAL_DONE, SEAL_OVERHEAD);
    ask(SEAL_OPEN, 9, 3, sealed, SEAL_MAX);
    ask(SEAL_OPEN, 10, 4, sealed, SEAL_MAX);
    (void)seal_server_run(&server);
    (void)seal_server_run(&server);
    expect(9, SEAL_DONE, sizeof data);
    assert_memory_equal(answer.data, data, sizeof data);
    expect(10, SEAL_REFUSED, 0);
    assert_int_equal(server.counters.refused, 1);
}

static void test_nonsense_is_refused(void **state)
{
    static const uint8_t data[SEAL_MAX] = {1};
    (void)state;
    seal_server_open(&server, &vault);
    ask(SEAL_SEAL, 1, 3, data, SEAL_MAX - SEAL_OVERHEAD + 1);
    (void)seal_server_run(&server);
    expect(1, SEAL_REFUSED, 0);
    ask(SEAL_OPEN, 2, 3, data, SEAL_OVERHEAD - 1);
    (void)seal_server_run(&server);
    expect(2, SEAL_REFUSED, 0);
    ask(99, 3, 3, data, 40);
    (void)seal_server_run(&server);
    expect(3, SEAL_REFUSED, 0);
    assert_int_equal(ring_push(&requests.in, SEAL_SEAL, data, 5), RING_OK);
    assert_false(seal_server_run(&server));
    assert_int_equal(answered(), RING_EMPTY);
    assert_int_equal(server.counters.refused, 4);
}

static void test_a_full_ring_takes_no_request(void **state)
{
    static const uint8_t data[8] = {1};
    (void)state;
    seal_server_open(&server, &vault);
    for (uint32_t id = 1; id <= SLOTS; id++) {
        ask(SEAL_SEAL, id, 3, data, sizeof data);
        (void)seal_server_run(&server);
    }
    ask(SEAL_SEAL, 77, 3, data, sizeof data);
    assert_false(seal_server_run(&server));
    assert_int_equal(server.counters.sealed, SLOTS);
    expect(1, SEAL_DONE, sizeof data + SEAL_OVERHEAD);
    (void)seal_server_run(&server);
    expect(2, SEAL_DONE, sizeof data + SEAL_OVERHEAD);
    expect(77, SEAL_DONE, sizeof data + SEAL_OVERHEAD);
}

static void test_without_a_key_all_is_refused(void **state)
{
    static const uint8_t data[8] = {1};
    struct vault closed = {0};
    (void)state;
    seal_server_open(&server, &closed);
    ask(SEAL_SEAL, 1, 3, data, sizeof data);
    (void)seal_server_run(&server);
    expect(1, SEAL_REFUSED, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_there_and_back_in_order),
        CASE(test_nonsense_is_refused),
        CASE(test_a_full_ring_takes_no_request),
        CASE(test_without_a_key_all_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
