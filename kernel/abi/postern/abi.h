/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's binary interface: system calls, capabilities, invocations, errors, faults.
 * Numbers and formats follow seL4's MCS configuration for RISC-V where seL4 has the notion, so that Microkit
 * programs compile unchanged (docs/kernel.md is the manual).
 *
 * Registers of a system call (all others are preserved):
 *   in   a0 capability pointer   a1 message info   a2..a5 message words 0..3   a6 reply capability
 *        a7 system call number   t0 destination of the send half of NBSendRecv and NBSendWait
 *   out  a0 badge                a1 message info   a2..a5 message words 0..3
 * Words 4..119 travel in the message buffers: word i is at byte 8 * (i + 1), as in seL4_IPCBuffer. A
 * capability pointer is the index of a slot in the caller's CNode; an empty slot and one that does not exist
 * are the same. Call with a capability that does not do is answered with PN_ERR_INVALID_CAPABILITY; Send and
 * the receiving calls raise a capability fault; NBSend drops the message. A signal is received as badge, with
 * message info 0.
 */
#ifndef POSTERN_ABI_H
#define POSTERN_ABI_H

#include <postern/limits.h>

/* System calls (a7). Signal is Send on a notification. */
enum pn_syscall {
    PN_SYS_CALL = -1,        /* send to a0 and wait for the reply; also invokes every other kind of object */
    PN_SYS_REPLY_RECV = -2,  /* reply through a6, then receive from a0 with reply object a6 */
    PN_SYS_NBSEND_RECV = -3, /* non-blocking send to t0, then receive from a0 with reply object a6 */
    PN_SYS_NBSEND_WAIT = -4, /* non-blocking send to t0, then wait on a0 */
    PN_SYS_SEND = -5,
    PN_SYS_NBSEND = -6,
    PN_SYS_RECV = -7, /* receive from endpoint a0 with reply object a6 */
    PN_SYS_NBRECV = -8,
    PN_SYS_WAIT = -9,    /* wait on notification or endpoint a0 without a reply object */
    PN_SYS_NBWAIT = -10, /* poll */
    PN_SYS_YIELD = -11,
    PN_SYS_DEBUG_PUTCHAR = -12, /* debug kernel only; release: unknown system call */
    PN_SYS_DEBUG_HALT = -14,    /* debug kernel only: stop the machine, a0 = exit code */
    PN_SYS_DEBUG_NAME = -17 /* debug kernel only: name TCB a0; name in the message buffer, NUL-terminated */
};

/* Message info word (a1), high to low: label 52, capsUnwrapped 3 (always 0), extraCaps 2 (always 0),
 * length 7. */
#define PN_MSGINFO_LENGTH_MASK 0x7f
#define PN_MSGINFO_LABEL_SHIFT 12

/* Kinds of capability. */
enum pn_cap_type {
    PN_CAP_NULL = 0,
    PN_CAP_UNTYPED = 1,
    PN_CAP_CNODE = 2,
    PN_CAP_TCB = 3,
    PN_CAP_ENDPOINT = 4,
    PN_CAP_NOTIFICATION = 5,
    PN_CAP_REPLY = 6,
    PN_CAP_SCHED_CONTEXT = 7,
    PN_CAP_FRAME = 8,
    PN_CAP_PAGE_TABLE = 9,
    PN_CAP_VSPACE = 10,
    PN_CAP_IRQ = 11,
    PN_CAP_SYSTEM = 12 /* seal, scheduling parameters, interrupt handlers */
};

/* Rights. A derived capability has a subset of its parent's. */
/* endpoint, notification: receive, wait. frame: readable. TCB: read registers */
#define PN_READ       1
/* endpoint, notification: send, signal. frame: writable. TCB: suspend, resume, write, reset */
#define PN_WRITE      2
/* frame: executable (never together with PN_WRITE in one mapping) */
#define PN_EXEC       4
/* endpoint: Call, that is, give the receiver the right to reply */
#define PN_CALL       8
#define PN_ALL_RIGHTS 15

/*
 * Invocations: Call on a capability; label = method, arguments in message words ("w0"...). The answer's label
 * is an enum pn_error; a failed invocation has changed nothing. Methods marked C exist only before seal;
 * afterwards they return PN_ERR_SEALED, whatever their arguments.
 */
enum pn_method {
    /* C untyped: create objects. w0 enum pn_cap_type, w1 size (see below), w2 CNode capability, w3 first slot
     * there, w4 count, w5 physical address or 0. Size: FRAME 12 or 21 (log2 bytes); CNODE number of slots (<=
     * PN_MAX_CPTR); UNTYPED bytes (multiple of the page size); 0 otherwise. Frames and untypeds are cut at
     * the watermark, aligned to their size (untyped: to a page), or, if w5 is not 0, exactly at w5 (>=
     * watermark, inside the untyped; what lies between is lost); count > 1 continues upwards. Everything else
     * comes from the kernel's pools. Memory is not cleared: the kernel never maps it. All destination slots
     * must be empty. Errors: InvalidArgument (type, size, count), InvalidCapability (w2), RangeError (slots),
     * DeleteFirst (slot in use), AlignmentError (w5), NotEnoughMemory (untyped or pool exhausted). */
    PN_UNTYPED_RETYPE = 1,
    /* C CNode (destination): w0 destination slot (must be empty), w1 source slot in the caller's CNode, w2
     * rights mask, w3 badge. New rights = source rights & w2. A badge other than 0 needs an unbadged endpoint
     * or notification. */
    PN_CNODE_DERIVE = 2,
    PN_CNODE_DELETE = 3, /* C CNode: w0 slot: empty it. The object stays. */
    /* C TCB, inactive: w0 CNode, w1 vspace, w2 address of the message buffer (0: none; else maps this TCB's
     * own buffer page there, read-write), w3 fault endpoint capability (0: none; needs PN_WRITE and PN_CALL;
     * the badge is kept), w4 PN_TCB_* flags, w5 timeout fault endpoint capability (0: none). */
    PN_TCB_CONFIGURE = 10,
    /* C TCB, inactive: w0 priority 0..255, w1 scheduling context (0: none, a passive server), which must have
     * its parameters (PN_SYSTEM_SCHED) and belong to no other thread, w2 domain 0..15 (0 if absent). */
    PN_TCB_SET_SCHED = 11,
    PN_TCB_BIND_NOTIFICATION = 12, /* C TCB: w0 notification; one each way */
    /* C TCB, inactive: w0 pc, w1 sp, w2 a0: registers at first start and at every reset. */
    PN_TCB_SET_START = 13,
    /* TCB (write): w0 bit 0 resume, w1 count, w2.. registers in seL4_UserContext order. A thread blocked in a
     * system call leaves it and is suspended; one that waits for its fault handler's answer goes on waiting.
     */
    PN_TCB_WRITE_REGISTERS = 14,
    PN_TCB_READ_REGISTERS = 15, /* TCB (read): w0 bit 0 suspend, w1 count; answer w0.. registers */
    PN_TCB_SUSPEND = 16,        /* TCB (write) */
    PN_TCB_RESUME = 17,         /* TCB (write) */
    /* TCB (write): back to its start registers, suspended, epoch + 1; everyone who waits for its reply or in
     * a Call to it gets label PN_ERR_PEER_RESTARTED (w0: its epoch), a fault that it had received is sent
     * again; signals that it has not taken stay. Answer w0 new epoch. */
    PN_TCB_RESET = 18,
    PN_TCB_EPOCH = 19, /* TCB (read): answer w0 epoch */
    /* C vspace-building. w0 vspace, w1 address. Page table: becomes the next missing level at that address.
     */
    PN_PAGE_TABLE_MAP = 20,
    /* C frame: w0 vspace, w1 address, w2 rights: subset of the cap's; READ needed; not W and X */
    PN_FRAME_MAP = 21,
    PN_FRAME_UNMAP = 22,          /* C frame: w0 vspace, w1 address */
    PN_FRAME_ADDRESS = 23,        /* frame: answer w0 physical address */
    PN_IRQ_SET_NOTIFICATION = 30, /* C irq: w0 notification capability (PN_WRITE; its badge is signalled) */
    PN_IRQ_ACK = 31,              /* irq: unmask after handling */
    /* C system: w0 PLIC source, w1 trigger 0 level 1 edge, w2 CNode, w3 slot: make irq cap */
    PN_SYSTEM_IRQ = 40,
    /* C system: w0 scheduling context, w1 budget us, w2 period us, w3 extra refills, w4 badge */
    PN_SYSTEM_SCHED = 41,
    /* C system: end of construction. w0 bit 0 PN_SEAL_EXIT: also empty the caller's CNode and stop the caller
     * for good (no answer then). */
    PN_SYSTEM_SEAL = 42,
    /* C system: one entry of the domain schedule. w0 entry 0..99, w1 domain 0..15, w2 its time in ticks, less
     * than 2^56 (0: end marker), w3 PN_SCHEDULE_*. */
    PN_SYSTEM_DOMAIN = 43
};
#define PN_SEAL_EXIT 1

/* PN_SYSTEM_DOMAIN: the schedule begins with this entry, which is then the last one that can be set. */
#define PN_SCHEDULE_SET     0 /* no: more entries follow */
#define PN_SCHEDULE_AT_SEAL 1
#define PN_SCHEDULE_NOW     2

/* TCB flags. */
#define PN_TCB_FPU      1 /* may use the FPU; otherwise the first use is a user exception */
#define PN_TCB_COUNTERS 2 /* may read cycle and instret (time is always readable) */
#define PN_TCB_PASSIVE  4 /* at its first receive the scheduling context moves to the bound notification */
#define PN_TCB_VITAL    8 /* a fault that no endpoint receives resets the machine */

/* Errors: seL4_Error values, then ours. */
enum pn_error {
    PN_OK = 0,
    PN_ERR_INVALID_ARGUMENT = 1,
    PN_ERR_INVALID_CAPABILITY = 2,
    PN_ERR_ILLEGAL_OPERATION = 3,
    PN_ERR_RANGE = 4, /* answer w0 lowest, w1 highest legal value */
    PN_ERR_ALIGNMENT = 5,
    PN_ERR_FAILED_LOOKUP = 6,
    PN_ERR_TRUNCATED_MESSAGE = 7,
    PN_ERR_DELETE_FIRST = 8,
    PN_ERR_REVOKE_FIRST = 9,
    PN_ERR_NOT_ENOUGH_MEMORY = 10,
    PN_ERR_SEALED = 11,
    /* Answer of a Call whose server was reset, or received anew with the same reply object without answering;
     * w0: epoch of the server. */
    PN_ERR_PEER_RESTARTED = 12
};

/* Fault messages (labels and words as seL4 MCS on RISC-V). A reply with label 0 resumes the thread. */
enum pn_fault {
    PN_FAULT_NULL = 0,
    PN_FAULT_CAP = 1, /* w0 pc, w1 capability pointer, w2 in receive phase, w3 lookup failure type */
    PN_FAULT_UNKNOWN_SYSCALL = 2, /* w0 pc, w1 sp, w2 ra, w3..w9 a0..a6, w10 system call number */
    PN_FAULT_USER_EXCEPTION = 3,  /* w0 pc, w1 sp, w2 scause, w3 stval */
    PN_FAULT_TIMEOUT = 5,         /* w0 badge of the scheduling context, w1 consumed us */
    PN_FAULT_VM = 6               /* w0 pc, w1 address, w2 instruction fetch, w3 scause */
};

/* Slots of the root task's CNode at start; the bootinfo lists the untypeds from PN_ROOT_FIRST_UNTYPED on. */
enum pn_root_slot {
    PN_ROOT_TCB = 1,
    PN_ROOT_CNODE = 2,
    PN_ROOT_VSPACE = 3,
    PN_ROOT_SYSTEM = 4,
    PN_ROOT_FIRST_UNTYPED = 5
};
#define PN_ROOT_SLOTS PN_MAX_CPTR

#endif
