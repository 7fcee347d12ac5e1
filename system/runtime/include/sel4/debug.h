/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that only the debug kernel has. As with libsel4, release builds do not declare them.
 */
#ifndef SEL4_DEBUG_H
#define SEL4_DEBUG_H

#include <sel4/syscalls.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef CONFIG_PRINTING
static inline void seL4_DebugPutChar(char c)
{
    register seL4_Word a0 __asm__("a0") = (seL4_Uint8)c;
    register long a7 __asm__("a7") = PN_SYS_DEBUG_PUTCHAR;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "a1", "a2", "a3", "a4", "a5", "memory");
}

static inline void seL4_DebugPutString(const char *text)
{
    while (*text) {
        seL4_DebugPutChar(*text++);
    }
}

/* The kernel keeps no list that it could print; this says so on the console. */
static inline void seL4_DebugDumpScheduler(void)
{
    seL4_DebugPutString("seL4_DebugDumpScheduler: this kernel has no scheduler dump\n");
}

static inline void seL4_DebugSnapshot(void)
{
    seL4_DebugPutString("seL4_DebugSnapshot: this kernel has no capability dump; see the tool's report\n");
}
#endif

#ifdef CONFIG_DEBUG_BUILD
/* Powers the machine off, after a line on the console. */
static inline void seL4_DebugHalt(void)
{
    (void)sel4_ipc(PN_SYS_DEBUG_HALT, 0, sel4_no_message(), 0, 0, (seL4_Word *)0);
}

/* The name (at most 31 characters are kept) that the kernel prints with the thread's faults. Overwrites the
 * message buffer. */
static inline void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *text = (char *)__sel4_ipc_buffer->msg;
    seL4_Word i;

    for (i = 0; i < 31 && name[i]; i++) {
        text[i] = name[i];
    }
    text[i] = '\0';
    (void)sel4_ipc(PN_SYS_DEBUG_NAME, tcb, sel4_no_message(), 0, 0, (seL4_Word *)0);
}
#endif

#ifdef __cplusplus
}
#endif

#endif
