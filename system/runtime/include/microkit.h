/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Microkit's programming interface for protection domains (libmicrokit 2.3), RISC-V part. A program defines
 * init() and notified(), and protected() or fault() if it is called or has children. docs/microkit.md
 * compares in detail.
 */
#ifndef MICROKIT_H
#define MICROKIT_H

#include <sel4/sel4.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef unsigned int microkit_ioport;
typedef seL4_MessageInfo_t microkit_msginfo;

#define REPLY_CAP                    4
#define MONITOR_EP                   5
#define TCB_CAP                      6 /* own thread: only in the configuration "benchmark", of which there is none */
#define ARM_SMC_CAP                  7 /* AArch64 only */
#define BASE_OUTPUT_NOTIFICATION_CAP 10
#define BASE_ENDPOINT_CAP            74
#define BASE_IRQ_CAP                 138
#define BASE_TCB_CAP                 202
#define BASE_VM_TCB_CAP              266
#define BASE_VCPU_CAP                330
#define BASE_IOPORT_CAP              394
#define BASE_USER_CAPS               458

#define PD_ROOT_CAP_BITS        6
#define PD_ROOT_CAP_SIZE        64
#define MICROKIT_MAX_USER_CAPS  128
#define MICROKIT_MAX_CHANNELS   62
#define MICROKIT_MAX_CHANNEL_ID (MICROKIT_MAX_CHANNELS - 1)
#define MICROKIT_MAX_IOPORT_ID  MICROKIT_MAX_CHANNELS
#define MICROKIT_PD_NAME_LENGTH 64

/* Entry points of the program. protected and fault have weak defaults that report the missing function and
 * crash. init runs once, before any other; notified for each signal or interrupt; protected for each call,
 * its value being the answer; fault for each fault of a child, where true means to answer it with
 * *reply_msginfo. */
void init(void);
void notified(microkit_channel ch);
#ifdef __cplusplus
/* `protected` is a word of C++: its programs define microkit_protected, which has the same linker symbol. */
microkit_msginfo microkit_protected(microkit_channel ch, microkit_msginfo msginfo) __asm__("protected");
#else
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo);
#endif
seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);

/* Set in the image by the composer. */
extern char microkit_name[MICROKIT_PD_NAME_LENGTH];
extern seL4_Word microkit_irqs;
extern seL4_Word microkit_notifications;
extern seL4_Word microkit_pps;
extern seL4_Word microkit_ioports;

/* The send that is deferred to the end of the entry point. */
extern seL4_Bool microkit_have_signal;
extern seL4_CPtr microkit_signal_cap;
extern seL4_MessageInfo_t microkit_signal_msg;

/* Debug console: print nothing in release builds. Numbers are decimal. */
void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put8(seL4_Uint8 x);
void microkit_dbg_put32(seL4_Uint32 x);

/* Stops the program by a store to address `err`: the fault's address is the error. A byte, so that no address
 * is misaligned. */
static inline void microkit_internal_crash(seL4_Error err)
{
    __asm__ volatile("sb zero, 0(%0)" : : "r"((seL4_Word)err) : "memory");
}

/* Reports "<pd> <function>: invalid channel given '<n>'" on the debug console. */
void microkit_invalid_channel(const char *function, microkit_channel ch);

static inline seL4_Bool microkit_channel_in(seL4_Word set, microkit_channel ch)
{
    return (seL4_Bool)(ch <= MICROKIT_MAX_CHANNEL_ID && ((set >> ch) & 1) != 0);
}

/* Signal the other end; never blocks. A channel that may not be notified is reported and ignored. */
static inline void microkit_notify(microkit_channel ch)
{
    if (!microkit_channel_in(microkit_notifications, ch)) {
        microkit_invalid_channel("microkit_notify", ch);
        return;
    }
    seL4_Signal(BASE_OUTPUT_NOTIFICATION_CAP + ch);
}

/* Unmask the interrupt behind channel ch after handling it. */
static inline void microkit_irq_ack(microkit_channel ch)
{
    if (!microkit_channel_in(microkit_irqs, ch)) {
        microkit_invalid_channel("microkit_irq_ack", ch);
        return;
    }
    (void)seL4_IRQHandler_Ack(BASE_IRQ_CAP + ch);
}

/* Call the other end and wait for its answer; label 0 and no words for an invalid channel. */
static inline microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo msginfo)
{
    if (!microkit_channel_in(microkit_pps, ch)) {
        microkit_invalid_channel("microkit_ppcall", ch);
        return seL4_MessageInfo_new(0, 0, 0, 0);
    }
    return seL4_Call(BASE_ENDPOINT_CAP + ch, msginfo);
}

/* As microkit_notify, performed with the next receive. One slot: a second deferred call replaces the first.
 */
static inline void microkit_deferred_notify(microkit_channel ch)
{
    if (!microkit_channel_in(microkit_notifications, ch)) {
        microkit_invalid_channel("microkit_deferred_notify", ch);
        return;
    }
    microkit_have_signal = seL4_True;
    microkit_signal_msg = seL4_MessageInfo_new(0, 0, 0, 0);
    microkit_signal_cap = BASE_OUTPUT_NOTIFICATION_CAP + ch;
}

/* As microkit_irq_ack, performed with the next receive; shares the slot of microkit_deferred_notify. */
static inline void microkit_deferred_irq_ack(microkit_channel ch)
{
    if (!microkit_channel_in(microkit_irqs, ch)) {
        microkit_invalid_channel("microkit_deferred_irq_ack", ch);
        return;
    }
    microkit_have_signal = seL4_True;
    microkit_signal_msg = seL4_MessageInfo_new(PN_IRQ_ACK, 0, 0, 0);
    microkit_signal_cap = BASE_IRQ_CAP + ch;
}

/* Head of a message: a label of 52 bits for the programs' own use, and the number of words, 0..120. */
static inline microkit_msginfo microkit_msginfo_new(seL4_Word label, seL4_Uint16 count)
{
    return seL4_MessageInfo_new(label, 0, 0, count);
}

static inline seL4_Word microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_label(msginfo);
}

static inline seL4_Word microkit_msginfo_get_count(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_length(msginfo);
}

/* Word 0..119 of the message that is sent next or was received last. */
static inline void microkit_mr_set(seL4_Uint8 mr, seL4_Word value)
{
    seL4_SetMR(mr, value);
}

static inline seL4_Word microkit_mr_get(seL4_Uint8 mr)
{
    return seL4_GetMR(mr);
}

/* Microkit's restart: only the program counter changes. A child built for Postern restores its own data, bss
 * and stack when `entry_point` is its _start. */
static inline void microkit_pd_restart(microkit_child pd, seL4_Word entry_point)
{
    seL4_UserContext context;
    seL4_Error err;

    context.pc = entry_point; /* the only register that is written */
    err = seL4_TCB_WriteRegisters(BASE_TCB_CAP + pd, seL4_True, 0, 1, &context);
    if (err != seL4_NoError) {
        microkit_dbg_puts("microkit_pd_restart: error writing TCB registers\n");
        microkit_internal_crash(err);
    }
}

/* Stop child `pd` wherever it is; it goes on there with microkit_pd_resume. A child that does not exist
 * crashes the caller. */
static inline void microkit_pd_stop(microkit_child pd)
{
    seL4_Error err = seL4_TCB_Suspend(BASE_TCB_CAP + pd);

    if (err != seL4_NoError) {
        microkit_dbg_puts("microkit_pd_stop: error suspending TCB\n");
        microkit_internal_crash(err);
    }
}

static inline void microkit_pd_resume(microkit_child pd)
{
    seL4_Error err = seL4_TCB_Resume(BASE_TCB_CAP + pd);

    if (err != seL4_NoError) {
        microkit_dbg_puts("microkit_pd_resume: error resuming TCB\n");
        microkit_internal_crash(err);
    }
}

/* Capability pointer of <cspace> slot 1..63; seL4_CapNull otherwise. */
static inline seL4_CPtr microkit_cspace_root_slot_to_cptr(seL4_Word slot)
{
    return (slot >= 1 && slot < PD_ROOT_CAP_SIZE) ? BASE_USER_CAPS + slot : seL4_CapNull;
}

#ifdef __cplusplus
}
#endif

#endif
