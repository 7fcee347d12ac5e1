/* SPDX-License-Identifier: BSD-2-Clause */
/* Health message, loss ledger, will, and what the broker remembers: texts, moments, and hostile pages. */
#include "restarts.h"
#include "uplink_fixture.h"
#include <postern/protocol/pd_states.h>

static struct journal_state page(void)
{
    return (struct journal_state){.version = 4,
                                  .condition = JOURNAL_READY,
                                  .boot = 3,
                                  .next_number = 1235,
                                  .durable = 1234,
                                  .released = 1200,
                                  .oldest_ns = WALL,
                                  .capacity = 1000,
                                  .used = 250,
                                  .lost = {[1] = 5, [5] = 2},
                                  .letters = 4,
                                  .ranges = 2,
                                  .range = {{10, 14, 5, 1}, {20, 30, 2, 5}}};
}

static void check(const char *text, size_t len, const char *expected)
{
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

static void test_texts(void **state)
{
    (void)state;
    char text[512];
    const struct journal_state j = page();
    const struct health h = {
        .wall_ns = WALL + 7 * SECOND + 1, .quality = 1, .round_trip_ns = 12999999, .connects = 2};
    check(text, health_text(&h, &j, text, sizeof text),
          "{\"state\":\"online\",\"boot\":3,\"last\":1234,\"delivered\":1200,\"waiting\":34,\"oldest_s\":7,"
          "\"store\":\"ready\",\"fill_pct\":25,\"medium_errors\":0,\"round_trip_ms\":12,\"connects\":2,"
          "\"clock\":\"rtc\",\"refused\":0,\"dead\":4,\"restarts\":0,\"lost\":{\"oldest "
          "given up\":5,\"refused\":2}}");
    check(text, health_ledger_text(&j, text, sizeof text),
          "{\"boot\":3,\"last\":1234,\"lost\":{\"oldest given up\":5,\"refused\":2},\"ranges\":["
          "{\"first\":10,\"last\":14,\"missing\":5,\"cause\":\"oldest given up\"},"
          "{\"first\":20,\"last\":30,\"missing\":2,\"cause\":\"refused\"}]}");
    check(text, health_will_text(3, &j, text, sizeof text),
          "{\"state\":\"offline\",\"boot\":3,\"last\":1234}");
    struct journal_state ahead = j; /* numbers that a power cut takes back are nobody's to remember */
    ahead.next_number += 3;
    check(text, health_will_text(3, &ahead, text, sizeof text),
          "{\"state\":\"offline\",\"boot\":3,\"last\":1234}");
    ahead.boot = 0; /* without a medium nothing is durable */
    check(text, health_will_text(0, &ahead, text, sizeof text),
          "{\"state\":\"offline\",\"boot\":0,\"last\":1237}");
    static const char *const clocks[] = {"unset", "rtc", "sntp", "unknown"};
    for (unsigned quality = CLOCK_UNSET; quality <= CLOCK_SNTP + 1; quality++) {
        const struct health other = {.quality = (uint8_t)quality};
        char field[32];
        (void)snprintf(field, sizeof field, "\"clock\":\"%s\",", clocks[quality]);
        text[health_text(&other, &j, text, sizeof text - 1)] = '\0';
        assert_non_null(strstr(text, field));
    }
    for (size_t size = 0; size < 200; size++) { /* too small: nothing, and nothing beyond it */
        char *small = malloc(size + 1);
        assert_int_equal(health_text(&h, &j, small, size), 0);
        free(small);
    }
}

/* The largest ledger and health message fit where they are written. */
static void test_largest(void **state)
{
    (void)state;
    static char text[REPORT_TEXT_SIZE];
    struct health h = {UINT64_MAX, 0,          UINT64_MAX,        UINT64_MAX, UINT64_MAX,
                       UINT64_MAX, UINT64_MAX, HEALTH_COMPONENTS, {{"", 0}}};
    for (unsigned i = 0; i < HEALTH_COMPONENTS; i++) {
        memset(h.component[i].name, 'x', HEALTH_NAME_SIZE);
        h.component[i].restarts = UINT32_MAX;
    }
    struct journal_state j = page();
    j.ranges = JOURNAL_LOSS_RANGES;
    j.boot = j.next_number = j.durable = j.capacity = j.used = j.medium_errors = UINT64_MAX;
    j.letters = JOURNAL_LETTERS;
    j.oldest_ns = 1;
    for (unsigned i = 0; i < JOURNAL_LOSS_RANGES; i++) {
        j.range[i] = (struct journal_loss){UINT64_MAX - 99 + 2 * i, UINT64_MAX - 98 + 2 * i, 2, 1};
    }
    for (unsigned i = 0; i < JOURNAL_LOSS_CAUSES; i++) {
        j.lost[i] = UINT64_MAX;
    }
    assert_true(health_journal_valid(&j));
    assert_in_range(health_ledger_text(&j, text, sizeof text), 1500, sizeof text);
    /* It is read back, so it must fit the input too. */
    assert_in_range(health_text(&h, &j, text, sizeof text), 300, UPLINK_INPUT_SIZE - UPLINK_TOPIC_SIZE - 8);
}

static void test_hostile_pages(void **state)
{
    (void)state;
    struct journal_state j = page();
    assert_true(health_journal_valid(&j));
    struct journal_state bad[9];
    for (unsigned i = 0; i < 9; i++) {
        bad[i] = j;
    }
    bad[0].condition = JOURNAL_FOREIGN + 1;
    bad[1].ranges = JOURNAL_LOSS_RANGES + 1;
    bad[2].used = 1001;
    bad[3].released = 1235;
    bad[4].range[1].first = 14;
    bad[5].range[0].missing = 6;
    bad[6].range[0].cause = JOURNAL_LOSS_CAUSES;
    bad[7].range[1].last = 19;
    bad[8].letters = JOURNAL_LETTERS + 1;
    for (unsigned i = 0; i < 9; i++) {
        assert_false(health_journal_valid(&bad[i]));
    }
}

static void test_read_last(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        uint64_t last;
    } cases[] = {
        {"{\"last\":17}", true, 17},
        {"{\"a\":1,\"last\":18446744073709551615,\"b\":2}", true, UINT64_MAX},
        {"{\"last\":18446744073709551616}", false, 0},
        {"{\"last\":99999999999999999999999}", false, 0},
        {"{\"last\":}", false, 0},
        {"{\"last\":-1}", false, 0},
        {"{\"last\":17", false, 0}, /* cut: the number may go on */
        {"\"last\":", false, 0},
        {"last", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].text);
        uint8_t *copy = malloc(len + 1);
        uint64_t last;
        memcpy(copy + 1, cases[i].text, len);
        assert_int_equal(health_read_last(copy + 1, len, &last), cases[i].good);
        assert_true(!cases[i].good || last == cases[i].last);
        free(copy);
    }
}

static void start_reporting(void)
{
    struct uplink_conf conf = standard;
    struct journal_state j = page();
    strcpy(conf.health_topic, "h");
    strcpy(conf.ledger_topic, "l");
    conf.will_delay_s = 5;
    if (boot == 0) {
        j.boot = 0;
        j.condition = JOURNAL_NO_MEDIUM;
    }
    start_with(&conf);
    report_journal(&uplink.report, &j);
    uplink.report.health.wall_ns = WALL;
    open_stream();
    broker(CONNACK);
}

/* The journal is told what the broker knows, is asked anew, and goes on. */
static void agree(uint64_t known)
{
    const struct stored_start begin = {boot, 0};
    const struct uplink_delivery *d = told();
    assert_int_equal(d->kind, DELIVERY_KNOWN);
    assert_int_equal(d->payload.known.last, known);
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    uplink_stored(&uplink, STORED_START, &begin, sizeof begin, now);
}

/* Takes everything out; how many times the text is in it. */
static unsigned count(const char *text)
{
    static uint8_t bytes[8192];
    size_t len;
    unsigned found = 0;
    drain(bytes, sizeof bytes, &len);
    for (const uint8_t *at = find(bytes, len, text); at != NULL;
         at = find(at + 1, len - (size_t)(at + 1 - bytes), text)) {
        found++;
    }
    return found;
}

static void test_will(void **state)
{
    (void)state;
    struct uplink_conf conf = standard;
    strcpy(conf.health_topic, "h");
    start_with(&conf);
    now = uplink.link_ns;
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    struct uplink_output out = take(STREAM_DATA);
    assert_non_null(find(out.data.at, out.data.len, "{\"state\":\"offline\",\"boot\":1,\"last\":0}"));
    assert_int_equal(out.data.at[9] & 0x3c, 0x2c); /* will, QoS 1, retained */
    start();                                       /* without a topic for it */
    connect_broker(CONNACK);
    assert_null(uplink.mqtt.settings.will);
    closed(STREAM_REASON_RESET, "");
}

/* The retained message is read back before it is replaced; ledger and health are told once, and when they
 * change. */
static void test_moments(void **state)
{
    (void)state;
    start_reporting();
    assert_int_equal(count("\"ranges\":["), 1); /* SUBSCRIBE and the ledger; not health */
    broker("900400010000");
    assert_int_equal(count("online"), 0);
    broker("3110000168"
           "00"
           "7b226c617374223a3132337d");
    assert_int_equal(count("online"), 0);
    agree(123);
    assert_int_equal(count("online"), 1);
    assert_int_equal(uplink.report.health.ahead, 0);
    broker("4002000240020004b00400030000");
    settle();
    for (unsigned i = 0; i < 10; i++) { /* nothing changes */
        now += SECOND;
        uplink_tick(&uplink, now);
        assert_int_equal(count("online"), 0);
    }
    struct journal_state j = page();
    j.lost[3] = 7;
    report_journal(&uplink.report, &j);
    now += REPORT_HEALTH_NS;
    uplink_tick(&uplink, now);
    assert_int_equal(count("\"thinned\":7"), 2); /* in both */
}

/* The supervisor's table, with names that would break the text and a count that says too much. */
static void test_restarts(void **state)
{
    (void)state;
    struct pd_states_page table = {
        .count = 3, .pd = {{.name = "timer"}, {.name = "blk0", .restarts = 2}, {.restarts = 5}}};
    struct health h = {.restarts = 77, .components = 3};
    char text[512];
    const struct journal_state j = page();
    restarts_read(&h, 0);
    assert_int_equal(h.restarts, 0);
    memset(table.pd[2].name, '"', sizeof table.pd[2].name);
    restarts_read(&h, (uint64_t)&table);
    text[health_text(&h, &j, text, sizeof text - 1)] = '\0';
    assert_non_null(
        strstr(text, "\"restarts\":7,\"restarted\":{\"blk0\":2,\"_______________________\":5},\"lost\""));
    table.count = UINT32_MAX;
    for (unsigned i = 0; i < PD_STATES_MAX; i++) {
        table.pd[i].restarts = 1;
    }
    restarts_read(&h, (uint64_t)&table);
    assert_int_equal(h.restarts, PD_STATES_MAX);
    assert_int_equal(h.components, HEALTH_COMPONENTS);
}

/* A restart is told within five seconds, by itself. */
static void test_a_restart_is_told_in_time(void **state)
{
    (void)state;
    struct pd_states_page table = {.count = 1, .pd = {{.name = "blk0"}}};
    start_reporting();
    uplink.report.states = (uint64_t)&table;
    count("x");
    broker("900400010000");
    now += 2 * SECOND;
    uplink_tick(&uplink, now);
    assert_int_equal(count("\"restarts\":0"), 0);
    agree(0);
    assert_int_equal(count("\"restarts\":0"), 1);
    broker("4002000240020004b00400030000");
    settle();
    now += SECOND; /* wherever between two messages */
    table.pd[0].restarts = 1;
    uint64_t due = uplink_deadline(&uplink);
    assert_in_range(due, now, now + 5 * SECOND);
    now = due;
    uplink_tick(&uplink, now);
    assert_int_equal(count("\"restarts\":1,\"restarted\":{\"blk0\":1}"), 1);
}

/* Nothing is retained: after a while the message is sent anyway. */
static void test_nothing_to_read_back(void **state)
{
    (void)state;
    start_reporting();
    assert_int_equal(count("online"), 0);
    broker("900400010000");
    settle();
    assert_true(uplink_deadline(&uplink) <= now + 2 * SECOND);
    now += 2 * SECOND;
    uplink_tick(&uplink, now);
    assert_int_equal(count("online"), 0);
    agree(0);
    assert_int_equal(count("online"), 1);
    sample();
    assert_int_equal(count("\"seq\":3}]"), 1);
}

/* Readings wait for what the broker remembers, which comes right behind the subscription; it is asked for
 * until it is known.
 */
static void test_readings_wait_for_it(void **state)
{
    (void)state;
    start_reporting();
    count("x");
    sample();
    assert_int_equal(count("\"seq\":3}]"), 0);
    assert_true(uplink_deadline(&uplink) <= now + 2 * SECOND);
    broker("900400010000");
    assert_int_equal(count("\"seq\":3}]"), 0);
    assert_true(uplink_deadline(&uplink) <= now + SECOND / 2);
    now += SECOND / 4; /* longer than any reading waits for others: still nothing to do */
    uplink_tick(&uplink, now);
    assert_int_equal(count("\"seq\":3}]"), 0);
    assert_true(uplink_deadline(&uplink) > now);
    closed(STREAM_REASON_RESET, ""); /* not heard of: the next connection asks again */
    open_stream();
    broker(CONNACK);
    count("x");
    broker("3110000168"
           "00"
           "7b226c617374223a3132337d");
    (void)settle();
    closed(STREAM_REASON_RESET, "");
    open_stream();
    broker(CONNACK);
    assert_false(uplink.report.reading_back);
}

/* With a topic of its own the last number is read back from there, and told there: before readings at first,
 * and then as often as health. */
static void test_numbers(void **state)
{
    (void)state;
    static const char text[] = "{\"boot\":3,\"last\":1234}";
    struct uplink_conf conf = standard;
    struct journal_state j = page();
    strcpy(conf.health_topic, "h");
    strcpy(conf.numbers_topic, "n");
    start_with(&conf);
    report_journal(&uplink.report, &j);
    open_stream();
    broker(CONNACK);
    assert_int_equal(count("last"), 0);
    broker("3110000168"
           "00"
           "7b226c617374223a3132337d"); /* of the health message: nobody asked */
    assert_int_equal(count("last"), 0);
    broker("311000016e"
           "00"
           "7b226c617374223a3132337d");
    agree(123);
    sample();
    static uint8_t bytes[8192];
    size_t len;
    drain(bytes, sizeof bytes, &len);
    const uint8_t *told_at = find(bytes, len, text), *reading_at = find(bytes, len, "\"seq\":3}]");
    assert_true(told_at != NULL && reading_at != NULL && told_at < reading_at);
    assert_int_equal(count(text), 0);
    j.durable = 1240;
    j.next_number = 1241;
    report_journal(&uplink.report, &j);
    assert_int_equal(count("\"last\":1240"), 0);
    uint64_t due = report_deadline(&uplink.report, &uplink.mqtt);
    assert_true(due <= now + REPORT_HEALTH_NS);
    now = due;
    uplink_tick(&uplink, now);
    assert_int_equal(count("{\"boot\":3,\"last\":1240}"), 1);
    /* The journal starts anew: what has not been agreed upon is not told. */
    j.unsure = 1241;
    j.durable = 1243;
    j.next_number = 1244;
    report_journal(&uplink.report, &j);
    now += 2 * REPORT_HEALTH_NS;
    uplink_tick(&uplink, now);
    assert_int_equal(count("\"last\":1243"), 0);
    j.unsure = 0;
    report_journal(&uplink.report, &j);
    uplink_tick(&uplink, now);
    assert_int_equal(count("{\"boot\":3,\"last\":1243}"), 1);
}

/* The broker knows more than the journal: an old disk. */
static void test_old_disk(void **state)
{
    (void)state;
    start_reporting();
    count("x");
    broker("3111000168"
           "00"
           "7b226c617374223a313233357d"); /* 1235 */
    assert_string_equal(last_log,
                        "the broker knows of reading 1235, the journal of 1234: an old disk was put back");
    agree(1235);
    assert_int_equal(count("\"broker_knew\":1235}"), 1);
}

/* It knows of numbers since the last agreement: this journal has used them too, for other readings. */
static void test_old_disk_that_ran_on(void **state)
{
    (void)state;
    struct journal_state j = page();
    start_reporting();
    j.unsure = 1000;
    report_journal(&uplink.report, &j);
    count("x");
    broker("3111000168"
           "00"
           "7b226c617374223a313030307d"); /* 1000 */
    assert_int_equal(uplink.report.health.ahead, 1000);
    agree(1000);
}

/* Without a medium the uplink alone has what it was given: that stays, and goes out when the journal has been
 * told what the broker knows. */
static void test_without_a_medium(void **state)
{
    (void)state;
    boot = 0;
    start_reporting();
    sample();
    assert_int_equal(count("\"seq\":3}]"), 0);
    broker("3110000168"
           "00"
           "7b226c617374223a3132337d"); /* 123 */
    const struct uplink_delivery *d = told();
    assert_int_equal(d->kind, DELIVERY_KNOWN);
    assert_int_equal(d->payload.known.last, 123);
    assert_null(uplink_delivery(&uplink, now)); /* not asked for anew */
    assert_int_equal(count("\"seq\":3}]"), 1);
    assert_int_equal(uplink.report.health.ahead, 0);
}

/* But if the broker knows of its numbers, they are those of other readings: it is given anew, under new ones.
 */
static void test_without_a_medium_numbers_that_are_taken(void **state)
{
    (void)state;
    boot = 0;
    start_reporting();
    sample();
    count("x");
    broker("3111000168"
           "00"
           "7b226c617374223a313233357d"); /* 1235 */
    agree(1235);
    assert_int_equal(count("\"seq\":3}]"), 0);
    seq = 2000;
    sample();
    assert_int_equal(count("\"seq\":2003}]"), 1);
}

static int with_a_medium(void **state)
{
    (void)state;
    boot = 1;
    return 0;
}

/* Refused by the broker: said once, and the readings go on. */
static void test_refused(void **state)
{
    (void)state;
    start_reporting();
    count("x");
    broker("900400010087");
    assert_string_equal(last_log, "last number cannot be read back: not authorized");
    agree(0);
    assert_int_equal(count("online"), 1);
    broker("4003000287");
    assert_string_equal(last_log, "loss ledger refused: not authorized");
    broker("4003000387");
    assert_string_equal(last_log, "health message refused: not authorized");
    now += 100 * SECOND;
    uplink_tick(&uplink, now);
    assert_int_equal(count("online"), 0);
    sample();
    assert_int_equal(count("\"seq\":3}]"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_hostile_pages),
        cmocka_unit_test(test_read_last),
        cmocka_unit_test(test_will),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_a_restart_is_told_in_time),
        cmocka_unit_test(test_nothing_to_read_back),
        cmocka_unit_test(test_readings_wait_for_it),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_old_disk),
        cmocka_unit_test(test_old_disk_that_ran_on),
        cmocka_unit_test_teardown(test_without_a_medium, with_a_medium),
        cmocka_unit_test_teardown(test_without_a_medium_numbers_that_are_taken, with_a_medium),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
