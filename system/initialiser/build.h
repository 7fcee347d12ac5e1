/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of construction, in the order in which main calls them, and the root CNode's slots that they
 * share.
 */
#ifndef INITIALISER_BUILD_H
#define INITIALISER_BUILD_H

#include <stdint.h>

#include <postern/boot.h>

/* Slots of the root CNode: objects one after the other, then scratch slots up to the end. */
void slots_open(const struct pn_bootinfo *info);
uint64_t slot_of(uint16_t object); /* stops if there is no such object */
uint64_t slots_scratch(void);      /* first scratch slot; all are empty between steps */
uint64_t slots_scratch_count(void);
const char *object_name(uint16_t object);

/* Derive a capability for an object into a CNode. */
void derive(uint64_t cnode_slot, uint64_t slot, uint64_t source_slot, uint64_t rights, uint64_t badge,
            const char *name);
void delete_slot(uint64_t slot);

void build_objects(const struct pn_bootinfo *info);
void build_page_tables(const struct pn_bootinfo *info);
void build_frames(const struct pn_bootinfo *info);
void build_irqs(void);
void build_caps(void);
void build_scheds(void);
void build_threads(void);
void build_schedule(const struct pn_bootinfo *info);
void start_threads(void);

#endif
