/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses every name that a RISC-V program written for Microkit may use, as C and as C++. It is compiled and
 * linked, never run: a name that is missing or of another type stops the build.
 */
#include <microkit.h>
#include <sel4/benchmark_track_types.h>
#include <sel4/benchmark_utilisation_types.h>
#include <sel4/debug_assert.h>
#include <sel4/syscalls_mcs.h>

#include "every_name.h"

static volatile seL4_Word sink;

#define LOOK(value) (sink = (seL4_Word)(value))

static void constants(void)
{
    LOOK(MONITOR_EP + TCB_CAP + ARM_SMC_CAP + BASE_OUTPUT_NOTIFICATION_CAP + BASE_ENDPOINT_CAP);
    LOOK(BASE_IRQ_CAP + BASE_TCB_CAP + BASE_VM_TCB_CAP + BASE_VCPU_CAP + BASE_IOPORT_CAP + BASE_USER_CAPS);
    LOOK(PD_ROOT_CAP_BITS + PD_ROOT_CAP_SIZE + MICROKIT_MAX_USER_CAPS + MICROKIT_MAX_CHANNELS);
    LOOK(MICROKIT_MAX_CHANNEL_ID + MICROKIT_MAX_IOPORT_ID + MICROKIT_PD_NAME_LENGTH);
    LOOK(seL4_True + seL4_False + seL4_CapNull + seL4_WordBits + seL4_PageBits + seL4_LargePageBits);
    LOOK(seL4_UserVSpaceTop + seL4_MsgMaxLength + seL4_MsgMaxExtraCaps + seL4_MinPrio + seL4_MaxPrio);
    LOOK(seL4_InvalidPrio);
    LOOK(IRQAckIRQ + TCBSuspend + TCBResume + TCBReadRegisters + TCBWriteRegisters);
    LOOK(seL4_NoError + seL4_InvalidArgument + seL4_InvalidCapability + seL4_IllegalOperation);
    LOOK(seL4_RangeError + seL4_AlignmentError + seL4_FailedLookup + seL4_TruncatedMessage);
    LOOK(seL4_DeleteFirst + seL4_RevokeFirst + seL4_NotEnoughMemory + seL4_NumErrors);
    LOOK(CONFIG_ARCH_RISCV + CONFIG_SEL4_ARCH_RISCV64 + CONFIG_KERNEL_MCS + CONFIG_MAX_NUM_NODES);
    LOOK(CONFIG_WORD_SIZE + CONFIG_NUM_PRIORITIES + CONFIG_PLAT_QEMU_RISCV_VIRT);
}

static void globals(void)
{
    seL4_IPCBuffer *buffer = __sel4_ipc_buffer;

    LOOK(microkit_name[0]);
    LOOK(microkit_have_signal);
    LOOK(microkit_signal_cap + microkit_signal_msg.words[0]);
    LOOK(microkit_irqs + microkit_notifications + microkit_pps + microkit_ioports);
    LOOK(buffer->msg[0] + buffer->userData + buffer->tag.words[0] + buffer->caps_or_badges[2]);
    LOOK(buffer->receiveCNode + buffer->receiveIndex + buffer->receiveDepth);
}

static void microkit_functions(microkit_channel ch, microkit_child child)
{
    microkit_msginfo info = microkit_msginfo_new(1, 2);
    microkit_ioport port = 0;

    microkit_dbg_putc('a');
    microkit_dbg_puts("text");
    microkit_dbg_put8(255);
    microkit_dbg_put32(4294967295u);
    microkit_notify(ch);
    microkit_irq_ack(ch);
    microkit_deferred_notify(ch);
    microkit_deferred_irq_ack(ch);
    microkit_mr_set(0, port);
    LOOK(microkit_mr_get(0));
    info = microkit_ppcall(ch, info);
    LOOK(microkit_msginfo_get_label(info) + microkit_msginfo_get_count(info));
    microkit_pd_stop(child);
    microkit_pd_resume(child);
    microkit_pd_restart(child, 0x200000);
    LOOK(microkit_cspace_root_slot_to_cptr(1));
    microkit_internal_crash(seL4_NoError);
}

static void message_info(void)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(1, 0, 0, 2);

    info = seL4_MessageInfo_set_label(info, 3);
    info = seL4_MessageInfo_set_length(info, 4);
    info = seL4_MessageInfo_set_capsUnwrapped(info, 0);
    info = seL4_MessageInfo_set_extraCaps(info, 0);
    LOOK(seL4_MessageInfo_get_label(info) + seL4_MessageInfo_get_length(info));
    LOOK(seL4_MessageInfo_get_capsUnwrapped(info) + seL4_MessageInfo_get_extraCaps(info));
    seL4_MessageInfo_ptr_set_label(&info, 5);
    LOOK(seL4_MessageInfo_ptr_get_label(&info) + seL4_MessageInfo_ptr_get_length(&info));
    seL4_SetMR(0, 1);
    LOOK(seL4_GetMR(0));
    seL4_SetUserData(2);
    LOOK(seL4_GetUserData());
    seL4_SetIPCBuffer(seL4_GetIPCBuffer());
}

static void system_calls(seL4_CPtr cap)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(0, 0, 0, 0);
    seL4_Word badge = 0, a = 0, b = 0;

    seL4_Send(cap, info);
    seL4_NBSend(cap, info);
    seL4_Signal(cap);
    info = seL4_Call(cap, info);
    info = seL4_Recv(cap, &badge, 4);
    info = seL4_NBRecv(cap, &badge, 4);
    info = seL4_ReplyRecv(cap, info, &badge, 4);
    info = seL4_NBSendRecv(cap, info, cap, &badge, 4);
    info = seL4_NBSendWait(cap, info, cap, &badge);
    info = seL4_Wait(cap, &badge);
    info = seL4_NBWait(cap, &badge);
    info = seL4_Poll(cap, &badge);
    seL4_Yield();
    seL4_SendWithMRs(cap, info, &a, &b, 0, 0);
    seL4_NBSendWithMRs(cap, info, &a, &b, 0, 0);
    info = seL4_CallWithMRs(cap, info, &a, &b, 0, 0);
    info = seL4_RecvWithMRs(cap, &badge, &a, &b, 0, 0, 4);
    info = seL4_ReplyRecvWithMRs(cap, info, &badge, &a, &b, 0, 0, 4);
    info = seL4_NBSendRecvWithMRs(cap, info, cap, &badge, &a, &b, 0, 0, 4);
    info = seL4_NBSendWaitWithMRs(cap, info, cap, &badge, &a, &b, 0, 0);
    info = seL4_WaitWithMRs(cap, &badge, &a, &b, 0, 0);
    LOOK(info.words[0] + badge + a + b);
}

static void invocations(seL4_TCB tcb, seL4_IRQHandler irq)
{
    seL4_UserContext context;
    seL4_Error error = seL4_TCB_Suspend(tcb);

    LOOK(error + seL4_TCB_Resume(tcb) + seL4_IRQHandler_Ack(irq));
    LOOK(seL4_TCB_ReadRegisters(tcb, seL4_False, 0, sizeof context / sizeof(seL4_Word), &context));
    LOOK(seL4_TCB_WriteRegisters(tcb, seL4_True, 0, 1, &context));
    LOOK(context.pc + context.ra + context.sp + context.gp + context.s0 + context.s11 + context.a0);
    LOOK(context.a7 + context.t0 + context.t6 + context.tp);
}

static void faults(seL4_MessageInfo_t tag)
{
    seL4_Fault_t f = seL4_getFault(tag);

    LOOK(seL4_isVMFault_tag(tag) + seL4_isUnknownSyscall_tag(tag) + seL4_isUserException_tag(tag));
    LOOK(seL4_isNullFault_tag(tag) + seL4_isCapFault_tag(tag) + seL4_isTimeoutFault_tag(tag));
    switch (seL4_Fault_get_seL4_FaultType(f)) {
    case seL4_Fault_VMFault:
        LOOK(seL4_Fault_VMFault_get_IP(f) + seL4_Fault_VMFault_get_Addr(f));
        LOOK(seL4_Fault_VMFault_get_PrefetchFault(f) + seL4_Fault_VMFault_get_FSR(f));
        break;
    case seL4_Fault_CapFault:
        LOOK(seL4_Fault_CapFault_get_IP(f) + seL4_Fault_CapFault_get_Addr(f));
        LOOK(seL4_Fault_CapFault_get_InRecvPhase(f) + seL4_Fault_CapFault_get_LookupFailureType(f));
        break;
    case seL4_Fault_UserException:
        LOOK(seL4_Fault_UserException_get_FaultIP(f) + seL4_Fault_UserException_get_SP(f));
        LOOK(seL4_Fault_UserException_get_Number(f) + seL4_Fault_UserException_get_Code(f));
        break;
    case seL4_Fault_UnknownSyscall:
        LOOK(seL4_Fault_UnknownSyscall_get_FaultIP(f) + seL4_Fault_UnknownSyscall_get_Syscall(f));
        LOOK(seL4_Fault_UnknownSyscall_get_A0(f) + seL4_Fault_UnknownSyscall_get_A6(f));
        break;
    case seL4_Fault_Timeout:
        LOOK(seL4_Fault_Timeout_get_data(f) + seL4_Fault_Timeout_get_consumed(f));
        break;
    case seL4_Fault_NullFault:
    default:
        break;
    }
    LOOK(seL4_VMFault_Length);
    LOOK(seL4_UserException_Length);
    LOOK(seL4_UnknownSyscall_Length);
    LOOK(seL4_Timeout_Length);
    LOOK(seL4_NoFailure + seL4_InvalidRoot + seL4_MissingCapability + seL4_DepthMismatch +
         seL4_GuardMismatch);
}

void every_name(void)
{
    const seL4_Int8 i8 = 0;
    const seL4_Int16 i16 = 0;
    const seL4_Int32 i32 = 0;
    const seL4_Int64 i64 = 0;
    const seL4_Uint8 u8 = 0;
    const seL4_Uint16 u16 = 0;
    const seL4_Uint32 u32 = 0;
    const seL4_Uint64 u64 = 0;
    seL4_CNode cnode = seL4_CapNull;
    seL4_SchedContext context = seL4_CapNull;

    LOOK(i8 + i16 + i32 + i64 + u8 + u16 + u32);
    LOOK(u64 + cnode + context);
    seL4_Assert(i8 == 0);
    seL4_DebugAssert(u8 == 0);
    constants();
    globals();
    microkit_functions(1, 2);
    message_info();
    system_calls(BASE_ENDPOINT_CAP);
    invocations(BASE_TCB_CAP, BASE_IRQ_CAP);
    faults(seL4_MessageInfo_new(0, 0, 0, 0));
    debug_names();
}

void init(void)
{
    every_name();
}

void notified(microkit_channel ch)
{
    (void)ch;
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    (void)child;
    *reply_msginfo = msginfo;
    return seL4_True;
}
