/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as text. */
#include "debug/print.h"
#include "machine/machine.h"

#define TEXT_LIMIT   200u
#define DIGITS_LIMIT 20u

void print_text(const char *text)
{
    for (u32 i = 0; i < TEXT_LIMIT && text[i] != 0; i++)
        machine_putchar((u8)text[i]);
}

void print_number(u64 value)
{
    u8 digits[DIGITS_LIMIT];
    u32 count = 0;
    do {
        digits[count++] = (u8)('0' + value % 10);
        value /= 10;
    } while (value != 0 && count < DIGITS_LIMIT);
    for (u32 i = count; i > 0; i--)
        machine_putchar(digits[i - 1]);
}

void print_hex(u64 value)
{
    for (u32 i = 0; i < 16; i++) {
        u64 digit = value >> (60 - 4 * i) & 15u;
        machine_putchar((u8)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}
