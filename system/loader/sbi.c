/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Legacy firmware calls: every version of the firmware has them, and the loader needs no more.
 */
#include "sbi.h"

#define SBI_PUTCHAR  1
#define SBI_SHUTDOWN 8

static void sbi_call(uint64_t extension, uint64_t argument)
{
    register uint64_t a0 __asm__("a0") = argument;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "a1", "memory");
}

void sbi_puts(const char *text)
{
    for (; *text != '\0'; text++) {
        sbi_call(SBI_PUTCHAR, (uint8_t)*text);
    }
}

void sbi_put_hex(uint64_t value)
{
    sbi_puts("0x");
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        unsigned digit = (unsigned)(value >> (shift - 4)) & 0xf;

        sbi_call(SBI_PUTCHAR, digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
}

static _Noreturn void switch_off(void)
{
    sbi_puts("\n");
    for (;;) {
        sbi_call(SBI_SHUTDOWN, 0);
        __asm__ volatile("wfi");
    }
}

_Noreturn void loader_stop(const char *reason)
{
    sbi_puts("postern loader: ");
    sbi_puts(reason);
    switch_off();
}

_Noreturn void loader_stop_at(const char *reason, uint64_t value)
{
    sbi_puts("postern loader: ");
    sbi_puts(reason);
    sbi_puts(" ");
    sbi_put_hex(value);
    switch_off();
}

_Noreturn void loader_stop_in(const char *part, const char *reason)
{
    sbi_puts("postern loader: ");
    sbi_puts(part);
    sbi_puts(": ");
    sbi_puts(reason);
    switch_off();
}
