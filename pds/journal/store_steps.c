/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery, writing frames, and reading them again. */
#include "store.h"
#include <postern/protocol/stored.h>
#include <string.h>

static void stop(struct store *s, enum store_condition why)
{
    s->condition = why;
    s->step = STORE_STEP_STOPPED;
}

/* What the last frame says, or nothing at all, is where the journal goes on. */
static void go_on(struct store *s)
{
    log_release(&s->log, s->state.released);
    s->durable_seq = s->log.next_seq - 1;
    if (s->durable_seq < s->state.released) {
        s->durable_seq = s->state.released;
    }
    if (s->last_seq < s->durable_seq) {
        s->last_seq = s->durable_seq;
    }
    s->given_seq = s->state.released;
    s->given_reading = s->state.released;
    s->condition = STORE_READY;
    s->step = STORE_STEP_IDLE;
}

static void recovered(struct store *s)
{
    bool walked_back = s->step == STORE_STEP_BACK;
    if (!log_idle(&s->log)) {
        stop(s, s->log.failure == LOG_MEDIUM ? STORE_NO_MEDIUM : STORE_FOREIGN);
    } else if (s->log.found.found) {
        s->step = STORE_STEP_OPEN_LAST;
    } else if (walked_back) {
        stop(s, STORE_FOREIGN);
    } else {
        go_on(s);
    }
}

static void committed(struct store *s)
{
    if (!log_idle(&s->log)) {
        stop(s, STORE_NO_MEDIUM);
        return;
    }
    bool caught_up = s->given_seq == s->durable_seq && s->out_next >= s->out_count;
    s->durable_seq = s->writing_last;
    s->session_kept = s->session_writing;
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
}

/* Numbers that should be in a durable frame are in none that can be read. */
static void lost_by_medium(struct store *s, uint64_t first, uint64_t last)
{
    if (first <= last) {
        ledger_add(&s->state.ledger, first, last, LOSS_MEDIUM);
        s->noting = true;
    }
}

static void searched(struct store *s)
{
    if (s->log.found.found) {
        s->step = STORE_STEP_OPENING;
        return;
    }
    lost_by_medium(s, s->given_seq + 1, s->durable_seq);
    s->given_seq = s->durable_seq;
    s->step = STORE_STEP_IDLE;
}

/* The readings of an opened frame that were not given out yet. */
static void take_out(struct store *s, uint32_t count, const struct record_state *then)
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
    s->out_clock = (struct record_clock){.boot = then->boot};
    if (then->clocks != 0 && then->clock[then->clocks - 1].boot == then->boot) {
        s->out_clock = then->clock[then->clocks - 1];
    }
    if (kept == 0) {
        s->given_seq = h->last_seq;
    }
}

static void opened_last(struct store *s, const uint8_t *data, uint32_t length)
{
    uint32_t count;
    if (length != 0 && record_read(data, length, &s->state, NULL, &count) &&
        s->state.released < FORMAT_NUMBER_MAX && s->state.boot < UINT64_MAX) {
        s->state.boot++;
        go_on(s);
        return;
    }
    s->state = (struct record_state){.boot = 1};
    s->counters.forged++;
    s->step = STORE_STEP_BACK;
    (void)log_previous(&s->log);
}

static void opened_again(struct store *s, const uint8_t *data, uint32_t length)
{
    static struct record_state then;
    uint32_t count;
    s->step = STORE_STEP_IDLE;
    s->out_next = 0;
    s->out_count = 0;
    if (length != 0 && record_read(data, length, &then, s->out, &count)) {
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
    if (s->step == STORE_STEP_OPEN_LAST) {
        opened_last(s, data, length);
    } else if (s->step == STORE_STEP_OPENING) {
        opened_again(s, data, length);
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
        ledger_add(&s->state.ledger, first, last, LOSS_OLDEST);
        s->state.released = last;
    }
    if (s->given_seq < last) {
        s->given_seq = last;
        s->given_reading = last;
        s->out_count = 0;
        s->out_next = 0;
    }
    return true;
}

/* Write the contents of the next frame; as many readings as fit. Answer: how many, or -1: no room. */
static int compose(struct store *s)
{
    uint32_t count = s->waiting_count;
    for (;;) {
        s->plain_length = (uint32_t)record_write(s->plain, sizeof s->plain, &s->state, s->waiting, count);
        if (s->plain_length != 0) {
            break;
        }
        if (count == 0) {
            return -1;
        }
        count /= 2;
    }
    return log_room(&s->log, s->plain_length + STORE_SEAL_SIZE, s->state.released) == LOG_OK ? (int)count
                                                                                             : -1;
}

/* True: a frame is on its way. */
static bool begin_frame(struct store *s)
{
    int count = compose(s);
    if (count < 0 && make_room(s)) {
        count = compose(s);
    }
    if (count < 0) {
        return false;
    }
    s->writing_count = (uint32_t)count;
    memcpy(s->writing, s->waiting, s->writing_count * sizeof s->writing[0]);
    s->waiting_count -= s->writing_count;
    memmove(s->waiting, s->waiting + s->writing_count, s->waiting_count * sizeof s->waiting[0]);
    s->writing_last = s->waiting_count == 0 ? s->last_seq : s->writing[count - 1].seq;
    s->writing_release = s->state.released;
    s->session_writing = stored_session_digest(s->state.session, s->state.session_length);
    s->noting = false;
    s->step = STORE_STEP_SEALING;
    return true;
}

static bool frame_due(const struct store *s, uint64_t now_ns)
{
    return s->waiting_count >= s->settings.commit_readings ||
           (s->waiting_count != 0 && now_ns >= s->oldest_ns + s->settings.commit_ns) ||
           (s->noting && now_ns >= s->note_ns + s->settings.release_ns);
}

/* False: nothing to do now. */
static bool decide(struct store *s, uint64_t now_ns)
{
    bool read = s->out_next >= s->out_count && s->given_seq < s->durable_seq;
    if (!s->full && frame_due(s, now_ns) && !(read && s->read_turn)) {
        s->full = !begin_frame(s);
        if (!s->full) {
            return true;
        }
    }
    s->read_turn = false;
    if (!read || log_read(&s->log, s->given_seq + 1) != LOG_OK) {
        return false;
    }
    s->step = STORE_STEP_READING;
    return true;
}

/* The log has nothing more to do. */
static void log_ended(struct store *s)
{
    switch (s->step) {
    case STORE_STEP_LOG_START:
    case STORE_STEP_BACK:
        recovered(s);
        break;
    case STORE_STEP_APPENDING:
        committed(s);
        break;
    default:
        searched(s);
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
    while (!s->action_out && s->step != STORE_STEP_STOPPED) {
        if (s->step == STORE_STEP_IDLE) {
            if (!decide(s, now_ns)) {
                return false;
            }
        } else if (name(s, action)) {
            s->action_out = true;
            return true;
        } else {
            log_ended(s);
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
