/* SPDX-License-Identifier: BSD-2-Clause */
/* The release kernel: what debug kernels offer is not there, and it says nothing. */
#include "cases.h"
#include "../lib/puppet.h"

/* Every number that a debug or probe kernel knows, and their neighbours, is an unknown system call. */
static void no_debug_calls(void)
{
    (void)use_uart();
    struct puppet p = puppet_new();
    struct regs fault;
    for (int64_t number = -12; number >= -120; number--) {
        struct regs in = {.a0 = 'X', .a1 = 2, .a2 = 3};
        puppet_call(&p, number, &in);
        CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
        CHECK_EQ(fault.a1, info(PN_FAULT_UNKNOWN_SYSCALL, 11));
        CHECK_EQ(fault.a2, (word)puppet_ecall);
    }
}

static const struct test_case cases[] = {
    {"abuse: debug system calls are unknown [release]", no_debug_calls},
};

const struct test_group release_group = GROUP(cases);
