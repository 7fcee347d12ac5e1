/* SPDX-License-Identifier: BSD-2-Clause */
/* Order live-first against models of the journal and of the broker, with links, components and power that
 * fail at random: nothing is lost, nothing is released that the broker has not, and strict order stays
 * strict. */
#include "uplink_world.h"

#define STEPS   400u
#define SEEDS   150u
#define SETTLED 40000u

/* Only of a connection: what ends before CONNACK makes the client try MQTT 3.1.1, which the model does not
 * speak. */
static void lose_link(void)
{
    if (peer.linked && uplink_connected(&uplink)) {
        cut_link();
        closed(STREAM_REASON_RESET);
    }
}

static void start_uplink(const struct uplink_conf *conf)
{
    cut_link();
    journal.ring_count = 0;
    journal.started = false;
    journal.asked = false;
    assert_true(uplink_init(&uplink, conf, 1012, now));
    commit();
}

static void restart_journal(void)
{
    journal.now = journal.durable;
    journal.boot++;
    journal.ring_count = 0;
    journal.started = false;
    journal.asked = false;
    uplink_journal_restarted(&uplink);
}

static void cut_power(const struct uplink_conf *conf)
{
    journal.now = journal.durable;
    journal.boot++;
    start_uplink(conf);
}

/* A full medium gives up its oldest readings. */
static void drop_oldest(void)
{
    if (journal.accepted - journal.now.released > 300) {
        for (unsigned i = 0; i < 40; i++) {
            journal.now.released++;
            journal.present[journal.now.released] = false;
        }
        journal.given = journal.given > journal.now.released ? journal.given : journal.now.released;
    }
}

struct accidents {
    unsigned link, uplink, journal, power, drop; /* once in so many steps, 0: never */
    unsigned away;                               /* of 10 steps, in how many the broker does nothing */
};

static bool happens(unsigned once_in)
{
    return once_in != 0 && chance(once_in) == 0;
}

static void begin(const struct uplink_conf *conf, uint32_t seed)
{
    memset(&journal, 0, sizeof journal);
    memset(&peer, 0, sizeof peer);
    state_of_chance = seed * 2654435761u + 1;
    peer.at_publish = chance(2) == 0;
    peer.window = chance(2) == 0 ? 1 + chance(6) : 0;
    journal.boot = 1;
    now = 10 * SECOND;
    start_uplink(conf);
}

static void accident(const struct uplink_conf *conf, const struct accidents *a)
{
    if (happens(a->link)) {
        lose_link();
    }
    if (happens(a->uplink)) {
        start_uplink(conf);
    }
    if (happens(a->journal)) {
        restart_journal();
    }
    if (happens(a->power)) {
        cut_power(conf);
    }
    if (happens(a->drop)) {
        drop_oldest();
    }
}

/* Readings come, the broker is there sometimes, and then everything settles. */
static void play(const struct uplink_conf *conf, const struct accidents *a, uint32_t seed)
{
    begin(conf, seed);
    for (unsigned i = 0; i < STEPS; i++) {
        now += chance(SECOND);
        if (chance(2) == 0) {
            accept_sample();
        }
        accident(conf, a);
        run_uplink();
        for (unsigned n = chance(10) < a->away ? 0 : 1 + chance(4); n != 0 && broker_step(); n--) {
        }
        if (chance(3) != 0) {
            commit();
        }
    }
    for (unsigned i = 0; i < SETTLED && journal.now.released < journal.accepted; i++) {
        now += SECOND / 5;
        run_uplink();
        while (broker_step()) {
        }
        commit();
    }
    if (journal.now.released != journal.accepted) {
        fail_msg("seed %u: %u of %u released", seed, (unsigned)journal.now.released,
                 (unsigned)journal.accepted);
    }
    for (uint64_t n = 1; n <= journal.accepted; n++) {
        if (journal.present[n] && peer.delivered[n] == 0) {
            fail_msg("seed %u: number %u never came", seed, (unsigned)n);
        }
    }
}

static struct uplink_conf configuration(bool live_first, uint8_t qos, uint32_t seed)
{
    state_of_chance = seed * 2654435761u + 1;
    return (struct uplink_conf){.device = "postern-0001",
                                .base_name = "postern-0001/",
                                .topic = "t/r",
                                .keepalive_s = 65535,
                                .qos = qos,
                                .refuse_tries = 3,
                                .batch_readings =
                                    chance(2) == 0 ? UPLINK_BATCH_MAX : (uint8_t)(1 + chance(9)),
                                .historical_s = 60,
                                .session_s = 3600,
                                .live_first = live_first};
}

static const struct accidents all = {
    .link = 30, .uplink = 60, .journal = 60, .power = 60, .drop = 50, .away = 6};

static bool overtaken(void)
{
    for (size_t i = 1; i < peer.ordered; i++) {
        if (peer.order[i] < peer.order[i - 1]) {
            return true;
        }
    }
    return false;
}

/* What comes first in its number's name is a new one, or the next one of those that were overtaken. */
static bool in_two_rows(uint8_t qos)
{
    if (qos == 2 && !peer.at_publish) {
        return true; /* in the order of PUBREL, then, which a lost connection may change */
    }
    uint64_t newest = 0, in_turn = 0;
    for (size_t i = 0; i < peer.ordered; i++) {
        uint64_t *row = peer.order[i] > newest ? &newest : &in_turn;
        if (peer.order[i] <= *row) {
            return false;
        }
        *row = peer.order[i];
    }
    return true;
}

static unsigned repeated(void)
{
    unsigned again = 0;
    for (uint64_t n = 1; n <= journal.accepted; n++) {
        again += peer.delivered[n] > 1 ? peer.delivered[n] - 1 : 0;
    }
    return again;
}

/* POSTERN_SEED=N replays one life, POSTERN_LIVES=N runs more of them. */
static uint32_t seed_from(void)
{
    const char *seed = getenv("POSTERN_SEED");
    return seed != NULL ? (uint32_t)strtoul(seed, NULL, 0) : 0;
}

static uint32_t seed_to(void)
{
    const char *seed = getenv("POSTERN_SEED"), *lives = getenv("POSTERN_LIVES");
    return seed != NULL ? seed_from() + 1 : lives != NULL ? (uint32_t)strtoul(lives, NULL, 0) : SEEDS;
}

/* Lives with this QoS; with 2, no number comes again. */
static void play_all(uint8_t qos)
{
    unsigned overtook = 0;
    for (uint32_t seed = seed_from(); seed < seed_to(); seed++) {
        const struct uplink_conf conf = configuration(true, qos, seed);
        play(&conf, &all, seed);
        overtook += overtaken();
        if (!in_two_rows(conf.qos)) {
            fail_msg("seed %u: not in order", seed);
        }
        if (qos == 2 && repeated() != 0) {
            fail_msg("seed %u: %u numbers came again", seed, repeated());
        }
    }
    assert_true(overtook > (seed_to() - seed_from()) / 2);
}

static void test_nothing_is_lost(void **state)
{
    (void)state;
    play_all(1);
}

static void test_exactly_once(void **state)
{
    (void)state;
    play_all(2);
}

/* Without the accidents that QoS 1 pays for with repetitions, there are none. */
static void test_link_loss_alone_repeats_nothing_needlessly(void **state)
{
    (void)state;
    for (uint32_t seed = seed_from(); seed < seed_to(); seed++) {
        const struct uplink_conf conf = configuration(true, 1, seed);
        const struct accidents quiet = {.away = 7};
        play(&conf, &quiet, seed);
        assert_int_equal(repeated(), 0);
    }
}

static void test_strict_order_stays(void **state)
{
    (void)state;
    for (uint32_t seed = seed_from(); seed < seed_to(); seed++) {
        for (uint8_t qos = 1; qos <= 2; qos++) {
            const struct uplink_conf conf = configuration(false, qos, seed);
            const struct accidents quiet = {.link = 30, .away = 6};
            play(&conf, &quiet, seed);
            assert_true(qos == 2 || !overtaken());
            play(&conf, &all, seed);
            assert_true(qos == 1 || repeated() == 0);
        }
    }
}

/* The configuration changes between two starts: what went ahead is known to strict order, too. */
static void test_order_changes(void **state)
{
    (void)state;
    for (uint32_t seed = seed_from(); seed < seed_to(); seed++) {
        const struct uplink_conf live = configuration(true, 2, seed), strict = configuration(false, 2, seed);
        const struct accidents some = {.link = 40, .power = 50, .away = 7};
        begin(&live, seed);
        for (unsigned i = 0; i < STEPS; i++) {
            const struct uplink_conf *conf = i / 50 % 2 == 0 ? &live : &strict;
            now += chance(SECOND);
            accept_sample();
            if (i % 50 == 0) {
                cut_power(conf);
            }
            accident(conf, &some);
            run_uplink();
            if (chance(10) >= some.away) {
                (void)broker_step();
            }
            commit();
        }
        for (unsigned i = 0; i < SETTLED && journal.now.released < journal.accepted; i++) {
            now += SECOND / 5;
            run_uplink();
            while (broker_step()) {
            }
            commit();
        }
        assert_int_equal(journal.now.released, journal.accepted);
        for (uint64_t n = 1; n <= journal.accepted; n++) {
            assert_true(peer.delivered[n] != 0 || !journal.exists[n]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_exactly_once),
        cmocka_unit_test(test_link_loss_alone_repeats_nothing_needlessly),
        cmocka_unit_test(test_strict_order_stays),
        cmocka_unit_test(test_order_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
