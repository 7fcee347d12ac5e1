/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readings from the journal to the uplink (ring `stored`), and what became of them (ring `delivered`).
 *
 * The uplink sends DELIVERY_RESUME when it starts; the journal answers with STORED_START and then gives every
 * reading that is not released, in order, each once. Before STORED_START nothing that arrives counts. When
 * all that was accepted by then has been given, STORED_ALL says so, once. A reading is released by
 * DELIVERY_UPTO (the broker has it) or DELIVERY_REFUSED (it goes to the dead letters), in order: both release
 * everything up to `last`. The journal's page says which session is kept, by its digest.
 *
 * With struct delivery_more, RESUME asks for readings ahead of their turn: STORED_LIVE is a copy of a reading
 * that has just become durable while older ones were still to be given; it comes again in its turn. Then the
 * journal gives only as many readings in turn as the uplink has said that it has room for, so that copies are
 * never behind them.
 */
#ifndef POSTERN_PROTOCOL_STORED_H
#define POSTERN_PROTOCOL_STORED_H

#include <postern/protocol/reading.h>
#include <stdint.h>

#define STORED_SESSION_MAX 256

enum stored_kind {
    STORED_START = 1, /* struct stored_start, then the session bytes that DELIVERY_SESSION left, 0 or more */
    STORED_READING = 2, /* struct stored_reading */
    STORED_ALL = 3,     /* no payload: what is given in turn from here on was accepted later */
    STORED_LIVE = 4     /* struct stored_reading, ahead of its turn */
};

enum delivery_kind {
    DELIVERY_RESUME = 1,  /* no payload, or struct delivery_more: readings ahead of their turn, too */
    DELIVERY_UPTO = 2,    /* struct delivery_upto */
    DELIVERY_REFUSED = 3, /* struct delivery_refused */
    DELIVERY_KNOWN =
        5, /* struct delivery_known, also before STORED_START; RESUME follows if the journal is behind */
    DELIVERY_MORE = 6,   /* struct delivery_more */
    DELIVERY_SESSION = 4 /* 0..STORED_SESSION_MAX bytes: kept with the next frame, given back at a start */
};

/* Names a session in the journal's page: FNV-1a, never 0. */
static inline uint64_t stored_session_digest(const uint8_t *bytes, uint32_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < length; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash | 1;
}

struct stored_start {
    uint64_t boot;     /* this start of the gateway, counted from 1; 0: there is no medium to count on */
    uint64_t released; /* readings up to this number are delivered or in the ledger */
};

struct stored_reading {
    struct reading reading;
    uint64_t boot;       /* the start of the gateway that took it; its mono_ns counts from there */
    int64_t wall_offset; /* wall time = mono_ns + wall_offset, as known now, in nanoseconds */
    uint8_t quality;     /* enum clock_quality of wall_offset */
    uint8_t durable;     /* 1: it is in the journal; 0: there is no medium, it was in memory only */
    uint8_t corrected;   /* 1: it was taken before the clock was as good as `quality` says */
    uint8_t follows; /* ahead of its turn: 1: no reading is between this one and the one given so before */
    uint8_t reserved[4];
};

struct delivery_upto {
    uint64_t last;
};

/* The broker knows of numbers up to `last`; 0: of none. If the journal never used it, an older content of its
 * medium was put back: it goes on with higher numbers, and gives what was not delivered under these. */
struct delivery_known {
    uint64_t last;
};

/* The uplink has room for so many more readings in turn, for STORED_MORE_MAX altogether at most. */
#define STORED_MORE_MAX 8u
struct delivery_more {
    uint32_t count;
    uint32_t reserved;
};

struct delivery_refused {
    uint64_t first;
    uint64_t last;
    uint32_t reason; /* MQTT 5 reason code (section 2.4); 0x95 also if it is larger than the broker takes */
    uint32_t reserved;
};

#endif
