/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio library against a device in memory: an honest one, and one that lies about everything it can
 * write. The fake stands behind virtio_reg.h, where the machine's registers would be.
 */
#include "virtq_fixture.h"

static void test_handshake(void **state)
{
    (void)state;
    assert_int_equal(open_device(VIRTIO_FEATURE(3), VIRTIO_FEATURE(5) | VIRTIO_FEATURE(9)), VIRTIO_OK);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_OK);
    virtio_mmio_driver_ok(&dev);
    assert_string_equal(fake.order, "adfo");
    assert_int_equal(fake.resets, 1);
    assert_true(fake.accepted == (VIRTIO_F_VERSION_1 | VIRTIO_FEATURE(3) | VIRTIO_FEATURE(5)));
    assert_true(dev.features == fake.accepted);
    assert_int_equal(fake.queue_size, SIZE);
    assert_int_equal(fake.ready, 1);
    assert_true(fake.desc == DMA_PADDR);
    assert_true(fake.avail == DMA_PADDR + 16 * SIZE);
    assert_true(fake.used % 4 == 0 && fake.used >= fake.avail + 6 + 2 * SIZE);
    assert_true(dma.taken >= fake.used - DMA_PADDR + 6 + 8 * SIZE);
    assert_false(virtio_mmio_needs_reset(&dev));
    fake.needs_reset = true;
    assert_true(virtio_mmio_needs_reset(&dev));
}

static void test_wrong_devices(void **state)
{
    (void)state;
    fake.magic++;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_MAGIC);
    new_device(NULL);
    fake.version = 1;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_VERSION);
    new_device(NULL);
    fake.id = 0;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_DEVICE);
    assert_int_equal(fake.resets, 0);
}

static void test_feature_refusals(void **state)
{
    (void)state;
    assert_int_equal(open_device(VIRTIO_FEATURE(9), 0), VIRTIO_ERR_FEATURES);
    assert_true((fake.status & 128) != 0);
    new_device(NULL);
    fake.offered &= ~VIRTIO_F_VERSION_1;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_FEATURES);
    new_device(NULL);
    fake.refuse = true;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_REFUSED);
    assert_true((fake.status & 128) != 0);
}

static void test_reset_is_awaited(void **state)
{
    (void)state;
    fake.polls_until_reset = 50;
    assert_int_equal(open_device(0, 0), VIRTIO_OK);
    fake.polls_until_reset = UINT32_MAX;
    assert_int_equal(open_device(0, 0), VIRTIO_ERR_RESET);
}

static void test_queue_refusals(void **state)
{
    (void)state;
    assert_int_equal(open_device(0, 0), VIRTIO_OK);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, 6, &dma), VIRTIO_ERR_MEMORY);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, 0, &dma), VIRTIO_ERR_MEMORY);
    fake.size_max = SIZE / 2;
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_ERR_QUEUE);
    fake.size_max = SIZE;
    fake.ready = 1;
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_ERR_QUEUE);
    fake.ready = 0;
    dma.size = virtq_bytes(SIZE) - 1;
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_ERR_MEMORY);
    dma.size = virtq_bytes(SIZE);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_OK);
    assert_int_equal(dma.taken, dma.size);
}

static void test_dma_take(void **state)
{
    uint64_t paddr;
    uint8_t *first;

    (void)state;
    first = virtio_dma_take(&dma, 3, 1, &paddr);
    assert_ptr_equal(first, dma_memory);
    assert_true(paddr == DMA_PADDR && first[0] == 0 && first[2] == 0 && first[3] == 0xa5);
    assert_ptr_equal(virtio_dma_take(&dma, 16, 64, &paddr), dma_memory + 64);
    assert_true(paddr == DMA_PADDR + 64);
    assert_null(virtio_dma_take(&dma, DMA_SIZE, 1, &paddr));
    assert_null(virtio_dma_take(&dma, SIZE_MAX, 64, &paddr));
    assert_int_equal(dma.taken, 80);
    assert_non_null(virtio_dma_take(&dma, DMA_SIZE - 80, 1, &paddr));
    assert_null(virtio_dma_take(&dma, 1, 1, &paddr));
}

static void test_config(void **state)
{
    uint32_t value = 0;

    (void)state;
    assert_int_equal(open_device(0, 0), VIRTIO_OK);
    memcpy(fake.config + 4, "\x78\x56\x34\x12", 4);
    assert_int_equal(virtio_mmio_config(&dev, 4, &value, sizeof(value)), VIRTIO_OK);
    assert_int_equal(value, 0x12345678);
    assert_int_equal(virtio_mmio_config(&dev, 0x100, &value, 1), VIRTIO_ERR_CONFIG);
    assert_int_equal(virtio_mmio_config(&dev, UINT32_MAX, &value, 4), VIRTIO_ERR_CONFIG);
    fake.restless = true;
    assert_int_equal(virtio_mmio_config(&dev, 4, &value, sizeof(value)), VIRTIO_ERR_CONFIG);
}

static void test_round_trip(void **state)
{
    const uint64_t *desc = (const uint64_t *)(const void *)dma_memory;
    uint32_t token;
    uint32_t written;

    (void)state;
    assert_int_equal(push(77, 3), VIRTQ_OK);
    assert_int_equal(avail_words()[1], 0);
    assert_true(virtio_mmio_kick(&dev, &queue));
    assert_int_equal(fake.notified, 1);
    assert_int_equal(avail_words()[1], 1);
    assert_int_equal(avail_words()[2], 0);
    /* Descriptor 0: 4 bytes to read, continued in 1; the last one ends the chain. */
    assert_true(desc[0] == DMA_PADDR + 0x800 && desc[1] == (4 | UINT64_C(1) << 32 | UINT64_C(1) << 48));
    assert_true(desc[3] == (8 | UINT64_C(3) << 32 | UINT64_C(2) << 48));
    assert_true(desc[5] == (16 | UINT64_C(2) << 32));
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_EMPTY);
    device_uses(0, 0, 20);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
    assert_int_equal(token, 77);
    assert_int_equal(written, 20);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_EMPTY);
    assert_int_equal(queue.free_count, SIZE);
    assert_false(virtio_mmio_kick(&dev, &queue));
}

static void test_bad_parts(void **state)
{
    const struct virtq_part empty = {DMA_PADDR, 0, true};
    const struct virtq_part backwards[2] = {{DMA_PADDR, 4, true}, {DMA_PADDR + 8, 4, false}};

    (void)state;
    assert_int_equal(virtq_push(&queue, &empty, 1, 0), VIRTQ_BAD);
    assert_int_equal(virtq_push(&queue, backwards, 2, 0), VIRTQ_BAD);
    assert_int_equal(virtq_push(&queue, backwards, 0, 0), VIRTQ_BAD);
    assert_int_equal(virtq_push(&queue, backwards, 5, 0), VIRTQ_BAD);
    assert_int_equal(queue.free_count, SIZE);
}

static void test_full(void **state)
{
    (void)state;
    assert_int_equal(push(1, 4), VIRTQ_OK);
    assert_int_equal(push(2, 3), VIRTQ_OK);
    assert_int_equal(push(3, 2), VIRTQ_FULL);
    assert_int_equal(push(3, 1), VIRTQ_OK);
    assert_int_equal(push(4, 1), VIRTQ_FULL);
}

/* Completions in any order, far past the wrap of the 16-bit indices: every token comes back exactly once. */
static void test_long_run_out_of_order(void **state)
{
    uint16_t used = 0;
    uint32_t next_token = 0;

    (void)state;
    for (unsigned round = 0; round < 40000; round++) {
        uint16_t heads[2];
        uint32_t token;
        uint32_t written;
        uint32_t sum = 0;

        for (unsigned i = 0; i < 2; i++) {
            assert_int_equal(push(next_token++, 1 + (round + i) % 3), VIRTQ_OK);
            heads[i] = avail_words()[2 + (queue.queued - 1u) % SIZE];
        }
        assert_true(virtio_mmio_kick(&dev, &queue));
        device_uses(used++, heads[1], 0);
        device_uses(used++, heads[0], 0);
        for (unsigned i = 0; i < 2; i++) {
            assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
            sum += token;
        }
        assert_int_equal(sum, next_token - 1 + next_token - 2);
        assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_EMPTY);
    }
    assert_int_equal(queue.free_count, SIZE);
    assert_int_equal(queue.in_flight, 0);
}

static void expect_broken(void)
{
    uint32_t token = 0xdead;
    uint32_t written = 0xdead;

    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_BROKEN);
    assert_int_equal(token, 0xdead);
    assert_int_equal(written, 0xdead);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_BROKEN);
    assert_int_equal(push(9, 1), VIRTQ_BROKEN);
    assert_false(virtio_mmio_kick(&dev, &queue));
}

static void test_used_index_runs_ahead(void **state)
{
    (void)state;
    assert_int_equal(push(1, 2), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    used_words()[1] = 2;
    expect_broken();
}

static void test_used_index_moves_back(void **state)
{
    (void)state;
    assert_int_equal(push(1, 2), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    used_words()[1] = UINT16_MAX;
    expect_broken();
}

static void test_used_without_request(void **state)
{
    (void)state;
    used_words()[1] = 1;
    expect_broken();
}

static void test_used_id_out_of_range(void **state)
{
    (void)state;
    assert_int_equal(push(1, 1), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    device_uses(0, SIZE, 0);
    expect_broken();
}

static void test_used_id_with_high_bits(void **state)
{
    (void)state;
    assert_int_equal(push(1, 1), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    device_uses(0, 0x10000, 0);
    expect_broken();
}

static void test_used_id_inside_chain(void **state)
{
    (void)state;
    assert_int_equal(push(1, 3), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    device_uses(0, 1, 0);
    expect_broken();
}

static void test_used_id_twice(void **state)
{
    uint32_t token;
    uint32_t written;

    (void)state;
    assert_int_equal(push(1, 1), VIRTQ_OK);
    assert_int_equal(push(2, 1), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    device_uses(0, 0, 0);
    device_uses(1, 0, 0);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
    expect_broken();
}

static void test_length_is_clamped(void **state)
{
    uint32_t token;
    uint32_t written;

    (void)state;
    assert_int_equal(push(1, 3), VIRTQ_OK);
    assert_int_equal(push(2, 1), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    device_uses(0, 0, UINT32_MAX);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
    assert_int_equal(written, 24);
    device_uses(1, 3, 1);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
    assert_int_equal(written, 0);
    assert_int_equal(queue.clamped, 2);
}

/* The device rewrites the descriptors of a request in flight: our free list must not care. */
static void test_descriptors_are_not_believed(void **state)
{
    uint32_t token;
    uint32_t written;

    (void)state;
    assert_int_equal(push(1, 4), VIRTQ_OK);
    virtio_mmio_kick(&dev, &queue);
    memset(dma_memory, 0xff, 16 * SIZE);
    device_uses(0, 0, 0);
    assert_int_equal(virtq_pop(&queue, &token, &written), VIRTQ_OK);
    assert_int_equal(queue.free_count, SIZE);
    assert_int_equal(push(2, 4), VIRTQ_OK);
    assert_int_equal(push(3, 4), VIRTQ_OK);
    assert_int_equal(push(4, 1), VIRTQ_FULL);
}

static void test_flag_suppression(void **state)
{
    (void)state;
    used_words()[0] = 1;
    assert_int_equal(push(1, 1), VIRTQ_OK);
    assert_false(virtio_mmio_kick(&dev, &queue));
    assert_int_equal(avail_words()[1], 1);
    virtq_irq_off(&queue);
    assert_int_equal(avail_words()[0], 1);
    assert_false(virtq_irq_on(&queue));
    assert_int_equal(avail_words()[0], 0);
    device_uses(0, 0, 0);
    assert_true(virtq_irq_on(&queue));
}

static void test_event_suppression(void **state)
{
    uint16_t *used_event = avail_words() + 2 + SIZE;
    uint16_t *avail_event = used_words() + 2 + 4 * SIZE;

    (void)state;
    *avail_event = 1;
    assert_int_equal(push(1, 1), VIRTQ_OK);
    assert_false(virtio_mmio_kick(&dev, &queue));
    assert_int_equal(push(2, 1), VIRTQ_OK);
    assert_int_equal(push(3, 1), VIRTQ_OK);
    assert_true(virtio_mmio_kick(&dev, &queue));
    assert_false(virtq_irq_after(&queue, 3));
    assert_int_equal(*used_event, 2);
    device_uses(0, 0, 0);
    device_uses(1, 1, 0);
    assert_false(virtq_irq_after(&queue, 3));
    assert_true(virtq_irq_after(&queue, 2));
    assert_true(virtq_irq_on(&queue));
    assert_int_equal(*used_event, 0);
    virtq_irq_off(&queue);
    assert_int_equal(*used_event, UINT16_MAX);
}

static void test_interrupt_status(void **state)
{
    (void)state;
    fake.irq = 0xff;
    assert_int_equal(virtio_mmio_irq_take(&dev), VIRTIO_IRQ_QUEUE | VIRTIO_IRQ_CONFIG);
    assert_int_equal(fake.irq, 0xfc);
    assert_int_equal(virtio_mmio_irq_take(&dev), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_handshake, new_device),
        cmocka_unit_test_setup(test_wrong_devices, new_device),
        cmocka_unit_test_setup(test_feature_refusals, new_device),
        cmocka_unit_test_setup(test_reset_is_awaited, new_device),
        cmocka_unit_test_setup(test_queue_refusals, new_device),
        cmocka_unit_test_setup(test_dma_take, new_device),
        cmocka_unit_test_setup(test_config, new_device),
        cmocka_unit_test_setup(test_round_trip, new_queue),
        cmocka_unit_test_setup(test_bad_parts, new_queue),
        cmocka_unit_test_setup(test_full, new_queue),
        cmocka_unit_test_setup(test_long_run_out_of_order, new_queue),
        cmocka_unit_test_setup(test_used_index_runs_ahead, new_queue),
        cmocka_unit_test_setup(test_used_index_moves_back, new_queue),
        cmocka_unit_test_setup(test_used_without_request, new_queue),
        cmocka_unit_test_setup(test_used_id_out_of_range, new_queue),
        cmocka_unit_test_setup(test_used_id_with_high_bits, new_queue),
        cmocka_unit_test_setup(test_used_id_inside_chain, new_queue),
        cmocka_unit_test_setup(test_used_id_twice, new_queue),
        cmocka_unit_test_setup(test_length_is_clamped, new_queue),
        cmocka_unit_test_setup(test_descriptors_are_not_believed, new_queue),
        cmocka_unit_test_setup(test_flag_suppression, new_queue),
        cmocka_unit_test_setup(test_event_suppression, new_event_queue),
        cmocka_unit_test_setup(test_interrupt_status, new_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
