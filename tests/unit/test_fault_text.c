/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages in words, malformed ones included.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <postern/abi.h>
#include "fault_text.h"

static void test_memory_fault(void **state)
{
    const uint64_t words[] = {0x200100, 0xdeadbeef, 0, 15};
    struct fault_report report = fault_decode(PN_FAULT_VM, words, 4);

    (void)state;
    assert_string_equal(report.text, "store page fault at address 0xdeadbeef");
    assert_int_equal(report.pc, 0x200100);
    assert_int_equal(report.address, 0xdeadbeef);
}

static void test_other_faults(void **state)
{
    const uint64_t cap[] = {1, 99, 0, 0}, exception[] = {1, 2, 2, 7}, timeout[] = {5, 1000};
    const uint64_t call[11] = {[10] = (uint64_t)-99};

    (void)state;
    assert_string_equal(fault_decode(PN_FAULT_CAP, cap, 4).text, "no capability at 0x63 for this send");
    assert_string_equal(fault_decode(PN_FAULT_USER_EXCEPTION, exception, 4).text,
                        "illegal instruction, value 0x7");
    assert_string_equal(fault_decode(PN_FAULT_TIMEOUT, timeout, 2).text, "budget exhausted after 1000 us");
    assert_string_equal(fault_decode(PN_FAULT_UNKNOWN_SYSCALL, call, 11).text, "unknown system call -99");
}

static void test_malformed(void **state)
{
    const uint64_t words[] = {1, 2, 3, UINT64_MAX};

    (void)state;
    assert_non_null(strstr(fault_decode(PN_FAULT_VM, words, 3).text, "malformed"));
    assert_non_null(strstr(fault_decode(4, words, 4).text, "malformed"));
    assert_non_null(strstr(fault_decode(UINT64_MAX, words, 4).text, "malformed"));
    assert_non_null(strstr(fault_decode(PN_FAULT_VM, words, 4).text, "unknown cause"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_fault),
        cmocka_unit_test(test_other_faults),
        cmocka_unit_test(test_malformed),
    };

    return cmocka_run_group_tests_name("fault_text", tests, NULL, NULL);
}
