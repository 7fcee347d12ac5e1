/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's state and where it lies in memory (kernel.ld). */
#include "state.h"

#define SEALED      __attribute__((section(".sealed")))
#define SEALED_POOL __attribute__((section(".sealed_pool"), aligned(PN_PAGE_SIZE)))
#define POOL        __attribute__((section(".pool"), aligned(PN_PAGE_SIZE)))

struct scheduler ks;
struct tcb ks_tcb[PN_MAX_TCBS + 1];
struct endpoint ks_endpoint[PN_MAX_ENDPOINTS + 1];
struct notification ks_notification[PN_MAX_NOTIFICATIONS + 1];
struct reply ks_reply[PN_MAX_REPLIES + 1];
struct sched_context ks_sc[PN_MAX_SCHED_CONTEXTS + 1];
struct queue ks_ready[PN_MAX_DOMAINS][PN_PRIORITIES];
u64 ks_marks[PN_MAX_DOMAINS][PRIORITY_WORDS];
struct message_buffer ks_buffer[PN_MAX_TCBS] POOL;
struct fpu_state ks_fpu[PN_MAX_TCBS + 1];

struct built fixed SEALED;
struct binding fixed_binding[PN_MAX_TCBS + 1] SEALED;
u16 fixed_bound_tcb[PN_MAX_NOTIFICATIONS + 1] SEALED;
struct cnode fixed_cnode[PN_MAX_CNODES] SEALED;
struct untyped fixed_untyped[PN_MAX_UNTYPEDS] SEALED;
struct irq_binding fixed_irq[PN_MAX_IRQS] SEALED;
struct domain_slot fixed_schedule[PN_MAX_SCHEDULE] SEALED;
u8 fixed_table_mapped[PN_MAX_PAGE_TABLES] SEALED;
struct page_table fixed_vspace[PN_MAX_VSPACES] SEALED_POOL;
struct page_table fixed_table[PN_MAX_PAGE_TABLES] SEALED_POOL;
struct cap fixed_slot[PN_MAX_SLOTS + 1] SEALED_POOL;
