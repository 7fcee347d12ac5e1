/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dead letters: the newest readings that the broker refused for good. A frame that changes them holds
 * them all, beside the release and the ledger of the same readings; so does the first frame of a segment. The
 * others say where that frame is.
 */
#include "store_parts.h"
#include <string.h>

_Static_assert(RECORD_STATE_MAX + RECORD_LETTERS * RECORD_LETTER_MAX <= STORE_PLAIN_MAX,
               "the letters fit a frame");

/* One more letter; the oldest makes room for it. Answer: how many had to. */
static uint32_t add(struct journal_letter *letters, uint32_t *count, uint32_t limit,
                    const struct journal_letter *letter)
{
    uint32_t fallen = 0;
    while (*count >= limit) {
        memmove(&letters[0], &letters[1], --*count * sizeof letters[0]);
        fallen++;
    }
    letters[(*count)++] = *letter;
    return fallen;
}

static void changed(struct store *s)
{
    s->state.dead.version++;
    s->letters_due = true;
}

void store_letters_limit(struct store *s)
{
    struct record_dead *d = &s->state.dead;
    const uint32_t limit = s->settings.dead_readings;
    if (d->count > limit) {
        const uint32_t over = d->count - limit;
        memmove(&s->letter[0], &s->letter[over], limit * sizeof s->letter[0]);
        d->count = limit;
        d->fallen += over;
        changed(s);
    }
}

void store_clear_letters(struct store *s, uint64_t now_ns)
{
    if (s->state.dead.count != 0) {
        s->state.dead.count = 0;
        changed(s);
        store_note(s, now_ns);
    }
}

/* One that was refused, from memory or a frame, with the clock of its start. */
static void collect(struct store *s, const struct reading *r, const struct record_clock *then)
{
    struct store_refusal *f = &s->refusal;
    struct record_clock clock = store_clock_at(s, then->boot);
    if (clock.quality < then->quality) {
        clock = *then;
    }
    const struct journal_letter letter = {
        .seq = store_published(s, r->seq),
        .wall_ns = clock.quality == 0 ? 0 : r->mono_ns + (uint64_t)clock.offset_ns,
        .value = r->value,
        .exponent = r->exponent,
        .quantity = r->quantity,
        .sensor = r->sensor,
        .reason = f->reason,
    };
    (void)add(f->letter, &f->count, s->settings.dead_readings, &letter);
}

static void collect_range(struct store *s, const struct reading *readings, uint32_t count,
                          const struct record_clock *then)
{
    const struct store_refusal *f = &s->refusal;
    for (uint32_t i = 0; i < count; i++) {
        if (readings[i].seq >= f->next && readings[i].seq <= f->last) {
            collect(s, &readings[i], then);
        }
    }
}

/* Numbers that were lost before are named already, and need no letter. */
static void keep(struct store *s, uint64_t newly_lost)
{
    const struct store_refusal *f = &s->refusal;
    struct record_dead *d = &s->state.dead;
    if (s->settings.dead_readings == 0 || (f->count == 0 && newly_lost == 0)) {
        return;
    }
    d->fallen += newly_lost > f->count ? newly_lost - f->count : 0;
    for (uint32_t i = 0; i < f->count; i++) {
        d->fallen += add(s->letter, &d->count, s->settings.dead_readings, &f->letter[i]);
    }
    changed(s);
}

/* One step: lost, released, and in the letters. The next frame says all of it. */
static void settle(struct store *s)
{
    struct store_refusal *f = &s->refusal;
    const uint64_t first = f->first > s->state.released ? f->first : s->state.released + 1;
    const uint64_t before = s->state.ledger.total[LOSS_REFUSED];
    if (first <= f->last) {
        store_lose(s, first, f->last, LOSS_REFUSED);
    }
    keep(s, s->state.ledger.total[LOSS_REFUSED] - before);
    store_release(s, f->last, f->since_ns);
    f->last = 0;
    store_note(s, f->since_ns);
}

void store_refusal_end(struct store *s)
{
    if (!store_refusing(s)) {
        return;
    }
    if (s->settings.dead_readings != 0) {
        collect_range(s, s->out, s->out_next, &s->out_clock);
    }
    settle(s);
}

void store_refused(struct store *s, uint64_t first, uint64_t last, uint8_t reason, uint64_t now_ns)
{
    store_refusal_end(s);
    first = store_kept(s, first);
    last = store_kept(s, last);
    first = first > s->state.released ? first : s->state.released + 1;
    last = last < s->given_reading ? last : s->given_reading;
    if (first > last) {
        return;
    }
    struct store_refusal *f = &s->refusal;
    f->first = first;
    f->last = last;
    f->next = first;
    f->reason = reason;
    f->since_ns = now_ns;
    f->count = 0;
    if (s->settings.dead_readings == 0 || !store_durable(s)) {
        store_refusal_end(s);
    }
}

bool store_refusal_read(struct store *s)
{
    if (log_read(&s->log, s->refusal.next) != LOG_OK) {
        return false;
    }
    s->step = STORE_STEP_REFUSED;
    return true;
}

void store_refusal_found(struct store *s, uint64_t now_ns)
{
    s->step = STORE_STEP_IDLE;
    if (!store_refusing(s)) {
        return;
    }
    if (log_unread(&s->log) && s->tries < STORE_TRIES) {
        s->tries++;
        s->pause_ns = now_ns + STORE_AGAIN_NS;
        return;
    }
    s->tries = 0;
    if (s->log.found.found && s->log.found.header.first_seq <= s->refusal.last) {
        s->step = STORE_STEP_OPENING_REFUSED;
        return;
    }
    settle(s);
}

void store_refusal_opened(struct store *s, const uint8_t *data, uint32_t length)
{
    uint32_t count;
    struct record_clock then;
    s->step = STORE_STEP_IDLE;
    if (!store_refusing(s)) {
        return;
    }
    if (store_read_frame(data, length, s->writing, &count, &then)) { /* nothing is being written */
        collect_range(s, s->writing, count, &then);
    } else {
        s->counters.forged++;
    }
    s->refusal.next = s->log.found.header.last_seq + 1;
    if (s->refusal.next > s->refusal.last) {
        settle(s);
    }
}

bool store_write_frame(struct store *s, uint32_t count)
{
    const struct record_dead *d = &s->state.dead;
    s->writing_letters = d->count != 0 && s->letters_due;
    s->writing_version = d->version;
    s->plain_length = (uint32_t)record_write(s->plain, sizeof s->plain, &s->state,
                                             s->writing_letters ? s->letter : NULL, s->waiting, count);
    return s->plain_length != 0;
}

/* Of two segments the older is used anew first: the letters follow into the newest one. */
void store_letters_committed(struct store *s, uint64_t now_ns)
{
    struct record_dead *d = &s->state.dead;
    const struct log_position at = log_appended_at(&s->log);
    if (s->writing_letters) {
        d->serial = at.serial;
        d->offset = at.offset;
    }
    if (s->writing_version == d->version && (s->writing_letters || d->count == 0)) {
        s->letters_due = false;
    } else if (d->count != 0 && d->serial != at.serial) {
        s->letters_due = true;
        store_note(s, now_ns);
    }
}

bool store_letters_recover(struct store *s)
{
    struct record_dead *d = &s->state.dead;
    if (d->count == 0) {
        return false;
    }
    if (d->serial != 0) {
        s->step = STORE_STEP_LETTERS;
        return log_fetch(&s->log, (struct log_position){d->serial, d->offset}) == LOG_OK;
    }
    d->serial = s->log.found.serial;
    d->offset = s->log.found.offset;
    return false;
}

static void lost(struct store *s)
{
    s->state.dead.fallen += s->state.dead.count;
    s->state.dead.count = 0;
    changed(s);
}

bool store_letters_found(struct store *s)
{
    if (!s->log.found.found) {
        lost(s);
    }
    return s->log.found.found;
}

void store_letters_opened(struct store *s, const uint8_t *data, uint32_t length)
{
    static struct record_state then;
    uint32_t count;
    bool right = length != 0 && record_read(data, length, &then, s->letter, NULL, &count) &&
                 then.dead.serial == 0 && then.dead.version == s->state.dead.version &&
                 then.dead.count == s->state.dead.count;
    if (!right) {
        s->counters.forged++;
        lost(s);
    }
}
