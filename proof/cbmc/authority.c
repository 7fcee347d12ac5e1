/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * After seal nothing that is fixed (capability slots, page tables, bindings, ...) is written: from any state,
 * with any capability, method and arguments invoke() reaches none of the functions that frame.list calls
 * writers; check.py puts "must not be reached" in their place. frame.py shows that traps reach them by way of
 * invoke() only.
 */
#include "invoke.h"
#include "state.h"

/* Thread 1 stands for all: no code compares the index of a thread with a number. */
#define CALLER (&ks_tcb[1])

void machine_wait(void)
{
}

void any_invocation(void)
{
    struct invocation in;
    in.thread = CALLER;
    fixed.sealed = 1;
    (void)invoke(&in);
    __CPROVER_assert(fixed.sealed == 1, "the latch stays");
}

/* Methods that docs/kernel.md marks C, written down a second time: retype; derive, delete; configure, set
 * sched, bind notification, set start; map table, map and unmap frame; set notification; interrupt,
 * parameters, seal, domain schedule. */
static bool ends_with_seal(u64 method)
{
    return method == 1 || method == 2 || method == 3 || (method >= 10 && method <= 13) ||
           (method >= 20 && method <= 22) || method == 30 || (method >= 40 && method <= 43);
}

/* Construction is refused with the documented error, and with nothing beside it. */
void construction_is_refused(void)
{
    struct invocation in;
    in.thread = CALLER;
    fixed.sealed = 1;
    bool null = cap_type(in.cap) == PN_CAP_NULL;
    __CPROVER_assume(ends_with_seal(in.method));
    struct invocation same = in;
    enum pn_error error = invoke(&in);
    __CPROVER_assert(error == (null ? PN_ERR_INVALID_CAPABILITY : PN_ERR_SEALED), "documented error");
    __CPROVER_assert(in.answer_count == same.answer_count && in.answer[0] == same.answer[0] &&
                         in.answer[1] == same.answer[1] && in.silent == same.silent,
                     "no answer beside it");
}
