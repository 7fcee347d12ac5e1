/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages in words: one function a kind of fault.
 */
#include <stdio.h>
#include <sel4/types.h>
#include "fault_text.h"

/* RISC-V privileged specification, table of supervisor cause values. */
static const char *cause_text(uint64_t scause)
{
    static const char *const text[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
        "call from user mode",
        "call from supervisor mode",
        "reserved",
        "reserved",
        "instruction page fault",
        "load page fault",
        "reserved",
        "store page fault",
    };

    return scause < sizeof text / sizeof text[0] ? text[scause] : "unknown cause";
}

static void decode_vm(struct fault_report *report, const uint64_t *words)
{
    report->address = words[1];
    (void)snprintf(report->text, sizeof report->text, "%s at address 0x%llx", cause_text(words[3]),
                   (unsigned long long)words[1]);
}

static void decode_cap(struct fault_report *report, const uint64_t *words)
{
    report->address = words[1];
    (void)snprintf(report->text, sizeof report->text, "no capability at 0x%llx for this %s",
                   (unsigned long long)words[1], words[2] ? "receive" : "send");
}

static void decode_syscall(struct fault_report *report, const uint64_t *words)
{
    (void)snprintf(report->text, sizeof report->text, "unknown system call %lld", (long long)words[10]);
}

static void decode_exception(struct fault_report *report, const uint64_t *words)
{
    (void)snprintf(report->text, sizeof report->text, "%s, value 0x%llx", cause_text(words[2]),
                   (unsigned long long)words[3]);
}

static void decode_timeout(struct fault_report *report, const uint64_t *words)
{
    report->pc = 0;
    (void)snprintf(report->text, sizeof report->text, "budget exhausted after %llu us",
                   (unsigned long long)words[1]);
}

struct fault_report fault_decode(uint64_t label, const uint64_t *words, size_t count)
{
    static const struct {
        size_t words;
        void (*decode)(struct fault_report *, const uint64_t *);
    } kind[] = {
        [seL4_Fault_CapFault] = {4, decode_cap},
        [seL4_Fault_UnknownSyscall] = {11, decode_syscall},
        [seL4_Fault_UserException] = {4, decode_exception},
        [seL4_Fault_Timeout] = {2, decode_timeout},
        [seL4_Fault_VMFault] = {4, decode_vm},
    };
    struct fault_report report = {.label = (uint32_t)(label & 0xffffffffu)};

    if (label >= sizeof kind / sizeof kind[0] || !kind[label].decode || count < kind[label].words) {
        (void)snprintf(report.text, sizeof report.text, "malformed fault message: label %llu, %llu words",
                       (unsigned long long)label, (unsigned long long)count);
        return report;
    }
    report.pc = words[0];
    kind[label].decode(&report, words);
    return report;
}
