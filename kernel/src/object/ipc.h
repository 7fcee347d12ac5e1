/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: synchronous messages and faults. Queues are ordered by priority, first come first within one. */
#ifndef KERNEL_OBJECT_IPC_H
#define KERNEL_OBJECT_IPC_H

#include <postern/abi.h>
#include "types.h"

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SENDERS, ENDPOINT_RECEIVERS };

struct endpoint {
    u16 head;
    u16 tail;
    u16 server; /* the thread that received here last: its reset answers the callers in the queue */
    u16 state;  /* enum endpoint_state */
};

/* How a thread sends. */
enum send_mode {
    SEND_ONCE,     /* wait for the receiver, not for an answer */
    SEND_NOW,      /* drop the message if nobody receives */
    SEND_CALL,     /* wait for the answer; lend the scheduling context to a passive receiver */
    SEND_CALL_KEEP /* the same without lending (timeout faults) */
};

/* Send the message in t's registers and buffer, or its fault if it has one. */
void endpoint_send(u16 t, u16 e, u64 badge, enum send_mode mode);

/* Receive, with reply object 'reply' on offer (NIL: callers are refused). Pending signals come first. */
void endpoint_receive(u16 t, u16 e, u16 reply, bool blocking);

/* Take a blocked thread out of the queue. */
void endpoint_remove(u16 t);

/* Answer every caller in the queue with PN_ERR_PEER_RESTARTED: their server was reset. */
void endpoint_refuse_callers(u16 e, u64 epoch);

/* Move the message of 'from' to 'to'; at most PN_MAX_MSG words. */
void message_transfer(u16 from, u16 to, u64 badge);

#endif
