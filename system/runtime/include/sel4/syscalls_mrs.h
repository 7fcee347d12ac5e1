/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls whose message words 0..3 come from and go to variables instead of the message buffer. A
 * null pointer stands for a word that is sent as 0 and not wanted back.
 */
#ifndef SEL4_SYSCALLS_MRS_H
#define SEL4_SYSCALLS_MRS_H

#include <sel4/syscalls.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline seL4_MessageInfo_t sel4_ipc_mrs(long number, seL4_CPtr cap, seL4_MessageInfo_t info,
                                              seL4_CPtr reply, seL4_CPtr dest, seL4_Word *badge,
                                              seL4_Word *const word[PN_MSG_REGS])
{
    seL4_Word mr[PN_MSG_REGS];
    seL4_MessageInfo_t out;
    int i;

    for (i = 0; i < PN_MSG_REGS; i++) {
        mr[i] = word[i] ? *word[i] : 0;
    }
    out = sel4_trap(number, cap, info, reply, dest, badge, mr);
    for (i = 0; i < PN_MSG_REGS; i++) {
        if (word[i]) {
            *word[i] = mr[i];
        }
    }
    return out;
}

static inline void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1,
                                    seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Word mr[PN_MSG_REGS] = {mr0 ? *mr0 : 0, mr1 ? *mr1 : 0, mr2 ? *mr2 : 0, mr3 ? *mr3 : 0};

    (void)sel4_trap(PN_SYS_SEND, dest, info, 0, 0, (seL4_Word *)0, mr);
}

static inline void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1,
                                      seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Word mr[PN_MSG_REGS] = {mr0 ? *mr0 : 0, mr1 ? *mr1 : 0, mr2 ? *mr2 : 0, mr3 ? *mr3 : 0};

    (void)sel4_trap(PN_SYS_NBSEND, dest, info, 0, 0, (seL4_Word *)0, mr);
}

static inline seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_CALL, dest, info, 0, 0, (seL4_Word *)0, word);
}

static inline seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3,
                                                  seL4_CPtr reply)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_RECV, src, sel4_no_message(), reply, 0, badge, word);
}

static inline seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t info,
                                                       seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1,
                                                       seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_REPLY_RECV, src, info, reply, 0, badge, word);
}

static inline seL4_MessageInfo_t seL4_NBSendRecvWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info,
                                                        seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3,
                                                        seL4_CPtr reply)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_NBSEND_RECV, src, info, reply, dest, badge, word);
}

static inline seL4_MessageInfo_t seL4_NBSendWaitWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info,
                                                        seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_NBSEND_WAIT, src, info, 0, dest, badge, word);
}

static inline seL4_MessageInfo_t seL4_WaitWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                  seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Word *const word[PN_MSG_REGS] = {mr0, mr1, mr2, mr3};

    return sel4_ipc_mrs(PN_SYS_WAIT, src, sel4_no_message(), 0, 0, badge, word);
}

#ifdef __cplusplus
}
#endif

#endif
