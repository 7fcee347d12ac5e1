/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system call behind every invocation: four words in registers, two in the message buffer.
 */
#include "invoke.h"

#include "console.h"

uint64_t invoke(const struct invocation *in)
{
    volatile uint64_t *buffer = (volatile uint64_t *)PN_MSGBUF_VADDR;
    register uint64_t a0 __asm__("a0") = in->cap;
    register uint64_t a1 __asm__("a1") = (uint64_t)in->method << PN_MSGINFO_LABEL_SHIFT | INVOKE_WORDS;
    register uint64_t a2 __asm__("a2") = in->word[0];
    register uint64_t a3 __asm__("a3") = in->word[1];
    register uint64_t a4 __asm__("a4") = in->word[2];
    register uint64_t a5 __asm__("a5") = in->word[3];
    register uint64_t a6 __asm__("a6") = 0;
    register int64_t a7 __asm__("a7") = PN_SYS_CALL;

    buffer[1 + PN_MSG_REGS] = in->word[4];
    buffer[2 + PN_MSG_REGS] = in->word[5];
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    return a1 >> PN_MSGINFO_LABEL_SHIFT;
}

void invoke_or_stop(const struct invocation *in, const char *what, const char *name)
{
    uint64_t error = invoke(in);

    if (error != PN_OK) {
        console_stop(what, name, error);
    }
}
