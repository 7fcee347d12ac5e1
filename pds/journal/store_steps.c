/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery, writing frames, and reading them again. */
#include "store_parts.h"
#include <postern/protocol/stored.h>
#include <string.h>

static struct record_state of_frame; /* of one that the store does not go on from */

/* What was on its way to the medium waits again, before what came later. */
static void take_back(struct store *s)
{
    memmove(s->waiting + s->writing_count, s->waiting, s->waiting_count * sizeof s->waiting[0]);
    memcpy(s->waiting, s->writing, s->writing_count * sizeof s->writing[0]);
    s->waiting_count += s->writing_count;
    s->writing_count = 0;
}

static void stop(struct store *s, enum store_condition why)
{
    store_live_end(s);
    take_back(s);
    store_refusal_end(s);
    s->condition = why;
    s->step = STORE_STEP_STOPPED;
    s->again = false;
}

void store_no_medium(struct store *s)
{
    stop(s, STORE_NO_MEDIUM);
    s->action_out = false;
}

/* The medium may work again after a while. */
static void pause(struct store *s, enum store_condition why, uint64_t pause_ns, uint64_t now_ns)
{
    stop(s, why);
    s->again = true;
    s->pause_ns = now_ns + pause_ns;
}

/* A medium whose journal was never seen may hold later numbers than are in use by now: it is left alone. */
static void failed(struct store *s, uint64_t now_ns)
{
    if (s->known) {
        pause(s, STORE_NO_MEDIUM, STORE_AGAIN_NS << s->failures, now_ns);
        s->failures += s->failures < STORE_FAILURES_MAX;
    } else {
        stop(s, STORE_NO_MEDIUM);
    }
}

/* The log is opened anew. What it wrote before it failed is told from what it writes now. */
static void open_again(struct store *s)
{
    for (unsigned i = 0; i < sizeof s->unique && ++s->unique[i] == 0; i++) {
    }
    log_reopen(&s->log, s->unique);
    s->step = STORE_STEP_LOG_START;
}

/* Numbers that passed through memory and are not delivered yet may still be lost with it. */
static void name_not_durable(struct store *s)
{
    uint64_t last = s->waiting_count != 0 ? s->waiting[0].seq - 1 : s->last_seq;
    uint64_t first = (s->durable_seq > s->state.released ? s->durable_seq : s->state.released) + 1;
    if (first <= last) {
        store_lose(s, first, last, LOSS_MEDIUM);
    }
}

/* The medium works again; what waits is written. */
static void go_on_again(struct store *s)
{
    name_not_durable(s);
    s->failures = 0;
    s->full = false;
    s->noting = true;
    s->note_ns = 0;
    s->condition = STORE_READY;
    s->step = STORE_STEP_IDLE;
}

static int compose(struct store *s, uint32_t count);
static void seal(struct store *s, uint64_t last);

/* The medium can be read again. Can it be written, too? */
static void probe(struct store *s)
{
    uint32_t durable = 0;
    log_release(&s->log, s->state.released);
    if (s->log.next_seq - 1 > s->durable_seq) {
        s->durable_seq = s->log.next_seq - 1;
    }
    while (durable < s->waiting_count && s->waiting[durable].seq <= s->durable_seq) {
        durable++;
    }
    s->waiting_count -= durable;
    memmove(s->waiting, s->waiting + durable, s->waiting_count * sizeof s->waiting[0]);
    if (compose(s, 0) < 0) {
        go_on_again(s);
        return;
    }
    seal(s, s->durable_seq);
}

/* What the last frame says, or nothing at all, is where the journal goes on. */
static void go_on(struct store *s)
{
    s->tries = 0;
    if (s->known) {
        probe(s);
        return;
    }
    s->known = true;
    log_release(&s->log, s->state.released);
    s->durable_seq = s->log.next_seq - 1;
    if (s->durable_seq < s->state.released) {
        s->durable_seq = s->state.released;
    }
    if (s->last_seq < s->durable_seq) {
        s->last_seq = s->durable_seq;
    }
    store_jump_recovered(s);
    store_claim_recovered(s);
    store_letters_limit(s);
    if (s->state.unsure == 0 || s->state.unsure > s->last_seq) {
        s->state.unsure = s->last_seq + 1;
    }
    memcpy(s->start_lost, s->state.ledger.total, sizeof s->start_lost);
    s->given_seq = s->state.released;
    s->given_reading = s->state.released;
    s->noted = s->state.released;
    s->condition = STORE_READY;
    s->step = STORE_STEP_IDLE;
}

static void recovered(struct store *s, uint64_t now_ns)
{
    bool walked_back = s->step == STORE_STEP_BACK;
    if ((s->log.counters.read_errors != 0 || s->log.failure == LOG_MEDIUM) && s->tries < STORE_TRIES) {
        s->tries++;
        pause(s, s->condition, STORE_AGAIN_NS, now_ns);
    } else if (!log_idle(&s->log) && s->log.failure == LOG_MEDIUM) {
        failed(s, now_ns);
    } else if (!log_idle(&s->log) || (!s->log.found.found && (walked_back || s->durable_seq != 0))) {
        stop(s, STORE_FOREIGN); /* or the journal that was there is gone */
    } else if (s->log.found.found) {
        s->step = STORE_STEP_OPEN_LAST;
    } else {
        go_on(s);
    }
}

static void committed(struct store *s, uint64_t now_ns)
{
    if (!log_idle(&s->log)) {
        failed(s, now_ns);
        return;
    }
    bool caught_up = s->given_seq == s->durable_seq && s->out_next >= s->out_count;
    if (!caught_up) {
        store_live_begin(s, s->durable_seq);
    }
    s->durable_seq = s->writing_last;
    s->session_kept = s->session_writing;
    s->noted = s->writing_release;
    s->agreeing = s->agreeing && !s->writing_agrees;
    s->claim_kept = s->writing_claim;
    store_letters_committed(s, now_ns);
    s->claim_size = s->claim_kept == 0 ? 0 : s->claim_size;
    s->counters.accepted += s->writing_count;
    s->counters.frames++;
    if (caught_up) {
        memcpy(s->out, s->writing, s->writing_count * sizeof s->out[0]);
        s->out_count = s->writing_count;
        s->out_next = 0;
        s->out_last = s->writing_last;
        s->out_clock = store_clock_at(s, s->state.boot);
        if (s->out_count == 0) {
            s->given_seq = s->writing_last;
        }
    }
    s->writing_count = 0;
    s->read_turn = true;
    s->step = STORE_STEP_IDLE;
    if (s->condition == STORE_NO_MEDIUM) {
        go_on_again(s);
    }
}

/* Numbers that should be in a durable frame are in none that can be read. */
static void lost_by_medium(struct store *s, uint64_t first, uint64_t last)
{
    if (first <= last) {
        store_lose(s, first, last, LOSS_MEDIUM);
        s->noting = true;
    }
}

/* Is what has been read still what comes next? Whoever delivers may have asked anew meanwhile: then it is
 * neither given out, nor is what lies before it lost. */
static bool still_wanted(const struct store *s)
{
    return s->given_seq == s->read_from;
}

static void searched(struct store *s, uint64_t now_ns)
{
    if (!still_wanted(s)) {
        s->step = STORE_STEP_IDLE;
        return;
    }
    if (log_unread(&s->log) && s->tries < STORE_TRIES) {
        s->tries++;
        s->pause_ns = now_ns + STORE_AGAIN_NS;
        s->step = STORE_STEP_IDLE;
        return;
    }
    s->tries = 0;
    if (s->log.found.found) {
        s->step = STORE_STEP_OPENING;
        return;
    }
    lost_by_medium(s, s->given_seq + 1, s->durable_seq);
    s->given_seq = s->durable_seq;
    s->step = STORE_STEP_IDLE;
}

bool store_read_frame(const uint8_t *data, uint32_t length, struct reading *readings, uint32_t *count,
                      struct record_clock *clock)
{
    const struct record_state *f = &of_frame;
    if (length == 0 || !record_read(data, length, &of_frame, NULL, readings, count)) {
        return false;
    }
    *clock = (struct record_clock){.boot = f->boot};
    if (f->clocks != 0 && f->clock[f->clocks - 1].boot == f->boot) {
        *clock = f->clock[f->clocks - 1];
    }
    return true;
}

/* The readings of an opened frame that were not given out yet. */
static void take_out(struct store *s, uint32_t count, const struct record_clock *then)
{
    const struct frame_header *h = &s->log.found.header;
    uint32_t kept = 0;
    lost_by_medium(s, s->given_seq + 1, h->first_seq - 1);
    for (uint32_t i = 0; i < count; i++) {
        if (s->out[i].seq > s->given_seq && s->out[i].seq >= h->first_seq && s->out[i].seq <= h->last_seq) {
            s->out[kept++] = s->out[i];
        }
    }
    s->out_count = kept;
    s->out_next = 0;
    s->out_last = h->last_seq;
    s->out_clock = *then;
    if (kept == 0) {
        s->given_seq = h->last_seq;
    }
}

/* Of this start, or of the one before if this one has written none. */
static bool opened_own(const struct store *s, const uint8_t *data, uint32_t length)
{
    uint32_t count;
    return length != 0 && record_read(data, length, &of_frame, NULL, NULL, &count) &&
           (of_frame.boot == s->state.boot || of_frame.boot + 1 == s->state.boot);
}

static void opened_last(struct store *s, const uint8_t *data, uint32_t length)
{
    uint32_t count;
    if (s->known) {
        if (opened_own(s, data, length)) {
            go_on(s);
            return;
        }
        s->counters.forged++;
        s->step = STORE_STEP_BACK;
        (void)log_previous(&s->log);
        return;
    }
    if (length != 0 && record_read(data, length, &s->state, s->letter, NULL, &count) &&
        s->state.released < FORMAT_NUMBER_MAX && s->state.boot < UINT64_MAX) {
        s->state.boot++;
        if (!store_letters_recover(s)) {
            go_on(s);
        }
        return;
    }
    s->state = (struct record_state){.boot = 1};
    s->counters.forged++;
    s->step = STORE_STEP_BACK;
    (void)log_previous(&s->log);
}

static void opened_again(struct store *s, const uint8_t *data, uint32_t length)
{
    uint32_t count;
    struct record_clock then;
    s->step = STORE_STEP_IDLE;
    s->out_next = 0;
    s->out_count = 0;
    if (!still_wanted(s)) {
        return;
    }
    if (store_read_frame(data, length, s->out, &count, &then)) {
        take_out(s, count, &then);
        return;
    }
    s->counters.forged++;
    lost_by_medium(s, s->given_seq + 1, s->log.found.header.last_seq);
    s->given_seq = s->log.found.header.last_seq;
}

void store_opened(struct store *s, const uint8_t *data, uint32_t length)
{
    s->action_out = false;
    switch (s->step) {
    case STORE_STEP_OPEN_LAST:
        opened_last(s, data, length);
        break;
    case STORE_STEP_OPENING_LETTERS:
        store_letters_opened(s, data, length);
        go_on(s);
        break;
    case STORE_STEP_OPENING:
        opened_again(s, data, length);
        break;
    case STORE_STEP_OPENING_REFUSED:
        store_refusal_opened(s, data, length);
        break;
    default:
        break;
    }
}

/* A full log: give up its oldest segment. False: it must stay as it is. */
static bool make_room(struct store *s)
{
    uint64_t first, last;
    if (s->settings.policy != STORE_DROP_OLDEST || !log_oldest(&s->log, &first, &last)) {
        return false;
    }
    if (first <= s->state.released) {
        first = s->state.released + 1;
    }
    if (first <= last) {
        store_lose(s, first, last, LOSS_OLDEST);
        s->state.released = last;
        store_jump_over(s);
    }
    if (s->given_seq < last) {
        s->given_seq = last;
        s->given_reading = last;
        s->out_count = 0;
        s->out_next = 0;
    }
    return true;
}

/* Write the contents of the next frame; as many readings as fit. Answer: how many, or -1: no room. A frame
 * that covers all numbers used says that nothing else is claimed. */
static int compose(struct store *s, uint32_t count)
{
    const uint64_t claimed = s->state.claimed;
    for (;;) {
        bool covers = count == s->waiting_count && s->condition == STORE_READY;
        s->state.claimed = covers ? 0 : claimed;
        if (store_write_frame(s, count)) {
            break;
        }
        if (count == 0) {
            s->state.claimed = claimed;
            return -1;
        }
        count /= 2;
    }
    uint32_t length = s->plain_length + STORE_SEAL_SIZE;
    if (log_room(&s->log, length, s->state.released) != LOG_OK ||
        (count != 0 && !store_leaves_room(s, length))) {
        s->state.claimed = claimed;
        return -1;
    }
    return (int)count;
}

/* What has been composed goes to the medium, and covers numbers up to `last`. */
static void seal(struct store *s, uint64_t last)
{
    s->writing_last = last;
    s->writing_release = s->state.released;
    s->writing_claim = s->state.claimed;
    s->session_writing = stored_session_digest(s->state.session, s->state.session_length);
    s->writing_agrees = s->state.unsure == 0;
    s->noting = false;
    s->step = STORE_STEP_SEALING;
}

/* A frame that covers no number. False: no room for it. */
static bool begin_claim(struct store *s)
{
    const uint64_t claimed = s->state.claimed, size = s->claim_size;
    store_claim(s);
    if (!store_write_frame(s, 0) ||
        log_room(&s->log, s->plain_length + STORE_SEAL_SIZE, s->state.released) != LOG_OK) {
        s->state.claimed = claimed;
        s->claim_size = size;
        s->claim_refused = true;
        return false;
    }
    s->writing_count = 0;
    seal(s, s->durable_seq);
    return true;
}

/* True: a frame is on its way. */
static bool begin_frame(struct store *s)
{
    uint32_t most = s->waiting_count < RECORD_READINGS ? s->waiting_count : RECORD_READINGS;
    int count = compose(s, most);
    if (count < 0 && make_room(s)) {
        count = compose(s, most);
    }
    if (count < 0) {
        return false;
    }
    s->writing_count = (uint32_t)count;
    store_live_end(s);
    memcpy(s->writing, s->waiting, s->writing_count * sizeof s->writing[0]);
    s->waiting_count -= s->writing_count;
    memmove(s->waiting, s->waiting + s->writing_count, s->waiting_count * sizeof s->waiting[0]);
    seal(s, s->waiting_count == 0 ? s->last_seq : s->writing[count - 1].seq);
    return true;
}

static bool frame_due(const struct store *s, uint64_t now_ns)
{
    return s->waiting_count >= s->settings.commit_readings ||
           (s->waiting_count != 0 && now_ns >= s->oldest_ns + s->settings.commit_ns) ||
           (s->noting && now_ns >= s->note_ns + s->settings.release_ns) || store_settling(s);
}

/* False: nothing to do now. */
static bool decide(struct store *s, uint64_t now_ns)
{
    bool to_give = s->out_next >= s->out_count && s->given_seq < s->durable_seq;
    bool read = (to_give || store_refusing(s)) && (s->tries == 0 || now_ns >= s->pause_ns);
    if (!s->full && frame_due(s, now_ns) && !(read && s->read_turn)) {
        s->full = !begin_frame(s);
        if (!s->full) {
            return true;
        }
    }
    if (store_claim_due(s) && begin_claim(s)) {
        return true;
    }
    s->read_turn = false;
    if (read && store_refusing(s)) {
        return store_refusal_read(s);
    }
    if (!read || log_read(&s->log, s->given_seq + 1) != LOG_OK) {
        return false;
    }
    s->read_from = s->given_seq;
    s->step = STORE_STEP_READING;
    return true;
}

static void letters_searched(struct store *s, uint64_t now_ns)
{
    if (log_unread(&s->log) && s->tries < STORE_TRIES) {
        s->tries++;
        pause(s, s->condition, STORE_AGAIN_NS, now_ns);
    } else if (store_letters_found(s)) {
        s->step = STORE_STEP_OPENING_LETTERS;
    } else {
        go_on(s);
    }
}

/* The log has nothing more to do. */
static void log_ended(struct store *s, uint64_t now_ns)
{
    switch (s->step) {
    case STORE_STEP_LOG_START:
    case STORE_STEP_BACK:
        recovered(s, now_ns);
        break;
    case STORE_STEP_APPENDING:
        committed(s, now_ns);
        break;
    case STORE_STEP_LETTERS:
        letters_searched(s, now_ns);
        break;
    case STORE_STEP_REFUSED:
        store_refusal_found(s, now_ns);
        break;
    default:
        searched(s, now_ns);
        break;
    }
}

static struct store_action sealing(const struct store *s, enum store_action_kind kind)
{
    if (kind == STORE_SEAL) {
        return (struct store_action){.kind = kind,
                                     .data = s->plain,
                                     .length = s->plain_length,
                                     .first_seq = s->durable_seq + 1,
                                     .last_seq = s->writing_last};
    }
    const struct log_found *found = &s->log.found;
    return (struct store_action){.kind = kind,
                                 .data = found->payload,
                                 .length = found->header.length,
                                 .first_seq = found->header.first_seq,
                                 .last_seq = found->header.last_seq};
}

/* Names the action of the present step. False: there is none; another step may follow. */
static bool name(struct store *s, struct store_action *action)
{
    switch (s->step) {
    case STORE_STEP_OPEN_LAST:
    case STORE_STEP_OPENING:
    case STORE_STEP_OPENING_LETTERS:
    case STORE_STEP_OPENING_REFUSED:
        *action = sealing(s, STORE_OPEN);
        return true;
    case STORE_STEP_SEALING:
        *action = sealing(s, STORE_SEAL);
        return true;
    default:
        *action = (struct store_action){.kind = STORE_IO, .io = log_next(&s->log)};
        return action->io != NULL;
    }
}

bool store_next(struct store *s, struct store_action *action, uint64_t now_ns)
{
    while (!s->action_out) {
        if (s->step == STORE_STEP_STOPPED) {
            if (!s->again || now_ns < s->pause_ns) {
                return false;
            }
            open_again(s);
        } else if (s->step == STORE_STEP_IDLE) {
            if (!decide(s, now_ns)) {
                return false;
            }
        } else if (name(s, action)) {
            s->action_out = true;
            return true;
        } else {
            log_ended(s, now_ns);
        }
    }
    return false;
}

void store_io_done(struct store *s, enum media_result result)
{
    s->action_out = false;
    log_done(&s->log, result);
}

void store_sealed(struct store *s, const uint8_t *data, uint32_t length)
{
    s->action_out = false;
    if (s->step != STORE_STEP_SEALING || length == 0) {
        return;
    }
    if (log_append(&s->log, s->durable_seq + 1, s->writing_last, data, length, s->writing_release) ==
        LOG_OK) {
        s->step = STORE_STEP_APPENDING;
    } else {
        stop(s, STORE_NO_MEDIUM);
    }
}
