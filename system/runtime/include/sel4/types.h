/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's basic types for riscv64, as far as Microkit programs use them.
 */
#ifndef SEL4_TYPES_H
#define SEL4_TYPES_H

#include <postern/abi.h>

typedef signed char seL4_Int8;
typedef unsigned char seL4_Uint8;
typedef short seL4_Int16;
typedef unsigned short seL4_Uint16;
typedef int seL4_Int32;
typedef unsigned int seL4_Uint32;
typedef long seL4_Int64;
typedef unsigned long seL4_Uint64;
typedef seL4_Uint64 seL4_Word;
typedef seL4_Word seL4_CPtr;
typedef seL4_Int8 seL4_Bool;

#define seL4_True          1
#define seL4_False         0
#define seL4_CapNull       0
#define seL4_WordBits      64
#define seL4_PageBits      PN_PAGE_BITS
#define seL4_MsgMaxLength  PN_MAX_MSG
#define seL4_UserVSpaceTop 0x3fffffefff

typedef enum {
    seL4_NoError = PN_OK,
    seL4_InvalidArgument = PN_ERR_INVALID_ARGUMENT,
    seL4_InvalidCapability = PN_ERR_INVALID_CAPABILITY,
    seL4_IllegalOperation = PN_ERR_ILLEGAL_OPERATION,
    seL4_RangeError = PN_ERR_RANGE,
    seL4_AlignmentError = PN_ERR_ALIGNMENT,
    seL4_FailedLookup = PN_ERR_FAILED_LOOKUP,
    seL4_TruncatedMessage = PN_ERR_TRUNCATED_MESSAGE,
    seL4_DeleteFirst = PN_ERR_DELETE_FIRST,
    seL4_RevokeFirst = PN_ERR_REVOKE_FIRST,
    seL4_NotEnoughMemory = PN_ERR_NOT_ENOUGH_MEMORY
} seL4_Error;

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

static inline seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return info.words[0] >> PN_MSGINFO_LABEL_SHIFT;
}

static inline seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return info.words[0] & PN_MSGINFO_LENGTH_MASK;
}

/* The page at PN_MSGBUF_VADDR, shared with the kernel. */
typedef struct seL4_IPCBuffer {
    seL4_MessageInfo_t tag;
    seL4_Word msg[PN_MAX_MSG];
    seL4_Word userData;
    seL4_Word caps_or_badges[3];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer;

/* Registers in the order of the TCB register invocations. */
typedef struct seL4_UserContext {
    seL4_Word pc, ra, sp, gp;
    seL4_Word s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    seL4_Word a0, a1, a2, a3, a4, a5, a6, a7;
    seL4_Word t0, t1, t2, t3, t4, t5, t6, tp;
} seL4_UserContext;

typedef enum {
    seL4_Fault_NullFault = PN_FAULT_NULL,
    seL4_Fault_CapFault = PN_FAULT_CAP,
    seL4_Fault_UnknownSyscall = PN_FAULT_UNKNOWN_SYSCALL,
    seL4_Fault_UserException = PN_FAULT_USER_EXCEPTION,
    seL4_Fault_Timeout = PN_FAULT_TIMEOUT,
    seL4_Fault_VMFault = PN_FAULT_VM
} seL4_FaultType;

enum {
    seL4_VMFault_IP,
    seL4_VMFault_Addr,
    seL4_VMFault_PrefetchFault,
    seL4_VMFault_FSR,
    seL4_VMFault_Length
};
enum { seL4_CapFault_IP, seL4_CapFault_Addr, seL4_CapFault_InRecvPhase, seL4_CapFault_LookupFailureType };
enum {
    seL4_UserException_FaultIP,
    seL4_UserException_SP,
    seL4_UserException_Number,
    seL4_UserException_Code,
    seL4_UserException_Length
};
enum {
    seL4_UnknownSyscall_FaultIP,
    seL4_UnknownSyscall_SP,
    seL4_UnknownSyscall_RA,
    seL4_UnknownSyscall_A0,
    seL4_UnknownSyscall_A1,
    seL4_UnknownSyscall_A2,
    seL4_UnknownSyscall_A3,
    seL4_UnknownSyscall_A4,
    seL4_UnknownSyscall_A5,
    seL4_UnknownSyscall_A6,
    seL4_UnknownSyscall_Syscall,
    seL4_UnknownSyscall_Length
};

#endif
