/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor: parent of every other component. It receives their faults, reports cause and registers, and
 * starts them anew, leaves them, or resets the machine, as the product description says.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/supervisor.h>
#include <postern/ring_metrics.h>
#include "boots.h"
#include "budget.h"
#include "children.h"
#include "crash.h"
#include "policy.h"
#include "ports.h"
#include "remains.h"
#include "report.h"
#include "watch.h"

/* Where every program's _start is (Microkit manual, "microkit_pd_restart"). */
#define PROGRAM_ENTRY 0x200000u

/* SiFive's test finisher: what it is told and where. */
#define RESET_REBOOT 0x7777u

/* How often the counters are looked at. */
#define LOOK_MS 500u

/* How often the network alarm is raised while only the safe composition runs. */
#define ALARM_MS 60000u

static struct policy policy;
static struct watch watch[CHILD_COUNT];
static struct budget_run budget[CHILD_COUNT];
static bool safe;
static uint64_t started_ms, alarm_ms;
static bool
    lasting; /* this boot is held against nobody any more; or it is a safe one, which never proves anything */
static uint64_t look_ms;

/* The children's deadlines count the time in which somebody looked: a machine that stands still as a whole,
 * or a dead pulse, is nobody's fault. */
static uint64_t watched_ms;
static uint64_t *metric_faults, *metric_restarts, *metric_stuck, *metric_over_budget;

static uint64_t now_ms(void)
{
    return clock_ns() / 1000000u;
}

static void reset(void)
{
    *(volatile uint32_t *)(uintptr_t)reset_regs = RESET_REBOOT;
}

/* Starts who is due. Bounded: each child at most once. */
static void run(void)
{
    uint64_t now = now_ms();
    int child;

    for (unsigned i = 0; i < children_count && (child = policy_next(&policy, now)) >= 0; i++) {
        microkit_pd_restart((microkit_child)child, PROGRAM_ENTRY);
        watch_begin(&watch[child], watched_ms);
        budget_begin(&budget[child]);
        metric_add(metric_restarts, 1);
        report_state((microkit_child)child, &policy.child[child], now);
    }
    if (policy_reboots(&policy, now)) {
        reset();
    }
}

static void failed(microkit_child child)
{
    uint64_t now = now_ms(); /* one reading: what is reported is what was decided */

    (void)policy_failed(&policy, child, now);
    report_state(child, &policy.child[child], now);
}

static const struct metrics_page *page_of(const volatile uint64_t *address)
{
    return (const struct metrics_page *)(uintptr_t)*address;
}

/* What a child has done, and what others want of it. */
static struct watch_view view_of(microkit_child child)
{
    const struct children_progress *progress = &children_progress[child];
    struct watch_view view = {.sum = watch_sum(page_of(progress->page), progress->counters)};
    bool demanded = false;

    for (const struct children_demand *demand = children_demand; demand->page; demand++) {
        if (demand->child == child) {
            uint64_t value = watch_sum(page_of(demand->page), demand->counter);

            demanded = true;
            view.demand += demand->waits ? 0 : value;
            view.waited_for = view.waited_for || (demand->waits && value != 0);
        }
    }
    view.waited_for = view.waited_for || !demanded;
    return view;
}

/* Stops who has not worked for too long. */
static void look(void)
{
    uint64_t now = now_ms();

    if (now < look_ms) {
        return;
    }
    watched_ms += now < look_ms + LOOK_MS ? now - look_ms + LOOK_MS : UINT64_C(2) * LOOK_MS;
    look_ms = now + LOOK_MS;
    ring_metrics_update();
    if (safe && now >= alarm_ms) {
        alarm_ms = now + ALARM_MS;
        microkit_notify((microkit_channel)alarm_id);
    }
    if (!lasting && now - started_ms >= BOOT_CLEAN_S * UINT64_C(1000)) {
        lasting = true;
        boots_forgive(report_boots());
        log_info("this boot lasts");
    }
    for (microkit_child child = 0; child < children_count; child++) {
        const struct children_progress *progress = &children_progress[child];

        if (!progress->counters || policy.child[child].state != POLICY_RUNNING) {
            continue;
        }
        struct watch_view view = view_of(child);
        if (watch_stuck(&watch[child], &view, watched_ms, progress->deadline_ms)) {
            metric_add(metric_stuck, 1);
            microkit_pd_stop(child);
            report_stuck(child, progress->counters, progress->deadline_ms);
            remains_take(child, "no progress", 0, now);
            failed(child);
        }
    }
}

/* Nothing but a run of them that is too long says that a child has failed. True: it goes on when it has
 * budget again. */
static bool exhausted(microkit_child child)
{
    const struct budget_rule *rule = &children_budget[child];
    enum budget_verdict verdict = budget_exhausted(&budget[child], rule, clock_ns() / 1000u);

    report_exhausted(child);
    if (verdict == BUDGET_GO_ON) {
        return true;
    }
    metric_add(metric_over_budget, 1);
    report_over_budget(child, rule->for_ms, verdict == BUDGET_FAILED);
    if (verdict == BUDGET_TOLD_NOW) {
        return true;
    }
    microkit_pd_stop(child);
    remains_take(child, "budget exhausted", 0, now_ms());
    failed(child);
    run();
    return false;
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    uint64_t words[seL4_UnknownSyscall_Length];
    size_t count = microkit_msginfo_get_count(msginfo);
    struct fault_report report;

    if (microkit_msginfo_get_label(msginfo) == seL4_Fault_Timeout && child < children_count &&
        children_budget[child].action != BUDGET_THROTTLE) {
        *reply_msginfo = microkit_msginfo_new(0, 0);
        return exhausted(child) ? seL4_True : seL4_False;
    }
    if (count > seL4_UnknownSyscall_Length) {
        count = seL4_UnknownSyscall_Length;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = microkit_mr_get((seL4_Uint8)i);
    }
    metric_add(metric_faults, 1);
    if (child >= children_count) {
        log_error("fault message from child %u, which does not exist", child);
        return seL4_False;
    }
    report = fault_decode(microkit_msginfo_get_label(msginfo), words, count);
    report_fault(child, &report);
    remains_take(child, report.text, report.address, now_ms());
    failed(child);
    run();
    return seL4_False;
}

/* What the operator wants of one child. False: not in this build. */
static bool wish(seL4_Word call, microkit_child child)
{
    switch (call) {
    case SUPERVISOR_RESTART:
        log_warn("the operator restarts %s", children_name[child]);
        policy_asked(&policy, child, now_ms());
        run();
        return true;
    case SUPERVISOR_CRASH:
        return crash_child(child);
    case SUPERVISOR_STALL:
        return stall_child(child);
    default:
        return false;
    }
}

/* The children that a call names; 0: it names one that does not exist, or none. */
static size_t named(microkit_msginfo msginfo, microkit_child *child)
{
    size_t count = microkit_msginfo_get_count(msginfo);

    if (count > CHILD_COUNT) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t word = microkit_mr_get((seL4_Uint8)i);

        if (word >= children_count) {
            return 0;
        }
        child[i] = (microkit_child)word;
    }
    return count;
}

/* The operator's wishes; nobody but the console has a channel for calls. */
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    seL4_Word call = microkit_msginfo_get_label(msginfo);
    microkit_child child[CHILD_COUNT];
    size_t count = named(msginfo, child);
    bool done = count > 0;

    (void)ch;
    if (call == SUPERVISOR_CRASH_SELF || call == SUPERVISOR_STALL_SELF) {
        crash_self(call == SUPERVISOR_STALL_SELF);
        return microkit_msginfo_new(SUPERVISOR_BAD_CALL, 0);
    }
    if (call == SUPERVISOR_BOOT) {
        boots_forgive(report_boots());
        reset();
        return microkit_msginfo_new(SUPERVISOR_OK, 0);
    }
    for (size_t i = 0; i < count && done; i++) {
        done = wish(call, child[i]);
    }
    return microkit_msginfo_new(done ? SUPERVISOR_OK : SUPERVISOR_BAD_CALL, 0);
}

/* The pulse, which sees by the count that all this was done; or the console's wake-ups of the log ring, where
 * nothing waits for space. */
void notified(microkit_channel ch)
{
    (void)ch;
    remains_look(now_ms());
    look();
    run();
    report_round();
}

/* Nobody else has run yet: all have a lower priority. */
static void leave_out(void)
{
    safe = true;
    for (microkit_child child = 0; child < children_count; child++) {
        if ((CHILDREN_SAFE >> child & 1) == 0) {
            microkit_pd_stop(child);
            policy_hold(&policy, child);
            report_left_out(child);
        }
    }
    log_error(
        "SAFE COMPOSITION: %u boots in a row did not last; `boot` on the console tries everything again",
        (unsigned)report_boots()->unclean - 1);
}

void init(void)
{
    lasting = boots_begin(report_boots(), BOOT_LIMIT);
    started_ms = now_ms();
    LOG_START();
    metrics_start(metrics);
    metric_faults = metrics_add("faults");
    metric_restarts = metrics_add("restarts");
    metric_stuck = metrics_add("stuck");
    metric_over_budget = metrics_add("over_budget");
    policy_init(&policy, children_rule, children_count, now_ms());
    for (unsigned i = 0; i < children_count; i++) {
        watch_begin(&watch[i], watched_ms);
    }
    report_start(children_name, children_count);
    remains_start();
    if (lasting) {
        leave_out();
    } else if (report_boots()->unclean > 1) {
        log_warn("boots in a row that did not last: %u of %u", (unsigned)report_boots()->unclean - 1,
                 BOOT_LIMIT);
    }
    log_info("watching %u components", children_count);
}
