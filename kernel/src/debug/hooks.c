/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug builds: console and halt for user code, invariants after every system call, dumps of unhandled
 * faults. */
#include "hooks.h"
#include "check.h"
#include "debug/print.h"
#include "probe/probe.h"
#include "state.h"

#define NAME_LENGTH 32u

struct name {
    u8 text[NAME_LENGTH];
};

static struct name names[PN_MAX_TCBS + 1];

static void set_name(struct tcb *t, u64 cptr)
{
    struct cap c = cap_lookup(t, cptr);
    u16 target = cap_index(c);
    if (cap_type(c) != PN_CAP_TCB || target > PN_MAX_TCBS) {
        tcb_answer(t, PN_ERR_INVALID_CAPABILITY);
        return;
    }
    for (u32 i = 0; i < NAME_LENGTH; i++) {
        u64 word = buffer_at(t->self)->word[1 + i / 8];
        names[target].text[i] = (u8)(word >> 8 * (i % 8) & 0xffu);
    }
    names[target].text[NAME_LENGTH - 1] = 0;
    tcb_answer(t, PN_OK);
}

static void print_name(u16 t)
{
    for (u32 i = 0; t <= PN_MAX_TCBS && i < NAME_LENGTH && names[t].text[i] != 0; i++) {
        u8 c = names[t].text[i];
        machine_putchar(c >= 0x20 && c < 0x7f ? c : (u8)'?');
    }
}

bool hook_syscall(struct tcb *t, u64 number)
{
    switch ((int64_t)number) {
    case PN_SYS_DEBUG_PUTCHAR:
        machine_putchar((u8)(t->reg[REG_A0] & 0xffu));
        return true;
    case PN_SYS_DEBUG_HALT:
        print_text("\nhalted by user code, exit code ");
        print_number(t->reg[REG_A0]);
        print_text("\n");
        machine_power_off();
    case PN_SYS_DEBUG_NAME:
        set_name(t, t->reg[REG_A0]);
        return true;
    default:
        return probe_syscall(t, number);
    }
}

void hook_leave(void)
{
    const char *broken = kernel_check();
    if (broken != NULL)
        kernel_stop(broken, 0, 0);
}

void hook_unhandled_fault(const struct tcb *t)
{
    static const char *const register_names[32] = {
        "pc", "ra", "sp", "gp", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
        "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6",  "tp"};
    print_text("\nunhandled fault: thread ");
    print_number(t->self);
    print_text(" ");
    print_name(t->self);
    print_text(" kind ");
    print_number(t->fault);
    print_text(" cause ");
    print_number(t->fault_code);
    print_text(" address ");
    print_hex(t->fault_address);
    for (u32 i = 0; i < 32; i++) {
        print_text(i % 4 == 0 ? "\n  " : "  ");
        print_text(register_names[i]);
        print_text(" ");
        print_hex(t->reg[tcb_register(i)]);
    }
    print_text("\n");
}

void hook_boot(void)
{
    print_text("Postern kernel, debug build\n");
}
