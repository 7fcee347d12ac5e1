/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: what changes while they run (struct tcb) and what is fixed at seal (struct binding). */
#ifndef KERNEL_OBJECT_TCB_H
#define KERNEL_OBJECT_TCB_H

#include <postern/abi.h>
#include "types.h"

/* Indices of struct tcb.reg: 0 is the program counter, n is register xn. */
#define REG_PC 0u
#define REG_RA 1u
#define REG_SP 2u
#define REG_T0 5u
#define REG_A0 10u
#define REG_A1 11u
#define REG_A2 12u
#define REG_A6 16u
#define REG_A7 17u

/* Size of the instruction of a system call. */
#define ECALL_BYTES 4u

enum thread_state {
    THREAD_INACTIVE, /* suspended, faulted without handler, or never started */
    THREAD_READY,    /* runs, or would if it had a scheduling context with budget */
    THREAD_RECEIVE,  /* in the queue of endpoint 'object' */
    THREAD_SEND,     /* in the queue of endpoint 'object' */
    THREAD_REPLY,    /* waits for an answer through reply object 'reply' */
    THREAD_WAIT      /* in the queue of notification 'object' */
};

/* Which queue 'next' and 'prev' belong to. */
enum thread_queue { QUEUE_NONE, QUEUE_READY, QUEUE_RELEASE, QUEUE_OBJECT };

struct tcb {
    u64 reg[32]; /* first: machine/trap.S saves here */
    u64 badge;   /* THREAD_SEND: badge of the endpoint capability */
    u64 fault_address;
    u64 fault_code;
    u32 epoch;
    u8 state; /* enum thread_state */
    u8 queue; /* enum thread_queue */
    u8 priority;
    u8 fault;    /* enum pn_fault: what it waits for an answer to, or sends */
    u8 calling;  /* THREAD_SEND: a Call or a fault */
    u8 donating; /* THREAD_SEND: lends its scheduling context to a passive receiver */
    u8 moving;   /* PN_TCB_PASSIVE: the scheduling context has yet to move to the notification */
    u8 domain;   /* it runs in this domain's time only; less than PN_MAX_DOMAINS */
    u16 self;    /* its own index */
    u16 sc;      /* scheduling context it runs on */
    u16 next;
    u16 prev;
    u16 object;
    u16 reply; /* THREAD_RECEIVE: reply object on offer; THREAD_REPLY: the one that will answer */
} __attribute__((aligned(512)));

/* Read-only after seal. */
struct binding {
    u64 satp;
    u32 slot_base; /* its CNode */
    u32 slot_count;
    u16 vspace;
    u16 notification;
    u16 sc; /* home of the thread's own scheduling context */
    u16 fault_endpoint;
    u16 timeout_endpoint;
    u8 flags; /* PN_TCB_FPU, PN_TCB_COUNTERS */
    u8 configured;
    u8 vital; /* PN_TCB_VITAL */
    u64 fault_badge;
    u64 timeout_badge;
    u64 start_pc;
    u64 start_sp;
    u64 start_a0;
} __attribute__((aligned(128)));

/* The page that the thread sees as its message buffer: word 0 unused, words 1..120 the message. */
struct message_buffer {
    u64 word[512];
} __attribute__((aligned(PN_PAGE_SIZE)));

extern struct tcb ks_tcb[PN_MAX_TCBS + 1];
extern struct message_buffer ks_buffer[PN_MAX_TCBS]; /* that of thread i is i - 1 */

/*@ predicate is_thread{L}(struct tcb *t) =
      \exists integer k; 1 <= k <= PN_MAX_TCBS && t == &ks_tcb[k] && ks_tcb[k].self == k; */

_Static_assert(sizeof(struct tcb) == 512, "indexing by shift");
_Static_assert(offsetof(struct tcb, reg) == 0, "machine/trap.S");
_Static_assert(sizeof(struct message_buffer) == PN_PAGE_SIZE, "one page");

/* Take the thread out of whatever it does: it is inactive afterwards. A system call that it was blocked in
 * will be repeated when it is resumed. */
void tcb_suspend(struct tcb *t);

/* Make a thread that is not ready ready, giving up what it waits for. */
void tcb_resume(struct tcb *t);

/* Back to the start registers, inactive, in the next epoch; callers and queued callers are answered. */
void tcb_reset(struct tcb *t);

/* Start registers into the context, everything else 0. */
void tcb_load_start(struct tcb *t);

/* Index into 'reg' of a register by its place in seL4's user context; 'position' < 32. */
u32 tcb_register(u64 position);

/* End a system call of thread 't' with this label and no words. */
void tcb_answer(struct tcb *t, u64 label);

/* End a Call of thread 't' whose server was reset: PN_ERR_PEER_RESTARTED and the server's epoch. */
void tcb_answer_restarted(struct tcb *t, u64 epoch);

#endif
