/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the store share: store.c, store_steps.c, store_claim.c, store_jump.c, store_dead.c. */
#ifndef POSTERN_JOURNAL_STORE_PARTS_H
#define POSTERN_JOURNAL_STORE_PARTS_H

#include "store.h"

/* May a number be left out for lack of room? It is claimed then. */
bool store_may_leave_out(const struct store *s);
/* Does a frame of `length` bytes, with readings, leave room for claims? */
bool store_leaves_room(const struct store *s, uint32_t length);
/* Should a claim be written now, and: the next frame claims more. */
bool store_claim_due(const struct store *s);
void store_claim(struct store *s);
/* After recovery: numbers that may have been left out. */
void store_claim_recovered(struct store *s);

/* A frame has become durable while older readings were to be given out, after number `before`. */
void store_live_begin(struct store *s, uint64_t before);
/* What could be given ahead no longer can. */
void store_live_end(struct store *s);
/* The next frame has something new to say. */
void store_note(struct store *s, uint64_t now_ns);
/* Numbers first..last, as they are kept, are lost. */
void store_lose(struct store *s, uint64_t first, uint64_t last, enum loss_cause cause);
/* After a release: are readings with other numbers still kept? */
void store_jump_over(struct store *s);
/* After recovery: a jump of which only a part was durable. */
void store_jump_recovered(struct store *s);
/* Readings up to this number, as it is kept, are needed no longer. */
void store_release(struct store *s, uint64_t upto, uint64_t now_ns);
/* Read the readings of a frame that has been opened, with the clock of the start that wrote it, as it was
 * known then. False: it is not authentic (length 0), or nonsense. */
bool store_read_frame(const uint8_t *data, uint32_t length, struct reading *readings, uint32_t *count,
                      struct record_clock *clock);

/* The next frame's contents, with `count` readings that wait, into s->plain. False: they do not fit. */
bool store_write_frame(struct store *s, uint32_t count);
/* It is durable. */
void store_letters_committed(struct store *s, uint64_t now_ns);

/* After the last frame was opened. True: the letters have to be read first. */
bool store_letters_recover(struct store *s);
/* The frame that may hold them was looked for. True: it is to be opened. */
bool store_letters_found(struct store *s);
/* It has been opened. */
void store_letters_opened(struct store *s, const uint8_t *data, uint32_t length);
/* Are there more than there may be? */
void store_letters_limit(struct store *s);

/* Look for the next refused reading. False: it cannot be looked for. */
bool store_refusal_read(struct store *s);
/* It was looked for; the step goes on accordingly. */
void store_refusal_found(struct store *s, uint64_t now_ns);
void store_refusal_opened(struct store *s, const uint8_t *data, uint32_t length);
/* No more can be read: it ends with what there is. */
void store_refusal_end(struct store *s);

#endif
