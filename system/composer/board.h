/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A board's file: memory, where the image goes, and which physical device stands behind each logical name.
 */
#ifndef COMPOSER_BOARD_H
#define COMPOSER_BOARD_H

#include "diag.h"
#include "element.h"

enum board_dma { BOARD_DMA_NONE, BOARD_DMA_CONFINED, BOARD_DMA_UNCONFINED };

struct board_device {
    const char *name;
    const char *compatible;
    uint64_t regs, size;
    bool has_irq;
    uint64_t irq;
    const char *trigger; /* "level" or "edge" */
    enum board_dma dma;
    const struct element *source;
};

struct board_file {
    struct board board;
    LIST(struct board_device) devices;
};

/* Read a board from its tree; false when errors were reported. */
bool board_parse(struct board_file *file, struct diag *diag, struct element *root);

/* Device by logical name, or NULL. */
const struct board_device *board_find(const struct board_file *file, const char *name);

/* The machine that plain .system files are built for when no board file is given: qemu_virt_riscv64 with 2
 * GiB of RAM, as Microkit has it. */
void board_default(struct board_file *file);

void board_free(struct board_file *file);

#endif
