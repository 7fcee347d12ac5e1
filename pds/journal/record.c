/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers are written seven bits a byte, lowest first; signed ones fold their sign into the lowest bit. */
#include "record.h"
#include <string.h>

#define RECORD_VERSION 3u

/* Layout 1 knows no jumps, no claims, and one cause less; 1 and 2 know no dead letters. */
#define RECORD_OLD        1u
#define RECORD_OLD_CAUSES 7u
#define RECORD_DEAD       3u /* the first that does */

struct writer {
    uint8_t *at;
    size_t room;
    bool ok;
};

struct reader {
    const uint8_t *at;
    size_t left;
    bool ok;
};

static void put_byte(struct writer *w, uint8_t byte)
{
    if (w->room == 0) {
        w->ok = false;
        return;
    }
    *w->at++ = byte;
    w->room--;
}

static void put(struct writer *w, uint64_t value)
{
    while (value >= 128) {
        put_byte(w, (uint8_t)(value | 128));
        value >>= 7;
    }
    put_byte(w, (uint8_t)value);
}

static void put_signed(struct writer *w, int64_t value)
{
    put(w, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static uint8_t get_byte(struct reader *r)
{
    if (r->left == 0) {
        r->ok = false;
        return 0;
    }
    r->left--;
    return *r->at++;
}

static uint64_t get(struct reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = get_byte(r);
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            return value;
        }
    }
    r->ok = false;
    return 0;
}

static int64_t get_signed(struct reader *r)
{
    uint64_t value = get(r);
    return (int64_t)(value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

/* A count or length that may be at most `limit`. */
static uint32_t get_count(struct reader *r, uint32_t limit)
{
    uint64_t value = get(r);
    if (value > limit) {
        r->ok = false;
        return 0;
    }
    return (uint32_t)value;
}

static void put_ledger(struct writer *w, const struct ledger *l)
{
    put(w, l->count);
    for (uint32_t i = 0; i < l->count; i++) {
        put(w, l->range[i].first);
        put(w, l->range[i].last - l->range[i].first);
        put(w, l->range[i].missing);
        put(w, l->range[i].cause);
    }
    for (unsigned i = 0; i < LOSS_CAUSES; i++) {
        put(w, l->total[i]);
    }
}

static void get_ledger(struct reader *r, struct ledger *l, unsigned causes)
{
    memset(l, 0, sizeof *l);
    l->count = get_count(r, LEDGER_RANGES);
    for (uint32_t i = 0; i < l->count; i++) {
        l->range[i].first = get(r);
        l->range[i].last = l->range[i].first + get(r);
        l->range[i].missing = get(r);
        l->range[i].cause = (uint8_t)get_count(r, causes - 1);
    }
    for (unsigned i = 0; i < causes; i++) {
        l->total[i] = get(r);
    }
    r->ok = r->ok && ledger_valid(l);
}

static void put_clocks(struct writer *w, const struct record_state *s)
{
    put(w, s->clocks);
    for (uint32_t i = 0; i < s->clocks; i++) {
        put(w, s->clock[i].boot);
        put_signed(w, s->clock[i].offset_ns);
        put(w, s->clock[i].quality);
        put(w, s->clock[i].better_ns);
    }
}

static void get_clocks(struct reader *r, struct record_state *s, bool old)
{
    s->clocks = get_count(r, RECORD_BOOTS);
    for (uint32_t i = 0; i < s->clocks; i++) {
        s->clock[i].boot = get(r);
        s->clock[i].offset_ns = get_signed(r);
        s->clock[i].quality = (uint8_t)get_count(r, UINT8_MAX);
        s->clock[i].better_ns = old ? 0 : get(r);
        r->ok = r->ok && s->clock[i].boot <= s->boot && (i == 0 || s->clock[i - 1].boot < s->clock[i].boot);
    }
}

static void get_session(struct reader *r, struct record_state *s)
{
    s->session_length = get_count(r, RECORD_SESSION_MAX);
    for (uint32_t i = 0; i < s->session_length; i++) {
        s->session[i] = get_byte(r);
    }
}

static void put_numbering(struct writer *w, const struct record_state *s)
{
    put(w, s->jump.first);
    put(w, s->jump.last);
    put(w, s->jump.by);
    put(w, s->shift);
    put(w, s->unsure);
    put(w, s->claimed);
}

static void get_numbering(struct reader *r, struct record_state *s)
{
    s->jump.first = get(r);
    s->jump.last = get(r);
    s->jump.by = get(r);
    s->shift = get(r);
    s->unsure = get(r);
    s->claimed = get(r);
    r->ok = r->ok && (s->jump.by == 0 || (s->jump.first != 0 && s->jump.first <= s->jump.last &&
                                          s->jump.by <= UINT64_MAX - s->jump.last));
}

static void put_letters(struct writer *w, const struct journal_letter *letters, uint32_t count)
{
    struct journal_letter before = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct journal_letter *x = &letters[i];
        put_signed(w, (int64_t)(x->seq - before.seq));
        put_signed(w, (int64_t)(x->wall_ns - before.wall_ns));
        put_signed(w, x->value);
        put_signed(w, x->exponent);
        put(w, x->quantity);
        put(w, x->sensor);
        put(w, x->reason);
        before = *x;
    }
}

static void put_dead(struct writer *w, const struct record_dead *d, const struct journal_letter *letters)
{
    put(w, d->version);
    if (d->version == 0) {
        return;
    }
    put(w, d->fallen);
    put(w, d->count);
    if (d->count != 0 && letters == NULL) {
        put(w, d->serial);
        put(w, d->offset);
    } else if (d->count != 0) {
        put(w, 0);
        put_letters(w, letters, d->count);
    }
}

static int8_t get_exponent(struct reader *r)
{
    int64_t exponent = get_signed(r);
    r->ok = r->ok && exponent >= INT8_MIN && exponent <= INT8_MAX;
    return (int8_t)exponent;
}

static void get_letters(struct reader *r, struct journal_letter *letters, uint32_t count)
{
    struct journal_letter x = {0};
    for (uint32_t i = 0; i < count && r->ok; i++) {
        x.seq += (uint64_t)get_signed(r);
        x.wall_ns += (uint64_t)get_signed(r);
        x.value = get_signed(r);
        x.exponent = get_exponent(r);
        x.quantity = (uint8_t)get_count(r, UINT8_MAX);
        x.sensor = (uint8_t)get_count(r, UINT8_MAX);
        x.reason = (uint8_t)get_count(r, UINT8_MAX);
        if (letters != NULL) {
            letters[i] = x;
        }
    }
}

static void get_dead(struct reader *r, struct record_dead *d, struct journal_letter *letters)
{
    d->version = get(r);
    if (d->version == 0) {
        return;
    }
    d->fallen = get(r);
    d->count = get_count(r, RECORD_LETTERS);
    if (d->count == 0) {
        return;
    }
    d->serial = get(r);
    if (d->serial != 0) {
        d->offset = get_count(r, UINT32_MAX);
    } else {
        get_letters(r, letters, d->count);
    }
}

static bool dead_valid(const struct record_dead *d, const struct journal_letter *letters)
{
    return d->version == 0
               ? d->count == 0 && d->fallen == 0
               : d->count <= RECORD_LETTERS && (d->count == 0 || letters != NULL || d->serial != 0);
}

static void put_readings(struct writer *w, const struct reading *readings, uint32_t count)
{
    struct reading before = {0};
    put(w, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct reading *x = &readings[i];
        put(w, x->seq - before.seq);
        put_signed(w, (int64_t)(x->mono_ns - before.mono_ns));
        put_signed(w, x->value);
        put_signed(w, x->exponent);
        put(w, x->quantity);
        put(w, x->sensor);
        put(w, x->sample_size);
        put(w, x->sample_index);
        before = *x;
    }
}

static struct reading get_reading(struct reader *r, const struct reading *before)
{
    struct reading x = {0};
    uint64_t step = get(r);
    x.seq = before->seq + step;
    r->ok = r->ok && step != 0 && x.seq > before->seq;
    x.mono_ns = before->mono_ns + (uint64_t)get_signed(r);
    x.value = get_signed(r);
    x.exponent = get_exponent(r);
    x.quantity = (uint8_t)get_count(r, UINT8_MAX);
    x.sensor = (uint8_t)get_count(r, UINT8_MAX);
    x.sample_size = (uint8_t)get_count(r, UINT8_MAX);
    x.sample_index = get_count(r, UINT32_MAX);
    return x;
}

size_t record_write(uint8_t *out, size_t room, const struct record_state *state,
                    const struct journal_letter *letters, const struct reading *readings, uint32_t count)
{
    struct writer w = {out, room, true};
    if (!ledger_valid(&state->ledger) || state->clocks > RECORD_BOOTS ||
        state->session_length > RECORD_SESSION_MAX || count > RECORD_READINGS ||
        !dead_valid(&state->dead, letters)) {
        return 0;
    }
    put(&w, RECORD_VERSION);
    put(&w, state->boot);
    put(&w, state->released);
    put(&w, state->wall_ns);
    put_ledger(&w, &state->ledger);
    put_clocks(&w, state);
    put(&w, state->session_length);
    for (uint32_t i = 0; i < state->session_length; i++) {
        put_byte(&w, state->session[i]);
    }
    put_numbering(&w, state);
    put_dead(&w, &state->dead, letters);
    put_readings(&w, readings, count);
    return w.ok ? room - w.room : 0;
}

bool record_read(const uint8_t *in, size_t length, struct record_state *state, struct journal_letter *letters,
                 struct reading *readings, uint32_t *count)
{
    struct reader r = {in, length, true};
    struct reading before = {0};
    uint64_t version = get(&r);
    bool old = version == RECORD_OLD;
    r.ok = r.ok && version >= RECORD_OLD && version <= RECORD_VERSION;
    state->boot = get(&r);
    state->released = get(&r);
    state->wall_ns = get(&r);
    get_ledger(&r, &state->ledger, old ? RECORD_OLD_CAUSES : LOSS_CAUSES);
    get_clocks(&r, state, old);
    get_session(&r, state);
    state->jump = (struct record_jump){.by = 0};
    state->shift = 0;
    state->unsure = 0;
    state->claimed = 0;
    state->dead = (struct record_dead){.count = 0};
    if (!old) {
        get_numbering(&r, state);
    }
    if (version >= RECORD_DEAD) {
        get_dead(&r, &state->dead, letters);
    }
    *count = get_count(&r, RECORD_READINGS);
    for (uint32_t i = 0; i < *count && r.ok; i++) {
        before = get_reading(&r, &before);
        if (readings != NULL) {
            readings[i] = before;
        }
    }
    return r.ok && r.left == 0;
}
