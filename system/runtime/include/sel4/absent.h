/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations that libsel4 has and that no program can make here: authority is fixed once the system runs, so
 * nobody holds capabilities for them. Using one is a compile error with the reason.
 */
#ifndef SEL4_ABSENT_H
#define SEL4_ABSENT_H

#include <sel4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEL4_FIXED_SCHED  "priorities and budgets are fixed by the system description"
#define SEL4_FIXED_SPACE  "capability and address spaces are fixed by the system description"
#define SEL4_FIXED_OBJECT "no object is created after start"

SEL4_ABSENT(SEL4_FIXED_SCHED)
seL4_Error seL4_TCB_SetPriority(seL4_TCB tcb, seL4_TCB authority, seL4_Word priority);
SEL4_ABSENT(SEL4_FIXED_SCHED)
seL4_Error seL4_TCB_SetMCPriority(seL4_TCB tcb, seL4_TCB authority, seL4_Word mcp);
SEL4_ABSENT(SEL4_FIXED_SCHED)
seL4_Error seL4_TCB_SetSchedParams(seL4_TCB tcb, seL4_TCB authority, seL4_Word mcp, seL4_Word priority,
                                   seL4_CPtr sched_context, seL4_CPtr fault_ep);
SEL4_ABSENT(SEL4_FIXED_SPACE)
seL4_Error seL4_TCB_SetSpace(seL4_TCB tcb, seL4_CPtr fault_ep, seL4_CNode cspace_root,
                             seL4_Word cspace_root_data, seL4_CPtr vspace_root, seL4_Word vspace_root_data);
SEL4_ABSENT(SEL4_FIXED_SPACE)
seL4_Error seL4_TCB_BindNotification(seL4_TCB tcb, seL4_CPtr notification);
SEL4_ABSENT(SEL4_FIXED_SPACE) seL4_Error seL4_TCB_UnbindNotification(seL4_TCB tcb);
SEL4_ABSENT("use seL4_TCB_WriteRegisters, register tp")
seL4_Error seL4_TCB_SetTLSBase(seL4_TCB tcb, seL4_Word tls_base);
SEL4_ABSENT("use seL4_TCB_ReadRegisters and seL4_TCB_WriteRegisters")
seL4_Error seL4_TCB_CopyRegisters(seL4_TCB dest, seL4_TCB source, seL4_Bool suspend_source,
                                  seL4_Bool resume_target, seL4_Bool transfer_frame,
                                  seL4_Bool transfer_integer, seL4_Uint8 arch_flags);
SEL4_ABSENT(SEL4_FIXED_SCHED) seL4_Error seL4_SchedContext_Bind(seL4_SchedContext context, seL4_CPtr object);
SEL4_ABSENT(SEL4_FIXED_SCHED) seL4_Error seL4_SchedContext_Unbind(seL4_SchedContext context);
SEL4_ABSENT(SEL4_FIXED_SCHED)
seL4_Error seL4_SchedContext_UnbindObject(seL4_SchedContext context, seL4_CPtr object);
SEL4_ABSENT(SEL4_FIXED_OBJECT)
seL4_Error seL4_Untyped_Retype(seL4_Untyped untyped, seL4_Word type, seL4_Word size_bits, seL4_CNode root,
                               seL4_Word node_index, seL4_Word node_depth, seL4_Word node_offset,
                               seL4_Word num_objects);
SEL4_ABSENT("the kernel has no call that tells a capability's kind; see the tool's report")
seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap);

#ifdef __cplusplus
}
#endif

#endif
