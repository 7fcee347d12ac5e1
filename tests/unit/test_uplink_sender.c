/* SPDX-License-Identifier: BSD-2-Clause */
/* What the uplink does about messages that the broker refuses, cannot take, or ends connections about. */
#include "uplink_fixture.h"
#include "sender.h"

static const struct uplink_delivery *next_told(enum delivery_kind kind)
{
    const struct uplink_delivery *d = told();
    while (d->kind != kind) {
        d = told();
    }
    return d;
}

static unsigned published(void)
{
    static uint8_t bytes[32 * 1024];
    size_t len;
    return drain(bytes, sizeof bytes, &len);
}

static void send_sample(void)
{
    sample();
    assert_int_equal(published(), 1);
}

/* Waits as long as the uplink holds back. */
static void wait_hold(void)
{
    assert_true(uplink.sending.hold_ns > now);
    assert_int_equal(published(), 0);
    assert_true(uplink_deadline(&uplink) <= uplink.sending.hold_ns);
    now = uplink.sending.hold_ns;
    uplink_tick(&uplink, now);
    assert_int_equal(published(), 1);
}

/* Refused for good: tried again a few times, then given up; the queue goes on in order. */
static void test_not_wanted(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    send_sample();
    broker("4003000187");
    assert_string_equal(last_log, "readings 1 to 3 refused: not authorized");
    broker("40020002");
    assert_int_equal(settle(), 0); /* the first is not settled */
    wait_hold();
    broker("4003000387");
    wait_hold();
    broker("4003000487");
    assert_string_equal(last_log, "readings 1 to 3 given up: not authorized");
    const struct uplink_delivery *d = next_told(DELIVERY_REFUSED);
    assert_int_equal(d->payload.refused.first, 1);
    assert_int_equal(d->payload.refused.last, 3);
    assert_int_equal(d->payload.refused.reason, 0x87);
    assert_int_equal(next_told(DELIVERY_UPTO)->payload.upto.last, 6);
    send_sample();
    broker("40020005");
    assert_int_equal(next_told(DELIVERY_UPTO)->payload.upto.last, 9);
    assert_int_equal(uplink.counters.refused, 1);
    assert_int_equal(uplink.counters.refusals, 3);
}

/* No room at the broker is no fault of the message: it waits for ever, with longer and longer pauses. */
static void test_quota(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    uint64_t pause = 0;
    for (unsigned i = 1; i <= 20; i++) {
        char refusal[16];
        snprintf(refusal, sizeof refusal, "4003%04x97", i);
        broker(refusal);
        assert_true(uplink.sending.hold_ns - now >= pause);
        pause = uplink.sending.hold_ns - now;
        wait_hold();
    }
    assert_int_equal(pause, 32 * SECOND);
    assert_int_equal(uplink.counters.refused, 0);
    broker("40020015");
    assert_int_equal(settle(), 3);
}

/* The identifier was in use: another one, at once. */
static void test_renumber(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    broker("4003000191");
    assert_int_equal(uplink.sending.hold_ns, 0);
    assert_int_equal(published(), 1);
    broker("40020002");
    assert_int_equal(settle(), 3);
}

/* A message that is given up goes to the dead letters' topic first. */
static void test_dead_letter(void **state)
{
    (void)state;
    struct uplink_conf conf = standard;
    strcpy(conf.dead_topic, "dead");
    conf.refuse_tries = 1;
    for (unsigned refused = 0; refused < 2; refused++) {
        start_with(&conf);
        connect_broker(CONNACK);
        send_sample();
        broker("4003000199");
        assert_int_equal(settle(), 0);
        struct uplink_output out = take(STREAM_DATA);
        assert_memory_equal(out.data.at + 3,
                            "\x00\x04"
                            "dead",
                            6);
        assert_non_null(find(out.data.at, out.data.len, "\"seq\":3}]"));
        nothing_out();
        broker(refused ? "4003000290" : "40020002");
        assert_int_equal(next_told(DELIVERY_REFUSED)->payload.refused.last, 3);
        if (refused) {
            assert_string_equal(last_log, "dead letter of reading 1 refused too: topic name invalid");
        }
    }
}

/* The connection ends before the dead letter is acknowledged: it is sent again. */
static void test_dead_letter_interrupted(void **state)
{
    (void)state;
    struct uplink_conf conf = standard;
    strcpy(conf.dead_topic, "dead");
    conf.refuse_tries = 1;
    start_with(&conf);
    connect_broker(CONNACK);
    send_sample();
    broker("4003000199");
    assert_int_equal(published(), 1);
    closed(STREAM_REASON_RESET, "");
    connect_broker(CONNACK_RESUMED);
    assert_int_equal(published(), 1);
    broker("40020003");
    assert_int_equal(next_told(DELIVERY_REFUSED)->payload.refused.first, 1);
}

static void dead_letters_to(const char *topic, struct uplink_conf *conf)
{
    *conf = standard;
    strcpy(conf->dead_topic, topic);
    conf->refuse_tries = 1;
}

/* A dead letter waits for no message that the connection before left unanswered, nor that one for ever. */
static void test_dead_letter_before_what_was_under_way(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    size_t len;
    struct uplink_conf conf;
    dead_letters_to("dead", &conf);
    start_with(&conf);
    connect_broker(CONNACK);
    send_sample();
    send_sample();
    broker("4003000199");
    closed(STREAM_REASON_RESET, "");
    connect_broker(CONNACK_RESUMED);
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    assert_non_null(find(bytes, len, "dead"));
    broker("40020003");
    assert_int_equal(next_told(DELIVERY_REFUSED)->payload.refused.last, 3);
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    assert_non_null(find(bytes, len, "\"seq\":6}]"));
}

/* A broker that never answers a dead letter does not hold up the others for ever. */
static void test_dead_letter_without_an_answer(void **state)
{
    (void)state;
    struct uplink_conf conf;
    dead_letters_to("dead", &conf);
    conf.historical_s = 3600;
    start_with(&conf);
    connect_broker(CONNACK);
    send_sample();
    broker("4003000199");
    sample();
    unsigned letters = 0;
    last_refused.last = 0;
    while (published() == 1) {
        letters++;
        closed(STREAM_REASON_RESET, "");
        connect_broker(CONNACK_RESUMED);
        assert_in_range(letters, 1, 20);
    }
    assert_int_equal(last_refused.last, 0);
    assert_int_equal(settle(), 3);
    assert_int_equal(last_refused.last, 3);
    assert_int_equal(published(), 1);
    broker("4002000a");
    assert_int_equal(settle(), 6);
}

static void journal_notes(uint64_t released, uint64_t noted)
{
    const struct journal_state page = {
        .condition = JOURNAL_READY, .boot = 1, .next_number = 100, .released = released, .noted = noted};
    uplink_journal_state(&uplink, &page);
}

/* The first message is refused for good, beside a journal with a medium. */
static void give_up_first(const char *dead_topic)
{
    struct uplink_conf conf;
    dead_letters_to(dead_topic, &conf);
    start_with(&conf);
    journal_notes(0, 0);
    connect_broker(CONNACK);
    send_sample();
    broker("4003000199");
}

/* What is given up comes again if the journal starts anew before it has noted that. Nothing younger has been
 * sent then. */
static void test_nothing_overtakes_what_is_given_up(void **state)
{
    (void)state;
    give_up_first("dead");
    sample();
    assert_int_equal(published(), 1); /* the dead letter */
    assert_int_equal(published(), 0);
    broker("40020002");
    assert_int_equal(published(), 0);
    assert_int_equal(next_told(DELIVERY_REFUSED)->payload.refused.last, 3);
    journal_notes(3, 0);
    assert_int_equal(published(), 0);
    assert_true(uplink_deadline(&uplink) > now);
    journal_notes(3, 3);
    assert_int_equal(published(), 1);
}

/* A full medium notes it only when more is delivered: there is an end to waiting for it. */
static void test_given_up_and_not_noted(void **state)
{
    (void)state;
    give_up_first("");
    sample();
    assert_int_equal(settle(), 3);
    assert_int_equal(published(), 0);
    assert_int_equal(uplink_deadline(&uplink), now + SENDER_NOTE_NS);
    now += SENDER_NOTE_NS;
    assert_int_equal(published(), 1);
}

/* A journal that fails notes nothing: nobody waits for it then. */
static void test_given_up_without_a_medium(void **state)
{
    (void)state;
    give_up_first("");
    assert_int_equal(settle(), 3);
    sample();
    assert_int_equal(published(), 0);
    uplink_journal_state(&uplink, &(struct journal_state){.condition = JOURNAL_NO_MEDIUM});
    assert_int_equal(published(), 1);
}

/* A message that was refused is tried again alone. */
static void test_refused_is_not_overtaken(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    broker("4003000197");
    for (unsigned i = 0; i < 3; i++) {
        read_value(i, 3);
    }
    wait_hold();
    assert_int_equal(published(), 0);
    broker("40020002");
    assert_int_equal(published(), 1);
}

/* Tried again after a younger one, it still goes first on the next connection. */
static void test_refused_goes_first_again(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    size_t len;
    start();
    connect_broker(CONNACK);
    send_sample();
    send_sample();
    broker("4003000197");
    wait_hold();
    closed(STREAM_REASON_RESET, "");
    connect_broker(CONNACK_RESUMED);
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    assert_non_null(find(bytes, len, "\"seq\":3}]"));
    broker("40020003");
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    assert_non_null(find(bytes, len, "\"seq\":6}]"));
}

/* Gives the journal's readings from `first` on, as after DELIVERY_RESUME. */
static void give_again(uint64_t released, uint64_t last)
{
    const struct stored_start begin = {1, released};
    uplink_stored(&uplink, STORED_START, &begin, sizeof begin, now);
    for (seq = released; seq < last;) {
        read_value((unsigned)(seq % 3), 3);
    }
}

/* Full messages that a new broker does not take are packed anew into smaller ones; nothing is given up. */
static void test_smaller_packets(void **state)
{
    (void)state;
    static uint8_t bytes[32 * 1024];
    size_t len;
    start();
    for (unsigned i = 0; i < 9; i++) {
        sample();
    }
    settle();
    open_stream();
    broker("20080000052700000258"); /* 600 bytes */
    assert_int_equal(published(), 0);
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    give_again(0, 27);
    unsigned packets = drain(bytes, sizeof bytes, &len);
    assert_in_range(packets, 3, 6);
    assert_non_null(find(bytes, len, "\"seq\":27}]"));
    for (size_t at = 0; at < len;) {
        size_t body = bytes[at + 1] & 0x7fu, header = 2;
        if (bytes[at + 1] & 0x80) {
            body |= (size_t)bytes[at + 2] << 7;
            header = 3;
        }
        assert_true(header + body <= 600);
        at += header + body;
    }
    assert_int_equal(uplink.counters.refused, 0);
}

/* One reading that is too large alone is given up, and the reason says so. */
static void test_too_large_alone(void **state)
{
    (void)state;
    start();
    open_stream();
    broker("20080000052700000014"); /* 20 bytes */
    settle();
    sample();
    assert_int_equal(published(), 0);
    for (uint64_t last = 1; last <= 3; last++) {
        const struct uplink_delivery *d = next_told(DELIVERY_REFUSED);
        assert_int_equal(d->payload.refused.last, last);
        assert_int_equal(d->payload.refused.reason, 0x95);
    }
}

/* The broker ends the connection about one message, and says so: that one is found and given up. */
static void test_poison(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    send_sample();
    unsigned ends = 0;
    while (uplink.counters.refused == 0) {
        broker("e00199"); /* payload format invalid */
        take(STREAM_CLOSE);
        closed(STREAM_REASON_CLOSED, "");
        connect_broker(CONNACK_RESUMED);
        assert_int_equal(published(), 1); /* one at a time */
        assert_true(++ends < 10);
    }
    assert_int_equal(ends, 4); /* one to suspect, three to be sure */
    assert_int_equal(last_refused.first, 1);
    assert_int_equal(last_refused.reason, 0x99);
    broker("40020002");
    assert_int_equal(settle(), 6);
    assert_false(uplink.sending.careful);
}

/* A broker that goes away without a reason, or a network that fails, is no evidence against a message. */
static void test_no_evidence(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    send_sample();
    for (unsigned i = 0; i < 20; i++) {
        closed(i % 2 ? STREAM_REASON_RESET : STREAM_REASON_CLOSED, "");
        connect_broker(CONNACK_RESUMED);
        assert_int_equal(published(), 1);
    }
    assert_int_equal(uplink.counters.refused, 0);
    broker("40020001");
    assert_int_equal(settle(), 3);
}

/* Reasons that ask for it are followed by a pause. */
static void test_pauses(void **state)
{
    (void)state;
    static const struct {
        const char *end;
        uint64_t least;
    } cases[] = {{"e0018b", BACKOFF_FIRST_NS}, {"e00189", SECOND}, {"e0018e", 4 * SECOND}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        connect_broker(CONNACK);
        broker(cases[i].end);
        take(STREAM_CLOSE);
        closed(STREAM_REASON_CLOSED, "");
        assert_int_equal(uplink.link_ns - now, cases[i].least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_wanted),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_renumber),
        cmocka_unit_test(test_dead_letter),
        cmocka_unit_test(test_dead_letter_interrupted),
        cmocka_unit_test(test_dead_letter_before_what_was_under_way),
        cmocka_unit_test(test_dead_letter_without_an_answer),
        cmocka_unit_test(test_nothing_overtakes_what_is_given_up),
        cmocka_unit_test(test_given_up_and_not_noted),
        cmocka_unit_test(test_given_up_without_a_medium),
        cmocka_unit_test(test_refused_is_not_overtaken),
        cmocka_unit_test(test_refused_goes_first_again),
        cmocka_unit_test(test_smaller_packets),
        cmocka_unit_test(test_too_large_alone),
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_no_evidence),
        cmocka_unit_test(test_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
