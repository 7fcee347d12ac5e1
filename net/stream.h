/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream service: the provider's side of <postern/protocol/stream.h> on the rings to and from crypto,
 * over TCP.
 *
 * Flow control is end to end: the TCP window opens only as bytes reach the user's ring, and DATA that TCP
 * cannot take stays in the user's ring.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/ring.h>

#define STREAM_COUNT 1u /* streams at the same time */

#define STREAM_STALL_MS     30000u /* nothing acknowledged for so long: the peer is gone */
#define STREAM_LINK_LOST_MS 5000u  /* a cable may be out for so long */

struct stream_counters {
    uint64_t opened;
    uint64_t failed; /* OPEN answered with CLOSED */
    uint64_t closed; /* open streams that ended, for whatever reason */
    uint64_t bytes_out;
    uint64_t bytes_in;
    uint64_t bad_messages; /* malformed, or of an unknown kind */
    uint64_t stale;        /* for a stream that is gone */
};

/* Forgets everything. The rings stay borrowed: `from_user` (OPEN, DATA, CLOSE) and `to_user`. */
void stream_start(struct ring *from_user, struct ring *to_user);

/* From now on every OPEN is answered with CLOSED, reason CONFIG and this text (borrowed for ever). */
void stream_refuse_all(const char *text);

/* Takes at most one batch of messages and moves what can be moved. `retry`: output that was refused may go
 * now. */
void stream_poll(bool retry);

/* Before sleeping: true if there is something to do that no notification will announce. */
bool stream_has_more(void);

const struct stream_counters *stream_counters(void);

/* Streams that are open now. */
uint32_t stream_open_count(void);

#endif
