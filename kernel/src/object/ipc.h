/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: synchronous messages and faults. Queues are ordered by priority, first come first within one. */
#ifndef KERNEL_OBJECT_IPC_H
#define KERNEL_OBJECT_IPC_H

#include <postern/abi.h>
#include "object/tcb.h"
#include "sched.h"

struct binding;

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SENDERS, ENDPOINT_RECEIVERS };

struct endpoint {
    struct queue queue;
    u16 server; /* the thread that received here last: its reset answers the callers in the queue */
    u16 state;  /* enum endpoint_state */
} __attribute__((aligned(8)));

/* How a thread sends. */
enum send_mode {
    SEND_ONCE,     /* wait for the receiver, not for an answer */
    SEND_NOW,      /* drop the message if nobody receives */
    SEND_CALL,     /* wait for the answer; lend the scheduling context to a passive receiver */
    SEND_CALL_KEEP /* the same without lending (timeout faults) */
};

/* Send the message in t's registers and buffer, or its fault if it has one. */
void endpoint_send(struct tcb *t, u16 e, u64 badge, enum send_mode mode);

/* Receive ('b' is the thread's binding), with reply object 'reply' on offer (NIL: callers are refused).
 * Pending signals come first. */
void endpoint_receive(struct tcb *t, const struct binding *b, u16 e, u16 reply, bool blocking);

/* Take a blocked thread out of the queue. */
void endpoint_remove(struct tcb *t);

/* Answer every caller in the queue with PN_ERR_PEER_RESTARTED: their server was reset. */
void endpoint_refuse_callers(u16 e, u64 epoch);

/* A message info word without the length and the bits that are always delivered as 0. */
/*@ logic integer label_of(integer info) = (u64)((info >> PN_MSGINFO_LABEL_SHIFT) << PN_MSGINFO_LABEL_SHIFT);
    logic integer words_of(integer info) = info & PN_MSGINFO_LENGTH_MASK;
 */
/*@ assigns \nothing; ensures label: \result == label_of(info); */
static inline u64 message_label(u64 info)
{
    return info >> PN_MSGINFO_LABEL_SHIFT << PN_MSGINFO_LABEL_SHIFT;
}

/* Move the message of 'from' to 'to'; at most PN_MAX_MSG words. */
/*@ predicate is_other{L}(struct tcb *from, struct tcb *to) =
      \valid_read(from) && \valid(to) && \separated(from, to) &&
      \separated(from, &ks_buffer[0 .. PN_MAX_TCBS - 1]) && \separated(to, &ks_buffer[0 .. PN_MAX_TCBS - 1]);
 */
/*@ requires assumed_threads: is_other(from, to);
    assigns to->reg[REG_A0 .. REG_A2 + PN_MSG_REGS - 1];
    assigns ks_buffer[to->self - 1].word[PN_MSG_REGS + 1 .. PN_MAX_MSG];
    ensures badge: to->reg[REG_A0] == badge;
    ensures short: words_of(from->reg[REG_A1]) <= PN_MAX_MSG ==>
      to->reg[REG_A1] == (u64)(label_of(from->reg[REG_A1]) + words_of(from->reg[REG_A1]));
    ensures long: words_of(from->reg[REG_A1]) > PN_MAX_MSG ==>
      to->reg[REG_A1] == (u64)(label_of(from->reg[REG_A1]) + PN_MAX_MSG);
    ensures words: \forall integer i; 0 <= i < PN_MSG_REGS && i < words_of(from->reg[REG_A1]) ==>
      to->reg[REG_A2 + i] == from->reg[REG_A2 + i];
    ensures kept: \forall integer i; words_of(from->reg[REG_A1]) <= i < PN_MSG_REGS ==>
      to->reg[REG_A2 + i] == \old(to->reg[REG_A2 + i]); */
void message_transfer(const struct tcb *from, struct tcb *to, u64 badge);

#endif
