/* SPDX-License-Identifier: BSD-2-Clause */
/* A life of the store. */
#include "store_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void life_init(struct life *l, const struct store_settings *settings, uint32_t segments, bool nor,
               uint64_t seed)
{
    memset(l, 0, sizeof *l);
    l->segment_size = 8192;
    l->key = 0x5a;
    media_model_init(&l->media, (uint64_t)segments * l->segment_size, 512, nor ? l->segment_size : 0, seed);
    life_start(l, settings);
}

void life_start(struct life *l, const struct store_settings *settings)
{
    uint8_t unique[FORMAT_ID_SIZE];
    for (size_t i = 0; i < sizeof unique; i++) {
        unique[i] = (uint8_t)media_model_random(&l->media, 256);
    }
    store_init(&l->store, settings);
    assert_false(store_wants_reading(&l->store));
    assert_true(store_medium(&l->store, &l->media.geometry, l->segment_size, unique));
    life_run(l);
    l->last_given = l->store.state.released;
}

static uint8_t tag_of(const struct life *l, const struct store_action *a, const uint8_t *text,
                      uint32_t length)
{
    uint64_t sum = l->key + a->first_seq * 3 + a->last_seq * 5;
    for (uint32_t i = 0; i < length; i++) {
        sum = sum * 31 + text[i];
    }
    return (uint8_t)(sum >> 3 ^ sum >> 17 ^ sum);
}

static void seal(struct life *l, const struct store_action *a)
{
    static uint8_t sealed[LOG_PAYLOAD_MAX];
    assert_true(a->length <= STORE_PLAIN_MAX);
    memset(sealed, tag_of(l, a, a->data, a->length), STORE_SEAL_SIZE);
    for (uint32_t i = 0; i < a->length; i++) {
        sealed[STORE_SEAL_SIZE + i] = a->data[i] ^ l->key;
    }
    store_sealed(&l->store, sealed, a->length + STORE_SEAL_SIZE);
}

static void open_sealed(struct life *l, const struct store_action *a)
{
    static uint8_t plain[LOG_PAYLOAD_MAX];
    uint32_t length = a->length > STORE_SEAL_SIZE ? a->length - STORE_SEAL_SIZE : 0;
    for (uint32_t i = 0; i < length; i++) {
        plain[i] = a->data[STORE_SEAL_SIZE + i] ^ l->key;
    }
    bool right = length != 0 && a->data[0] == tag_of(l, a, plain, length);
    store_opened(&l->store, plain, right ? length : 0);
}

/* What has just become durable. */
static void remember(struct life *l)
{
    for (uint64_t n = 1; n <= l->store.durable_seq && n < LIFE_NUMBERS; n++) {
        if (l->fate[n] == FATE_TAKEN) {
            l->fate[n] = FATE_DURABLE;
        }
    }
}

void life_do(struct life *l, const struct store_action *a)
{
    l->actions++;
    switch (a->kind) {
    case STORE_IO:
        store_io_done(&l->store, media_model_do(&l->media, a->io));
        break;
    case STORE_SEAL:
        seal(l, a);
        break;
    case STORE_OPEN:
        open_sealed(l, a);
        break;
    }
}

void life_run(struct life *l)
{
    struct store_action a;
    for (;;) {
        while (store_next(&l->store, &a, l->now)) {
            life_do(l, &a);
        }
        if (l->store.condition == STORE_NO_MEDIUM || l->store.pause_ns <= l->now) {
            break;
        }
        l->now = l->store.pause_ns;
    }
    assert_true(ledger_valid(&l->store.state.ledger));
    if (l->store.condition == STORE_READY) {
        remember(l);
    }
}

unsigned life_sample(struct life *l, unsigned count)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < count && store_wants_reading(&l->store); i++) {
        struct reading r = {
            .seq = store_next_number(&l->store), .mono_ns = l->now, .sample_size = (uint8_t)count};
        assert_true(r.seq < LIFE_NUMBERS);
        r.sample_index = i;
        r.value = (int64_t)media_model_random(&l->media, 1000000);
        assert_int_not_equal(l->fate[r.seq], FATE_LEFT_OUT);
        uint64_t lost = ledger_sum(&l->store.state.ledger);
        uint64_t left_out = l->store.state.ledger.total[LOSS_NEWEST];
        store_take(&l->store, &r, l->now);
        l->value[r.seq] = r.value;
        l->fate[r.seq] = ledger_sum(&l->store.state.ledger) == lost ? FATE_TAKEN : FATE_UNKNOWN;
        if (l->store.state.ledger.total[LOSS_NEWEST] != left_out) {
            l->fate[r.seq] = FATE_LEFT_OUT;
        }
        taken++;
    }
    return taken;
}

unsigned life_give(struct life *l, unsigned most)
{
    struct reading r;
    struct record_clock clock;
    unsigned count = 0;
    while (count < most) {
        if (!store_give(&l->store, &r, &clock)) {
            unsigned before = l->actions;
            life_run(l);
            if (l->actions == before && !store_give(&l->store, &r, &clock)) {
                break;
            }
            if (l->actions != before) {
                continue;
            }
        }
        assert_true(r.seq > l->last_given);
        for (uint64_t n = l->last_given + 1; n < r.seq; n++) {
            assert_true(l->fate[n] != FATE_DURABLE || ledger_has(&l->store.state.ledger, n));
        }
        assert_int_equal(r.value, l->value[r.seq]);
        assert_true(clock.boot >= 1 && clock.boot <= l->store.state.boot);
        l->last_given = r.seq;
        count++;
    }
    return count;
}

void life_deliver(struct life *l)
{
    store_delivered(&l->store, l->last_given, l->now);
    l->delivered = l->last_given > l->delivered ? l->last_given : l->delivered;
}

void life_check(struct life *l, const struct store_settings *settings)
{
    assert_int_equal(l->media.rule_broken, 0);
    life_start(l, settings);
    assert_int_equal(l->store.condition, STORE_READY);
    assert_int_equal(l->store.counters.forged, 0);
    while (life_give(l, 100) != 0) {
    }
    for (uint64_t n = l->last_given + 1; n < LIFE_NUMBERS; n++) {
        assert_true(l->fate[n] != FATE_DURABLE || ledger_has(&l->store.state.ledger, n));
    }
    for (uint64_t n = 1; n < LIFE_NUMBERS; n++) {
        assert_true(l->fate[n] != FATE_LEFT_OUT || ledger_has(&l->store.state.ledger, n));
    }
}
