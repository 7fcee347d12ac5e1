/* SPDX-License-Identifier: BSD-2-Clause */
/* Console, checks and the main function of the test root task. */
#include "test.h"

#define FINISHER_PADDR 0x100000
#define FINISHER_VADDR 0x32001000
#define FINISHER_END   0x5555

/* The runner writes the number of the case and its parameter to this page before the machine starts. */
#define CASE_VADDR 0x3f000000

const struct pn_bootinfo *bootinfo;
word case_parameter;

void root_main(const struct pn_bootinfo *info);
void test_setup(void);

static volatile unsigned char *uart;
static volatile uint32_t *finisher;

cptr use_uart(void)
{
    cptr uart_page = new_slot();
    CHECK_EQ(retype(device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, uart_page, 1, UART_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, uart_page, CONSOLE_VADDR, PN_READ | PN_WRITE);
    cptr page = new_slot();
    CHECK_EQ(retype(low_device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, page, 1, FINISHER_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, page, FINISHER_VADDR, PN_READ | PN_WRITE);
    uart = (volatile unsigned char *)CONSOLE_VADDR;
    finisher = (volatile uint32_t *)FINISHER_VADDR;
    return uart_page;
}

void put_char(char c)
{
    if (uart != NULL) {
        *uart = (unsigned char)c;
        return;
    }
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
    if (finisher != NULL)
        *finisher = FINISHER_END;
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
    word number = *(const volatile word *)CASE_VADDR;
    case_parameter = *(const volatile word *)(CASE_VADDR + 8);
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

/* The compiler clears and copies larger structures with these. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

void *memset(void *to, int value, size_t size)
{
    unsigned char *bytes = to;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)value;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    for (size_t i = 0; i < size; i++)
        target[i] = source[i];
    return to;
}
