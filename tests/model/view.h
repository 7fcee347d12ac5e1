/* SPDX-License-Identifier: BSD-2-Clause */
/* What a generator of events may look at, so that events mean something: the model's state, or the kernel's
 * when there is no model. */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include "model.h"

void view_use_model(bool model);

/* Number of the running thread, 0: none. */
uint16_t view_current(void);
/* The thread's CNode. */
uint32_t view_slots(uint16_t t);
struct m_cap view_cap(uint16_t t, uint64_t cptr);
uint32_t view_cnode_slots(uint16_t cnode);
bool view_slot_empty(uint16_t cnode, uint64_t slot);
uint64_t view_untyped_start(uint16_t u);
/* Where the frame is mapped, if it is known to be. */
bool view_mapping(struct m_cap frame, uint16_t *vspace, uint64_t *vaddr);
uint16_t view_sources(void);
bool view_source_ready(uint16_t source);
uint64_t view_ticks(uint64_t us);
/* Ticks until the timer fires. */
uint64_t view_time_left(void);
bool view_device_pending(void);

#endif
