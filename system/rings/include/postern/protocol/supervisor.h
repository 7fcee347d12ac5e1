/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the supervisor (protected procedure calls; the answer's label is enum supervisor_status). Only the
 * console has the channel: what arrives there is the operator's wish. Children are numbered as in the table
 * of states; a call may name several, each in a word, and each once.
 */
#ifndef POSTERN_PROTOCOL_SUPERVISOR_H
#define POSTERN_PROTOCOL_SUPERVISOR_H

enum supervisor_call {
    SUPERVISOR_RESTART = 1, /* children: start them anew, whatever their state */
    SUPERVISOR_CRASH = 2,   /* children: make them fault; debug builds only */
    SUPERVISOR_STALL = 3,   /* children: let them run in circles; debug builds only */
    /* The supervisor itself faults, or hangs; no answer, or SUPERVISOR_BAD_CALL. Debug builds only. */
    SUPERVISOR_CRASH_SELF = 4,
    SUPERVISOR_STALL_SELF = 5,
    SUPERVISOR_BOOT = 6 /* reset the machine; boots so far are forgiven. No answer */
};

enum supervisor_status {
    SUPERVISOR_OK,
    SUPERVISOR_BAD_CALL, /* unknown call, no such child, or not in this build */
};

#endif
