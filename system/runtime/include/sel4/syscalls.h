/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's system calls (MCS forms) for riscv64 as inline functions. Message words 0..3 go through registers
 * and are mirrored in the message buffer, so that seL4_GetMR and seL4_SetMR see one array. The forms with MRs
 * are in syscalls_mrs.h, those for debugging in debug.h.
 */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/functions.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One trap: all call forms differ only in which registers matter. `mr` holds message words 0..3. */
static inline seL4_MessageInfo_t sel4_trap(long number, seL4_CPtr cap, seL4_MessageInfo_t info,
                                           seL4_CPtr reply, seL4_CPtr dest, seL4_Word *badge, seL4_Word *mr)
{
    register seL4_Word a0 __asm__("a0") = cap;
    register seL4_Word a1 __asm__("a1") = info.words[0];
    register seL4_Word a2 __asm__("a2") = mr[0];
    register seL4_Word a3 __asm__("a3") = mr[1];
    register seL4_Word a4 __asm__("a4") = mr[2];
    register seL4_Word a5 __asm__("a5") = mr[3];
    register seL4_Word a6 __asm__("a6") = reply;
    register long a7 __asm__("a7") = number;
    register seL4_Word t0 __asm__("t0") = dest;
    seL4_MessageInfo_t out;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7), "r"(t0)
                     : "memory");
    mr[0] = a2;
    mr[1] = a3;
    mr[2] = a4;
    mr[3] = a5;
    out.words[0] = a1;
    if (badge) {
        *badge = a0;
    }
    return out;
}

/* The trap with the words in the message buffer. */
static inline seL4_MessageInfo_t sel4_ipc(long number, seL4_CPtr cap, seL4_MessageInfo_t info,
                                          seL4_CPtr reply, seL4_CPtr dest, seL4_Word *badge)
{
    return sel4_trap(number, cap, info, reply, dest, badge, __sel4_ipc_buffer->msg);
}

static inline seL4_MessageInfo_t sel4_no_message(void)
{
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

static inline void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    (void)sel4_ipc(PN_SYS_SEND, dest, info, 0, 0, (seL4_Word *)0);
}

static inline void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    (void)sel4_ipc(PN_SYS_NBSEND, dest, info, 0, 0, (seL4_Word *)0);
}

/* A signal is a send without a message on a notification. */
static inline void seL4_Signal(seL4_CPtr dest)
{
    register seL4_Word a0 __asm__("a0") = dest;
    register seL4_Word a1 __asm__("a1") = 0;
    register long a7 __asm__("a7") = PN_SYS_SEND;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7) : "a2", "a3", "a4", "a5", "memory");
}

static inline seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    return sel4_ipc(PN_SYS_CALL, dest, info, 0, 0, (seL4_Word *)0);
}

static inline seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    return sel4_ipc(PN_SYS_RECV, src, sel4_no_message(), reply, 0, badge);
}

static inline seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    return sel4_ipc(PN_SYS_NBRECV, src, sel4_no_message(), reply, 0, badge);
}

static inline seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge,
                                                seL4_CPtr reply)
{
    return sel4_ipc(PN_SYS_REPLY_RECV, src, info, reply, 0, badge);
}

static inline seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src,
                                                 seL4_Word *badge, seL4_CPtr reply)
{
    return sel4_ipc(PN_SYS_NBSEND_RECV, src, info, reply, dest, badge);
}

static inline seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src,
                                                 seL4_Word *badge)
{
    return sel4_ipc(PN_SYS_NBSEND_WAIT, src, info, 0, dest, badge);
}

static inline seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *badge)
{
    return sel4_ipc(PN_SYS_WAIT, src, sel4_no_message(), 0, 0, badge);
}

static inline seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *badge)
{
    return sel4_ipc(PN_SYS_NBWAIT, src, sel4_no_message(), 0, 0, badge);
}

/* Another name of seL4_NBWait. */
static inline seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *badge)
{
    return seL4_NBWait(src, badge);
}

static inline void seL4_Yield(void)
{
    (void)sel4_ipc(PN_SYS_YIELD, 0, sel4_no_message(), 0, 0, (seL4_Word *)0);
}

#ifdef __cplusplus
}
#endif

#endif
