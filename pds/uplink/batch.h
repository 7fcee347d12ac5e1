/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packs readings into messages of the outbox. A sample goes out when it is complete if nothing else waits to
 * be sent; behind a broker that is slow or away messages fill up instead, so that catching up is cheap.
 * Readings of a message that an earlier start had under way are packed into the same message again, and it
 * waits for all of them: what it left out would be overtaken by the messages that were under way behind it.
 * What the broker has had ahead of its turn is passed over.
 */
#ifndef POSTERN_BATCH_H
#define POSTERN_BATCH_H

#include "mqtt/saved.h"
#include "outbox.h"
#include "senml.h"
#include <postern/protocol/stored.h>

/* How long the rest of a sample may take. */
#define BATCH_AGE_NS UINT64_C(20000000)

/* Historical readings are in no hurry: so long one waits for others. */
#define BATCH_HISTORY_NS UINT64_C(100000000)

/* Kept free in a message, so that it still fits when it is packed again with marks that it had not. */
#define BATCH_SPARE 64u

/* Most ranges of numbers that the broker has ahead of older ones. */
#define BATCH_AHEAD 4u

/* Highest sequence number: the bit above says of a message that it is not one of readings. */
#define BATCH_SEQ_MAX ((uint64_t)INT64_MAX)

struct batch_rules {
    const char *base_name;
    uint32_t readings;      /* most in a message */
    uint64_t wait_ns;       /* how long a reading may wait for others; 0: for the rest of its sample */
    uint64_t historical_ns; /* readings older than this are historical */
    bool ahead;             /* the broker may have readings ahead of their turn */
};

struct batch {
    struct outbox *outbox;
    struct batch_rules rules;
    struct mqtt_saved
        under_way;     /* messages of an earlier start, or of an earlier giving, and what is DONE ahead */
    uint64_t boot;     /* this start; readings of another one are historical */
    size_t limit;      /* longest message */
    struct senml pack; /* in the outbox's next slot, while open */
    bool open;
    bool all_given; /* no further reading of a message under way comes */
    bool complete;  /* the last reading taken was the last of its sample */
    unsigned entry; /* the open message is this one of those under way, UINT32_MAX: none of them */
    uint64_t begun_ns;
    uint64_t last_seq;   /* highest number taken */
    uint64_t from_seq;   /* of a message that begins with the next reading; 0: that reading's number */
    uint64_t boot_taken; /* of the open message's readings */
    uint8_t quality;
};

/* `outbox` and what `rules` points to must outlive the batch. */
void batch_init(struct batch *b, struct outbox *outbox, const struct batch_rules *rules);

/* Readings are given from number `released` + 1 on; what was open is forgotten. `boot`: see struct
 * stored_start. Messages under way are found in b->under_way, which the caller has filled in. */
void batch_start(struct batch *b, uint64_t boot, uint64_t released);

/* The broker's last word on a message that is not packed again yet: taken, or to be sent anew. */
void batch_answered(struct batch *b, uint64_t first_seq, bool taken);

/* The broker's session is gone: what it had under way is to be sent anew. */
void batch_session_lost(struct batch *b);

/* Readings of messages under way that have not come do not exist any more. */
void batch_all_given(struct batch *b);

/* Is the open message a new one, not one that was under way? */
bool batch_open_is_new(const struct batch *b);

/* The broker has the readings first..last, and the batch has not taken them yet. False: no room to remember
 * that, for now. */
bool batch_ahead(struct batch *b, uint64_t first, uint64_t last);

/* Is it known that the broker has this reading, and is it not being packed? */
bool batch_has_ahead(const struct batch *b, uint64_t seq);

/* What is done below `seq` is of interest no more: the next reading has this number. */
void batch_prune(struct batch *b, uint64_t seq);

/* The next reading has this number: a message under way that is open and not its own is complete. Is it of
 * one under way? */
bool batch_expects(struct batch *b, uint64_t seq);

/* A message under way that is not packed again yet waits for readings that come late: when it is packed, it
 * is one to be sent. */
void batch_put_off(struct batch *b, uint64_t first_seq);

/* A message that was put off and whose readings do not exist any more: it is under way no longer. False:
 * none.
 */
bool batch_gone(struct batch *b, uint64_t *first_seq);

/* Is there room for any one reading? It may have to finish the open message and begin another. */
bool batch_has_room(const struct batch *b);

/* Takes a reading, which needs room. `r` is a private copy from an untrusted peer. False: it makes no sense
 * (number not above the last, unknown sensor or quantity, exponent out of range, taken in the future) and is
 * dropped. */
bool batch_take(struct batch *b, const struct stored_reading *r, uint64_t now_ns);

/* When the open message is finished at the latest, if nothing else waits to be sent; UINT64_MAX: none is
 * open, or one that was under way and waits for its readings. A complete sample with no time to wait is due
 * at once (0). */
uint64_t batch_due_ns(const struct batch *b);

/* Makes what there is a message. */
void batch_flush(struct batch *b);

#endif
