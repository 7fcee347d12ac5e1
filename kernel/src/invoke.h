/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations: methods of objects that are not messages. Each method checks everything first and then cannot
 * fail, so an error means that nothing has changed.
 */
#ifndef KERNEL_INVOKE_H
#define KERNEL_INVOKE_H

#include <postern/abi.h>
#include "object/cap.h"
#include "types.h"

#define INVOKE_WORDS 6u

/* One invocation: a private copy of its arguments, and its answer. */
struct invocation {
    struct tcb *thread; /* who asks */
    struct cap cap;
    u64 method;
    u64 count;              /* words that came */
    u64 word[INVOKE_WORDS]; /* those beyond 'count' are 0 */
    u64 answer_count;
    u64 answer[2];
    bool silent; /* nobody waits for an answer: sent without call, or the caller is gone */
};

/* Do it; errors as listed in abi.h. */
enum pn_error invoke(struct invocation *in);

/* The methods by kind of object. */
enum pn_error invoke_untyped(struct invocation *in);
enum pn_error invoke_cnode(struct invocation *in);
enum pn_error invoke_tcb(struct invocation *in);
enum pn_error invoke_memory(struct invocation *in);
enum pn_error invoke_irq(struct invocation *in);
enum pn_error invoke_system(struct invocation *in);

/* TCB methods that exist before seal only. */
enum pn_error invoke_tcb_setup(struct invocation *in);

/* Slot 'slot' of the CNode behind 'cnode': index into the pool of slots, or PN_MAX_SLOTS when there is none.
 */
u32 invoke_slot(struct cap cnode, u64 slot);

/* Answer a range error: the least and greatest value that would do. */
enum pn_error invoke_range(struct invocation *in, u64 least, u64 greatest);

#endif
