/* SPDX-License-Identifier: BSD-2-Clause */
/* The block driver between a client's rings and a disk that errs, lies, or says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "blk_fake.h"
#include "server.h"

#define SLOTS     4
#define SLOT_SIZE 4128

struct halves {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
};

/* An answer as the client gets it. */
struct answer {
    uint32_t kind;
    uint32_t length;
    union {
        struct block_response response;
        struct block_info info;
        uint8_t bytes[SLOT_SIZE];
    };
};

static struct halves *to_driver, *from_driver;
static struct ring client_out, client_in, driver_in, driver_out;
static struct virtio_blk device;
static struct server server;
static uint64_t now;
static uint32_t registers[1];

static struct halves *make_ring(struct ring *producer, struct ring *consumer)
{
    struct halves *h = calloc(1, sizeof *h);
    assert_non_null(h);
    ring_producer_start(producer, (uint64_t)&h->prod, (uint64_t)&h->cons, SLOTS, SLOT_SIZE);
    ring_consumer_start(consumer, (uint64_t)&h->cons, (uint64_t)&h->prod, SLOTS, SLOT_SIZE);
    return h;
}

static struct answer take_answer(void)
{
    struct answer a = {0};
    assert_int_equal(ring_pop(&client_in, &a.kind, a.bytes, sizeof a.bytes, &a.length), RING_OK);
    return a;
}

static bool no_answer(void)
{
    uint8_t bytes[SLOT_SIZE];
    uint32_t kind, length;
    return ring_pop(&client_in, &kind, bytes, sizeof bytes, &length) == RING_EMPTY;
}

static struct block_info start(uint64_t features, uint32_t unit)
{
    disk_reset(features, unit);
    now = 1;
    (void)virtio_blk_open(&device, registers, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE);
    server_init(&server, &device, &driver_in, &driver_out);
    struct answer a = take_answer();
    assert_int_equal(a.kind, BLOCK_INFO_IS);
    return a.info;
}

static int setup(void **state)
{
    (void)state;
    to_driver = make_ring(&client_out, &driver_in);
    from_driver = make_ring(&driver_out, &client_in);
    (void)start(DISK_FLUSH, 512);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(to_driver);
    free(from_driver);
    return 0;
}

static void ask(uint32_t kind, uint32_t id, uint64_t offset, uint32_t length, const void *data,
                uint32_t data_length)
{
    const struct block_request r = {.id = id, .offset = offset, .length = length};
    assert_int_equal(ring_push2(&client_out, kind, &r, sizeof r, data, data_length), RING_OK);
}

static enum server_event run(void)
{
    enum server_event event = server_poll(&server, now);
    for (int i = 0; i < 8 && server_has_more(&server); i++) {
        enum server_event more = server_poll(&server, now);
        event = more != SERVER_NOTHING ? more : event;
    }
    return event;
}

static void expect(uint32_t id, enum block_status status)
{
    struct answer a = take_answer();
    assert_int_equal(a.kind, BLOCK_DONE);
    assert_int_equal(a.response.id, id);
    assert_int_equal(a.response.status, status);
}

static void test_info(void **state)
{
    (void)state;
    struct block_info info = start(DISK_FLUSH, 512);
    assert_int_equal(info.status, BLOCK_OK);
    assert_int_equal(info.size, DISK_SIZE);
    assert_int_equal(info.unit, 512);
    assert_int_equal(info.erase, 0);
    assert_int_equal(info.read_only, 0);
    info = start(DISK_RO, 4096);
    assert_int_equal(info.unit, 4096);
    assert_int_equal(info.read_only, 1);
    info = start(DISK_FLUSH, 0);
    assert_int_equal(info.unit, 512);
    ask(BLOCK_INFO, 77, 0, 0, NULL, 0);
    run();
    struct answer a = take_answer();
    assert_int_equal(a.kind, BLOCK_INFO_IS);
    assert_int_equal(a.info.id, 77);
    assert_int_equal(a.info.size, DISK_SIZE);
}

static void test_write_flush_read(void **state)
{
    (void)state;
    uint8_t data[4096];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7);
    }
    ask(BLOCK_WRITE, 1, 8192, 4096, data, 4096);
    ask(BLOCK_FLUSH, 2, 0, 0, NULL, 0);
    ask(BLOCK_READ, 3, 8192, 4096, NULL, 0);
    for (int i = 0; i < 4; i++) {
        run();
        disk_do_all();
    }
    run();
    expect(1, BLOCK_OK);
    expect(2, BLOCK_OK);
    struct answer a = take_answer();
    assert_int_equal(a.response.id, 3);
    assert_int_equal(a.length, sizeof a.response + 4096);
    assert_memory_equal(a.bytes + sizeof a.response, data, 4096);
    assert_memory_equal(disk.durable + 8192, data, 4096);
}

/* Answered when it is durable, and by what was worse of the two. Others do not wait for it. */
static void test_a_write_goes_through(void **state)
{
    (void)state;
    uint8_t data[512] = {3};
    ask(BLOCK_WRITE_THROUGH, 1, 1024, 512, data, 512);
    run();
    disk_do_all();
    assert_int_equal(disk.durable[1024], 0);
    run();
    assert_true(no_answer());
    assert_int_equal(disk_look(), 1);
    ask(BLOCK_READ, 2, 1024, 512, NULL, 0);
    run();
    assert_int_equal(disk_look(), 2);
    disk_do(1);
    run();
    expect(2, BLOCK_OK);
    disk_do_all();
    assert_memory_equal(disk.durable + 1024, data, 512);
    run();
    expect(1, BLOCK_OK);
    assert_int_equal(disk.flushes, 1);
    assert_int_equal(server.counters.writes, 1);
    assert_int_equal(server.counters.flushes, 1);
    disk.next = DISK_IO_ERROR;
    ask(BLOCK_WRITE_THROUGH, 3, 0, 512, data, 512);
    run();
    disk_do_all();
    run();
    expect(3, BLOCK_IO_ERROR);
    assert_int_equal(disk_look(), 0);
    ask(BLOCK_WRITE_THROUGH, 4, 0, 512, data, 512);
    run();
    disk_do_all();
    run();
    disk.next = DISK_IO_ERROR;
    disk_do_all();
    run();
    expect(4, BLOCK_IO_ERROR);
}

/* The device must not see a flush while something written before it is under way, nor anything behind it. */
static void test_a_flush_is_a_barrier(void **state)
{
    (void)state;
    uint8_t data[512] = {1};
    ask(BLOCK_WRITE, 1, 0, 512, data, 512);
    ask(BLOCK_WRITE, 2, 512, 512, data, 512);
    ask(BLOCK_FLUSH, 3, 0, 0, NULL, 0);
    ask(BLOCK_WRITE, 4, 1024, 512, data, 512);
    run();
    assert_int_equal(disk_look(), 2);
    disk_do(1);
    run();
    assert_int_equal(disk_look(), 1);
    disk_do(0);
    run();
    assert_int_equal(disk_look(), 1);
    disk_do(0);
    assert_int_equal(disk.flushes, 1);
    run();
    assert_int_equal(disk_look(), 1);
    disk_do(0);
    run();
    expect(2, BLOCK_OK);
    expect(1, BLOCK_OK);
    expect(3, BLOCK_OK);
    expect(4, BLOCK_OK);
}

static void test_without_a_cache_a_flush_costs_nothing(void **state)
{
    (void)state;
    (void)start(0, 512);
    ask(BLOCK_FLUSH, 9, 0, 0, NULL, 0);
    run();
    expect(9, BLOCK_OK);
    assert_int_equal(disk_look(), 0);
    static const uint8_t data[512];
    ask(BLOCK_WRITE_THROUGH, 10, 0, 512, data, 512);
    run();
    disk_do_all();
    run();
    expect(10, BLOCK_OK);
    assert_int_equal(disk.flushes, 0);
}

static void test_errors_are_errors(void **state)
{
    (void)state;
    const enum disk_answer how[] = {DISK_IO_ERROR, DISK_UNSUPPORTED, DISK_NO_STATUS, DISK_SHORT};
    for (uint32_t i = 0; i < 4; i++) {
        disk.next = how[i];
        ask(BLOCK_READ, i, 0, 512, NULL, 0);
        run();
        disk_do_all();
        run();
        struct answer a = take_answer();
        assert_int_equal(a.response.status, BLOCK_IO_ERROR);
        assert_int_equal(a.length, sizeof a.response);
    }
    disk.next = DISK_IO_ERROR;
    ask(BLOCK_FLUSH, 8, 0, 0, NULL, 0);
    run();
    disk_do_all();
    run();
    expect(8, BLOCK_IO_ERROR);
    assert_int_equal(server.counters.errors, 5);
}

/* The status belongs to the request that the device names, not to the oldest one. */
static void test_answers_out_of_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        ask(BLOCK_READ, 10 + i, i * 512, 512, NULL, 0);
    }
    run();
    assert_int_equal(disk_look(), 4);
    disk_do(2);
    disk.next = DISK_IO_ERROR;
    disk_do(2);
    disk_do(0);
    disk_do(0);
    run();
    expect(12, BLOCK_OK);
    expect(13, BLOCK_IO_ERROR);
    expect(10, BLOCK_OK);
    expect(11, BLOCK_OK);
}

static void test_bad_requests(void **state)
{
    (void)state;
    static const uint8_t data[4096];
    const struct {
        uint32_t kind;
        uint64_t offset;
        uint32_t length, data;
    } table[] = {
        {BLOCK_READ, 1, 512, 0},
        {BLOCK_READ, 0, 511, 0},
        {BLOCK_READ, 0, 0, 0},
        {BLOCK_READ, DISK_SIZE, 512, 0},
        {BLOCK_READ, DISK_SIZE - 512, 1024, 0},
        {BLOCK_READ, UINT64_MAX - 511, 512, 0},
        {BLOCK_READ, 0, 8192, 0},
        {BLOCK_READ, 0, 512, 512},
        {BLOCK_WRITE, 0, 512, 0},
        {BLOCK_WRITE, 0, 512, 1024},
        {BLOCK_WRITE, 0, 1024, 512},
        {BLOCK_WRITE_THROUGH, 0, 1024, 512},
        {BLOCK_WRITE_THROUGH, 1, 512, 512},
        {BLOCK_FLUSH, 0, 512, 0},
        {BLOCK_FLUSH, 512, 0, 0},
        {BLOCK_ERASE, 0, 512, 0},
        {0, 0, 0, 0},
        {99, 0, 512, 0},
    };
    for (uint32_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ask(table[i].kind, i, table[i].offset, table[i].length, data, table[i].data);
        run();
        assert_int_equal(disk_look(), 0);
        expect(i, BLOCK_BAD_REQUEST);
    }
    assert_int_equal(ring_push(&client_out, BLOCK_READ, data, 15), RING_OK);
    run();
    assert_true(no_answer());
    assert_int_equal(server.counters.bad_requests, sizeof table / sizeof table[0] + 1);
}

static void test_read_only(void **state)
{
    (void)state;
    static const uint8_t data[512];
    (void)start(DISK_RO, 512);
    ask(BLOCK_WRITE, 5, 0, 512, data, 512);
    run();
    expect(5, BLOCK_READ_ONLY);
    ask(BLOCK_WRITE_THROUGH, 6, 0, 512, data, 512);
    run();
    expect(6, BLOCK_READ_ONLY);
    assert_int_equal(disk_look(), 0);
}

/* A client that does not take its answers stops the driver, and nothing is lost. */
static void test_back_pressure(void **state)
{
    (void)state;
    uint32_t asked = 0, answered = 0;
    for (int round = 0; round < 40; round++) {
        while (ring_space(&client_out) != 0) {
            ask(BLOCK_READ, asked++, 0, 512, NULL, 0);
        }
        run();
        disk_do_all();
        run();
        if (round % 3 == 2) {
            while (!no_answer()) {
                answered++;
            }
        }
    }
    for (int i = 0; i < 8; i++) {
        run();
        disk_do_all();
        run();
        while (!no_answer()) {
            answered++;
        }
    }
    assert_true(asked > 40);
    assert_int_equal(asked, answered);
}

static void test_a_silent_device_is_reset(void **state)
{
    (void)state;
    ask(BLOCK_READ, 1, 0, 512, NULL, 0);
    ask(BLOCK_READ, 2, 512, 512, NULL, 0);
    assert_int_equal(run(), SERVER_NOTHING);
    assert_int_equal(server_deadline(&server), now + SERVER_PATIENCE_NS);
    now += SERVER_PATIENCE_NS - 1;
    assert_int_equal(run(), SERVER_NOTHING);
    now++;
    assert_int_equal(run(), SERVER_RESET);
    expect(1, BLOCK_TIMEOUT);
    expect(2, BLOCK_TIMEOUT);
    disk.taken_count = 0;
    ask(BLOCK_READ, 3, 0, 512, NULL, 0);
    run();
    disk_do_all();
    run();
    expect(3, BLOCK_OK);
    assert_int_equal(server_deadline(&server), UINT64_MAX);
}

static void test_a_device_that_never_answers_is_given_up(void **state)
{
    (void)state;
    enum server_event event = SERVER_NOTHING;
    for (uint32_t i = 0; i <= SERVER_RESETS; i++) {
        ask(BLOCK_READ, i, 0, 512, NULL, 0);
        run();
        now += SERVER_PATIENCE_NS;
        event = run();
        expect(i, BLOCK_TIMEOUT);
        disk.taken_count = 0;
    }
    assert_int_equal(event, SERVER_GIVEN_UP);
    ask(BLOCK_FLUSH, 50, 0, 0, NULL, 0);
    run();
    expect(50, BLOCK_NO_DEVICE);
    ask(BLOCK_INFO, 51, 0, 0, NULL, 0);
    run();
    assert_int_equal(take_answer().info.status, BLOCK_NO_DEVICE);
}

static void test_a_device_that_works_in_between_is_kept(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3 * SERVER_RESETS; i++) {
        ask(BLOCK_READ, i, 0, 512, NULL, 0);
        run();
        now += SERVER_PATIENCE_NS;
        assert_int_equal(run(), SERVER_RESET);
        expect(i, BLOCK_TIMEOUT);
        disk.taken_count = 0;
        ask(BLOCK_READ, i, 0, 512, NULL, 0);
        run();
        disk_do_all();
        run();
        expect(i, BLOCK_OK);
    }
}

static void test_a_device_that_breaks_the_protocol_is_reset(void **state)
{
    (void)state;
    ask(BLOCK_READ, 1, 0, 512, NULL, 0);
    run();
    fake_push_used(0, 9999, 1);
    assert_int_equal(run(), SERVER_RESET);
    expect(1, BLOCK_IO_ERROR);
    assert_int_equal(device.resets, 1);
}

static void test_no_device(void **state)
{
    (void)state;
    disk_reset(DISK_FLUSH, 8192);
    assert_int_equal(virtio_blk_open(&device, registers, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE),
                     VIRTIO_ERR_CONFIG);
    server_init(&server, &device, &driver_in, &driver_out);
    assert_int_equal(take_answer().info.status, BLOCK_NO_DEVICE);
    ask(BLOCK_READ, 3, 0, 512, NULL, 0);
    run();
    expect(3, BLOCK_NO_DEVICE);
    disk_reset(DISK_FLUSH, 512);
    assert_int_equal(virtio_blk_open(&device, registers, fake.dma, FAKE_DMA_PADDR, 4096), VIRTIO_ERR_MEMORY);
}

static void test_a_client_may_start_anew(void **state)
{
    (void)state;
    ask(BLOCK_READ, 1, 0, 512, NULL, 0);
    run();
    ring_producer_start(&client_out, (uint64_t)&to_driver->prod, (uint64_t)&to_driver->cons, SLOTS,
                        SLOT_SIZE);
    ring_consumer_start(&client_in, (uint64_t)&from_driver->cons, (uint64_t)&from_driver->prod, SLOTS,
                        SLOT_SIZE);
    ask(BLOCK_READ, 2, 512, 512, NULL, 0);
    run();
    disk_do_all();
    run();
    disk_do_all();
    run();
    struct answer a;
    do {
        a = take_answer();
    } while (a.response.id == 1);
    assert_int_equal(a.response.id, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_info, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write_flush_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_write_goes_through, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_flush_is_a_barrier, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_cache_a_flush_costs_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_are_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_out_of_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back_pressure, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_silent_device_is_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_device_that_never_answers_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_device_that_works_in_between_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_device_that_breaks_the_protocol_is_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_device, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_client_may_start_anew, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
