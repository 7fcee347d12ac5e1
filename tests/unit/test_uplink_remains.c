/* SPDX-License-Identifier: BSD-2-Clause */
/* Post-mortems to the broker: the text, and that each is told once. */
#include "uplink_fixture.h"

static struct postmortem_page page;
static struct postmortem_told known;

static void check(const struct postmortem *record, const char *expected)
{
    char text[REMAINS_TEXT_SIZE];
    size_t len = remains_text(record, text, sizeof text);

    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
    for (size_t size = 0; size < len; size++) { /* too small: nothing, and nothing beyond it */
        char *small = malloc(size + 1);
        assert_int_equal(remains_text(record, small, size), 0);
        free(small);
    }
}

static void test_text(void **state)
{
    (void)state;
    struct postmortem r = {.flags = POSTMORTEM_FINAL, .fault = 7, .start = 2, .time = 12345678};
    strcpy(r.name, "net");
    strcpy(r.cause, "load page fault at address 0x10");
    r.reg[1] = 0x20022c;
    r.reg[31] = UINT64_MAX;
    check(&r, "{\"component\":\"net\",\"cause\":\"load page fault at address "
              "0x10\",\"fault\":7,\"start\":2,\"ms\":1234,"
              "\"secret\":0,\"regs\":{\"pc\":\"0\",\"ra\":\"20022c\",\"tp\":\"ffffffffffffffff\"}}");
    r.flags |= POSTMORTEM_WORDS | POSTMORTEM_SECRET;
    r.words = (struct last_words){.stack_bytes = 8, .rings = 2, .lines = 2, .build = 0xabc};
    memcpy(r.words.stack, "\x2c\x02\x20\0\0\0\0\xff", 8);
    r.words.ring[0] = (struct last_words_ring){"tcp_tx", {UINT64_MAX, 1, 0}, {7, 2, 1}};
    r.words.ring[1] = (struct last_words_ring){"log", {3, 1, 0}, {2, 1, 1}};
    r.words.line[0] = (struct last_words_line){20000, 1, 4, "up\n?"};
    r.words.line[0].text[2] = '?';
    r.words.line[1] = (struct last_words_line){30000, 0, 0, ""};
    check(&r, "{\"component\":\"net\",\"cause\":\"load page fault at address "
              "0x10\",\"fault\":7,\"start\":2,\"ms\":1234,"
              "\"secret\":1,\"regs\":{\"pc\":\"0\",\"ra\":\"20022c\",\"tp\":\"ffffffffffffffff\"},\"build\":"
              "\"abc\","
              "\"stack\":\"2c022000000000ff\",\"rings\":[[\"tcp_tx\",18446744073709551615,1,0,7,2,1],"
              "[\"log\",3,1,0,2,1,1]],\"log\":[[2,1,\"up??\"],[3,0,\"\"]]}");
}

/* The largest record fits where it is written, and a message. */
static void test_largest(void **state)
{
    (void)state;
    static char text[REMAINS_TEXT_SIZE];
    struct postmortem r;
    memset(&r, 0xff, sizeof r);
    postmortem_clean(&r);
    r.flags = POSTMORTEM_WORDS;
    r.words.stack_bytes = LAST_WORDS_STACK;
    assert_int_equal(strlen(r.words.ring[7].name), LAST_WORDS_NAME - 1);
    assert_int_equal(r.words.line[3].length, LAST_WORDS_TEXT);
    assert_in_range(remains_text(&r, text, sizeof text), 2500, sizeof text);
    assert_true(sizeof text + UPLINK_TOPIC_SIZE + MQTT_PUBLISH_EXTRA <=
                UPLINK_OUTPUT_SIZE - MQTT_OUTPUT_RESERVE);
}

static void put(uint32_t i, const char *name, uint32_t fault, uint32_t flags)
{
    page.pd[i] = (struct postmortem){.fault = fault, .start = 1, .flags = flags};
    strcpy(page.pd[i].name, name);
    page.pd[i].crc = postmortem_crc(&page.pd[i]);
}

/* Starts anew, with what was told before. */
static void start_telling(const char *topic)
{
    struct uplink_conf conf = standard;
    strcpy(conf.postmortem_topic, topic);
    start_with(&conf);
    remains_open(&uplink.remains, (uint64_t)(uintptr_t)&page, &known);
    connect_broker(CONNACK);
}

static int begin(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    memset(&known, 0x5a, sizeof known); /* what a power-on leaves */
    return 0;
}

/* Takes everything out. The packet identifier of the one post-mortem in it, which is of this component; 0:
 * there is none. */
static uint16_t sent(const char *name)
{
    static uint8_t bytes[8192];
    static const char key[] = "{\"component\":\"";
    size_t len;

    drain(bytes, sizeof bytes, &len);
    const uint8_t *at = find(bytes, len, key);
    if (at == NULL) {
        return 0;
    }
    assert_memory_equal(at + sizeof key - 1, name, strlen(name));
    assert_int_equal(at[-1], 0);
    assert_null(find(at + 1, len - (size_t)(at + 1 - bytes), key));
    return (uint16_t)(at[-3] << 8 | at[-2]);
}

static void answer(uint16_t id, unsigned reason)
{
    char hex[16];
    (void)snprintf(hex, sizeof hex, "4003%04x%02x", id, reason);
    broker(hex);
}

static void test_each_once(void **state)
{
    (void)state;
    put(0, "net", 1, POSTMORTEM_FINAL);
    put(3, "uplink", 2, POSTMORTEM_FINAL);
    start_telling("p");
    uint16_t id = sent("net");
    assert_int_not_equal(id, 0);
    assert_int_equal(sent(""), 0); /* one at a time */
    answer(id, 0);
    id = sent("uplink");
    answer(id, 0);
    assert_int_equal(sent(""), 0);
    start_telling("p"); /* a restart does not tell again */
    assert_int_equal(sent(""), 0);
    put(0, "net", 3, POSTMORTEM_FINAL);
    sample(); /* readings do not wait for it */
    assert_int_not_equal(sent("net"), 0);
}

static void test_only_what_is_complete(void **state)
{
    (void)state;
    put(0, "net", 1, 0);
    put(1, "journal", 2, POSTMORTEM_FINAL);
    page.pd[1].time++; /* being written */
    start_telling("p");
    assert_int_equal(sent(""), 0);
    put(0, "net", 1, POSTMORTEM_FINAL);
    now += REMAINS_LOOK_NS - 1;
    assert_int_equal(sent(""), 0);
    now++;
    assert_int_not_equal(sent("net"), 0);
}

/* Without an answer it is told again; an answer to something else settles nothing. */
static void test_connection_lost(void **state)
{
    (void)state;
    put(0, "net", 1, POSTMORTEM_FINAL);
    start_telling("p");
    assert_int_not_equal(sent("net"), 0);
    uplink_peer_restarted(&uplink, now);
    connect_broker(CONNACK);
    uint16_t id = sent("net");
    assert_int_not_equal(id, 0);
    remains_answered(&uplink.remains, REMAINS_TOKEN | 1, 0);
    assert_int_equal(known.record[0], 0);
    answer(id, 0);
    assert_int_equal(known.record[0], page.pd[0].crc);
}

static void test_refused(void **state)
{
    (void)state;
    put(0, "net", 1, POSTMORTEM_FINAL);
    start_telling("p");
    answer(sent("net"), 0x87);
    assert_int_equal(sent(""), 0); /* not on this connection */
    assert_non_null(strstr(last_log, "post-mortem refused"));
    closed(STREAM_REASON_CLOSED, "");
    connect_broker(CONNACK);
    assert_int_not_equal(sent("net"), 0);
}

static void test_no_topic(void **state)
{
    (void)state;
    put(0, "net", 1, POSTMORTEM_FINAL);
    start_telling("");
    assert_int_equal(sent(""), 0);
    start(); /* nor without the memory */
    connect_broker(CONNACK);
    assert_int_equal(sent(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_largest),
        cmocka_unit_test_setup(test_each_once, begin),
        cmocka_unit_test_setup(test_only_what_is_complete, begin),
        cmocka_unit_test_setup(test_connection_lost, begin),
        cmocka_unit_test_setup(test_refused, begin),
        cmocka_unit_test_setup(test_no_topic, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
