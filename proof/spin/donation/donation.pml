/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Donation with reset, on the kernel's own C: the objects (kernel/src/object, sched.c, ready.c) are compiled into the
 * verifier and their state is part of the state vector, so no line here stands for a line of the kernel. Explores
 * every order of calls, answers, faults, signals and of reset, suspend and resume of anybody.
 * WITH (model.h) says who takes part.
 */
c_decl {
\#include "model.h"
\#include "state.h"
}
c_track "&ks" "sizeof(struct scheduler)"
c_track "ks_tcb" "sizeof(struct tcb) * (PN_MAX_TCBS + 1)"
c_track "ks_endpoint" "sizeof(struct endpoint) * (PN_MAX_ENDPOINTS + 1)"
c_track "ks_notification" "sizeof(struct notification) * (PN_MAX_NOTIFICATIONS + 1)"
c_track "ks_reply" "sizeof(struct reply) * (PN_MAX_REPLIES + 1)"
c_track "ks_sc" "sizeof(struct sched_context) * (PN_MAX_SCHED_CONTEXTS + 1)"
c_track "ks_ready" "sizeof(struct queue) * PN_MAX_DOMAINS * PN_PRIORITIES"
c_track "ks_marks" "sizeof(u64) * PN_MAX_DOMAINS * PRIORITY_WORDS"

int thread, what, good;

active proctype world()
{
    c_code { model_begin(WITH); };
end:
    do
    :: atomic {
        select (thread : 2 .. 5);
        select (what : 0 .. 9);
        c_code { now.good = model_possible(now.thread, now.what); };
        if
        :: good ->
            c_code { model_step(now.thread, now.what); now.good = model_good(now.thread, now.what); };
            assert(good)
        :: else
        fi;
        good = 0;
        thread = 0;
        what = 0
    }
    od
}
