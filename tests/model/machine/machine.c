/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated machine: power on, timer, console, interrupt controller, FPU, and entry into the kernel. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "fast/fast.h"
#include "machine/machine.h"
#include "machine/plic.h"
#include "state.h"
#include "trap.h"

struct host host;

extern u8 __sealed_start[];
extern u8 __sealed_end[];

static void fill(void *at, size_t size, u64 garbage)
{
    u64 *word = at;
    for (size_t i = 0; i < size / 8; i++)
        word[i] = garbage;
}

void host_power_on(u64 garbage)
{
    if (host.sealed &&
        mprotect(__sealed_start, (size_t)(__sealed_end - __sealed_start), PROT_READ | PROT_WRITE) != 0)
        host_stop("mprotect");
    struct host fresh = {.deadline = UINT64_MAX, .fast = host.fast};
    host = fresh;
    memset(&ks, 0, sizeof ks);
    memset(ks_tcb, 0, sizeof ks_tcb);
    memset(ks_endpoint, 0, sizeof ks_endpoint);
    memset(ks_notification, 0, sizeof ks_notification);
    memset(ks_reply, 0, sizeof ks_reply);
    memset(ks_sc, 0, sizeof ks_sc);
    memset(ks_ready, 0, sizeof ks_ready);
    memset(ks_marks, 0, sizeof ks_marks);
    memset(ks_fpu, 0, sizeof ks_fpu);
    memset(&fixed, 0, sizeof fixed);
    memset(fixed_binding, 0, sizeof fixed_binding);
    memset(fixed_bound_tcb, 0, sizeof fixed_bound_tcb);
    memset(fixed_cnode, 0, sizeof fixed_cnode);
    memset(fixed_untyped, 0, sizeof fixed_untyped);
    memset(fixed_irq, 0, sizeof fixed_irq);
    memset(fixed_schedule, 0, sizeof fixed_schedule);
    memset(fixed_table_mapped, 0, sizeof fixed_table_mapped);
    fill(ks_buffer, sizeof ks_buffer, garbage);
    fill(fixed_vspace, sizeof fixed_vspace, garbage);
    fill(fixed_table, sizeof fixed_table, garbage);
    fill(fixed_slot, sizeof fixed_slot, garbage);
}

/* PLIC: the lowest number wins, all priorities are equal. */
static u16 best_source(void)
{
    for (u16 i = 1; i < HOST_SOURCES; i++) {
        if (host.source[i].pending && host.source[i].enabled && !host.source[i].claimed)
            return i;
    }
    return 0;
}

u64 host_pending(void)
{
    u64 pending = 0;
    if (host.now >= host.deadline)
        pending |= SIP_TIMER;
    if (best_source() != 0)
        pending |= SIP_EXTERNAL;
    return pending & host.enabled;
}

void host_raise(u16 source)
{
    host.source[source % HOST_SOURCES].pending = true;
}

void plic_init(u64 paddr, u64 context, u16 sources)
{
    (void)paddr;
    (void)context;
    host.sources = sources;
}

u32 plic_claim(void)
{
    u16 source = host.withdrawn ? 0 : best_source();
    host.withdrawn = false;
    host.source[source].pending = false;
    host.source[source].claimed = source != 0;
    return source;
}

/* The controller ignores the completion of a source that is not enabled. */
void plic_complete(u16 source)
{
    if (source >= HOST_SOURCES)
        host_stop("PLIC: no such source");
    if (host.source[source].enabled)
        host.source[source].claimed = false;
}

void plic_enable(u16 source)
{
    if (source >= HOST_SOURCES)
        host_stop("PLIC: no such source");
    host.source[source].enabled = true;
}

void plic_disable(u16 source)
{
    if (source >= HOST_SOURCES)
        host_stop("PLIC: no such source");
    host.source[source].enabled = false;
}

void machine_fpu_save(struct fpu_state *s)
{
    if (!host.fpu_on)
        host_stop("FPU saved while off");
    memcpy(s->f, host.f, sizeof s->f);
    s->fcsr = host.f[HOST_FPU - 1];
}

void machine_fpu_restore(const struct fpu_state *s)
{
    if (!host.fpu_on)
        host_stop("FPU restored while off");
    memcpy(host.f, s->f, sizeof s->f);
    host.f[HOST_FPU - 1] = s->fcsr;
}

bool machine_probe_stimecmp(void)
{
    return true;
}

void machine_timer_init(bool has_stimecmp)
{
    (void)has_stimecmp;
}

void machine_set_timer(u64 deadline)
{
    host.deadline = deadline;
}

void machine_putchar(u8 byte)
{
    (void)fputc(byte, stderr);
}

_Noreturn void machine_reset(void)
{
    host_reset();
}

_Noreturn void machine_power_off(void)
{
    host_stop("power off");
}

struct tcb *host_ecall(struct tcb *t)
{
    const u64 *a = &t->reg[REG_A0];
    struct tcb *next = NULL;
    t->reg[REG_PC] += ECALL_BYTES;
    switch ((int64_t)t->reg[REG_A7]) {
    case PN_SYS_CALL:
        next = fast_call(a[0], a[1], a[2], a[3], a[4], a[5], a[6], t);
        host.fast += next != NULL;
        return next != NULL ? next : handle_call(t);
    case PN_SYS_REPLY_RECV:
        next = fast_reply_receive(a[0], a[1], a[2], a[3], a[4], a[5], a[6], t);
        host.fast += next != NULL;
        return next != NULL ? next : handle_reply_receive(t);
    default:
        return handle_syscall(t);
    }
}

struct tcb *host_exception(struct tcb *t, u64 cause, u64 value)
{
    return handle_exception(t, cause, value);
}

struct tcb *host_interrupt(struct tcb *t)
{
    return handle_interrupt(t, 1ull << 63 | 5);
}
