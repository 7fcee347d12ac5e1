/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random lives of the uplink between a journal that takes its time and brokers: connections break, the uplink
 * or the journal starts anew, the power goes; every other broker takes little, refuses, stays mute, forgets
 * the session or ends the connection. What comes out of the good ones is in order and complete but for what
 * the others took and what was given up, and with QoS 2 each reading comes once. The uplink never stands
 * still, and never works without something to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <postern/log.h>
#include "find_text.h"
#include "uplink.h"

#define READINGS 240u
#define STREAM   65536u
#define SECOND   UINT64_C(1000000000)
#define WALL     UINT64_C(1763696000000000000)

/* What the journal knows, and what of it is on its medium. */
struct memory {
    uint64_t released;
    uint8_t session[STORED_SESSION_MAX];
    uint32_t session_len;
};

static struct {
    struct memory now, durable;
    uint64_t made, next; /* readings accepted, and the next one to be given */
    bool asked, started, told_all;
    struct {
        uint64_t mono_ns, boot;
    } of[READINGS + 1];
} journal;

/* How the broker of a connection is; one in N chances, 0: never. */
struct manners {
    bool good; /* what it takes comes out */
    bool unasked, no_qos;
    unsigned window, packet, mute, refuse, quit;
};

static struct {
    bool session, open;
    bool received[65536]; /* identifiers whose PUBREL is to come */
    struct manners is;
    bool seen[READINGS + 1], taken[READINGS + 1], given_up[READINGS + 1]; /* taken: by one that is not good */
    uint64_t highest;
    uint8_t in[STREAM], answers[STREAM];
    size_t in_len, answers_len;
} bro;

static const struct uplink_conf standard = {.device = "postern-0001",
                                            .base_name = "postern-0001/",
                                            .topic = "t/r",
                                            .health_topic = "t/h",
                                            .numbers_topic = "t/n",
                                            .dead_topic = "t/d",
                                            .keepalive_s = 60,
                                            .refuse_tries = 3,
                                            .batch_readings = UPLINK_BATCH_MAX,
                                            .session_s = 3600};

static struct uplink uplink;
static struct uplink_conf conf;
static uint64_t now, boot;
static int64_t wall_offset;
static uint64_t random_state, life;
static bool calm; /* all brokers are good */

void log_write(enum log_level level, const char *format, ...)
{
    (void)level;
    (void)format;
}

static unsigned chance(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % below;
}

static bool happens(unsigned one_in)
{
    return one_in != 0 && chance(one_in) == 0;
}

static bool settled(uint64_t number)
{
    return bro.seen[number] || bro.taken[number] || bro.given_up[number];
}

static void answer(const uint8_t *packet, size_t len)
{
    assert_true(bro.answers_len + len <= STREAM);
    memcpy(bro.answers + bro.answers_len, packet, len);
    bro.answers_len += len;
}

static void answer_id(uint8_t type, const uint8_t *id)
{
    answer((const uint8_t[]){type, 2, id[0], id[1]}, 4);
}

/* Numbers come out in order. Nothing older is missing but what is settled, and what the journal has noted. */
static void comes_out(uint64_t number, unsigned qos)
{
    assert_in_range(number, 1, READINGS);
    if (bro.seen[number] || (bro.taken[number] && number <= bro.highest)) { /* again */
        assert_int_not_equal(qos, 2);
        return;
    }
    if (number <= bro.highest) {
        fail_msg("%u comes after %u", (unsigned)number, (unsigned)bro.highest);
    }
    while (++bro.highest < number) {
        assert_true(settled(bro.highest));
    }
    bro.seen[number] = true;
}

static void readings(const uint8_t *text, size_t len, unsigned qos, bool taken)
{
    static const char key[] = "\"seq\":";
    const uint8_t *end = text + len, *at = find(text, len, key);
    while (at != NULL) {
        uint64_t number = strtoull((const char *)at + sizeof key - 1, NULL, 10);
        if (bro.is.good) {
            comes_out(number, qos);
        } else if (taken) {
            bro.taken[number] = true;
        }
        at++;
        at = find(at, (size_t)(end - at), key);
    }
}

/* PUBACK or PUBREC; or a refusal, nothing, or the end. True: it has taken the message. */
static bool answer_publish(unsigned qos, const uint8_t *id)
{
    static const uint8_t refusals[] = {0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
    static const uint8_t ends[] = {0x00, 0x81, 0x8b, 0x93, 0x95, 0x97, 0x99};
    if (happens(bro.is.quit)) {
        answer((const uint8_t[]){0xe0, 1, ends[chance(sizeof ends)]}, 3);
        return false;
    }
    if (happens(bro.is.refuse)) {
        answer((const uint8_t[]){0x40, 3, id[0], id[1], refusals[chance(sizeof refusals)]}, 5);
        return false;
    }
    if (happens(bro.is.mute)) {
        return false;
    }
    answer_id(qos == 2 ? 0x50 : 0x40, id);
    return true;
}

static void on_publish(uint8_t first, const uint8_t *body, size_t len)
{
    unsigned qos = first >> 1 & 3;
    size_t topic = (size_t)body[0] << 8 | body[1];
    const uint8_t *id = body + 2 + topic;
    size_t number = (size_t)id[0] << 8 | id[1];
    bool of_readings = topic == 3 && memcmp(body + 2, "t/r", 3) == 0;
    assert_true(number != 0 && len > topic + 5 && id[2] < 128);
    assert_true(bro.is.packet == 0 || len + 3 <= bro.is.packet + 1);
    const uint8_t *text = id + 3 + id[2];
    bool known = qos == 2 && bro.received[number], taken = answer_publish(qos, id);
    if (of_readings && !known) {
        readings(text, len - (size_t)(text - body), qos, taken);
    }
    bro.received[number] = qos == 2;
}

static void welcome(void)
{
    static const uint8_t unasked[] = {0x30, 8,  0, 3, 't', '/', 'x', 0, 'x', 'x', /* QoS 0, then 1 */
                                      0x32, 10, 0, 3, 't', '/', 'x', 0, 7,   0,   'y', 'y'};
    const struct manners *is = &bro.is;
    uint8_t packet[16] = {0x20, 0, bro.session, 0, 0};
    size_t len = 5;
    if (is->window != 0) {
        memcpy(packet + len, (const uint8_t[]){0x21, 0, (uint8_t)is->window}, 3);
        len += 3;
    }
    if (is->packet != 0) {
        memcpy(packet + len, (const uint8_t[]){0x27, 0, 0, (uint8_t)(is->packet >> 8), (uint8_t)is->packet},
               5);
        len += 5;
    }
    if (is->no_qos) {
        memcpy(packet + len, (const uint8_t[]){0x24, 0}, 2);
        len += 2;
    }
    packet[1] = (uint8_t)(len - 2);
    packet[4] = (uint8_t)(len - 5);
    answer(packet, len);
    if (is->unasked) {
        answer(unasked, sizeof unasked);
    }
}

static void on_packet(uint8_t first, const uint8_t *body, size_t len)
{
    switch (first >> 4) {
    case 1:
        if (body[6] != 5) { /* a silent broker is tried with 3.1.1; this one stays silent */
            break;
        }
        if (body[7] & 2) { /* clean start */
            memset(bro.received, 0, sizeof bro.received);
            bro.session = false;
        }
        welcome();
        bro.session = true;
        break;
    case 3:
        on_publish(first, body, len);
        break;
    case 4: /* of what was not asked for */
    case 14:
        break;
    case 12:
        answer((const uint8_t[]){0xd0, 0}, 2);
        break;
    case 6:
        bro.received[(size_t)body[0] << 8 | body[1]] = false;
        answer_id(0x70, body);
        break;
    case 8:
        answer((const uint8_t[]){0x90, 4, body[0], body[1], 0, 0}, 6);
        break;
    case 10:
        answer((const uint8_t[]){0xb0, 4, body[0], body[1], 0, 0}, 6);
        break;
    default:
        fail_msg("packet %u", first >> 4);
    }
}

/* The whole packets of what has come so far. */
static void broker_reads(void)
{
    size_t at = 0;
    for (;;) {
        size_t len = 0, head = 1;
        for (unsigned shift = 0; at + head < bro.in_len; shift += 7) {
            len |= (size_t)(bro.in[at + head] & 127) << shift;
            if (bro.in[at + head++] < 128) {
                break;
            }
        }
        if (at + head + len > bro.in_len || head < 2 || bro.in[at + head - 1] >= 128) {
            break;
        }
        on_packet(bro.in[at], bro.in + at + head, len);
        at += head + len;
    }
    memmove(bro.in, bro.in + at, bro.in_len - at);
    bro.in_len -= at;
}

static void message(enum stream_kind kind, const void *data, size_t len)
{
    static uint8_t copy[sizeof(struct stream_header) + STREAM];
    memcpy(copy, &uplink.stream_id, sizeof uplink.stream_id);
    memcpy(copy + sizeof uplink.stream_id, data, len);
    uplink_stream(&uplink, kind, copy, sizeof uplink.stream_id + len, now);
}

static void closed(uint32_t reason)
{
    message(STREAM_CLOSED, &reason, sizeof reason);
}

/* With QoS 2 a broker has to keep its side. */
static void meet_broker(void)
{
    bro.is = (struct manners){.good = calm || chance(2) == 0};
    bro.in_len = bro.answers_len = 0;
    bro.open = true;
    if (bro.is.good) {
        return;
    }
    bro.is.good = conf.qos == 2;
    bro.is.unasked = happens(3);
    bro.is.window = happens(3) ? 1 + chance(20) : 0;
    if (conf.qos == 1) {
        bro.is.no_qos = happens(10);
        bro.is.packet = happens(3) ? 64 + chance(4) * 300 : 0;
        bro.is.mute = happens(2) ? 1 + chance(4) : 0;
        bro.is.refuse = happens(3) ? 1 + chance(20) : 0;
        bro.is.quit = happens(4) ? 1 + chance(20) : 0;
        bro.session = bro.session && !happens(6);
    }
}

static void uplink_speaks(unsigned most)
{
    struct uplink_output out;
    uplink_tick(&uplink, now);
    while (most-- != 0 && uplink_output(&uplink, &out, now)) {
        if (out.kind == STREAM_DATA && bro.open) {
            assert_true(bro.in_len + out.data.len <= STREAM);
            memcpy(bro.in + bro.in_len, out.data.at, out.data.len);
            bro.in_len += out.data.len;
        }
        uplink_output_done(&uplink, &out, now);
        if (out.kind == STREAM_OPEN) {
            meet_broker();
            message(STREAM_OPENED, "TLSv1.3", 7);
        } else if (out.kind == STREAM_CLOSE) {
            bro.open = false;
            closed(STREAM_REASON_CLOSED);
        }
    }
    broker_reads();
}

static void broker_speaks(void)
{
    size_t len = bro.answers_len == 0 ? 0 : 1 + chance((unsigned)bro.answers_len);
    if (bro.open && len != 0) {
        message(STREAM_DATA, bro.answers, len);
        memmove(bro.answers, bro.answers + len, bro.answers_len - len);
        bro.answers_len -= len;
    }
}

static void link_breaks(void)
{
    if (bro.open) {
        bro.open = false;
        closed(STREAM_REASON_RESET);
    }
}

static void journal_hears(void)
{
    const struct uplink_delivery *d = uplink_delivery(&uplink, now);
    if (d == NULL) {
        return;
    }
    if (d->kind == DELIVERY_RESUME) {
        journal.asked = true;
        journal.started = false;
    } else if (d->kind == DELIVERY_UPTO && journal.started) {
        assert_true(d->payload.upto.last < journal.next);
        for (uint64_t n = journal.now.released + 1; n <= d->payload.upto.last; n++) {
            assert_true(settled(n));
        }
        journal.now.released = d->payload.upto.last;
    } else if (d->kind == DELIVERY_REFUSED && journal.started) {
        memset(&bro.given_up[d->payload.refused.first], true,
               d->payload.refused.last - d->payload.refused.first + 1);
        journal.now.released = d->payload.refused.last;
    } else if (d->kind == DELIVERY_SESSION && journal.started) {
        journal.now.session_len = d->length;
        memcpy(journal.now.session, d->payload.session, d->length);
    }
    uplink_delivery_done(&uplink);
}

static void journal_starts_giving(void)
{
    uint8_t bytes[sizeof(struct stored_start) + STORED_SESSION_MAX];
    const struct stored_start begin = {boot, journal.now.released};
    memcpy(bytes, &begin, sizeof begin);
    memcpy(bytes + sizeof begin, journal.now.session, journal.now.session_len);
    journal.asked = false;
    journal.started = true;
    journal.told_all = false;
    journal.next = journal.now.released + 1;
    uplink_stored(&uplink, STORED_START, bytes, sizeof begin + journal.now.session_len, now);
}

static void journal_gives(void)
{
    if (!uplink_wants_stored(&uplink)) {
        return;
    }
    if (journal.asked) {
        journal_starts_giving();
    } else if (journal.started && journal.next <= journal.made) {
        uint64_t n = journal.next++;
        const struct stored_reading r = {.reading = {.seq = n,
                                                     .mono_ns = journal.of[n].mono_ns,
                                                     .value = 2137,
                                                     .exponent = -2,
                                                     .quantity = (uint8_t)((n - 1) % 3),
                                                     .sample_size = 3,
                                                     .sample_index = (uint32_t)((n - 1) % 3)},
                                         .boot = journal.of[n].boot,
                                         .wall_offset = wall_offset,
                                         .quality = 1,
                                         .durable = 1};
        uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    } else if (journal.started && !journal.told_all) {
        journal.told_all = true;
        uplink_stored(&uplink, STORED_ALL, NULL, 0, now);
    }
}

static void journal_writes(void)
{
    journal.durable = journal.now;
    const struct memory *m = &journal.durable;
    const struct journal_state page = {.condition = JOURNAL_READY,
                                       .boot = boot,
                                       .next_number = READINGS + 1,
                                       .durable = journal.made,
                                       .released = m->released,
                                       .noted = m->released,
                                       .session = stored_session_digest(m->session, m->session_len)};
    uplink_journal_state(&uplink, &page);
}

static void sensors_measure(void)
{
    for (unsigned i = 0; i < 3 && journal.made < READINGS; i++) {
        journal.made++;
        journal.of[journal.made].mono_ns = now;
        journal.of[journal.made].boot = boot;
    }
}

static void uplink_starts(void)
{
    link_breaks();
    assert_true(uplink_init(&uplink, &conf, 1012, now));
    journal.started = false;
    journal.asked = false;
}

/* All that can be said and heard now: then there is time, or somebody else's turn. */
static void rest(void)
{
    unsigned rounds = 0;
    do {
        assert_in_range(++rounds, 1, 20);
        while (uplink_delivery(&uplink, now) != NULL) {
            journal_hears();
        }
        uplink_speaks(100);
    } while (uplink_delivery(&uplink, now) != NULL || uplink_deadline(&uplink) <= now);
}

static void accident(void)
{
    switch (chance(5)) {
    case 0:
        link_breaks();
        break;
    case 4:
        bro.open = false;
        uplink_peer_restarted(&uplink, now);
        break;
    case 1:
        uplink_starts();
        break;
    case 2:
        journal.now = journal.durable;
        journal.started = false;
        journal.asked = false;
        uplink_journal_restarted(&uplink);
        break;
    default:
        journal.now = journal.durable;
        boot++;
        uplink_starts();
        break;
    }
}

static void step(void)
{
    switch (chance(7)) {
    case 0:
        if (!uplink.journal.restored) {
            break; /* its patience with the journal has an end, and the session with it */
        }
        now += chance(8) == 0 ? chance(3000) * UINT64_C(1000000) : chance(50) * UINT64_C(1000000);
        break;
    case 1:
        uplink_speaks(1 + chance(4));
        break;
    case 2:
        broker_speaks();
        break;
    case 3:
        journal_hears();
        break;
    case 4:
        journal_gives();
        break;
    case 5:
        journal_writes();
        break;
    default:
        if (chance(12) == 0) {
            sensors_measure();
        } else if (chance(12) == 0) {
            rest();
        }
        break;
    }
}

/* POSTERN_SEED=N replays one life, POSTERN_LIVES=N runs more of them. */
static void live(uint64_t seed)
{
    life = seed;
    random_state = seed;
    memset(&journal, 0, sizeof journal);
    memset(&bro, 0, sizeof bro);
    conf = standard;
    conf.qos = seed % 2 != 0 ? 1 : 2;
    conf.batch_ms = seed % 3 == 0 ? 2000 : 0;
    conf.historical_s = seed % 5 == 0 ? 1 : 60;
    calm = seed % 7 == 0;
    boot = 1;
    now = 10 * SECOND;
    wall_offset = (int64_t)(WALL - now);
    assert_true(uplink_init(&uplink, &conf, 1012, now));
    journal_writes();
    unsigned rare = 20 + chance(400);
    for (unsigned i = 0; i < 6000; i++) {
        step();
        if (chance(rare) == 0) {
            accident();
        }
    }
    calm = true;
    link_breaks();
    for (unsigned i = 0; i < 40000 && journal.now.released < READINGS; i++) {
        step();
    }
    assert_int_equal(journal.now.released, READINGS);
}

static void test_random_lives(void **state)
{
    (void)state;
    const char *seed = getenv("POSTERN_SEED");
    const char *lives = getenv("POSTERN_LIVES");
    if (seed != NULL) {
        live(strtoull(seed, NULL, 0));
        return;
    }
    uint64_t count = lives != NULL ? strtoull(lives, NULL, 0) : 100;
    for (uint64_t s = 1; s <= count; s++) {
        live(s);
    }
}

static int tell_seed(void **state)
{
    (void)state;
    print_message("# the last seed was %llu\n", (unsigned long long)life);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(test_random_lives, tell_seed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
