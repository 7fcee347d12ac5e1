/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's view of itself, in a page that others read: sensors (where to count from), uplink (health
 * message, ledger), console. The reader copies it and distrusts the copy: `version` is odd while the journal
 * writes; a copy counts if it was the same even number before and after, and otherwise is tried again later.
 */
#ifndef POSTERN_PROTOCOL_JOURNAL_STATE_H
#define POSTERN_PROTOCOL_JOURNAL_STATE_H

#include <stdint.h>

#define JOURNAL_LOSS_CAUSES 8
#define JOURNAL_LOSS_RANGES 16
#define JOURNAL_LETTERS     64

enum journal_condition {
    JOURNAL_STARTING, /* sensors wait: the next number is not known yet */
    JOURNAL_READY,
    JOURNAL_NO_MEDIUM, /* readings pass through memory and are not durable */
    JOURNAL_FOREIGN    /* a journal of another device or layout is left alone; likewise */
};

/* first..last with `missing` numbers lost for `cause` (enum loss_cause of the journal). */
struct journal_loss {
    uint64_t first;
    uint64_t last;
    uint64_t missing;
    uint64_t cause;
};

struct journal_state {
    uint32_t version;
    uint32_t condition;   /* enum journal_condition */
    uint64_t boot;        /* this start, counted from 1; 0: not known */
    uint64_t next_number; /* of the next reading; 0 while starting */
    uint64_t durable;     /* last number in the journal */
    uint64_t released;    /* last number that is delivered or lost */
    uint64_t noted;       /* likewise, and the medium knows it */
    uint64_t oldest_ns;   /* wall time of the oldest reading not released, 0: none or not known */
    uint64_t capacity;    /* bytes of the medium that hold readings */
    uint64_t used;
    uint64_t frames;        /* written since the start */
    uint64_t bytes_written; /* to the medium since the start */
    uint64_t medium_errors;
    uint64_t forged;      /* frames that were not authentic */
    uint64_t recovery_ns; /* how long the start took */
    uint64_t session;     /* stored_session_digest of the session that is durable, 0: none */
    uint64_t shift;       /* by how much numbers have jumped ever: whoever counts jumps along */
    uint64_t unsure;      /* first number since journal and broker agreed last; 0: they have in this start */
    uint64_t lost[JOURNAL_LOSS_CAUSES]; /* numbers ever lost, by cause */
    uint32_t hold;                      /* 1: full, and the policy makes the sensors wait */
    uint32_t ranges;                    /* of the ledger, at most JOURNAL_LOSS_RANGES */
    uint32_t letters;                   /* refused readings that are kept, at most JOURNAL_LETTERS */
    uint32_t fallen; /* refused readings ever that are not, for lack of room or of their contents */
    struct journal_loss range[JOURNAL_LOSS_RANGES];
};

/* A reading that the broker refused for good. */
struct journal_letter {
    uint64_t seq;     /* under which it was refused */
    uint64_t wall_ns; /* when it was taken, as far as was known when it was refused; 0: not known */
    int64_t value;    /* as in struct reading */
    int8_t exponent;
    uint8_t quantity;
    uint8_t sensor;
    uint8_t reason; /* MQTT 5 reason code (section 2.4) */
    uint32_t reserved;
};

/* The dead letters, oldest first; read like the state, with a version of their own. */
struct journal_letters {
    uint32_t version;
    uint32_t count;
    struct journal_letter letter[JOURNAL_LETTERS];
};

/* What the page holds. */
struct journal_page {
    struct journal_state state;
    struct journal_letters letters;
};

#endif
