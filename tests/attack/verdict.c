/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An attacker's faults against what it has announced.
 */
#include <microkit.h>
#include <postern/abi.h>
#include "verdict.h"

/* The message's words that say where: address, capability, number of the call, or pc. */
static bool as_announced(const struct attack_page *said, uint64_t label)
{
    switch (label) {
    case PN_FAULT_VM:
        return said->address == microkit_mr_get(1) && said->cause == microkit_mr_get(3);
    case PN_FAULT_CAP:
        return said->address == microkit_mr_get(1);
    case PN_FAULT_UNKNOWN_SYSCALL:
        return said->address == microkit_mr_get(10);
    case PN_FAULT_USER_EXCEPTION:
        return said->address == microkit_mr_get(0) && said->cause == microkit_mr_get(2);
    default:
        return false;
    }
}

void verdict_take(struct verdict *verdict, const struct attack_page *said, uint64_t label)
{
    verdict->faults++;
    if (label != said->label || !as_announced(said, label)) {
        verdict->wrongs++;
        verdict->label = label;
        verdict->pc = microkit_mr_get(0);
        verdict->address = microkit_mr_get(1);
        verdict->cause = microkit_mr_get(3);
    }
}

bool verdict_is_call(uint64_t label, long number)
{
    return label == PN_FAULT_UNKNOWN_SYSCALL && microkit_mr_get(10) == (uint64_t)number;
}

static void put_number(const char *name, uint64_t value)
{
    microkit_dbg_puts(name);
    for (int shift = 60; shift >= 0; shift -= 4) {
        microkit_dbg_putc("0123456789abcdef"[value >> shift & 15]);
    }
}

void verdict_print(const char *name, const struct verdict *verdict, const struct attack_page *said)
{
    microkit_dbg_puts("\n<attack ");
    microkit_dbg_puts(name);
    put_number(" acts ", said->acts);
    put_number(" faults ", verdict->faults);
    put_number(" said ", said->faults);
    put_number(" answers ", said->answers);
    put_number(" rounds ", said->rounds);
    put_number(" wrong ", said->wrongs + verdict->wrongs);
    for (uint64_t i = 0; i < said->wrongs && i < ATTACK_WRONG; i++) {
        put_number("\n  act ", said->wrong[i].act);
        put_number(" what ", said->wrong[i].what);
        put_number(" expected ", said->wrong[i].expected);
        put_number(" got ", said->wrong[i].got);
    }
    if (verdict->wrongs != 0) {
        put_number("\n  last fault: label ", verdict->label);
        put_number(" pc ", verdict->pc);
        put_number(" address ", verdict->address);
        put_number(" cause ", verdict->cause);
    }
    microkit_dbg_puts(">\n");
}
