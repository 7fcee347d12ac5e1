/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking readings and giving them out. */
#include "store_parts.h"
#include <string.h>

void store_init(struct store *s, const struct store_settings *settings)
{
    memset(s, 0, sizeof *s);
    s->settings = *settings;
    s->condition = STORE_STARTING;
    s->step = STORE_STEP_STOPPED;
    s->state.boot = 1;
    s->state.unsure = 1;
}

bool store_medium(struct store *s, const struct media_geometry *geometry, uint32_t segment_size,
                  const uint8_t *unique)
{
    if (log_open(&s->log, geometry, segment_size, unique) != LOG_OK) {
        store_no_medium(s);
        return false;
    }
    memcpy(s->unique, unique, sizeof s->unique);
    s->condition = STORE_STARTING;
    s->step = STORE_STEP_LOG_START;
    s->action_out = false;
    return true;
}

static bool passing_through(const struct store *s)
{
    return s->condition == STORE_NO_MEDIUM || s->condition == STORE_FOREIGN;
}

bool store_wants_reading(const struct store *s)
{
    if (s->condition == STORE_STARTING) {
        return false;
    }
    if (s->waiting_count < RECORD_READINGS) {
        return true;
    }
    return store_may_leave_out(s);
}

bool store_holds(const struct store *s)
{
    bool noted = s->settings.policy == STORE_DROP_NEWEST && !s->claim_refused;
    return s->condition != STORE_STARTING && s->settings.policy != STORE_DROP_OLDEST && !noted &&
           !store_wants_reading(s);
}

uint64_t store_fill(const struct store *s)
{
    uint64_t capacity = log_capacity(&s->log) / 100;
    return capacity == 0 ? 0 : log_used(&s->log) / capacity;
}

/* Is the sample that this reading belongs to left out? Decided at its first reading. */
static bool thinned(struct store *s, const struct reading *reading)
{
    if (reading->sample_index == 0) {
        bool scarce = s->settings.thin_percent != 0 && s->condition == STORE_READY &&
                      store_fill(s) >= s->settings.thin_percent;
        s->thin_count = scarce ? (s->thin_count + 1) % s->settings.thin_keep : 0;
        s->thinning = s->thin_count != 0;
    }
    return s->thinning;
}

void store_take(struct store *s, const struct reading *reading, uint64_t now_ns)
{
    uint64_t seq = reading->seq < s->take_below ? reading->seq + s->take_by : reading->seq;
    if (seq <= s->last_seq || seq >= FORMAT_NUMBER_MAX) {
        s->counters.bad++;
        return;
    }
    if (seq > s->last_seq + 1) {
        ledger_add(&s->state.ledger, s->last_seq + 1, seq - 1, LOSS_SENSORS);
    }
    s->last_seq = seq;
    if (thinned(s, reading)) {
        ledger_add_sparse(&s->state.ledger, seq, LOSS_THINNED);
        return;
    }
    if (s->waiting_count >= RECORD_READINGS) {
        ledger_add(&s->state.ledger, seq, seq, LOSS_NEWEST);
        return;
    }
    if (s->waiting_count == 0) {
        s->oldest_ns = now_ns;
    }
    s->waiting[s->waiting_count] = *reading;
    s->waiting[s->waiting_count++].seq = seq;
}

uint64_t store_next_number(const struct store *s)
{
    return s->last_seq + 1;
}

struct record_clock store_clock_at(const struct store *s, uint64_t boot)
{
    for (uint32_t i = 0; i < s->state.clocks; i++) {
        if (s->state.clock[i].boot == boot) {
            return s->state.clock[i];
        }
    }
    return (struct record_clock){.boot = boot};
}

static void give_out(struct store *s, const struct reading *readings, uint32_t count, uint64_t last)
{
    memcpy(s->out, readings, count * sizeof s->out[0]);
    s->out_count = count;
    s->out_next = 0;
    s->out_last = last;
    s->out_clock = store_clock_at(s, s->state.boot);
    s->counters.not_durable += count;
}

/* Without a medium what waits may go out. It waits for what lies on a medium that may come back, as long as
 * there is room. */
static void pass_through(struct store *s)
{
    if (!passing_through(s) || s->out_next < s->out_count) {
        return;
    }
    if (s->given_seq < s->durable_seq) {
        if ((s->again || s->step != STORE_STEP_STOPPED) && s->waiting_count < RECORD_READINGS) {
            return;
        }
        store_lose(s, s->given_seq + 1, s->durable_seq, LOSS_MEDIUM);
        s->given_seq = s->durable_seq;
    }
    uint32_t count = s->waiting_count < RECORD_READINGS ? s->waiting_count : RECORD_READINGS;
    if (count == 0) {
        return;
    }
    give_out(s, s->waiting, count, count == s->waiting_count ? s->last_seq : s->waiting[count - 1].seq);
    s->waiting_count -= count;
    memmove(s->waiting, s->waiting + count, s->waiting_count * sizeof s->waiting[0]);
}

bool store_give(struct store *s, struct reading *reading, struct record_clock *clock)
{
    pass_through(s);
    if (s->out_next >= s->out_count || store_settling(s)) {
        return false;
    }
    *reading = s->out[s->out_next++];
    *clock = store_clock_at(s, s->out_clock.boot);
    if (clock->quality < s->out_clock.quality) {
        *clock = s->out_clock; /* the table has forgotten this start */
    }
    s->given_reading = reading->seq;
    s->given_seq = s->out_next == s->out_count ? s->out_last : reading->seq;
    reading->seq = store_published(s, reading->seq);
    return true;
}

bool store_all_given(const struct store *s)
{
    return s->out_next >= s->out_count && s->given_seq >= s->durable_seq && !store_settling(s);
}

void store_note(struct store *s, uint64_t now_ns)
{
    if (!s->noting) {
        s->noting = true;
        s->note_ns = now_ns;
    }
}

void store_release(struct store *s, uint64_t upto, uint64_t now_ns)
{
    if (upto >= s->given_reading) {
        upto = s->given_seq;
    }
    if (upto > s->state.released) {
        s->state.released = upto;
        s->full = false;
        s->claim_refused = false;
        store_jump_over(s);
        store_note(s, now_ns);
    }
}

void store_delivered(struct store *s, uint64_t upto, uint64_t now_ns)
{
    store_release(s, store_kept(s, upto), now_ns);
}

void store_session(struct store *s, const uint8_t *bytes, uint32_t length, uint64_t now_ns)
{
    if (length <= RECORD_SESSION_MAX) {
        memcpy(s->state.session, bytes, length);
        s->state.session_length = length;
        store_note(s, now_ns);
    }
}

/* The entry of this start; the oldest one makes room. */
static struct record_clock *own_clock(struct record_state *state)
{
    struct record_clock *last = state->clocks != 0 ? &state->clock[state->clocks - 1] : NULL;
    if (last != NULL && last->boot == state->boot) {
        return last;
    }
    if (state->clocks == RECORD_BOOTS) {
        memmove(&state->clock[0], &state->clock[1], (RECORD_BOOTS - 1) * sizeof state->clock[0]);
        state->clocks--;
    }
    last = &state->clock[state->clocks++];
    *last = (struct record_clock){.boot = state->boot};
    return last;
}

void store_clock(struct store *s, int64_t offset_ns, uint8_t quality, uint64_t now_ns)
{
    struct record_clock *clock = own_clock(&s->state);
    if (quality > clock->quality && s->clock_told) {
        clock->better_ns = now_ns;
    }
    s->clock_told = true;
    clock->offset_ns = offset_ns;
    clock->quality = quality;
    s->state.wall_ns = now_ns + (uint64_t)offset_ns;
}

static void rewind_memory(struct store *s)
{
    while (s->out_next > 0 && s->out[s->out_next - 1].seq > s->state.released) {
        s->out_next--;
    }
    uint64_t next = s->out_next < s->out_count ? s->out[s->out_next].seq : s->given_seq + 1;
    if (next > s->state.released + 1) {
        store_lose(s, s->state.released + 1, next - 1, LOSS_MEDIUM);
    }
}

void store_rewind(struct store *s)
{
    if (passing_through(s) && s->given_seq > s->durable_seq) { /* what was given out last is only here */
        rewind_memory(s);
        return;
    }
    s->given_seq = s->state.released;
    s->given_reading = s->state.released;
    s->out_count = 0;
    s->out_next = 0;
    s->refusal.last = 0; /* it is refused again */
    s->live_upto = 0;
    store_live_end(s);
}

uint64_t store_deadline(const struct store *s)
{
    uint64_t deadline = UINT64_MAX;
    if (s->step == STORE_STEP_STOPPED) {
        return s->again ? s->pause_ns : deadline;
    }
    if (s->step != STORE_STEP_IDLE) {
        return deadline;
    }
    if (s->tries != 0) {
        deadline = s->pause_ns;
    }
    if (s->full) {
        return deadline;
    }
    if (s->waiting_count != 0 && s->oldest_ns + s->settings.commit_ns < deadline) {
        deadline = s->oldest_ns + s->settings.commit_ns;
    }
    if (s->noting && s->note_ns + s->settings.release_ns < deadline) {
        deadline = s->note_ns + s->settings.release_ns;
    }
    return deadline;
}
