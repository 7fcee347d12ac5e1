/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a system call that its parent emulates, and a fault that its parent repairs.
 */
#include "show.h"

static seL4_Word double_it(seL4_Word number)
{
    register seL4_Word a0 __asm__("a0") = number;
    register seL4_Word a7 __asm__("a7") = 77;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "a1", "a2", "a3", "a4", "a5", "a6", "memory");
    return a0;
}

/* Stores to an address without memory; the parent changes s1 and lets it go on behind the store. */
static seL4_Word store(void)
{
    register seL4_Word s1 __asm__("s1") = 0x5000;
    register seL4_Word t6 __asm__("t6") = 66;

    __asm__ volatile("mv tp, %1\n.option push\n.option norvc\nsw zero, 16(%0)\n.option pop"
                     : "+r"(s1)
                     : "r"(t6)
                     : "memory");
    return s1;
}

void init(void)
{
    show("doubled", double_it(21));
    show("s1", store());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
