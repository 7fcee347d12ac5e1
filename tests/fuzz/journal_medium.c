/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk that somebody else wrote: segments and frames with sound checksums and any contents, and loose bytes
 * anywhere. Sealing is a stand-in that opens everything, as if the attacker had the key. The journal comes up
 * in bounded time, leaves foreign journals alone, and takes and gives readings.
 */
#include <store.h>

#include "fuzz.h"

#define SEGMENT      8192u
#define SEGMENTS     8u
#define UNIT         512u
#define MEDIUM       (SEGMENT * SEGMENTS)
#define MOST_ACTIONS 20000u

#define FRAME_LENGTH_AT 4u /* where a frame's header says how long it is */

static uint8_t medium[MEDIUM];
static uint8_t scratch[LOG_FRAME_MAX];
static struct store store;
static uint64_t now;

/* Small numbers mostly, so that segments and frames fit each other; sometimes any. */
static uint64_t number(struct fuzz_input *input)
{
    uint8_t small = fuzz_byte(input);
    uint64_t any = small;
    if (small == 255) {
        fuzz_bytes(input, &any, sizeof any);
    }
    return any;
}

static void put_segment(struct fuzz_input *input)
{
    struct segment_header h = {.unit = UNIT, .segment_size = SEGMENT, .segments = SEGMENTS};
    uint32_t place = fuzz_byte(input) % SEGMENTS;
    uint8_t odd = fuzz_byte(input);
    memset(h.id, odd & 1, sizeof h.id);
    h.serial = number(input);
    h.first_seq = number(input);
    h.life = number(input);
    if ((odd & 0xf0) == 0xf0) {
        h.segments = fuzz_byte(input);
    }
    segment_header_write(medium + (size_t)place * SEGMENT, &h);
}

static void put_frame(struct fuzz_input *input)
{
    struct frame_header h;
    uint8_t id[FORMAT_ID_SIZE];
    uint32_t offset = fuzz_byte(input) % (MEDIUM / UNIT) * UNIT;
    uint8_t odd = fuzz_byte(input);
    memset(id, odd & 1, sizeof id);
    h.serial = number(input);
    h.life = number(input);
    h.first_seq = number(input);
    h.last_seq = h.first_seq + fuzz_byte(input) - 1;
    uint32_t room = MEDIUM - offset - FORMAT_HEADER_SIZE;
    h.length = STORE_SEAL_SIZE + fuzz_u16(input) % (LOG_PAYLOAD_MAX - STORE_SEAL_SIZE + 1);
    h.length = h.length < room ? h.length : room;
    uint8_t *payload = medium + offset + FORMAT_HEADER_SIZE;
    memset(payload, 0, h.length);
    if (h.length > STORE_SEAL_SIZE) {
        fuzz_bytes(input, payload + STORE_SEAL_SIZE, h.length - STORE_SEAL_SIZE);
    }
    frame_header_write(medium + offset, &h, id, payload);
    if ((odd & 0x80) != 0) {
        fuzz_bytes(input, medium + offset + FRAME_LENGTH_AT, sizeof h.length);
    }
}

static void put_bytes(struct fuzz_input *input)
{
    uint32_t offset = fuzz_u16(input) % MEDIUM;
    uint32_t length = fuzz_byte(input);
    fuzz_bytes(input, medium + offset, length < MEDIUM - offset ? length : MEDIUM - offset);
}

static enum media_result operate(const struct media_op *op)
{
    FUZZ_CHECK(op->offset <= MEDIUM && op->length <= MEDIUM - op->offset);
    FUZZ_CHECK(op->offset % UNIT == 0 && op->length % UNIT == 0);
    if (op->kind == MEDIA_READ) {
        memcpy(op->data, medium + op->offset, op->length);
    } else if (op->kind == MEDIA_WRITE) {
        memcpy(medium + op->offset, op->data, op->length);
    } else {
        FUZZ_CHECK(op->kind == MEDIA_FLUSH);
    }
    return MEDIA_OK;
}

static void run(void)
{
    struct store_action a;
    for (unsigned count = 0; store_next(&store, &a, now); count++) {
        FUZZ_CHECK(count < MOST_ACTIONS);
        switch (a.kind) {
        case STORE_IO:
            store_io_done(&store, operate(a.io));
            break;
        case STORE_SEAL:
            FUZZ_CHECK(a.length <= STORE_PLAIN_MAX);
            memset(scratch, 0, STORE_SEAL_SIZE);
            memcpy(scratch + STORE_SEAL_SIZE, a.data, a.length);
            store_sealed(&store, scratch, a.length + STORE_SEAL_SIZE);
            break;
        case STORE_OPEN:
            FUZZ_CHECK(a.length <= LOG_PAYLOAD_MAX);
            if (a.length > STORE_SEAL_SIZE) {
                memcpy(scratch, a.data + STORE_SEAL_SIZE, a.length - STORE_SEAL_SIZE);
            }
            store_opened(&store, scratch, a.length > STORE_SEAL_SIZE ? a.length - STORE_SEAL_SIZE : 0);
            break;
        }
        FUZZ_CHECK(ledger_valid(&store.state.ledger));
    }
}

/* A reading goes in, and what comes out comes in order. */
static void use(uint64_t *last)
{
    struct reading reading = {.seq = store_next_number(&store), .mono_ns = now, .sample_size = 1};
    struct record_clock clock;
    if (store_wants_reading(&store)) {
        store_take(&store, &reading, now);
    }
    now += 1000000000;
    run();
    for (unsigned i = 0; i < 64 && store_give(&store, &reading, &clock); i++) {
        FUZZ_CHECK(reading.seq > *last);
        *last = reading.seq;
        run();
    }
    store_delivered(&store, *last, now);
    run();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct store_settings settings = {.policy = STORE_DROP_OLDEST,
                                                   .commit_readings = 3,
                                                   .commit_ns = 20000000,
                                                   .release_ns = 1000000000,
                                                   .thin_keep = 10};
    static const uint8_t unique[FORMAT_ID_SIZE] = {7, 7, 7};
    struct fuzz_input input = {data, size};
    memset(medium, 0, sizeof medium);
    now = 1;
    for (unsigned i = 0; i < 32 && input.left != 0; i++) {
        uint8_t choice = fuzz_byte(&input);
        (choice % 4 == 0 ? put_segment : choice % 4 == 1 ? put_bytes : put_frame)(&input);
    }
    store_init(&store, &settings);
    FUZZ_CHECK(store_medium(&store, &(struct media_geometry){MEDIUM, UNIT, 0}, SEGMENT, unique));
    run();
    FUZZ_CHECK(store.condition != STORE_STARTING);
    uint64_t last = 0;
    for (unsigned i = 0; i < 4; i++) {
        use(&last);
    }
    return 0;
}
