/* SPDX-License-Identifier: BSD-2-Clause */
/* Console, checks and the main function of the test root task. */
#include "test.h"

/* The runner writes the number of the case here before the machine starts. */
volatile word selected_case = ~(word)0;

const struct pn_bootinfo *bootinfo;

void root_main(const struct pn_bootinfo *info);
void test_setup(void);

void put_char(char c)
{
    struct regs r = {.a0 = (unsigned char)c};
    syscall(PN_SYS_DEBUG_PUTCHAR, &r);
}

void put(const char *text)
{
    for (; *text != 0; text++)
        put_char(*text);
}

void put_number(word value)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0)
        put_char(digits[--count]);
}

void put_hex(word value)
{
    put("0x");
    for (unsigned i = 0; i < 16; i++)
        put_char("0123456789abcdef"[value >> (60 - 4 * i) & 15]);
}

_Noreturn void test_end(bool passed)
{
    put(passed ? "\n@pass\n" : "\n@fail\n");
    struct regs r = {.a0 = passed ? 0 : 1};
    for (;;)
        syscall(PN_SYS_DEBUG_HALT, &r);
}

void check_true(bool ok, const char *file, unsigned line, const char *text)
{
    if (ok)
        return;
    put("\ncheck failed: ");
    put(file);
    put(":");
    put_number(line);
    put(": ");
    put(text);
    test_end(false);
}

void check_equal(word actual, word expected, const char *file, unsigned line, const char *text)
{
    if (actual == expected)
        return;
    put("\nexpected ");
    put_hex(expected);
    put(", got ");
    put_hex(actual);
    check_true(false, file, line, text);
}

void report(const char *name, word value)
{
    put("\n@figure ");
    put(name);
    put(" ");
    put_number(value);
    put("\n");
}

static void list_cases(void)
{
    for (unsigned g = 0; g < group_count; g++) {
        for (unsigned i = 0; i < groups[g]->count; i++) {
            put("\n@case ");
            put(groups[g]->cases[i].name);
        }
    }
    test_end(true);
}

void root_main(const struct pn_bootinfo *info)
{
    word number = selected_case;
    bootinfo = info;
    if (number == ~(word)0)
        list_cases();
    CHECK_EQ(bootinfo->magic, PN_BOOTINFO_MAGIC);
    test_setup();
    for (unsigned g = 0; g < group_count; g++) {
        if (number < groups[g]->count) {
            groups[g]->cases[number].run();
            test_end(true);
        }
        number -= groups[g]->count;
    }
    put("\nno such case");
    test_end(false);
}
