/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The referee, linked into the supervisor: the operator's `crash` takes a component over instead, and while
 * it attacks, each of its faults is compared with what it had to end in, and it goes on. Then the fault that
 * ends the attack takes the ordinary way. The result is printed a little later, when the component has
 * started anew: a console that is under attack could not show it before.
 */
#include <stdbool.h>
#include <stddef.h>
#include <microkit.h>
#include <postern/abi.h>
#include <postern/log.h>
#include <postern/protocol/supervisor.h>
#include "attack.h"
#include "children.h"
#include "crash.h"
#include "ports.h"

#define REPORT_PULSES 10u
#define TALK_PULSES   4u

struct match {
    bool taken, active, sleeping; /* taken: once is enough */
    unsigned report_in;           /* pulses; 0: nothing to report */
    uint64_t faults, wrongs, label, address, cause, pc;
};

static struct match match[CHILD_COUNT];
static struct attack_page result[CHILD_COUNT];

#define ID_OF(id, name) CHILD_##name = (id),
enum { CHILDREN(ID_OF) };

#define ENTRY_OF(id, name) [id] = &attack_##name,
static const volatile uint64_t *const page_of[CHILD_COUNT] = {CHILDREN(ENTRY_OF)};

seL4_Bool __real_fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);
seL4_Bool __wrap_fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);
microkit_msginfo __real_protected(microkit_channel ch, microkit_msginfo msginfo);
microkit_msginfo __wrap_protected(microkit_channel ch, microkit_msginfo msginfo);
void __real_notified(microkit_channel ch);
void __wrap_notified(microkit_channel ch);
bool __wrap_crash_child(microkit_child child);

static const struct attack_page *page(microkit_child child)
{
    return (const struct attack_page *)(uintptr_t)*page_of[child];
}

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

static void end(microkit_child child)
{
    result[child] = *page(child);
    match[child].active = false;
    match[child].report_in = REPORT_PULSES;
    microkit_pd_restart(child, 0);
}

seL4_Bool __wrap_fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    uint64_t label = microkit_msginfo_get_label(msginfo);
    struct match *now = child < CHILD_COUNT ? &match[child] : NULL;

    if (!now || !now->active) {
        return __real_fault(child, msginfo, reply_msginfo);
    }
    if (label == PN_FAULT_UNKNOWN_SYSCALL && microkit_mr_get(10) == (uint64_t)ATTACK_PAUSE) {
        /* Without its pulses nobody would be woken. */
        now->sleeping = child != CHILD_pulse;
        if (!now->sleeping) {
            microkit_pd_restart(child, page(child)->resume);
        }
        return seL4_False;
    }
    if (label == PN_FAULT_UNKNOWN_SYSCALL && microkit_mr_get(10) == (uint64_t)ATTACK_END) {
        end(child);
        return seL4_False;
    }
    now->faults++;
    if (label != page(child)->label || !as_announced(page(child), label)) {
        now->wrongs++;
        now->label = label;
        now->pc = microkit_mr_get(0);
        now->address = microkit_mr_get(1);
        now->cause = microkit_mr_get(3);
    }
    microkit_pd_restart(child, page(child)->resume);
    return seL4_False;
}

static void put_number(const char *name, uint64_t value)
{
    microkit_dbg_puts(name);
    for (int shift = 60; shift >= 0; shift -= 4) {
        microkit_dbg_putc("0123456789abcdef"[value >> shift & 15]);
    }
}

static void report(microkit_child child)
{
    const struct attack_page *said = &result[child];

    microkit_dbg_puts("\n<attack ");
    microkit_dbg_puts(children_name[child]);
    put_number(" acts ", said->acts);
    put_number(" faults ", match[child].faults);
    put_number(" said ", said->faults);
    put_number(" answers ", said->answers);
    put_number(" rounds ", said->rounds);
    put_number(" wrong ", said->wrongs + match[child].wrongs);
    for (uint64_t i = 0; i < said->wrongs && i < ATTACK_WRONG; i++) {
        put_number("\n  act ", said->wrong[i].act);
        put_number(" what ", said->wrong[i].what);
        put_number(" expected ", said->wrong[i].expected);
        put_number(" got ", said->wrong[i].got);
    }
    if (match[child].wrongs != 0) {
        put_number("\n  last fault: label ", match[child].label);
        put_number(" pc ", match[child].pc);
        put_number(" address ", match[child].address);
        put_number(" cause ", match[child].cause);
    }
    microkit_dbg_puts(">\n");
}

/* The operator's calls are the console's to make; obeyed, they would end the test, the machine perhaps. */
microkit_msginfo __wrap_protected(microkit_channel ch, microkit_msginfo msginfo)
{
    uint64_t label = microkit_msginfo_get_label(msginfo);

    if (match[CHILD_console].active && label >= SUPERVISOR_RESTART && label <= SUPERVISOR_BOOT) {
        return microkit_msginfo_new(SUPERVISOR_BAD_CALL, 0);
    }
    return __real_protected(ch, msginfo);
}

/* Whoever writes a ring sees what its reader has done only when there is something to say: here, what the
 * serial driver does to the console, and the console to the log. */
static void talk(void)
{
    static unsigned pulses;

    if ((match[CHILD_uart0].active || match[CHILD_console].active) && ++pulses % TALK_PULSES == 0) {
        log_info("the attack goes on");
    }
}

void __wrap_notified(microkit_channel ch)
{
    __real_notified(ch);
    if (ch != pulse_id) {
        return;
    }
    talk();
    for (microkit_child child = 0; child < CHILD_COUNT; child++) {
        if (match[child].active && match[child].sleeping) {
            match[child].sleeping = false;
            microkit_pd_restart(child, page(child)->resume);
        }
        if (match[child].report_in != 0 && --match[child].report_in == 0) {
            report(child);
        }
    }
}

bool __wrap_crash_child(microkit_child child)
{
    /* A hostile serial driver, or console, may repeat what the operator has typed. */
    if (page(child)->entry == 0 || match[child].taken) {
        return false;
    }
    match[child] = (struct match){.taken = true, .active = true};
    microkit_pd_restart(child, page(child)->entry);
    return true;
}
