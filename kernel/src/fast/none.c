/* SPDX-License-Identifier: BSD-2-Clause */
/* No short ways: every system call goes the general way. For comparing both. */
#include "fast/fast.h"

struct tcb *fast_call(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 a6, struct tcb *t)
{
    (void)cptr, (void)info, (void)w0, (void)w1, (void)w2, (void)w3, (void)a6, (void)t;
    return NULL;
}

struct tcb *fast_reply_receive(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 reply_cptr,
                               struct tcb *t)
{
    (void)cptr, (void)info, (void)w0, (void)w1, (void)w2, (void)w3, (void)reply_cptr, (void)t;
    return NULL;
}
