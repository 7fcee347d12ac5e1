/* SPDX-License-Identifier: BSD-2-Clause */
/* The Ethernet driver against a fake device and a fake stack, honest and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <postern/protocol/eth.h>
#include "bridge.h"
#include "eth_fake.h"

#define SLOTS     32u
#define SLOT_SIZE 2048u

static _Alignas(64) uint8_t rx_producer[64 + SLOTS * SLOT_SIZE], rx_consumer[64];
static _Alignas(64) uint8_t tx_producer[64 + SLOTS * SLOT_SIZE], tx_consumer[64];
static struct ring driver_rx, driver_tx, stack_rx, stack_tx;
static struct virtio_net device;
static struct bridge bridge;
static const uint8_t our_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static uint64_t address(const void *p)
{
    return (uint64_t)(uintptr_t)p;
}

static void start_stack(void)
{
    ring_consumer_start(&stack_rx, address(rx_consumer), address(rx_producer), SLOTS, SLOT_SIZE);
    ring_producer_start(&stack_tx, address(tx_producer), address(tx_consumer), SLOTS, SLOT_SIZE);
}

static void start_driver(void)
{
    ring_producer_start(&driver_rx, address(rx_producer), address(rx_consumer), SLOTS, SLOT_SIZE);
    ring_consumer_start(&driver_tx, address(tx_consumer), address(tx_producer), SLOTS, SLOT_SIZE);
    assert_int_equal(virtio_net_open(&device, NULL, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE), VIRTIO_OK);
    bridge_init(&bridge, &device, &driver_rx, &driver_tx);
}

static int set_up(void **state)
{
    (void)state;
    memset(rx_producer, 0, sizeof(rx_producer));
    memset(tx_producer, 0, sizeof(tx_producer));
    memset(rx_consumer, 0, sizeof(rx_consumer));
    memset(tx_consumer, 0, sizeof(tx_consumer));
    fake_reset();
    start_stack();
    start_driver();
    return 0;
}

/* The next message for the stack; restarts are skipped. */
static bool stack_pop(uint32_t *kind, uint8_t *data, uint32_t *length)
{
    enum ring_status status = ring_pop(&stack_rx, kind, data, 2048, length);
    return status == RING_RESTARTED ? stack_pop(kind, data, length) : status == RING_OK;
}

static struct eth_info expect_info(void)
{
    uint8_t data[2048];
    uint32_t kind = 0, length = 0;
    struct eth_info info;
    assert_true(stack_pop(&kind, data, &length));
    assert_int_equal(kind, ETH_INFO);
    assert_int_equal(length, sizeof(info));
    memcpy(&info, data, sizeof(info));
    return info;
}

static void expect_nothing(void)
{
    uint8_t data[2048];
    uint32_t kind, length;
    assert_false(stack_pop(&kind, data, &length));
}

static void make_frame(uint8_t *frame, uint32_t length, uint8_t tag)
{
    memset(frame, tag, length);
    memcpy(frame + 6, our_mac, 6);
}

static void run(void)
{
    do {
        (void)bridge_poll(&bridge);
    } while (bridge_has_more(&bridge));
}

static void test_features_and_info(void **state)
{
    (void)state;
    run();
    assert_true(fake.accepted == (UINT64_C(1) << 5 | UINT64_C(1) << 16 | UINT64_C(1) << 32));
    assert_int_equal(fake.status, 15);
    struct eth_info info = expect_info();
    assert_memory_equal(info.mac, our_mac, 6);
    assert_int_equal(info.link_up, 1);
    expect_nothing();
    assert_true(fake.kicks[0] > 0);
}

static void test_info_when_asked_and_at_link_change(void **state)
{
    (void)state;
    run();
    (void)expect_info();
    assert_int_equal(ring_push(&stack_tx, ETH_INFO, NULL, 0), RING_OK);
    run();
    assert_int_equal(expect_info().link_up, 1);
    fake.config[6] = 0;
    fake.irq = 2;
    assert_true(virtio_net_irq(&device));
    bridge_info(&bridge);
    run();
    assert_int_equal(expect_info().link_up, 0);
    expect_nothing();
}

static void test_stack_restart_gets_info(void **state)
{
    (void)state;
    uint8_t frame[60], data[2048];
    uint32_t kind, length;
    run();
    start_stack();
    make_frame(frame, sizeof(frame), 7);
    assert_true(fake_receive(frame, sizeof(frame)));
    run();
    (void)expect_info();
    assert_true(stack_pop(&kind, data, &length));
    assert_int_equal(kind, ETH_FRAME);
}

static void test_frames_both_ways(void **state)
{
    (void)state;
    uint8_t frame[ETH_FRAME_MAX], data[2048];
    uint32_t kind, length;
    run();
    (void)expect_info();
    for (uint32_t size = ETH_FRAME_MIN; size <= ETH_FRAME_MAX; size += 100) {
        make_frame(frame, size, (uint8_t)size);
        assert_true(fake_receive(frame, size));
        run();
        assert_true(stack_pop(&kind, data, &length));
        assert_int_equal(kind, ETH_FRAME);
        assert_int_equal(length, size);
        assert_memory_equal(data, frame, size);
        assert_int_equal(ring_push(&stack_tx, ETH_FRAME, frame, size), RING_OK);
        run();
        assert_int_equal(fake_transmit(64), 1);
        assert_int_equal(eth_fake.sent_length[0], size < 60 ? 60 : size);
        assert_memory_equal(eth_fake.sent[0], frame, size);
        eth_fake.sent_count = 0;
    }
    assert_int_equal(device.counters.rx_frames, device.counters.tx_frames);
}

/* The bytes behind a short frame must not be those of an earlier one. */
static void test_padding_is_zero(void **state)
{
    (void)state;
    uint8_t frame[200];
    for (unsigned i = 0; i < 2 * VIRTIO_NET_TX_BUFFERS; i++) {
        uint32_t size = i < VIRTIO_NET_TX_BUFFERS ? sizeof(frame) : 20u;
        make_frame(frame, size, 0xee);
        assert_int_equal(ring_push(&stack_tx, ETH_FRAME, frame, size), RING_OK);
        run();
        eth_fake.sent_count = 0;
        assert_int_equal(fake_transmit(64), 1);
    }
    for (unsigned i = 20; i < 60; i++) {
        assert_int_equal(eth_fake.sent[0][i], 0);
    }
}

static void test_bad_lengths_from_device(void **state)
{
    (void)state;
    static uint8_t raw[4096];
    run();
    (void)expect_info();
    assert_true(fake_receive_raw(raw, 0, 0));
    assert_true(fake_receive_raw(raw, 11, 11));
    assert_true(fake_receive_raw(raw, 12 + 13, 12 + 13));
    assert_true(fake_receive_raw(raw, VIRTIO_NET_STRIDE, 12 + 1515));
    assert_true(fake_receive_raw(raw, 100, UINT32_MAX));
    run();
    expect_nothing();
    assert_int_equal(device.counters.rx_bad_length, 5);
    assert_int_equal(device.rx.clamped, 1);
    assert_true(fake_receive(raw, 14));
    run();
    assert_int_equal(device.counters.rx_frames, 1);
}

static void test_bad_messages_from_stack(void **state)
{
    (void)state;
    uint8_t frame[2040];
    run();
    make_frame(frame, sizeof(frame), 1);
    (void)ring_push(&stack_tx, ETH_FRAME, frame, 13);
    (void)ring_push(&stack_tx, ETH_FRAME, frame, 1515);
    (void)ring_push(&stack_tx, ETH_FRAME, frame, 0);
    (void)ring_push(&stack_tx, ETH_INFO, frame, 8);
    (void)ring_push(&stack_tx, 99, frame, 100);
    frame[6] ^= 2;
    (void)ring_push(&stack_tx, ETH_FRAME, frame, 100);
    run();
    assert_int_equal(fake_transmit(64), 0);
    assert_int_equal(bridge.counters.tx_bad, 4);
    assert_int_equal(bridge.counters.tx_spoofed, 1);
    assert_int_equal(driver_tx.counters.peer_bad, 1);
}

static void test_slow_stack_loses_frames_and_counts(void **state)
{
    (void)state;
    uint8_t frame[60];
    make_frame(frame, sizeof(frame), 3);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(fake_receive(frame, sizeof(frame)));
        run();
    }
    assert_int_equal(bridge.counters.rx_full, 100 - (SLOTS - 1)); /* one slot holds the ETH_INFO */
}

/* The information is not lost when the ring is full: it goes out when there is room. */
static void test_info_waits_for_room(void **state)
{
    (void)state;
    uint8_t frame[60], data[2048];
    uint32_t kind, length;
    make_frame(frame, sizeof(frame), 3);
    for (unsigned i = 0; i < SLOTS; i++) {
        assert_true(fake_receive(frame, sizeof(frame)));
        run();
    }
    bridge_info(&bridge);
    run();
    assert_true(bridge.info_due);
    assert_true(ring_must_notify(&stack_rx));
    while (stack_pop(&kind, data, &length)) {
    }
    run();
    (void)expect_info();
    expect_nothing();
}

/* A device that does not take frames: the ring is left alone, the interrupt asked for, nothing lost. */
static void test_slow_device(void **state)
{
    (void)state;
    uint8_t frame[60];
    unsigned pushed = 0;
    for (unsigned i = 0; i < 200; i++) {
        make_frame(frame, sizeof(frame), (uint8_t)pushed);
        pushed += ring_push(&stack_tx, ETH_FRAME, frame, sizeof(frame)) == RING_OK ? 1u : 0u;
        run();
    }
    assert_int_equal(pushed, SLOTS + VIRTIO_NET_TX_BUFFERS);
    assert_true(bridge.tx_waiting);
    unsigned sent = 0;
    while (sent < pushed) {
        eth_fake.sent_count = 0;
        assert_int_equal(fake_transmit(1), 1);
        assert_int_equal(eth_fake.sent[0][14], (uint8_t)sent);
        sent++;
        run();
    }
    assert_int_equal(fake_transmit(1), 0);
}

static void test_device_breaks_protocol(void **state)
{
    (void)state;
    uint8_t frame[60];
    make_frame(frame, sizeof(frame), 3);
    run();
    (void)expect_info();
    fake_set_used_index(0, 1000);
    assert_int_equal(bridge_poll(&bridge), BRIDGE_RESET);
    (void)expect_info();
    assert_true(fake_receive(frame, sizeof(frame)));
    run();
    fake_push_used(1, 77, 0);
    fake_push_used(0, 5, 100);
    assert_true(fake_receive(frame, sizeof(frame)));
    assert_int_equal(bridge_poll(&bridge),
                     BRIDGE_NOTHING); /* entry 5 was posted: one lie of content, not of protocol */
    fake_push_used(0, 5, 100);
    fake_push_used(0, 5, 100);
    assert_int_equal(bridge_poll(&bridge), BRIDGE_RESET);
    assert_int_equal(device.counters.resets, 2);
}

static void test_device_given_up(void **state)
{
    (void)state;
    uint8_t frame[60];
    enum bridge_event event = BRIDGE_NOTHING;
    unsigned polls = 0;
    run();
    (void)expect_info();
    while (event != BRIDGE_GIVEN_UP && polls++ < 100) {
        fake_set_used_index(0, 1000);
        event = bridge_poll(&bridge);
        (void)expect_info();
    }
    assert_int_equal(polls, BRIDGE_RESET_LIMIT + 1);
    assert_false(device.running);
    make_frame(frame, sizeof(frame), 3);
    (void)ring_push(&stack_tx, ETH_FRAME, frame, sizeof(frame));
    run();
    assert_int_equal(bridge.counters.tx_no_device, 1);
    assert_false(virtio_net_irq(&device));
}

static void test_needs_reset(void **state)
{
    (void)state;
    run();
    fake.status |= 64;
    fake.irq = 2;
    (void)virtio_net_irq(&device);
    assert_int_equal(bridge_poll(&bridge), BRIDGE_RESET);
    assert_int_equal(fake.status, 15);
}

static void test_open_refuses(void **state)
{
    (void)state;
    struct virtio_net other;
    fake_reset();
    fake.device_id = 2;
    assert_int_equal(virtio_net_open(&other, NULL, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE),
                     VIRTIO_ERR_DEVICE);
    fake_reset();
    fake.offered &= ~(UINT64_C(1) << 5);
    assert_int_equal(virtio_net_open(&other, NULL, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE),
                     VIRTIO_ERR_FEATURES);
    fake_reset();
    fake.config[0] = 0x53; /* a group address */
    assert_int_equal(virtio_net_open(&other, NULL, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE),
                     VIRTIO_ERR_CONFIG);
    fake_reset();
    assert_int_equal(virtio_net_open(&other, NULL, fake.dma, FAKE_DMA_PADDR, 0x10000), VIRTIO_ERR_MEMORY);
    assert_false(other.running);
    assert_false(other.link_up);
    assert_null(virtio_net_transmit_buffer(&other));
}

/* Random bytes over everything that device and stack may write, at random moments. */
static void test_random_peers(void **state)
{
    (void)state;
    uint8_t frame[2040];
    srand(1);
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t size = (uint32_t)rand() % sizeof(frame);
        make_frame(frame, size > 14 ? size : 14, (uint8_t)rand());
        switch (rand() % 6) {
        case 0:
            (void)fake_receive(frame, size < 1524 ? size : 1524);
            break;
        case 1:
            (void)ring_push(&stack_tx, (uint32_t)rand() % 4, frame, size);
            break;
        case 2:
            (void)fake_transmit((unsigned)rand() % 8);
            eth_fake.sent_count = 0;
            break;
        case 3:
            tx_producer[(size_t)rand() % (rand() % 2 == 0 ? 24u : sizeof(tx_producer))] = (uint8_t)rand();
            break;
        case 4:
            rx_consumer[(size_t)rand() % 24] = (uint8_t)rand();
            break;
        default:
            if (device.running) {
                fake_push_used((unsigned)rand() % 2, (uint32_t)rand() % 40, (uint32_t)rand() % 3000);
            }
            break;
        }
        if (virtio_net_irq(&device)) {
            bridge_info(&bridge);
        }
        unsigned rounds = 0;
        do {
            (void)bridge_poll(&bridge);
            assert_true(++rounds < 10);
        } while (bridge_has_more(&bridge));
        if (!device.running) {
            (void)set_up(NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_features_and_info, set_up),
        cmocka_unit_test_setup(test_info_when_asked_and_at_link_change, set_up),
        cmocka_unit_test_setup(test_stack_restart_gets_info, set_up),
        cmocka_unit_test_setup(test_frames_both_ways, set_up),
        cmocka_unit_test_setup(test_padding_is_zero, set_up),
        cmocka_unit_test_setup(test_bad_lengths_from_device, set_up),
        cmocka_unit_test_setup(test_bad_messages_from_stack, set_up),
        cmocka_unit_test_setup(test_slow_stack_loses_frames_and_counts, set_up),
        cmocka_unit_test_setup(test_info_waits_for_room, set_up),
        cmocka_unit_test_setup(test_slow_device, set_up),
        cmocka_unit_test_setup(test_device_breaks_protocol, set_up),
        cmocka_unit_test_setup(test_device_given_up, set_up),
        cmocka_unit_test_setup(test_needs_reset, set_up),
        cmocka_unit_test_setup(test_open_refuses, set_up),
        cmocka_unit_test_setup(test_random_peers, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
