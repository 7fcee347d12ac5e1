/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug console of debug builds: one kernel call a character.
 */
#include <microkit.h>

void microkit_dbg_putc(int c)
{
    register seL4_Word a0 __asm__("a0") = (seL4_Word)c;
    register long a7 __asm__("a7") = PN_SYS_DEBUG_PUTCHAR;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "a1", "a2", "a3", "a4", "a5", "memory");
}

void microkit_dbg_puts(const char *s)
{
    while (*s) {
        microkit_dbg_putc(*s++);
    }
}

void microkit_dbg_put32(seL4_Uint32 x)
{
    char digits[10];
    int n = 0;

    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    while (n > 0) {
        microkit_dbg_putc(digits[--n]);
    }
}

void microkit_dbg_put8(seL4_Uint8 x)
{
    microkit_dbg_put32(x);
}
