/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that the broker knows and the journal does not: an older content of the medium was put back. What
 * this start has taken keeps its place on the medium, and is given out under numbers above all that were ever
 * used.
 */
#include "store_parts.h"

/* Room for numbers that were used after the broker was told last. */
#define SPARE (UINT64_C(1) << 16)

/* A broker that lies does not use up all numbers. */
#define FARTHEST (UINT64_C(1) << 40)

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t store_published(const struct store *s, uint64_t number)
{
    const struct record_jump *j = &s->state.jump;
    return j->by != 0 && number >= j->first && number <= j->last ? number + j->by : number;
}

uint64_t store_kept(const struct store *s, uint64_t published)
{
    const struct record_jump *j = &s->state.jump;
    if (j->by == 0 || published < j->first || published > j->last + j->by) {
        return published;
    }
    return published >= j->first + j->by ? published - j->by : j->first - 1;
}

void store_lose(struct store *s, uint64_t first, uint64_t last, enum loss_cause cause)
{
    const struct record_jump *j = &s->state.jump;
    struct ledger *l = &s->state.ledger;
    if (j->by == 0 || last < j->first || first > j->last + j->by) {
        ledger_add(l, first, last, cause);
        return;
    }
    ledger_add(l, first, j->first - 1, cause);
    ledger_add(l, larger(first, j->first) + j->by, (last < j->last ? last : j->last) + j->by, cause);
    ledger_add(l, larger(first, j->last + j->by + 1), last, cause);
}

/* What this start has lost so far, by cause. */
static void late_losses(const struct store *s, uint64_t late[LOSS_CAUSES])
{
    for (unsigned i = 0; i < LOSS_CAUSES; i++) {
        late[i] = s->state.ledger.total[i] - s->start_lost[i];
    }
}

static void jump_above(struct store *s, uint64_t known)
{
    uint64_t late[LOSS_CAUSES];
    uint64_t from = s->state.unsure != 0 ? s->state.unsure : s->last_seq + 1;
    uint64_t first = larger(from, s->state.released + 1);
    uint64_t above = known + SPARE, by = above + 1 - first;
    late_losses(s, late);
    ledger_shift(&s->state.ledger, first, by, late);
    ledger_add(&s->state.ledger, first, above, LOSS_JUMP);
    if (first <= s->last_seq) {
        s->state.jump = (struct record_jump){first, s->last_seq, by};
    }
    s->state.shift += by;
    s->take_below = above + 1;
    s->take_by = by;
    s->last_seq += by;
    s->jumped_to = s->last_seq;
}

/* Everything since the last agreement was never told to the broker. */
static bool is_behind(const struct store *s, uint64_t known)
{
    return s->state.unsure != 0 ? known >= s->state.unsure : known > s->last_seq;
}

static bool is_absurd(const struct store *s, uint64_t known)
{
    return (known > s->last_seq && known - s->last_seq > FARTHEST) || known >= FORMAT_NUMBER_MAX / 2;
}

void store_known(struct store *s, uint64_t known, uint64_t now_ns)
{
    bool behind = is_behind(s, known);
    bool jumped = s->take_by != 0 || s->state.jump.by != 0;
    if (s->condition == STORE_STARTING || (behind && (jumped || is_absurd(s, known)))) {
        return;
    }
    if (behind) {
        jump_above(s, larger(known, s->last_seq));
    }
    if (s->state.unsure != 0) {
        s->agreed_from = s->state.unsure;
        s->state.unsure = 0;
        s->agreeing = true;
        store_note(s, now_ns);
    }
}

uint64_t store_unsure(const struct store *s)
{
    return s->state.unsure == 0 && store_settling(s) ? s->agreed_from : s->state.unsure;
}

bool store_settling(const struct store *s)
{
    return store_durable(s) && !s->full && (s->durable_seq < s->jumped_to || s->agreeing);
}

void store_jump_over(struct store *s)
{
    const struct record_jump *j = &s->state.jump;
    if (j->by != 0 && s->state.released >= j->last + j->by && s->durable_seq >= s->jumped_to) {
        s->state.jump = (struct record_jump){.by = 0};
    }
}

void store_jump_recovered(struct store *s)
{
    struct record_jump *j = &s->state.jump;
    uint64_t end = j->last + j->by;
    if (j->by == 0 || s->durable_seq >= end) {
        return;
    }
    uint64_t lost = larger(s->durable_seq + 1, j->first);
    ledger_add(&s->state.ledger, lost + j->by, end, LOSS_SENSORS);
    s->last_seq = larger(s->last_seq, end);
    j->last = s->durable_seq;
    if (j->last < j->first) {
        *j = (struct record_jump){.by = 0};
    }
}
