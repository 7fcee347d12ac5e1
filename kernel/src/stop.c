/* SPDX-License-Identifier: BSD-2-Clause */
/* The last line. */
#include "stop.h"
#include "machine/machine.h"

#define REASON_LIMIT 80u

/*@ requires text: valid_read_string(text); assigns \nothing; */
static void print(const char *text)
{
    /*@ loop invariant within: i <= strlen(text) && i <= REASON_LIMIT;
        loop assigns i;
        loop variant REASON_LIMIT - i; */
    for (u32 i = 0; i < REASON_LIMIT && text[i] != 0; i++)
        machine_putchar((u8)text[i]);
}

static void print_hex(u64 value)
{
    print(" 0x");
    for (u32 i = 0; i < 16; i++) {
        u64 digit = value >> (60 - 4 * i) & 15u;
        machine_putchar((u8)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

_Noreturn void kernel_stop_boot(const char *part, const char *problem)
{
    print("\nPostern stopped: ");
    print(part);
    print(": ");
    print(problem);
    print("\n");
    machine_power_off();
}

static void report(const char *what, const char *reason, u64 first, u64 second)
{
    print(what);
    print(reason);
    print_hex(first);
    print_hex(second);
    print("\n");
}

_Noreturn void kernel_stop(const char *reason, u64 first, u64 second)
{
    report("\nPostern stopped: ", reason, first, second);
    machine_power_off();
}

_Noreturn void kernel_reset(const char *reason, u64 first, u64 second)
{
    report("\nPostern resets the machine: ", reason, first, second);
    machine_reset();
}
