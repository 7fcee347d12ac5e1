/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's types for riscv64: names of capabilities, the message info word, the message buffer, registers.
 */
#ifndef SEL4_TYPES_H
#define SEL4_TYPES_H

#include <sel4/config.h>
#include <sel4/macros.h>
#include <sel4/simple_types.h>
#include <sel4/constants.h>
#include <sel4/errors.h>

typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_Untyped;
typedef seL4_CPtr seL4_DomainSet;
typedef seL4_CPtr seL4_SchedContext;
typedef seL4_CPtr seL4_SchedControl;
typedef seL4_CPtr seL4_RISCV_Page;
typedef seL4_CPtr seL4_RISCV_PageTable;
typedef seL4_Uint64 seL4_Time;

typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

/* label 52 bits, capsUnwrapped 3, extraCaps 2, length 7; wider values are cut. */
static inline seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label, seL4_Word caps_unwrapped,
                                                      seL4_Word extra_caps, seL4_Word length)
{
    seL4_MessageInfo_t info;

    info.words[0] = (label << PN_MSGINFO_LABEL_SHIFT) | ((caps_unwrapped & 7) << 9) |
                    ((extra_caps & 3) << 7) | (length & PN_MSGINFO_LENGTH_MASK);
    return info;
}

/* Four ways to reach each field of the word: get and set, by value and by pointer. */
#define SEL4_MESSAGE_FIELD(field, shift, mask)                                                              \
    static inline seL4_Word seL4_MessageInfo_get_##field(seL4_MessageInfo_t info)                           \
    {                                                                                                       \
        return (info.words[0] >> (shift)) & (mask);                                                         \
    }                                                                                                       \
    static inline seL4_MessageInfo_t seL4_MessageInfo_set_##field(seL4_MessageInfo_t info, seL4_Word value) \
    {                                                                                                       \
        info.words[0] = (info.words[0] & ~((seL4_Word)(mask) << (shift))) | ((value & (mask)) << (shift));  \
        return info;                                                                                        \
    }                                                                                                       \
    static inline seL4_Word seL4_MessageInfo_ptr_get_##field(const seL4_MessageInfo_t *info)                \
    {                                                                                                       \
        return seL4_MessageInfo_get_##field(*info);                                                         \
    }                                                                                                       \
    static inline void seL4_MessageInfo_ptr_set_##field(seL4_MessageInfo_t *info, seL4_Word value)          \
    {                                                                                                       \
        *info = seL4_MessageInfo_set_##field(*info, value);                                                 \
    }

SEL4_MESSAGE_FIELD(label, PN_MSGINFO_LABEL_SHIFT, 0xfffffffffffffUL)
SEL4_MESSAGE_FIELD(capsUnwrapped, 9, 7UL)
SEL4_MESSAGE_FIELD(extraCaps, 7, 3UL)
SEL4_MESSAGE_FIELD(length, 0, PN_MSGINFO_LENGTH_MASK)

/* The page at PN_MSGBUF_VADDR, shared with the kernel. */
typedef struct seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[PN_MAX_MSG];
    seL4_Word userData;
    seL4_Word caps_or_badges[3];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer __attribute__((__aligned__(1024)));

/* Registers in the order of the TCB register invocations. */
typedef struct seL4_UserContext_ {
    seL4_Word pc, ra, sp, gp;
    seL4_Word s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    seL4_Word a0, a1, a2, a3, a4, a5, a6, a7;
    seL4_Word t0, t1, t2, t3, t4, t5, t6, tp;
} seL4_UserContext;

#endif
