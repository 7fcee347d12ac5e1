/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal as a state machine without I/O: readings in, readings out in the same order once they are
 * durable, until they are released. What cannot be kept is in the ledger; nothing disappears silently.
 *
 * The owner does what store_next names (storage operations; sealing and opening by the crypto component) and
 * reports it. One action is under way at a time. Times are monotonic nanoseconds.
 */
#ifndef POSTERN_JOURNAL_STORE_H
#define POSTERN_JOURNAL_STORE_H

#include "log/log.h"
#include "record.h"

/* Bytes that sealing adds: nonce and tag. */
#define STORE_SEAL_SIZE 28u

/* Most bytes of a frame's contents before sealing: less than a frame of the log takes, so that a request to
 * seal them fits a page with its ring. */
#define STORE_PLAIN_MAX (3968u - STORE_SEAL_SIZE)

/* What cannot be read is tried so many times more before it counts as lost, or as no medium. */
#define STORE_TRIES    10u
#define STORE_AGAIN_NS UINT64_C(1000000000)

/* A medium that fails again and again is tried after STORE_AGAIN_NS, doubled up to so many times. */
#define STORE_FAILURES_MAX 6u

enum store_policy {
    STORE_DROP_OLDEST, /* a full journal gives up its oldest segment */
    STORE_DROP_NEWEST, /* a full journal takes nothing new */
    STORE_HOLD         /* a full journal makes the sensors wait */
};

struct store_settings {
    enum store_policy policy;
    uint32_t commit_readings; /* a frame is written when so many wait (1..RECORD_READINGS) */
    uint64_t commit_ns;       /* or when the oldest has waited so long */
    uint64_t release_ns;      /* deliveries are noted after this time even if no readings come */
    uint32_t thin_percent; /* from this fill on (1..100) only one sample in `thin_keep` is kept; 0: never */
    uint32_t thin_keep;
    uint32_t dead_readings; /* so many refused readings are kept, the newest (0..RECORD_LETTERS) */
};

enum store_condition {
    STORE_STARTING, /* nothing is taken yet */
    STORE_READY,
    /* None, or it failed: readings pass through memory and are not durable. What has worked before is tried
     * again. */
    STORE_NO_MEDIUM,
    STORE_FOREIGN /* a journal that this device cannot open, or of another layout: left alone, as above */
};

enum store_action_kind {
    STORE_IO,   /* do `io`, then store_io_done */
    STORE_SEAL, /* seal `length` bytes at `data`, bound to first_seq and last_seq, then store_sealed */
    STORE_OPEN  /* open likewise, then store_opened */
};

struct store_action {
    enum store_action_kind kind;
    const struct media_op *io;
    const uint8_t *data;
    uint32_t length;
    uint64_t first_seq;
    uint64_t last_seq;
};

struct store_counters {
    uint64_t accepted;    /* readings that became durable */
    uint64_t bad;         /* readings whose number does not go up: dropped */
    uint64_t frames;      /* written */
    uint64_t forged;      /* frames that did not open, or hold nonsense */
    uint64_t not_durable; /* readings that passed through memory only */
};

enum store_step {
    STORE_STEP_LOG_START, /* the log recovers */
    STORE_STEP_OPEN_LAST, /* its last frame is opened */
    STORE_STEP_BACK,      /* it looks for the frame before */
    STORE_STEP_IDLE,
    STORE_STEP_SEALING,
    STORE_STEP_APPENDING,
    STORE_STEP_READING, /* a frame to be given out again */
    STORE_STEP_OPENING,
    STORE_STEP_LETTERS, /* recovery: the frame that holds the dead letters is read and opened */
    STORE_STEP_OPENING_LETTERS,
    STORE_STEP_REFUSED, /* a frame with refused readings likewise */
    STORE_STEP_OPENING_REFUSED,
    STORE_STEP_STOPPED /* no medium, or it is left alone for a while */
};

/* Readings that are refused for good, until their contents have been read again. */
struct store_refusal {
    uint64_t first;
    uint64_t last; /* 0: there are none */
    uint64_t next; /* to be read */
    uint64_t since_ns;
    uint8_t reason;
    uint32_t count; /* of `letter`: the last ones that were read */
    struct journal_letter letter[RECORD_LETTERS];
};

/* Fields are the store's; the first group may be read. */
struct store {
    enum store_condition condition;
    struct store_counters counters;
    struct record_state state;                    /* `released` is up to date; durable is what the log says */
    struct journal_letter letter[RECORD_LETTERS]; /* state.dead.count of them, oldest first */
    struct log log;

    struct store_settings settings;
    struct store_refusal refusal;
    bool letters_due;         /* the next frame holds the dead letters */
    bool writing_letters;     /* the frame on its way does, */
    uint64_t writing_version; /* in this version */
    enum store_step step;
    bool action_out;   /* an action was named and is not reported yet */
    bool read_turn;    /* a frame was written last: reading goes first */
    bool full;         /* the last frame found no room: only a delivery makes some */
    bool known;        /* the medium has worked since the start */
    bool again;        /* stopped: the log is opened anew at pause_ns */
    uint64_t pause_ns; /* nothing is read before */
    unsigned tries;    /* that could not read everything */
    unsigned failures; /* of the medium since a frame was durable */
    bool thinning;     /* the present sample is left out */
    uint32_t thin_count;
    /* Numbers that are lost count as taken, durable and given out: a frame covers all numbers since the one
     * before it, so that what is missing between two frames was lost by the medium. */
    uint64_t last_seq;                /* taken */
    uint64_t durable_seq;             /* in a durable frame */
    uint64_t given_seq;               /* given out */
    uint64_t read_from;               /* given_seq when the frame that is read was asked for */
    uint64_t given_reading;           /* the last reading given out */
    uint64_t oldest_ns;               /* when the first waiting reading came */
    uint64_t start_lost[LOSS_CAUSES]; /* the ledger's totals at the start */
    uint64_t jumped_to;  /* numbering has jumped to here: nothing is given out before that is durable, 0: it
                            has not */
    uint64_t take_below; /* readings with numbers below this come from before the jump: */
    uint64_t take_by;    /* this is added to them */
    uint64_t claim_kept; /* numbers up to here are claimed by a durable frame, 0: none */
    uint64_t claim_size; /* of the last claim since the medium was full, 0: none */
    uint64_t writing_claim; /* of the frame under way */
    bool claim_refused;     /* no room for one */
    uint64_t note_ns;       /* when there was first something to note */
    bool noting;
    bool agreeing;        /* the next frame says that the broker agrees, and is due */
    uint64_t agreed_from; /* what state.unsure was before */
    bool writing_agrees;
    bool clock_told; /* store_clock has been called in this start */

    struct reading waiting[2 * RECORD_READINGS]; /* taken, not yet in a frame; one that failed comes back */
    uint32_t waiting_count;
    struct reading writing[RECORD_READINGS]; /* in the frame under way */
    uint64_t noted;                          /* what the last durable frame says is released */
    uint64_t session_kept;    /* stored_session_digest of the session in the last durable frame, 0: none */
    uint64_t session_writing; /* likewise of the frame on its way */
    uint32_t writing_count;
    uint64_t writing_last;               /* covered by it */
    uint64_t writing_release;            /* what it says is released */
    struct reading out[RECORD_READINGS]; /* durable, to be given out */
    uint32_t out_count;
    uint32_t out_next;
    uint64_t out_last; /* covered by them */
    /* Those of the last frame, still in `writing`, that may be given ahead of older ones. */
    uint32_t live_next;
    uint32_t live_count;
    uint64_t live_last; /* covered by them */
    uint64_t live_upto; /* everything of the last frames up to here was given ahead, 0: none was */
    bool live_follows;
    struct record_clock
        out_clock; /* of the start that they come from, as it was known when they were written */
    uint8_t plain[STORE_PLAIN_MAX];
    uint32_t plain_length;
    uint8_t unique[FORMAT_ID_SIZE];
};

/* Begin; store_medium or store_no_medium follows. */
void store_init(struct store *s, const struct store_settings *settings);

/* The medium is there: recover. `unique`: 16 random bytes, others at each start. False: its geometry cannot
 * hold a journal. */
bool store_medium(struct store *s, const struct media_geometry *geometry, uint32_t segment_size,
                  const uint8_t *unique);

/* There is none, or it is gone for good: readings pass through memory. */
void store_no_medium(struct store *s);

/* The next action, or false: none now. Call again after a report, a reading, or store_deadline. */
bool store_next(struct store *s, struct store_action *action, uint64_t now_ns);

void store_io_done(struct store *s, enum media_result result);

/* The sealed contents, `length` bytes (at most LOG_PAYLOAD_MAX); 0: not now, store_next asks again. */
void store_sealed(struct store *s, const uint8_t *data, uint32_t length);

/* What was opened; 0: it is not authentic. */
void store_opened(struct store *s, const uint8_t *data, uint32_t length);

/* Can a reading be taken now? If not, it must stay where it is. */
bool store_wants_reading(const struct store *s);

/* Take one; only after store_wants_reading. A private copy of what an untrusted peer sent. */
void store_take(struct store *s, const struct reading *reading, uint64_t now_ns);

/* The clock of a start of the gateway: as it is remembered, or unset. */
struct record_clock store_clock_at(const struct store *s, uint64_t boot);

/* The number that the next reading should have: sensors continue here after a restart. */
uint64_t store_next_number(const struct store *s);

/* The next durable reading to be delivered, and the start of the gateway that it comes from, with its clock
 * as known by now. False: none now (it may have to be read first). */
bool store_give(struct store *s, struct reading *reading, struct record_clock *clock);

/* Has all been given out that was accepted? */
bool store_all_given(const struct store *s);

/* The next reading that became durable while older ones were still to be given out: ahead of its turn, in
 * which it comes again. Only until another frame is written. *follows: no reading is between it and the one
 * given so before. False: none. */
bool store_give_live(struct store *s, struct reading *reading, struct record_clock *clock, bool *follows);

/* The number under which a reading is given out, and the last one that is kept of those given out up to a
 * number. They differ from the numbers on the medium after a jump. The ledger is in numbers given out.
 */
uint64_t store_published(const struct store *s, uint64_t number);
uint64_t store_kept(const struct store *s, uint64_t published);

/*
 * The broker knows of number `known` of this journal; 0: of none. If that is one since the two last agreed,
 * an older content of the medium was put back: numbering goes on well above it, what was taken since then and
 * is not delivered gets new numbers, and what is skipped is in the ledger. That happens once in the life of a
 * store; a number that is absurd is ignored. Otherwise the two agree. Whoever got readings asks for them anew
 * (store_rewind).
 */
void store_known(struct store *s, uint64_t known, uint64_t now_ns);

/* Is what store_known said not durable yet? Until then nothing is given out, and nobody should be told of it.
 * A full medium may not take it: then it is true without being durable. */
bool store_settling(const struct store *s);

/* The first number since journal and broker agreed last, as it is on the medium; 0: they have in this start.
 */
uint64_t store_unsure(const struct store *s);

/* Readings up to this number are delivered. Beyond what was given out: ignored. */
void store_delivered(struct store *s, uint64_t upto, uint64_t now_ns);

/* Readings first..last (of those given out) are refused for good, for a reason (of MQTT 5): they count as
 * lost, and as delivered up to the last, and become dead letters. Their contents may have to be read first:
 * until then nothing else may be said of readings. */
void store_refused(struct store *s, uint64_t first, uint64_t last, uint8_t reason, uint64_t now_ns);
static inline bool store_refusing(const struct store *s)
{
    return s->refusal.last != 0;
}

/* The operator has seen the dead letters: there are none any more. */
void store_clear_letters(struct store *s, uint64_t now_ns);

/* What the uplink wants to find again after a start, RECORD_SESSION_MAX bytes at most (more: ignored). */
void store_session(struct store *s, const uint8_t *bytes, uint32_t length, uint64_t now_ns);

/* Whoever delivers has lost its memory: give out again from the first reading that is not released. */
void store_rewind(struct store *s);

/* Wall time of this start: wall_ns = mono_ns + offset_ns, with enum clock_quality. Kept with the readings. */
void store_clock(struct store *s, int64_t offset_ns, uint8_t quality, uint64_t now_ns);

/* Are readings durable when they are given out? */
static inline bool store_durable(const struct store *s)
{
    return s->condition == STORE_READY;
}

/* Does a full medium make the sensors wait? With STORE_DROP_NEWEST, too, where it cannot note what is left
 * out. */
bool store_holds(const struct store *s);

/* Fill of the medium in per cent. */
uint64_t store_fill(const struct store *s);

/* When store_next may have something to do although nothing happens; UINT64_MAX: never. */
uint64_t store_deadline(const struct store *s);

#endif
