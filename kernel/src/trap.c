/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions of user code become faults; interrupts; a trap in the kernel is the end. */
#include "trap.h"
#include "hooks.h"
#include "irq.h"
#include "object/fault.h"
#include "state.h"

#define CAUSE_FETCH_ACCESS 1u
#define CAUSE_BREAKPOINT   3u
#define CAUSE_LOAD_ACCESS  5u
#define CAUSE_STORE_ACCESS 7u
#define CAUSE_FETCH_PAGE   12u
#define CAUSE_LOAD_PAGE    13u
#define CAUSE_STORE_PAGE   15u

static bool is_memory_fault(u64 cause)
{
    u64 kinds = 1u << CAUSE_FETCH_ACCESS | 1u << CAUSE_LOAD_ACCESS | 1u << CAUSE_STORE_ACCESS |
                1u << CAUSE_FETCH_PAGE | 1u << CAUSE_LOAD_PAGE | 1u << CAUSE_STORE_PAGE;
    return cause < 64 && (kinds >> cause & 1u) != 0;
}

struct tcb *handle_exception(struct tcb *self, u64 cause, u64 value)
{
    enum pn_fault fault = is_memory_fault(cause) ? PN_FAULT_VM : PN_FAULT_USER_EXCEPTION;
    fault_raise(self, fault, value, cause);
    hook_leave();
    return sched_choose();
}

struct tcb *handle_interrupt(struct tcb *self, u64 cause)
{
    (void)self;
    (void)cause;
    irq_poll();
    hook_leave();
    return sched_choose();
}

_Noreturn void handle_kernel_trap(u64 cause, u64 pc, u64 value)
{
    static bool again;
    if (again)
        machine_power_off();
    again = true;
    if (cause == CAUSE_BREAKPOINT)
        kernel_stop("broken invariant (pc)", pc, 0);
    kernel_stop(cause == CAUSE_STORE_PAGE ? "store fault in the kernel (pc, address)"
                                          : "trap in the kernel (pc, value)",
                pc, value);
}
