/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message on the debug kernel's console; then the machine halts with a failure.
 */
#include "console.h"

#include <postern/abi.h>

#define NAME_MAX 63

static void debug_call(int64_t number, uint64_t argument)
{
    register uint64_t a0 __asm__("a0") = argument;
    register int64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        debug_call(PN_SYS_DEBUG_PUTCHAR, (uint8_t)*text);
    }
}

static void put_number(uint64_t value)
{
    char digits[21];
    char *at = &digits[20];

    *at = '\0';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(at);
}

_Noreturn void console_stop(const char *what, const char *name, uint64_t error)
{
    put("initialiser: ");
    put(what);
    put(" for '");
    put(name);
    put("': error ");
    put_number(error);
    put("\n");
    for (;;) {
        debug_call(PN_SYS_DEBUG_HALT, 1);
    }
}

void console_name(uint64_t tcb_slot, const char *name)
{
    volatile char *buffer = (volatile char *)PN_MSGBUF_VADDR + sizeof(uint64_t);
    unsigned i = 0;

    for (; i < NAME_MAX && name[i] != '\0'; i++) {
        buffer[i] = name[i];
    }
    buffer[i] = '\0';
    debug_call(PN_SYS_DEBUG_NAME, tcb_slot);
}
