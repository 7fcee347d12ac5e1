/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages as values: seL4_getFault reads one out of the message buffer, accessors name its fields.
 */
#ifndef SEL4_FAULTS_H
#define SEL4_FAULTS_H

#include <sel4/functions.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Word 0 is the kind, the message follows. */
typedef struct seL4_Fault {
    seL4_Uint64 words[1 + seL4_UnknownSyscall_Length];
} seL4_Fault_t;

typedef seL4_FaultType seL4_Fault_tag_t;

static inline seL4_Uint64 seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0];
}

static inline int seL4_Fault_seL4_FaultType_equals(seL4_Fault_t fault, seL4_Uint64 kind)
{
    return fault.words[0] == kind;
}

#define SEL4_FAULT_FIELD(kind, field, index)                                                          \
    static inline seL4_Uint64 seL4_Fault_##kind##_get_##field(seL4_Fault_t fault)                     \
    {                                                                                                 \
        return fault.words[1 + (index)];                                                              \
    }                                                                                                 \
    static inline seL4_Fault_t seL4_Fault_##kind##_set_##field(seL4_Fault_t fault, seL4_Uint64 value) \
    {                                                                                                 \
        fault.words[1 + (index)] = value;                                                             \
        return fault;                                                                                 \
    }                                                                                                 \
    static inline seL4_Uint64 seL4_Fault_##kind##_ptr_get_##field(const seL4_Fault_t *fault)          \
    {                                                                                                 \
        return fault->words[1 + (index)];                                                             \
    }                                                                                                 \
    static inline void seL4_Fault_##kind##_ptr_set_##field(seL4_Fault_t *fault, seL4_Uint64 value)    \
    {                                                                                                 \
        fault->words[1 + (index)] = value;                                                            \
    }

SEL4_FAULT_FIELD(VMFault, IP, seL4_VMFault_IP)
SEL4_FAULT_FIELD(VMFault, Addr, seL4_VMFault_Addr)
SEL4_FAULT_FIELD(VMFault, PrefetchFault, seL4_VMFault_PrefetchFault)
SEL4_FAULT_FIELD(VMFault, FSR, seL4_VMFault_FSR)
SEL4_FAULT_FIELD(CapFault, IP, seL4_CapFault_IP)
SEL4_FAULT_FIELD(CapFault, Addr, seL4_CapFault_Addr)
SEL4_FAULT_FIELD(CapFault, InRecvPhase, seL4_CapFault_InRecvPhase)
SEL4_FAULT_FIELD(CapFault, LookupFailureType, seL4_CapFault_LookupFailureType)
SEL4_FAULT_FIELD(CapFault, MR4, seL4_CapFault_BitsLeft)
SEL4_FAULT_FIELD(CapFault, MR5, seL4_CapFault_GuardMismatch_GuardFound)
SEL4_FAULT_FIELD(CapFault, MR6, seL4_CapFault_GuardMismatch_BitsFound)
SEL4_FAULT_FIELD(UserException, FaultIP, seL4_UserException_FaultIP)
SEL4_FAULT_FIELD(UserException, Stack, seL4_UserException_SP)
SEL4_FAULT_FIELD(UserException, SP, seL4_UserException_SP)
SEL4_FAULT_FIELD(UserException, Number, seL4_UserException_Number)
SEL4_FAULT_FIELD(UserException, Code, seL4_UserException_Code)
SEL4_FAULT_FIELD(UnknownSyscall, FaultIP, seL4_UnknownSyscall_FaultIP)
SEL4_FAULT_FIELD(UnknownSyscall, SP, seL4_UnknownSyscall_SP)
SEL4_FAULT_FIELD(UnknownSyscall, RA, seL4_UnknownSyscall_RA)
SEL4_FAULT_FIELD(UnknownSyscall, A0, seL4_UnknownSyscall_A0)
SEL4_FAULT_FIELD(UnknownSyscall, A1, seL4_UnknownSyscall_A1)
SEL4_FAULT_FIELD(UnknownSyscall, A2, seL4_UnknownSyscall_A2)
SEL4_FAULT_FIELD(UnknownSyscall, A3, seL4_UnknownSyscall_A3)
SEL4_FAULT_FIELD(UnknownSyscall, A4, seL4_UnknownSyscall_A4)
SEL4_FAULT_FIELD(UnknownSyscall, A5, seL4_UnknownSyscall_A5)
SEL4_FAULT_FIELD(UnknownSyscall, A6, seL4_UnknownSyscall_A6)
SEL4_FAULT_FIELD(UnknownSyscall, Syscall, seL4_UnknownSyscall_Syscall)
SEL4_FAULT_FIELD(Timeout, data, seL4_Timeout_Data)
SEL4_FAULT_FIELD(Timeout, consumed, seL4_Timeout_Consumed)

/* The fault that `tag` and the message buffer hold: call before the buffer is used again. Words that the
 * message does not have are 0. */
static inline seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    seL4_Word length = seL4_MessageInfo_get_length(tag);
    seL4_Fault_t fault;
    int i;

    fault.words[0] = seL4_MessageInfo_get_label(tag);
    for (i = 0; i < seL4_UnknownSyscall_Length; i++) {
        fault.words[1 + i] = (seL4_Word)i < length ? seL4_GetMR(i) : 0;
    }
    return fault;
}

#define SEL4_FAULT_TAG(kind)                                                      \
    static inline seL4_Bool seL4_is##kind##_tag(seL4_MessageInfo_t tag)           \
    {                                                                             \
        return (seL4_Bool)(seL4_MessageInfo_get_label(tag) == seL4_Fault_##kind); \
    }

SEL4_FAULT_TAG(NullFault)
SEL4_FAULT_TAG(CapFault)
SEL4_FAULT_TAG(UnknownSyscall)
SEL4_FAULT_TAG(UserException)
SEL4_FAULT_TAG(VMFault)

static inline seL4_Bool seL4_isTimeoutFault_tag(seL4_MessageInfo_t tag)
{
    return (seL4_Bool)(seL4_MessageInfo_get_label(tag) == seL4_Fault_Timeout);
}

#ifdef __cplusplus
}
#endif

#endif
