/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's invocations that exist after construction: registers, suspend, resume, interrupt acknowledge.
 * Each returns the kernel's error; 0 is success.
 */
#ifndef SEL4_INVOCATION_H
#define SEL4_INVOCATION_H

#include <sel4/syscalls.h>

/* Labels of the methods below, for those who send them by hand (seL4_NBSendRecv with an acknowledgement). */
enum invocation_label {
    InvalidInvocation = 0,
    TCBReadRegisters = PN_TCB_READ_REGISTERS,
    TCBWriteRegisters = PN_TCB_WRITE_REGISTERS,
    TCBSuspend = PN_TCB_SUSPEND,
    TCBResume = PN_TCB_RESUME,
    IRQAckIRQ = PN_IRQ_ACK
};

#ifdef __cplusplus
extern "C" {
#endif

#define SEL4_CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))

static inline seL4_Error sel4_invoke(seL4_CPtr cap, seL4_Word method, seL4_Word words)
{
    return (seL4_Error)seL4_MessageInfo_get_label(seL4_Call(cap, seL4_MessageInfo_new(method, 0, 0, words)));
}

static inline seL4_Error seL4_TCB_Suspend(seL4_CPtr tcb)
{
    return sel4_invoke(tcb, PN_TCB_SUSPEND, 0);
}

static inline seL4_Error seL4_TCB_Resume(seL4_CPtr tcb)
{
    return sel4_invoke(tcb, PN_TCB_RESUME, 0);
}

/* Write the first `count` registers of *regs (order of seL4_UserContext); then resume if asked. */
static inline seL4_Error seL4_TCB_WriteRegisters(seL4_CPtr tcb, seL4_Bool resume, seL4_Uint8 arch_flags,
                                                 seL4_Word count, seL4_UserContext *regs)
{
    const seL4_Word *from = (const seL4_Word *)(const void *)regs;
    seL4_Word i;

    (void)arch_flags;
    if (count > SEL4_CONTEXT_WORDS) {
        return seL4_RangeError;
    }
    seL4_SetMR(0, resume ? 1 : 0);
    seL4_SetMR(1, count);
    for (i = 0; i < count; i++) {
        seL4_SetMR((int)i + 2, from[i]);
    }
    return sel4_invoke(tcb, PN_TCB_WRITE_REGISTERS, count + 2);
}

/* Read the first `count` registers into *regs; suspends the thread first if asked. */
static inline seL4_Error seL4_TCB_ReadRegisters(seL4_CPtr tcb, seL4_Bool suspend, seL4_Uint8 arch_flags,
                                                seL4_Word count, seL4_UserContext *regs)
{
    seL4_Word *to = (seL4_Word *)(void *)regs;
    seL4_Error error;
    seL4_Word i;

    (void)arch_flags;
    if (count > SEL4_CONTEXT_WORDS) {
        return seL4_RangeError;
    }
    seL4_SetMR(0, suspend ? 1 : 0);
    seL4_SetMR(1, count);
    error = sel4_invoke(tcb, PN_TCB_READ_REGISTERS, 2);
    for (i = 0; error == seL4_NoError && i < count; i++) {
        to[i] = seL4_GetMR((int)i);
    }
    return error;
}

static inline seL4_Error seL4_IRQHandler_Ack(seL4_CPtr irq)
{
    return sel4_invoke(irq, PN_IRQ_ACK, 0);
}

#ifdef __cplusplus
}
#endif

#endif
