/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's constants for riscv64, and the layout of fault messages.
 */
#ifndef SEL4_CONSTANTS_H
#define SEL4_CONSTANTS_H

#include <postern/abi.h>
#include <sel4/macros.h>

#define seL4_CapNull              0
#define seL4_WordBits             64
#define seL4_WordSizeBits         3
#define seL4_PageBits             PN_PAGE_BITS
#define seL4_LargePageBits        PN_LARGE_BITS
#define seL4_HugePageBits         30
#define seL4_IPCBufferSizeBits    10
#define seL4_UserTop              seL4_UserVSpaceTop
#define seL4_UserVSpaceTop        0x3fffffefff
#define seL4_FastMessageRegisters PN_MSG_REGS

enum priorityConstants { seL4_InvalidPrio = -1, seL4_MinPrio = 0, seL4_MaxPrio = PN_PRIORITIES - 1 };

enum seL4_MsgLimits { seL4_MsgLengthBits = 7, seL4_MsgExtraCapBits = 2, seL4_MsgMaxLength = PN_MAX_MSG };

#define seL4_MsgMaxExtraCaps (LIBSEL4_BIT(seL4_MsgExtraCapBits) - 1)

typedef enum {
    seL4_NoFailure,
    seL4_InvalidRoot,
    seL4_MissingCapability,
    seL4_DepthMismatch,
    seL4_GuardMismatch
} seL4_LookupFailureType;

typedef enum {
    seL4_Fault_NullFault = PN_FAULT_NULL,
    seL4_Fault_CapFault = PN_FAULT_CAP,
    seL4_Fault_UnknownSyscall = PN_FAULT_UNKNOWN_SYSCALL,
    seL4_Fault_UserException = PN_FAULT_USER_EXCEPTION,
    seL4_Fault_Timeout = PN_FAULT_TIMEOUT,
    seL4_Fault_VMFault = PN_FAULT_VM
} seL4_FaultType;

typedef enum {
    seL4_VMFault_IP,
    seL4_VMFault_Addr,
    seL4_VMFault_PrefetchFault,
    seL4_VMFault_FSR,
    seL4_VMFault_Length
} seL4_VMFault_Msg;

/* The kernel sends the first four words: its capability spaces have one level. */
typedef enum {
    seL4_CapFault_IP,
    seL4_CapFault_Addr,
    seL4_CapFault_InRecvPhase,
    seL4_CapFault_LookupFailureType,
    seL4_CapFault_BitsLeft,
    seL4_CapFault_DepthMismatch_BitsFound,
    seL4_CapFault_GuardMismatch_GuardFound = seL4_CapFault_DepthMismatch_BitsFound,
    seL4_CapFault_GuardMismatch_BitsFound
} seL4_CapFault_Msg;

typedef enum {
    seL4_UserException_FaultIP,
    seL4_UserException_SP,
    seL4_UserException_Number,
    seL4_UserException_Code,
    seL4_UserException_Length
} seL4_UserException_Msg;

typedef enum {
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
} seL4_UnknownSyscall_Msg;

typedef enum { seL4_Timeout_Data, seL4_Timeout_Consumed, seL4_Timeout_Length } seL4_Timeout_Msg;

#endif
