/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The referee, linked into the supervisor: the operator's `crash` takes a component over instead, and while
 * it attacks, each of its faults is compared with what it had to end in, and it goes on. Then the fault that
 * ends the attack takes the ordinary way. The result is printed a little later, when the component has
 * started anew: a console that is under attack could not show it before.
 *
 * `crash supervisor` takes the supervisor itself over: at its next pulse, so that the console gets its
 * answer. What becomes of its acts the umpire sees, which is its parent in this product.
 */
#include <stdbool.h>
#include <stddef.h>
#include <microkit.h>
#include <postern/abi.h>
#include <postern/log.h>
#include <postern/protocol/supervisor.h>
#include "act.h"
#include "children.h"
#include "crash.h"
#include "ports.h"
#include "verdict.h"

#define REPORT_PULSES 10u
#define TALK_PULSES   4u

struct match {
    bool taken, active, sleeping; /* taken: once is enough */
    unsigned report_in;           /* pulses; 0: nothing to report */
    struct verdict verdict;
};

static struct match match[CHILD_COUNT];
static struct attack_page result[CHILD_COUNT];
static bool surrender;

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
void __wrap_crash_self(bool stall);

static const struct attack_page *page(microkit_child child)
{
    return (const struct attack_page *)(uintptr_t)*page_of[child];
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
    if (verdict_is_call(label, ATTACK_PAUSE)) {
        /* Without its pulses nobody would be woken. */
        now->sleeping = child != CHILD_pulse;
        if (!now->sleeping) {
            microkit_pd_restart(child, page(child)->resume);
        }
        return seL4_False;
    }
    if (verdict_is_call(label, ATTACK_END)) {
        end(child);
        return seL4_False;
    }
    verdict_take(&now->verdict, page(child), label);
    microkit_pd_restart(child, page(child)->resume);
    return seL4_False;
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

/* Again a little later when there was no room for a line of it. */
static void report(microkit_child child)
{
    uint32_t lost = log_lost();

    verdict_print(children_name[child], &match[child].verdict, &result[child]);
    if (log_lost() != lost) {
        match[child].report_in = REPORT_PULSES;
    }
}

void __wrap_notified(microkit_channel ch)
{
    __real_notified(ch);
    if (ch != pulse_id) {
        return;
    }
    if (surrender) {
        surrender = false;
        act_begin();
    }
    talk();
    bool is_heard = !match[CHILD_uart0].active && !match[CHILD_console].active;
    for (microkit_child child = 0; child < CHILD_COUNT; child++) {
        if (match[child].active && match[child].sleeping) {
            match[child].sleeping = false;
            microkit_pd_restart(child, page(child)->resume);
        }
        if (is_heard && match[child].report_in != 0 && --match[child].report_in == 0) {
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

void __wrap_crash_self(bool stall)
{
    surrender = !stall;
}
