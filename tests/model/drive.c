/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: apply an event to the machine, let kernel and model handle it, compare. */
#include "drive.h"
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "compare.h"
#include "model.h"
#include "state.h"
#include "text.h"
#include "view.h"

static const struct drive *drive;
static jmp_buf out_of_kernel;
static uint32_t steps;
static struct step present;
static uint16_t ran; /* who ran before the present step */

static const uint8_t step_register[STEP_REGISTERS] = {10, 11, 12, 13, 14, 15, 16, 17, 5};

static u64 mix(u64 x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

_Noreturn void host_stop(const char *reason)
{
    fflush(stdout);
    fprintf(stderr, "FAILED at step %u: %s\n", steps, reason);
    abort();
}

/* That must be when the model says so, and not otherwise. */
_Noreturn void host_reset(void)
{
    if (drive->drift == 0 && !m.reset)
        host_stop("the machine is reset");
    longjmp(out_of_kernel, 1);
}

uint64_t drive_short_ways(void)
{
    return host.fast;
}

static bool next_step(bool idle)
{
    if (steps >= drive->limit || !drive->next(drive->context, &present, idle))
        return false;
    if (drive->record != NULL)
        drive->record[steps] = present;
    steps++;
    if (drive->done != NULL)
        *drive->done = steps;
    return true;
}

static void finish_step(u16 running)
{
    const char *wrong = drive->drift == 0 ? compare_states(running) : kernel_check();
    if (drive->drift == 0 && m.reset)
        host_stop("the machine is not reset");
    if (drive->trace)
        text_outcome(running);
    if (wrong != NULL)
        host_stop(wrong);
}

/* Time goes on, a device may raise its line. */
static void pass_time(bool idle)
{
    host.now += present.elapsed;
    if ((present.timer || idle) && present.source == 0 && host.deadline != UINT64_MAX &&
        host.now < host.deadline)
        host.now = host.deadline + present.elapsed % 4;
    if (present.source != 0)
        host_raise(present.source);
    if (present.source != 0 && present.glitch)
        host.source[present.source].enabled = true;
    host.withdrawn = present.withdrawn && present.kind == STEP_INTERRUPT;
    if (drive->drift != 0)
        return;
    m.now = host.now;
    m.withdrawn = host.withdrawn;
    if (present.source != 0) {
        m.irq[present.source].pending = true;
        m.irq[present.source].enabled = m.irq[present.source].enabled || present.glitch;
    }
}

static bool can_wake(void)
{
    return host.deadline != UINT64_MAX || host_pending() != 0;
}

/* Nobody can run: that is a state of its own, and only an interrupt ends it. */
void host_wait(void)
{
    finish_step(0);
    view_use_model(drive->drift == 0);
    do {
        if (!next_step(true))
            longjmp(out_of_kernel, 1);
        if (present.kind != STEP_INTERRUPT)
            continue;
        if (!can_wake() && present.source == 0)
            longjmp(out_of_kernel, 1);
        pass_time(true);
        if (drive->trace)
            text_step(&present, 0);
    } while (host_pending() == 0);
    if (drive->drift == 0)
        m_interrupt();
}

/* The thread runs: all of its registers and its buffer get values of their own. */
static void run_user(struct tcb *t)
{
    u64 *buffer = ks_buffer[t->self - 1].word;
    for (u32 i = 0; i < 32; i++)
        t->reg[i] = mix(present.other + i);
    t->reg[REG_PC] &= 0x3ffffffffc;
    for (u32 i = 0; i < STEP_REGISTERS && present.kind == STEP_ECALL; i++)
        t->reg[step_register[i]] = present.reg[i];
    for (u32 i = 0; i < 512; i++)
        buffer[i] = i > 4 && i <= present.words && i <= STEP_WORDS ? present.word[i - 1]
                                                                   : mix(present.other ^ (u64)i << 32);
    for (u32 i = 0; host.fpu_on && i < HOST_FPU; i++)
        host.f[i] = mix(present.other ^ (u64)i << 40);
    if (drive->drift != 0)
        return;
    memcpy(m.thread[t->self].reg, t->reg, sizeof t->reg);
    memcpy(m.thread[t->self].buffer, buffer, sizeof m.thread[1].buffer);
    if (host.fpu_on)
        memcpy(m.thread[t->self].fpu, host.f, sizeof host.f);
}

static void model_step(void)
{
    if (present.kind == STEP_ECALL)
        m_ecall();
    else if (present.kind == STEP_EXCEPTION)
        m_exception(present.cause, present.value);
    else
        m_interrupt();
}

static struct tcb *kernel_step(struct tcb *t)
{
    if (present.kind == STEP_ECALL)
        return host_ecall(t);
    if (present.kind == STEP_EXCEPTION)
        return host_exception(t, present.cause, present.value);
    return host_interrupt(t);
}

void drive_run(const struct drive *d)
{
    drive = d;
    steps = 0;
    view_use_model(d->drift == 0);
    struct tcb *t = boot_both(&d->machine);
    compare_reset();
    finish_step(t->self);
    host.drift = d->drift;
    if (setjmp(out_of_kernel) != 0)
        return;
    for (;;) {
        if (!next_step(false))
            return;
        ran = t->self;
        pass_time(false);
        run_user(t);
        if (d->trace)
            text_step(&present, ran);
        /* The model first: while the kernel sleeps, the next event is made from the model's state. */
        if (d->drift == 0)
            model_step();
        t = kernel_step(t);
        finish_step(t->self);
    }
}
