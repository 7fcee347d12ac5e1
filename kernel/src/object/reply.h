/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply objects: the right to answer one caller. Those of calls that lent a scheduling context form its call
 * stack: 'older' towards the thread that lent it first, 'newer' towards the thread that runs on it.
 */
#ifndef KERNEL_OBJECT_REPLY_H
#define KERNEL_OBJECT_REPLY_H

#include "types.h"

struct tcb;

struct reply {
    u16 caller; /* thread that waits for the answer */
    u16 server; /* thread that received with this object last */
    u16 sc;     /* scheduling context whose stack it is on */
    u16 older;
    u16 newer;
    u16 spare[3];
} __attribute__((aligned(16)));

/* 'caller' called, or faulted to, 'server', which had offered reply object 'r' (NIL: none). */
void reply_begin(struct tcb *caller, struct tcb *server, u16 r, bool donate);

/* Answer the caller of 'r', if there is one, with the message of 'server'. */
void reply_send(u16 r, const struct tcb *server);

/* The server will not answer: a caller gets PN_ERR_PEER_RESTARTED, a faulted thread stays
 * stopped. */
void reply_abandon(u16 r, u64 epoch);

/* The caller leaves (it was suspended or reset): the scheduling context stays where it is. */
void reply_cancel(u16 r);

#endif
