/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What timer and client agree on.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/* Label of the only request. One word: nanoseconds from now, at most TIMEOUT_MAX. A signal follows. */
#define REQUEST_TIMEOUT 1
#define TIMEOUT_MAX     3600000000000u

enum answer { ANSWER_OK, ANSWER_REFUSED };

#endif
