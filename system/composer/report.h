/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people read about a system: the report and the authority matrix.
 */
#ifndef COMPOSER_REPORT_H
#define COMPOSER_REPORT_H

#include "board.h"
#include "product.h"
#include "reach.h"
#include "text.h"

struct report {
    const struct system_model *model;
    const struct authority *authority;
    const struct product *product; /* NULL: a plain .system description */
    const struct board_file *board;
    const struct backend_usage *usage; /* NULL: no image was built */
};

/* Memory map of every domain, who may call, signal and share with whom, CPU shares, unused regions, DMA. */
void report_text(struct text *out, const struct report *report);

/* Name of the product, or of the description's file without its folder. */
const char *report_title(const struct report *report);

/* True if some domain maps the region. */
bool report_is_mapped(const struct system_model *model, size_t region);

/* Sections of the report; report_memory.c and report_access.c. */
void report_memory(struct text *out, const struct report *report);
void report_regions(struct text *out, const struct report *report);
void report_access(struct text *out, const struct report *report);
void report_usage(struct text *out, const struct report *report);
void report_dma(struct text *out, const struct report *report);

/* Domains against regions, interrupts and each other, with rights, as aligned text. */
void report_matrix(struct text *out, const struct report *report);

#endif
