/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability distribution of a system: which kernel objects exist and who holds which capability, as the
 * records that the initialiser interprets. Rights are the least that Microkit's semantics need.
 */
#ifndef COMPOSER_CAPDIST_H
#define COMPOSER_CAPDIST_H

#include "../initialiser/capdist_format.h"
#include "alloc.h"
#include "backend.h"

/* Slots of a protection domain's CNode (Microkit's numbers). */
enum {
    CAPDIST_SLOT_INPUT = 1,
    CAPDIST_SLOT_REPLY = 4,
    CAPDIST_SLOT_NOTIFY = 10,
    CAPDIST_SLOT_CALL = 74,
    CAPDIST_SLOT_IRQ = 138,
    CAPDIST_SLOT_CHILD = 202,
    CAPDIST_SLOT_USER = 458,
    CAPDIST_CHANNELS = 64,
    CAPDIST_USER_SLOTS = 64
};

/* Kernel objects of one domain, as indices of the object table; CAPDIST_NONE: it has none. */
struct capdist_domain {
    uint16_t vspace, cnode, tcb, notification, sched, endpoint, reply;
    uint16_t slots;       /* of the CNode */
    uint32_t name;        /* offset */
    uint32_t page_tables; /* a count */
};

struct capdist {
    LIST(char) names;
    LIST(struct capdist_object) objects;
    LIST(struct capdist_page_table) tables;
    LIST(struct capdist_run) runs;
    LIST(struct capdist_map) maps;
    LIST(struct capdist_irq) irqs;
    LIST(struct capdist_cap) caps;
    LIST(struct capdist_sched) scheds;
    LIST(struct capdist_thread) threads;
    LIST(struct capdist_slot) slots;
    LIST(struct capdist_domain) domains; /* not in the blob */
};

/* Compute everything from the model and the plan; addresses of frames are those of the plan, so a plan that
 * is not placed yet gives the final size. */
void capdist_build(struct capdist *dist, const struct system_model *model, const struct layout *layout);

/* Do the kernel's pools suffice? False after reporting each one that does not, and by how much. */
bool capdist_check_limits(const struct capdist *dist, const struct system_model *model,
                          struct backend_report *report);

/* Kernel objects of one kind, the root task's not counted. Page tables: PN_CAP_PAGE_TABLE. */
size_t capdist_objects(const struct capdist *dist, unsigned type);

/* Capability slots of all CNodes, the root task's not counted. */
size_t capdist_slots(const struct capdist *dist);

/* Size of the blob in bytes, and the blob into memory of that size (zeroed by the caller). */
size_t capdist_size(const struct capdist *dist);
void capdist_encode(const struct capdist *dist, uint8_t *blob);

void capdist_free(struct capdist *dist);

#endif
