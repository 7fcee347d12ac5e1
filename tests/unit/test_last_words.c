/* SPDX-License-Identifier: BSD-2-Clause */
/* Last words: what is told of stack, rings and log, and that nothing spoiled is followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <postern/last_words.h>
#include <postern/protocol/log.h>
#include <postern/ring.h>

#define SLOTS     8
#define SLOT_SIZE 248
#define PAGE      0x1000

static _Alignas(8) uint8_t page[PAGE];
static _Alignas(16) uint8_t stack[1024];
static _Alignas(8) uint8_t log_prod[RING_HEADER_SIZE + SLOTS * SLOT_SIZE], log_cons[RING_HEADER_SIZE];
static _Alignas(8) uint8_t other_own[RING_HEADER_SIZE], other_peer[RING_HEADER_SIZE];
static volatile uint64_t page_at, log_own, log_peer, own_at, peer_at;

static const struct last_words_port port[] = {
    {"a_very_long_name_of_a_ring", &own_at, &peer_at, 4, 64},
    {"log", &log_own, &log_peer, SLOTS, SLOT_SIZE},
};
static const struct last_words_plan plan = {&page_at, PAGE, port, 2, 0};

static uint64_t at(const volatile void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static const struct last_words *words(void)
{
    return (const struct last_words *)(const void *)(page + PAGE - sizeof(struct last_words));
}

static void put_half(uint8_t *half, uint64_t index, uint32_t epoch, uint32_t want)
{
    struct ring_header header = {.index = index, .epoch = epoch, .want = want};

    memcpy(half, &header, sizeof header);
}

static void put_line(uint64_t number, uint64_t time, const char *text, uint32_t length)
{
    uint8_t *slot = log_prod + RING_HEADER_SIZE + number % SLOTS * SLOT_SIZE;
    struct log_line line = {.time = time, .level = LOG_WARN};

    memcpy(slot, &length, sizeof length);
    memcpy(slot + RING_SLOT_HEADER, &line, sizeof line);
    memcpy(slot + RING_SLOT_HEADER + sizeof line, text, strlen(text));
}

static void line(uint64_t number, uint64_t time, const char *text)
{
    put_line(number, time, text, (uint32_t)(sizeof(struct log_line) + strlen(text)));
}

static int begin(void **state)
{
    (void)state;
    memset(page, 0, sizeof page);
    memset(log_prod, 0, sizeof log_prod);
    for (size_t i = 0; i < sizeof stack; i++) {
        stack[i] = (uint8_t)i;
    }
    page_at = at(page);
    log_own = at(log_prod);
    log_peer = at(log_cons);
    own_at = at(other_own);
    peer_at = at(other_peer);
    put_half(log_prod, 2, 1, 0);
    put_half(log_cons, 1, 3, 1);
    put_half(other_own, 700, 5, 1);
    put_half(other_peer, 699, 6, 0);
    line(0, 10, "first");
    line(1, 20, "second");
    return 0;
}

static void tell(uint64_t sp)
{
    last_words_tell(&plan, sp, at(stack), at(stack + sizeof stack));
}

static void test_rings(void **state)
{
    (void)state;
    tell(at(stack));
    assert_int_equal(words()->count, 1);
    assert_int_equal(words()->rings, 2);
    const struct last_words_ring *ring = &words()->ring[0];
    assert_string_equal(ring->name, "a_very_long_nam");
    assert_int_equal(ring->own.index, 700);
    assert_int_equal(ring->own.epoch, 5);
    assert_int_equal(ring->own.want, 1);
    assert_int_equal(ring->peer.index, 699);
    assert_int_equal(ring->peer.epoch, 6);
    assert_int_equal(ring->peer.want, 0);
    assert_string_equal(words()->ring[1].name, "log");
    tell(at(stack));
    assert_int_equal(words()->count, 2);
}

static void test_stack_window(void **state)
{
    (void)state;
    tell(at(stack + 64));
    assert_int_equal(words()->sp, at(stack + 64));
    assert_int_equal(words()->stack_bytes, LAST_WORDS_STACK);
    assert_memory_equal(words()->stack, stack + 64, LAST_WORDS_STACK);
    tell(at(stack + sizeof stack - 24));
    assert_int_equal(words()->stack_bytes, 24);
    assert_memory_equal(words()->stack, stack + sizeof stack - 24, 24);
}

/* The stack pointer is whatever the program that failed left in the register. */
static void test_stack_pointer_anywhere(void **state)
{
    (void)state;
    const uint64_t wrong[] = {
        0, 8, at(stack) - 8, at(stack + sizeof stack + 8), at(stack) + 1, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tell(wrong[i]);
        assert_int_equal(words()->sp, wrong[i]);
        assert_int_equal(words()->stack_bytes, 0);
    }
    tell(at(stack + sizeof stack));
    assert_int_equal(words()->stack_bytes, 0);
}

static void test_a_secret_stack_is_not_told(void **state)
{
    (void)state;
    struct last_words_plan secret = plan;
    secret.secret = 1;
    last_words_tell(&secret, at(stack + 64), at(stack), at(stack + sizeof stack));
    assert_int_equal(words()->count, 1);
    assert_int_equal(words()->stack_bytes, 0);
    for (size_t i = 0; i < LAST_WORDS_STACK; i++) {
        assert_int_equal(words()->stack[i], 0);
    }
}

static void test_lines(void **state)
{
    (void)state;
    tell(at(stack));
    assert_int_equal(words()->lines, 2);
    assert_int_equal(words()->line[0].time, 10);
    assert_int_equal(words()->line[1].length, 6);
    assert_memory_equal(words()->line[1].text, "second", 6);
    assert_int_equal(words()->line[1].level, LOG_WARN);
    for (uint64_t i = 7; i < 11; i++) {
        line(i, i, i == 10 ? "latest" : "later");
    }
    put_half(log_prod, 11, 1, 0);
    tell(at(stack));
    assert_int_equal(words()->lines, LAST_WORDS_LINES);
    assert_int_equal(words()->line[0].time, 7);
    assert_memory_equal(words()->line[3].text, "latest", 6);
}

static void test_spoiled_slots(void **state)
{
    (void)state;
    static char text[LAST_WORDS_TEXT + 21];
    memset(text, 'x', sizeof text - 1);
    line(0, 1, text);
    put_line(1, 2, "", sizeof(struct log_line) - 1);
    put_line(2, 3, "", SLOT_SIZE - RING_SLOT_HEADER + 1);
    put_line(3, 4, "", UINT32_MAX);
    put_half(log_prod, 4, 1, 0);
    tell(at(stack));
    assert_int_equal(words()->lines, 4);
    assert_int_equal(words()->line[0].length, LAST_WORDS_TEXT);
    assert_int_equal(words()->line[1].length, 0);
    assert_int_equal(words()->line[2].length, 0);
    assert_int_equal(words()->line[3].length, 0);
    put_half(log_prod, UINT64_MAX, 1, 0); /* any index: slots are taken modulo their number */
    tell(at(stack));
    assert_int_equal(words()->lines, 4);
}

static void test_no_page(void **state)
{
    (void)state;
    const struct last_words_plan none = {0}, small = {&page_at, sizeof(struct last_words) - 1, port, 2, 0};
    last_words_tell(&none, at(stack), at(stack), at(stack + sizeof stack));
    last_words_tell(&small, at(stack), at(stack), at(stack + sizeof stack));
    for (size_t i = 0; i < sizeof page; i++) {
        assert_int_equal(page[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rings, begin),
        cmocka_unit_test_setup(test_stack_window, begin),
        cmocka_unit_test_setup(test_stack_pointer_anywhere, begin),
        cmocka_unit_test_setup(test_a_secret_stack_is_not_told, begin),
        cmocka_unit_test_setup(test_lines, begin),
        cmocka_unit_test_setup(test_spoiled_slots, begin),
        cmocka_unit_test_setup(test_no_page, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
