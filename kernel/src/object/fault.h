/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults: stop the thread and send a message to its handler; the answer makes it go on. */
#ifndef KERNEL_OBJECT_FAULT_H
#define KERNEL_OBJECT_FAULT_H

#include <postern/abi.h>
#include "types.h"

struct tcb;

/* Thread 't' faulted at its present program counter. 'address' and 'code' depend on the kind:
 * VM: address and scause; user exception: stval and scause; capability: pointer and receive phase. */
void fault_raise(struct tcb *t, enum pn_fault fault, u64 address, u64 code);

/* The message about t's fault into the registers and buffer of 'to'. */
void fault_message(const struct tcb *t, struct tcb *to, u64 badge);

/* The handler 'from' answered t's fault: take over registers where the kind allows. True: the thread goes on.
 */
bool fault_answered(struct tcb *t, const struct tcb *from);

/* The rule of all answers: label 0 resumes the thread. */
/*@ assigns \nothing; */
static inline bool fault_resumes(u64 info)
{
    return info >> PN_MSGINFO_LABEL_SHIFT == 0;
}

#endif
