/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal and its peers over real rings: what they may say, what happens when they start anew or fall
 * silent, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "disk.h"
#include "intake.h"
#include "outlet.h"
#include "page.h"
#include "sealer.h"
#include <postern/journal_view.h>
#include <postern/protocol/timer.h>

#define SLOTS     8
#define SLOT_SIZE 4120
#define SECOND    UINT64_C(1000000000)

/* A ring with both ends. */
struct pipe {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
    struct ring in, out;
};

static struct pipe to, from; /* to the peer, from the peer */
static uint8_t message[DISK_MESSAGE_MAX];
static uint8_t got[SLOT_SIZE];
static uint32_t got_kind, got_length;

static void start_in(struct pipe *p)
{
    ring_producer_start(&p->in, (uint64_t)&p->prod, (uint64_t)&p->cons, SLOTS, SLOT_SIZE);
}

static void start_out(struct pipe *p)
{
    ring_consumer_start(&p->out, (uint64_t)&p->cons, (uint64_t)&p->prod, SLOTS, SLOT_SIZE);
}

static int setup(void **state)
{
    (void)state;
    memset(&to, 0, sizeof to);
    memset(&from, 0, sizeof from);
    start_in(&to);
    start_out(&to);
    start_in(&from);
    start_out(&from);
    return 0;
}

/* What the peer finds. */
static enum ring_status peer_takes(void)
{
    return ring_pop(&to.out, &got_kind, got, sizeof got, &got_length);
}

static void peer_restarts(void)
{
    start_out(&to);
    start_in(&from);
}

/* --- the disk --- */

static struct disk disk;
static const struct block_info good = {.status = BLOCK_OK, .size = 1 << 20, .unit = 512};

static void say_info(const struct block_info *info)
{
    assert_int_equal(ring_push(&from.in, BLOCK_INFO_IS, info, sizeof *info), RING_OK);
}

static void answer(uint32_t id, enum block_status status, const void *data, uint32_t length)
{
    const struct block_response response = {id, status};
    assert_int_equal(ring_push2(&from.in, BLOCK_DONE, &response, sizeof response, data, length), RING_OK);
}

static void find_disk(void)
{
    disk_init(&disk, &to.in, &from.out, 0);
    say_info(&good);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_FOUND);
    assert_true(disk_usable(&disk));
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    assert_int_equal(peer_takes(), RING_OK);
    assert_int_equal(got_kind, BLOCK_INFO);
    say_info(&good);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
}

static uint32_t request_id(enum block_request_kind kind)
{
    struct block_request request;
    assert_int_equal(peer_takes(), RING_OK);
    assert_int_equal(got_kind, kind);
    memcpy(&request, got, sizeof request);
    return request.id;
}

static void test_a_read_brings_its_data(void **state)
{
    (void)state;
    uint8_t data[512] = {0}, medium[512];
    memset(medium, 0xa5, sizeof medium);
    const struct media_op op = {MEDIA_READ, 1024, sizeof data, data};
    find_disk();
    disk_start(&disk, &op, 0);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    answer(request_id(BLOCK_READ), BLOCK_OK, medium, sizeof medium);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_DONE);
    assert_memory_equal(data, medium, sizeof data);
}

static void test_answers_that_are_not_believed(void **state)
{
    (void)state;
    uint8_t data[512] = {0}, medium[1024] = {1};
    const struct media_op read = {MEDIA_READ, 0, sizeof data, data}, flush = {MEDIA_FLUSH, 0, 0, NULL};
    find_disk();
    disk_start(&disk, &read, 0);
    (void)disk_poll(&disk, message, 0);
    uint32_t id = request_id(BLOCK_READ);
    answer(id + 1, BLOCK_OK, medium, 512); /* of another request */
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    assert_int_equal(ring_push(&from.in, BLOCK_DONE, medium, 3), RING_OK);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    assert_int_equal(disk.bad, 2);
    answer(id, BLOCK_OK, medium, 1024); /* longer than asked for */
    assert_int_equal(disk_poll(&disk, message, 0), DISK_FAILED);
    assert_int_equal(data[0], 0);
    answer(id, BLOCK_OK, medium, 512); /* once more */
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    disk_start(&disk, &flush, 0);
    (void)disk_poll(&disk, message, 0);
    answer(request_id(BLOCK_FLUSH), BLOCK_IO_ERROR, NULL, 0);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_FAILED);
    assert_int_equal(disk.errors, 2);
}

static void test_a_driver_that_starts_anew_gets_the_operation_again(void **state)
{
    (void)state;
    uint8_t data[512] = {7};
    const struct media_op op = {MEDIA_WRITE, 512, sizeof data, data};
    find_disk();
    disk_start(&disk, &op, 0);
    (void)disk_poll(&disk, message, 0);
    uint32_t id = request_id(BLOCK_WRITE_THROUGH);
    peer_restarts();
    say_info(&good);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    assert_int_equal(request_id(BLOCK_WRITE_THROUGH), id);
    assert_memory_equal(got + sizeof(struct block_request), data, sizeof data);
    answer(id, BLOCK_OK, NULL, 0);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_DONE);
    assert_int_equal(disk.repeated, 1);
}

static enum disk_event after(const struct media_op *op, enum block_request_kind kind,
                             enum block_status status)
{
    disk_start(&disk, op, 0);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_NOTHING);
    answer(request_id(kind), status, NULL, 0);
    return disk_poll(&disk, message, 0);
}

static void test_a_flush_with_nothing_to_do(void **state)
{
    (void)state;
    uint8_t data[512] = {7};
    const struct media_op write = {MEDIA_WRITE, 512, sizeof data, data}, flush = {MEDIA_FLUSH, 0, 0, NULL};
    find_disk();
    assert_int_equal(after(&write, BLOCK_WRITE_THROUGH, BLOCK_OK), DISK_DONE);
    disk_start(&disk, &flush, 0);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_DONE); /* without a request */
    assert_int_equal(after(&write, BLOCK_WRITE_THROUGH, BLOCK_IO_ERROR), DISK_FAILED);
    assert_int_equal(after(&flush, BLOCK_FLUSH, BLOCK_IO_ERROR), DISK_FAILED);
}

static void test_another_medium_is_noticed(void **state)
{
    (void)state;
    struct block_info other = good;
    find_disk();
    peer_restarts();
    other.size *= 2;
    say_info(&other);
    assert_int_equal(disk_poll(&disk, message, 0), DISK_CHANGED);
}

static void test_a_silent_driver_is_given_up(void **state)
{
    (void)state;
    const struct media_op flush = {MEDIA_FLUSH, 0, 0, NULL};
    disk_init(&disk, &to.in, &from.out, 5);
    assert_int_equal(disk_poll(&disk, message, disk.deadline_ns - 1), DISK_NOTHING);
    assert_int_equal(disk_poll(&disk, message, disk.deadline_ns), DISK_FOUND);
    assert_false(disk_usable(&disk));
    setup(NULL);
    find_disk();
    disk_start(&disk, &flush, SECOND);
    assert_int_equal(disk.deadline_ns, SECOND + DISK_PATIENCE_NS);
    assert_int_equal(disk_poll(&disk, message, SECOND + DISK_PATIENCE_NS), DISK_FAILED);
    assert_int_equal(disk.deadline_ns, UINT64_MAX);
}

static void test_media_of_no_use(void **state)
{
    (void)state;
    struct disk d = {.info = good};
    assert_true(disk_usable(&d));
    struct block_info bad[] = {good, good, good, good, good, good, good};
    bad[0].read_only = 1;
    bad[1].unit = 500;
    bad[2].unit = 8192;
    bad[3].size = (1 << 20) + 1;
    bad[4].size = UINT64_MAX - 511;
    bad[5].erase = 256;
    bad[6].status = BLOCK_NO_DEVICE;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        d.info = bad[i];
        assert_false(disk_usable(&d));
    }
}

/* --- crypto --- */

static struct sealer sealer;

static void crypto_says(uint32_t id, enum seal_answer_kind kind, uint32_t length)
{
    static const uint8_t bytes[SEAL_MAX] = {9};
    const struct seal_header header = {.id = id};
    assert_int_equal(ring_push2(&from.in, kind, &header, sizeof header, bytes, length), RING_OK);
}

static uint32_t seal_id(void)
{
    struct seal_header header;
    assert_int_equal(peer_takes(), RING_OK);
    memcpy(&header, got, sizeof header);
    assert_int_equal(header.first, 4);
    assert_int_equal(header.last, 6);
    return header.id;
}

static void test_sealing(void **state)
{
    (void)state;
    static const uint8_t data[100] = {3};
    sealer_init(&sealer, &to.in, &from.out);
    sealer_start(&sealer, SEAL_SEAL, 4, 6, data, sizeof data);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_NOTHING);
    uint32_t id = seal_id();
    assert_memory_equal(got + sizeof(struct seal_header), data, sizeof data);
    crypto_says(id + 1, SEAL_DONE, sizeof data + SEAL_OVERHEAD);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_NOTHING);
    crypto_says(id, SEAL_DONE, sizeof data + SEAL_OVERHEAD);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_DONE);
    assert_int_equal(sealer.result_length, sizeof data + SEAL_OVERHEAD);
    assert_int_equal(sealer.result[0], 9);
    sealer_start(&sealer, SEAL_SEAL, 4, 6, data, sizeof data);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_NOTHING);
    crypto_says(seal_id(), SEAL_DONE, sizeof data); /* a length that sealing cannot have */
    assert_int_equal(sealer_poll(&sealer, message), SEALER_REFUSED);
    sealer_start(&sealer, SEAL_OPEN, 4, 6, data, SEAL_OVERHEAD);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_REFUSED);
}

static void test_crypto_that_starts_anew_is_asked_again(void **state)
{
    (void)state;
    static const uint8_t data[100] = {3};
    sealer_init(&sealer, &to.in, &from.out);
    sealer_start(&sealer, SEAL_OPEN, 4, 6, data, sizeof data);
    (void)sealer_poll(&sealer, message);
    uint32_t id = seal_id();
    peer_restarts();
    assert_int_equal(sealer_poll(&sealer, message), SEALER_NOTHING);
    assert_int_equal(seal_id(), id);
    crypto_says(id, SEAL_REFUSED, 0);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_REFUSED);
    assert_int_equal(sealer.repeated, 1);
}

static void test_crypto_that_stopped_before_it_could_answer_is_asked_again(void **state)
{
    (void)state;
    static const uint8_t data[100] = {3};
    sealer_init(&sealer, &to.in, &from.out);
    sealer_start(&sealer, SEAL_OPEN, 4, 6, data, sizeof data);
    (void)sealer_poll(&sealer, message);
    start_out(&to); /* its ring of answers has the first epoch still */
    assert_int_equal(peer_takes(), RING_EMPTY);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_NOTHING);
    crypto_says(seal_id(), SEAL_REFUSED, 0);
    assert_int_equal(sealer_poll(&sealer, message), SEALER_REFUSED);
    assert_int_equal(sealer.repeated, 1);
}

/* --- the uplink, and a journal without a medium --- */

static struct store store;
static struct outlet outlet;
static uint64_t seq;

static void take_readings(unsigned count)
{
    while (count-- != 0) {
        const struct reading r = {.seq = ++seq, .mono_ns = 5, .sample_size = 1};
        store_take(&store, &r, 5);
    }
}

static void begin_outlet(void)
{
    static const struct store_settings settings = {.commit_readings = 3};
    seq = 0;
    store_init(&store, &settings);
    store_no_medium(&store);
    store_clock(&store, 1000, 1, 5);
    outlet_init(&outlet, &to.in, &from.out, &store);
}

static void uplink_says(enum delivery_kind kind, const void *data, uint32_t length)
{
    assert_int_equal(ring_push(&from.in, kind, data, length), RING_OK);
    (void)outlet_poll(&outlet, 6);
}

static void delivered(uint64_t last)
{
    const struct delivery_upto upto = {last};
    uplink_says(DELIVERY_UPTO, &upto, sizeof upto);
}

static uint64_t next_stored(void)
{
    struct stored_reading r;
    assert_int_equal(peer_takes(), RING_OK);
    assert_int_equal(got_kind, STORED_READING);
    assert_int_equal(got_length, sizeof r);
    memcpy(&r, got, sizeof r);
    assert_int_equal(r.wall_offset, 1000);
    assert_int_equal(r.quality, 1);
    assert_int_equal(r.durable, 0);
    return r.reading.seq;
}

static void test_nothing_is_given_before_it_is_asked_for(void **state)
{
    (void)state;
    begin_outlet();
    take_readings(2);
    (void)outlet_poll(&outlet, 6);
    assert_int_equal(peer_takes(), RING_EMPTY);
    delivered(2);
    assert_int_equal(store.state.released, 0);
    assert_int_equal(outlet.bad, 1);
    uplink_says(DELIVERY_RESUME, NULL, 0);
    assert_true(peer_takes() == RING_OK && got_kind == STORED_START);
    assert_int_equal(next_stored(), 1);
    assert_int_equal(next_stored(), 2);
    assert_true(peer_takes() == RING_OK && got_kind == STORED_ALL && got_length == 0);
    assert_int_equal(outlet.oldest_seq, 1);
    assert_int_equal(outlet.oldest_ns, 1005);
}

static void test_only_what_was_given_is_released(void **state)
{
    (void)state;
    begin_outlet();
    uplink_says(DELIVERY_RESUME, NULL, 0);
    take_readings(5);
    (void)outlet_poll(&outlet, 6);
    take_readings(2);
    delivered(2);
    assert_int_equal(store.state.released, 2);
    const struct delivery_refused refused = {1, 4, 0x99, 0};
    uplink_says(DELIVERY_REFUSED, &refused, sizeof refused);
    assert_int_equal(store.state.released, 4);
    assert_int_equal(store.state.ledger.total[LOSS_REFUSED], 2);
    const struct delivery_refused all = {0, UINT64_MAX, 0x99, 0}, none = {9, 3, 0x99, 0};
    uplink_says(DELIVERY_REFUSED, &none, sizeof none);
    uplink_says(DELIVERY_REFUSED, &all, sizeof all);
    assert_true(store.state.released <= 7);
    assert_int_equal(store.state.ledger.total[LOSS_REFUSED], store.state.released - 2);
    uplink_says(DELIVERY_REFUSED, &all, 5);
    uplink_says((enum delivery_kind)77, NULL, 0);
    assert_int_equal(outlet.bad, 2);
}

static void test_a_session_comes_back(void **state)
{
    (void)state;
    static const uint8_t session[STORED_SESSION_MAX] = {4, 5, 6};
    begin_outlet();
    uplink_says(DELIVERY_RESUME, NULL, 0);
    assert_int_equal(peer_takes(), RING_OK);
    uplink_says(DELIVERY_SESSION, session, sizeof session);
    peer_restarts();
    (void)outlet_poll(&outlet, 6);
    uplink_says(DELIVERY_RESUME, NULL, 0);
    while (peer_takes() == RING_RESTARTED) {
    }
    assert_int_equal(got_kind, STORED_START);
    assert_int_equal(got_length, sizeof(struct stored_start) + sizeof session);
    assert_memory_equal(got + sizeof(struct stored_start), session, sizeof session);
}

static void test_an_uplink_that_starts_anew_gets_what_is_not_released(void **state)
{
    (void)state;
    begin_outlet();
    uplink_says(DELIVERY_RESUME, NULL, 0);
    take_readings(3);
    (void)outlet_poll(&outlet, 6);
    delivered(1);
    peer_restarts();
    (void)outlet_poll(&outlet, 6);
    uplink_says(DELIVERY_RESUME, NULL, 0);
    assert_int_equal(peer_takes(), RING_OK);
    assert_int_equal(got_kind, STORED_START);
    assert_int_equal(next_stored(), 2);
    assert_int_equal(next_stored(), 3);
}

/* A clock that becomes known later corrects the stamps of what was taken before, and says so. */
static void test_corrected_stamps_are_marked(void **state)
{
    (void)state;
    struct stored_reading r;
    struct reading late = {.seq = 2, .mono_ns = 20, .sample_size = 1};
    begin_outlet();
    store_init(&store, &store.settings);
    store_no_medium(&store);
    store_clock(&store, 3, CLOCK_UNSET, 4);
    seq = 0;
    take_readings(1); /* at 5 */
    store_clock(&store, 1000, CLOCK_SNTP, 10);
    store_clock(&store, 1000, CLOCK_SNTP, 30);
    store_take(&store, &late, 20);
    uplink_says(DELIVERY_RESUME, NULL, 0);
    assert_int_equal(peer_takes(), RING_OK);
    for (uint8_t corrected = 1; corrected < 2; corrected--) {
        assert_int_equal(peer_takes(), RING_OK);
        memcpy(&r, got, sizeof r);
        assert_true(r.quality == CLOCK_SNTP && r.wall_offset == 1000 && r.corrected == corrected);
    }
}

/* The broker knows of numbers that were used by another life of the journal. Their readings are given anew.
 */
static void test_numbers_that_the_broker_knows(void **state)
{
    (void)state;
    static uint64_t page[512];
    struct journal_state seen;
    const struct page_facts facts = {.hold = false};
    const struct delivery_known known = {50};
    begin_outlet();
    take_readings(2);
    uplink_says(DELIVERY_KNOWN, &known, sizeof known - 1);
    assert_int_equal(outlet.bad, 1);
    page_write((uint64_t)page, &store, &facts);
    assert_true(journal_view((uint64_t)page, &seen));
    assert_true(seen.unsure == 1 && seen.shift == 0);
    uplink_says(DELIVERY_KNOWN, &known, sizeof known);
    uplink_says(DELIVERY_RESUME, NULL, 0);
    assert_true(peer_takes() == RING_OK && got_kind == STORED_START);
    uint64_t first = next_stored();
    assert_true(first > 50 && next_stored() == first + 1);
    assert_true(peer_takes() == RING_OK && got_kind == STORED_ALL);
    page_write((uint64_t)page, &store, &facts);
    assert_true(journal_view((uint64_t)page, &seen));
    assert_true(seen.unsure == 0 && seen.shift == first - 1 && seen.next_number == first + 2);
    assert_true(seen.ranges == 1 && seen.range[0].first == 1 && seen.range[0].last == first - 1);
    take_readings(1); /* the sensors count as before, until they have seen it */
    (void)outlet_poll(&outlet, 6);
    assert_int_equal(next_stored(), first + 2);
    seq += seen.shift;
    take_readings(1);
    (void)outlet_poll(&outlet, 6);
    assert_int_equal(next_stored(), first + 3);
    delivered(first + 1);
    assert_int_equal(store_published(&store, store.state.released), first + 1);
}

/* --- the sensors --- */

static void test_readings_that_make_no_sense_are_not_taken(void **state)
{
    (void)state;
    struct intake intake;
    const struct reading fine = {.seq = 1, .mono_ns = 5, .sample_size = 3, .sample_index = 2};
    struct reading bad[] = {fine, fine, fine, fine, fine};
    bad[0].mono_ns = 7;
    bad[1].quantity = QUANTITY_HUMIDITY + 1;
    bad[2].exponent = 10;
    bad[3].exponent = -10;
    bad[4].sample_index = 3;
    begin_outlet();
    intake_init(&intake, &from.out, &store);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ring_push(&from.in, READING_VALUE, &bad[i], sizeof bad[i]), RING_OK);
    }
    assert_int_equal(ring_push(&from.in, READING_VALUE, &fine, sizeof fine - 1), RING_OK);
    assert_int_equal(ring_push(&from.in, READING_VALUE + 1, &fine, sizeof fine), RING_OK);
    assert_int_equal(ring_push(&from.in, READING_VALUE, &fine, sizeof fine), RING_OK);
    (void)intake_poll(&intake, 6);
    assert_int_equal(intake.bad, 7);
    assert_int_equal(store.waiting_count, 1);
}

/* --- the page --- */

static void test_the_page_is_whole_or_not_read(void **state)
{
    (void)state;
    static uint64_t page[512];
    struct journal_state seen;
    const struct page_facts facts = {.oldest_ns = 11, .recovery_ns = 12, .errors = 13, .hold = true};
    begin_outlet();
    page_write((uint64_t)page, &store, &facts);
    assert_true(journal_view((uint64_t)page, &seen));
    assert_int_equal(seen.condition, JOURNAL_NO_MEDIUM);
    assert_int_equal(seen.next_number, 1);
    assert_int_equal(seen.medium_errors, 13);
    assert_int_equal(seen.hold, 1);
    struct journal_state *shared = (struct journal_state *)(void *)page;
    shared->version++;
    assert_false(journal_view((uint64_t)page, &seen));
    page_write((uint64_t)page, &store, &facts);
    assert_true(journal_view((uint64_t)page, &seen));
    shared->ranges = JOURNAL_LOSS_RANGES + 1;
    assert_false(journal_view((uint64_t)page, &seen));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_read_brings_its_data),
        CASE(test_answers_that_are_not_believed),
        CASE(test_a_driver_that_starts_anew_gets_the_operation_again),
        CASE(test_a_flush_with_nothing_to_do),
        CASE(test_another_medium_is_noticed),
        CASE(test_a_silent_driver_is_given_up),
        CASE(test_media_of_no_use),
        CASE(test_sealing),
        CASE(test_crypto_that_starts_anew_is_asked_again),
        CASE(test_crypto_that_stopped_before_it_could_answer_is_asked_again),
        CASE(test_nothing_is_given_before_it_is_asked_for),
        CASE(test_only_what_was_given_is_released),
        CASE(test_a_session_comes_back),
        CASE(test_an_uplink_that_starts_anew_gets_what_is_not_released),
        CASE(test_corrected_stamps_are_marked),
        CASE(test_numbers_that_the_broker_knows),
        CASE(test_readings_that_make_no_sense_are_not_taken),
        CASE(test_the_page_is_whole_or_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
