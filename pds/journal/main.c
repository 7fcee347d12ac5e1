/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal component: the store between its peers. Readings from the sensors, sealed by crypto, onto the
 * disk, and from there to the uplink until they are delivered.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>
#include <string.h>

#include "disk.h"
#include "intake.h"
#include "journal_conf.h"
#include "outlet.h"
#include "page.h"
#include "ports.h"
#include "sealer.h"
#include "tell.h"

/* How old the relation of wall and monotonic time may be. */
#define CLOCK_AGE_NS   UINT64_C(10000000000)
#define CLOCK_UNSET_NS UINT64_C(1000000000)

/* How soon a refused sealing is tried again. */
#define SEAL_PAUSE_NS UINT64_C(1000000000)

/* How often it is counted that nothing can be taken: who waits for room does not hang. */
#define COUNT_NS UINT64_C(1000000000)

/* Steps of one activation. */
#define STEPS 64

#define UNIQUE_SIZE 16u
#define NONCE_SIZE  12u

_Static_assert(BLK_RSP_SLOT_SIZE - RING_SLOT_HEADER >= DISK_MESSAGE_MAX, "a read fits its slot");
_Static_assert(SEAL_REQ_SLOT_SIZE - RING_SLOT_HEADER >= SEALER_MESSAGE_MAX, "a frame fits its slot");
_Static_assert(STORED_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct stored_start) + STORED_SESSION_MAX &&
                   STORED_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct stored_reading),
               "start and session, or a reading, fit a slot");
_Static_assert(JOURNAL_STATE_SIZE >= sizeof(struct journal_page), "the state and the letters fit their page");
_Static_assert(STORE_SEAL_SIZE == SEAL_OVERHEAD && STORE_PLAIN_MAX + SEAL_OVERHEAD <= SEAL_MAX,
               "a frame may be sealed");

enum phase {
    PHASE_DISK,   /* waiting for the driver to say what there is */
    PHASE_UNIQUE, /* waiting for bytes that no other start has */
    PHASE_RUN
};

static struct journal_conf conf;
static struct store store;
static struct disk disk;
static struct sealer sealer;
static struct intake intake;
static struct outlet outlet;
static struct ring readings_in, stored_out, delivered_in, blk_out, blk_in, seal_out, seal_in;
static uint8_t message[DISK_MESSAGE_MAX > SEALER_MESSAGE_MAX ? DISK_MESSAGE_MAX : SEALER_MESSAGE_MAX]
    __attribute__((aligned(8)));

static enum phase phase;
static uint64_t started_ns, recovery_ns, clock_ns_asked, resume_seal_ns;
static uint64_t clock_age_ns = CLOCK_AGE_NS;
static uint64_t floor_ns;                    /* wall time of an earlier start, 0: none */
static uint64_t turned_away, turned_away_ns; /* how often, and when next */
static uint64_t armed_ns = UINT64_MAX;

static void no_medium(const char *why)
{
    log_warn("%s: readings pass through memory and are not durable", why);
    phase = PHASE_RUN;
    store_no_medium(&store);
}

/* The medium is known: something that no other start has is still needed. Crypto makes it: what it seals
 * looks like noise, and never twice the same. */
static void disk_found(void)
{
    static const uint8_t nothing[UNIQUE_SIZE];
    if (!disk_usable(&disk)) {
        no_medium(disk.info.status == BLOCK_OK ? "the disk is not of use for a journal" : "no disk");
        return;
    }
    phase = PHASE_UNIQUE;
    sealer_start(&sealer, SEAL_SEAL, 0, 0, nothing, sizeof nothing);
}

static void open_medium(const uint8_t *sealed)
{
    const struct media_geometry geometry = disk_geometry(&disk);
    phase = PHASE_RUN;
    if (!store_medium(&store, &geometry, conf.segment_size, sealed + NONCE_SIZE)) {
        no_medium("the disk is too small for a journal, or segment_kib does not fit it");
    }
}

static void disk_event(enum disk_event event)
{
    switch (event) {
    case DISK_FOUND:
        disk_found();
        break;
    case DISK_CHANGED:
        disk.op = NULL;
        no_medium("the disk has become another one");
        break;
    case DISK_DONE:
        store_io_done(&store, MEDIA_OK);
        break;
    case DISK_FAILED:
        store_io_done(&store, MEDIA_ERROR);
        break;
    case DISK_NOTHING:
        break;
    }
}

static void seal_refused(uint64_t now)
{
    if (phase == PHASE_UNIQUE) {
        no_medium("crypto seals nothing");
    } else if (sealer.kind == SEAL_OPEN) {
        store_opened(&store, NULL, 0);
    } else {
        resume_seal_ns = now + SEAL_PAUSE_NS;
        store_sealed(&store, NULL, 0);
    }
}

static void seal_event(enum sealer_event event, uint64_t now)
{
    if (event == SEALER_REFUSED) {
        seal_refused(now);
    } else if (event == SEALER_DONE && phase == PHASE_UNIQUE) {
        open_medium(sealer.result);
    } else if (event == SEALER_DONE && sealer.kind == SEAL_SEAL) {
        store_sealed(&store, sealer.result, sealer.result_length);
    } else if (event == SEALER_DONE) {
        store_opened(&store, sealer.result, sealer.result_length);
    }
}

/* Names the next action and begins it. False: none now. */
static bool act(uint64_t now)
{
    struct store_action action;
    if (phase != PHASE_RUN || disk.op != NULL || sealer.data != NULL || now < resume_seal_ns ||
        !store_next(&store, &action, now)) {
        return false;
    }
    switch (action.kind) {
    case STORE_IO:
        disk_start(&disk, action.io, now);
        break;
    case STORE_SEAL:
        sealer_start(&sealer, SEAL_SEAL, action.first_seq, action.last_seq, action.data, action.length);
        break;
    case STORE_OPEN:
        sealer_start(&sealer, SEAL_OPEN, action.first_seq, action.last_seq, action.data, action.length);
        break;
    }
    return true;
}

/* Disk and crypto until both are busy or there is nothing to do. True: the steps were used up. Who owes no
 * answer is looked at only if `woken`, in case that it speaks unasked, and until it has nothing more to say.
 */
static bool run_store(uint64_t now, bool woken)
{
    bool disk_speaks = woken, crypto_speaks = woken;
    for (unsigned i = 0; i < STEPS; i++) {
        enum disk_event from_disk = DISK_NOTHING;
        enum sealer_event from_crypto = SEALER_NOTHING;
        if (disk_speaks || disk.op != NULL) {
            from_disk = disk_poll(&disk, message, now);
            disk_event(from_disk);
        }
        if (crypto_speaks || sealer.data != NULL) {
            from_crypto = sealer_poll(&sealer, message);
            seal_event(from_crypto, now);
        }
        disk_speaks = from_disk != DISK_NOTHING;
        crypto_speaks = from_crypto != SEALER_NOTHING;
        if (!act(now) && !disk_speaks && !crypto_speaks) {
            return false;
        }
    }
    return true;
}

/* Wall time is asked for when it is needed: readings wait for it as for anything else of the frame. The clock
 * may be corrected to before what it showed since the start, but not to before what the medium remembers;
 * that is said each time, since the timer may have lost its memory. */
static void ask_clock(uint64_t now)
{
    static bool recovered;
    struct wall_time wall;
    if (store.condition == STORE_STARTING || (clock_ns_asked != 0 && now - clock_ns_asked < clock_age_ns)) {
        return;
    }
    if (!recovered) {
        recovered = true;
        floor_ns = store.state.wall_ns;
    }
    if (floor_ns != 0) {
        (void)timer_floor(timer_id, floor_ns);
    }
    if (timer_now(timer_id, &wall)) {
        clock_ns_asked = now;
        clock_age_ns = wall.quality == CLOCK_UNSET ? CLOCK_UNSET_NS : CLOCK_AGE_NS;
        store_clock(&store, (int64_t)(wall.wall_ns - wall.mono_ns), (uint8_t)wall.quality, wall.mono_ns);
    }
}

static bool turns_away(void)
{
    return store.condition != STORE_STARTING && !store_wants_reading(&store);
}

static void count_turned_away(uint64_t now)
{
    if (turns_away() && now >= turned_away_ns) {
        turned_away++;
        turned_away_ns = now + COUNT_NS;
    }
}

/* Tells what has changed to everybody who wants to know: page, sensors, log, metrics. */
static void publish(uint64_t now)
{
    static enum store_condition told = STORE_STARTING;
    static bool held;
    static uint64_t session, letters = UINT64_MAX;
    const uint64_t version = store.condition == STORE_STARTING ? UINT64_MAX - 1 : store.state.dead.version;
    if (letters != version) {
        page_letters(journal_state, &store);
        tell_fallen(&store);
    }
    letters = version;
    if (told == STORE_STARTING && store.condition != STORE_STARTING) {
        recovery_ns = now - started_ns;
    }
    const struct page_facts facts = {
        .oldest_ns = outlet.oldest_seq > store_published(&store, store.state.released) ? outlet.oldest_ns : 0,
        .recovery_ns = recovery_ns,
        .errors = disk.errors,
        .hold = store_holds(&store),
    };
    if (!store_settling(&store)) {
        page_write(journal_state, &store, &facts);
    }
    if (told != store.condition || held != facts.hold) {
        notify_soon((microkit_channel)readings_id);
    }
    if (told != store.condition || session != store.session_kept) {
        notify_soon((microkit_channel)stored_id); /* the uplink waits for it before it goes on sending */
    }
    if (told != store.condition) {
        tell_condition(&store, told, recovery_ns);
    }
    told = store.condition;
    held = facts.hold;
    session = store.session_kept;
    const struct tell_sources sources = {&store, &disk, &sealer, &intake, &outlet, turned_away};
    tell_metrics(&sources, recovery_ns);
    ring_metrics_update();
}

static void arm(uint64_t deadline)
{
    if (deadline < armed_ns && timer_set(timer_id, deadline)) {
        armed_ns = deadline;
    }
}

static uint64_t next_deadline(uint64_t now)
{
    uint64_t deadline = phase == PHASE_RUN ? store_deadline(&store) : UINT64_MAX;
    deadline = disk.deadline_ns < deadline ? disk.deadline_ns : deadline;
    if (resume_seal_ns > now) {
        deadline = resume_seal_ns < deadline ? resume_seal_ns : deadline;
    }
    if (turns_away()) {
        deadline = turned_away_ns < deadline ? turned_away_ns : deadline;
    }
    return deadline;
}

static void announce(void)
{
    ring_notify(&blk_out, blk_req_id);
    ring_notify(&blk_in, blk_rsp_id);
    ring_notify(&seal_out, seal_req_id);
    ring_notify(&seal_in, seal_rsp_id);
    ring_notify(&readings_in, readings_id);
    ring_notify(&stored_out, stored_id);
    ring_notify(&delivered_in, delivered_id);
}

static void run(void)
{
    uint64_t now = clock_ns();
    ask_clock(now);
    bool more = intake_poll(&intake, now);
    bool left = !store_wants_reading(&store);
    more = run_store(now, true) || more;
    ask_clock(now);
    more = outlet_poll(&outlet, now) || more;
    if (act(now)) { /* what is given out next may have to be read first */
        more = run_store(now, false) || more;
    }
    more = more || (outlet.held && !store_refusing(&store));
    if (left) {
        more = intake_poll(&intake, now) || more;
    }
    announce();
    count_turned_away(now);
    publish(now);
    arm(more ? now : next_deadline(now));
}

void notified(microkit_channel ch)
{
    if (ch == timer_id) {
        armed_ns = UINT64_MAX;
    } else if (ch == clear_letters_id) {
        store_clear_letters(&store, clock_ns());
    }
    run();
}

void init(void)
{
    char error[JOURNAL_ERROR_SIZE];
    LOG_START();
    tell_start(metrics);
    page_hide(journal_state);
    RING_CONSUMER(&readings_in, readings, READINGS);
    RING_PRODUCER(&stored_out, stored, STORED);
    RING_CONSUMER(&delivered_in, delivered, DELIVERED);
    RING_PRODUCER(&blk_out, blk_req, BLK_REQ);
    RING_CONSUMER(&blk_in, blk_rsp, BLK_RSP);
    RING_PRODUCER(&seal_out, seal_req, SEAL_REQ);
    RING_CONSUMER(&seal_in, seal_rsp, SEAL_RSP);
    if (!journal_conf_read(&conf, (const char *)(uintptr_t)journal_conf, journal_conf_size, error)) {
        log_error("%s; the defaults hold", error);
    }
    started_ns = clock_ns();
    store_init(&store, &conf.settings);
    disk_init(&disk, &blk_out, &blk_in, started_ns);
    sealer_init(&sealer, &seal_out, &seal_in);
    intake_init(&intake, &readings_in, &store);
    outlet_init(&outlet, &stored_out, &delivered_in, &store);
    run();
}
