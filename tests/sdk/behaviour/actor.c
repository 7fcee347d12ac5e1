/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals the observer out of order and once twice, and handles its child's faults.
 */
#include "show.h"

#define KID 61

void init(void)
{
    seL4_CPtr observer = microkit_cspace_root_slot_to_cptr(3);

    microkit_notify(0);
    microkit_notify(2);
    microkit_notify(1);
    microkit_notify(2);
    show("suspend", seL4_TCB_Suspend(observer));
    show("resume", seL4_TCB_Resume(observer));
    show("slots that are not there",
         microkit_cspace_root_slot_to_cptr(0) + microkit_cspace_root_slot_to_cptr(64));
    show("a null capability", seL4_TCB_Suspend(seL4_CapNull));
    seL4_DebugNameThread(BASE_TCB_CAP + KID, "kid");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

/* The kid's system call 77 doubles its argument. */
static seL4_Bool emulate(seL4_Fault_t what, microkit_msginfo *reply)
{
    show("system call", seL4_Fault_UnknownSyscall_get_Syscall(what));
    microkit_mr_set(0, seL4_Fault_UnknownSyscall_get_FaultIP(what) + 4);
    microkit_mr_set(3, seL4_Fault_UnknownSyscall_get_A0(what) * 2);
    *reply = microkit_msginfo_new(0, 10);
    return seL4_True;
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    seL4_Fault_t what = seL4_getFault(msginfo);
    seL4_UserContext context;

    show("fault of", child);
    if (seL4_isUnknownSyscall_tag(msginfo)) {
        return emulate(what, reply);
    }
    show("memory fault", seL4_isVMFault_tag(msginfo));
    show("address", seL4_Fault_VMFault_get_Addr(what));
    show("fetch", seL4_Fault_VMFault_get_PrefetchFault(what));
    show("cause", seL4_Fault_VMFault_get_FSR(what));
    show("read registers", seL4_TCB_ReadRegisters(BASE_TCB_CAP + child, seL4_True, 0, 32, &context));
    show("pc as in the message", context.pc == seL4_Fault_VMFault_get_IP(what));
    show("t6", context.t6);
    show("tp", context.tp);
    context.s1 = 0x3000;
    show("write registers", seL4_TCB_WriteRegisters(BASE_TCB_CAP + child, seL4_False, 0, 6, &context));
    show("too many registers", seL4_TCB_WriteRegisters(BASE_TCB_CAP + child, seL4_True, 0, 33, &context));
    context.pc += 4; /* behind the store */
    show("write pc", seL4_TCB_WriteRegisters(BASE_TCB_CAP + child, seL4_True, 0, 1, &context));
    return seL4_False;
}
