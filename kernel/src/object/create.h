/* SPDX-License-Identifier: BSD-2-Clause */
/* Creating objects. The caller has checked that the pool has room; nothing is ever freed. */
#ifndef KERNEL_OBJECT_CREATE_H
#define KERNEL_OBJECT_CREATE_H

#include "types.h"

/* Each answers the index of the new object. */
u16 create_cnode(u32 slots);
u16 create_untyped(u64 paddr, u64 size, u8 device);
u16 create_tcb(void);
u16 create_endpoint(void);
u16 create_notification(void);
u16 create_reply(void);
u16 create_sched_context(void);
u16 create_page_table(void);
u16 create_vspace(void);

#endif
