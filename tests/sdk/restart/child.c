/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says whether it is as new, spoils all that it has, and dies as it is told.
 */
#include <stdint.h>
#include <microkit.h>

#include "deaths.h"
#include "state.h"

#define PARENT 3

uintptr_t orders; /* set by the tool */

typedef void (*code)(void);

static uint32_t instruction = 0x00008067; /* ret, but in data */
static const code constants[] = {state_spoil};

static volatile uintptr_t nowhere;

__attribute__((noinline)) static uint32_t recurse(volatile uint32_t *outer)
{
    volatile uint32_t here[64];

    here[0] = outer[0] + 1;
    return here[0] != 0 ? recurse(here) + here[0] : 0; /* never 0: the stack ends first */
}

static void die_in_memory(enum death how)
{
    volatile uint32_t start[1] = {0};

    switch (how) {
    case DEATH_NULL_WRITE:
        *(volatile uint32_t *)nowhere = 1;
        break;
    case DEATH_STACK_OVERFLOW:
        (void)recurse(start);
        break;
    case DEATH_EXECUTE_DATA:
        ((code)(uintptr_t)&instruction)();
        break;
    case DEATH_WRITE_TEXT:
        *(volatile uint32_t *)0x200000 = 0;
        break;
    case DEATH_WRITE_CONSTANT_TABLE:
        *(volatile code *)(uintptr_t)constants = 0;
        break;
    default:
        ((code)nowhere)();
    }
}

static void die(enum death how)
{
    switch (how) {
    case DEATH_ILLEGAL_INSTRUCTION:
        __asm__ volatile(".word 0xffffffff");
        break;
    case DEATH_UNKNOWN_SYSTEM_CALL:
        __asm__ volatile("li a7, 77; ecall" : : : "a7", "a0", "a1", "memory");
        break;
    case DEATH_MISSING_CAPABILITY:
        seL4_Signal(BASE_TCB_CAP);
        break;
    case DEATH_LOST_MESSAGE_BUFFER:
        __sel4_ipc_buffer = (seL4_IPCBuffer *)nowhere;
        seL4_SetMR(0, 1);
        break;
    case DEATH_ASSERTION:
        seL4_Assert(how == DEATHS);
        break;
    case DEATH_ENDLESS_LOOP:
        microkit_notify(PARENT);
        for (;;) {
        }
    case DEATH_IN_A_CALL:
        (void)microkit_ppcall(PARENT, microkit_msginfo_new(7, 0));
        microkit_dbg_puts("child: WRONG: the call came back\n");
        break;
    default:
        die_in_memory(how);
    }
}

void init(void)
{
    const char *wrong = state_wrong();
    enum death how = (enum death) * (volatile uint32_t *)orders;

    microkit_dbg_puts(wrong ? "child: WRONG: " : "child: as new");
    microkit_dbg_puts(wrong ? wrong : "");
    microkit_dbg_puts("\n");
    if (how == DEATHS) {
        microkit_dbg_puts("child: done\n");
        return;
    }
    state_spoil();
    if (how == DEATH_WAITING) {
        microkit_irqs = 0;
        microkit_deferred_notify(PARENT); /* with the wait that follows, in one system call */
        return;
    }
    die(how);
    microkit_dbg_puts("child: WRONG: alive\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
