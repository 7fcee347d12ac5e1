/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values that the composer writes into programs: Microkit's own symbols, the description's setvars, Postern's
 * template.
 */
#ifndef COMPOSER_PATCH_H
#define COMPOSER_PATCH_H

#include "backend.h"

/* Optional symbols of the run-time, 8 bytes each: address of the read-only pristine copy of the program's
 * writable segment (the copy's first byte belongs at the segment's p_vaddr), and how many bytes it has; what
 * follows in the segment starts as zero. Both are 0 if the program has no file-backed writable data. */
#define PATCH_TEMPLATE_SYMBOL      "postern_template"
#define PATCH_TEMPLATE_SIZE_SYMBOL "postern_template_size"

/* Check that everything that will be patched into a domain's program exists once, has the right size and lies
 * in a segment; lets the segments' contents reach over it. Call before layout_collect. */
bool patch_check(struct system_model *model, size_t pd, struct backend_report *report);

/* Write all values into the programs. Addresses of regions must be known. */
bool patch_apply(struct system_model *model, struct backend_report *report);

#endif
