/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that a full journal does not take (drop-newest) are in the ledger also after a power cut: before
 * any is left out, a frame without readings claims a range of numbers, and a start that finds a claim counts
 * them all as lost.
 */
#include "store_parts.h"

#define CLAIM_FIRST UINT64_C(1024)
#define CLAIM_MAX   (UINT64_C(1) << 40)

/* Another claim is due when this few numbers are left of one. */
#define CLAIM_LEFT 64u

/* The largest claim, and how many of them there is room for at least. */
#define CLAIM_BYTES  (RECORD_STATE_MAX + STORE_SEAL_SIZE + FORMAT_HEADER_SIZE)
#define CLAIMS_LEAST 2u
/* Of a large segment so much is kept: twenty claims are enough for ever. */
#define CLAIM_SHARE  8u

bool store_may_leave_out(const struct store *s)
{
    return s->settings.policy == STORE_DROP_NEWEST && store_durable(s) && s->last_seq < s->claim_kept;
}

bool store_leaves_room(const struct store *s, uint32_t length)
{
    const uint32_t unit = s->log.geometry.unit, share = s->log.segment_size / CLAIM_SHARE;
    const uint32_t least = CLAIMS_LEAST * ((CLAIM_BYTES + unit - 1) / unit * unit);
    return s->settings.policy != STORE_DROP_NEWEST ||
           log_left(&s->log, length, s->state.released) >= (share > least ? share : least);
}

bool store_claim_due(const struct store *s)
{
    return s->full && s->settings.policy == STORE_DROP_NEWEST && !s->claim_refused &&
           s->last_seq + CLAIM_LEFT >= s->claim_kept;
}

/* Each one is larger: a journal that stays full needs few of them. */
void store_claim(struct store *s)
{
    uint64_t size = s->claim_size == 0 ? CLAIM_FIRST : s->claim_size * 4;
    s->claim_size = size < CLAIM_MAX ? size : CLAIM_MAX;
    s->state.claimed = s->last_seq + s->claim_size;
}

void store_claim_recovered(struct store *s)
{
    if (s->state.claimed > s->last_seq && s->state.claimed < FORMAT_NUMBER_MAX) {
        ledger_add(&s->state.ledger, s->last_seq + 1, s->state.claimed, LOSS_NEWEST);
        s->last_seq = s->state.claimed;
    }
}
