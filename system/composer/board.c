/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a board's file.
 */
#include "board.h"

#include <stdlib.h>
#include <string.h>

#include "product_shape.h"

static enum board_dma dma_kind(const char *text)
{
    return strcmp(text, "unconfined") == 0 ? BOARD_DMA_UNCONFINED
           : strcmp(text, "confined") == 0 ? BOARD_DMA_CONFINED
                                           : BOARD_DMA_NONE;
}

static void parse_device(struct board_file *file, struct diag *diag, const struct element *element)
{
    const char *name = element_text(element, "name", "");
    if (board_find(file, name) != NULL) {
        diag_error(diag, "board-device", element_place(element, "name", element->place),
                   "device '%s' is described twice", name);
        return;
    }
    struct board_device device = {
        .name = name,
        .compatible = element_text(element, "compatible", ""),
        .regs = element_number(element, "regs", 0),
        .size = element_number(element, "size", 0),
        .has_irq = element_attribute(element, "irq") != NULL,
        .irq = element_number(element, "irq", 0),
        .trigger = element_text(element, "trigger", "level"),
        .dma = dma_kind(element_text(element, "dma", "none")),
        .source = element,
    };
    *LIST_PUSH(&file->devices) = device;
}

static void add_reserved(struct board_file *file, const char *name, uint64_t base, uint64_t size)
{
    *LIST_PUSH(&file->board.reserved) = (struct board_range){name, base, size};
}

/* The two elements without which nothing can be placed. */
static void check_memory(const struct board_file *file, struct diag *diag, const struct element *root)
{
    const struct board *board = &file->board;
    bool wraps = board->ram_size > UINT64_MAX - board->ram_base;
    if (board->ram_size == 0 || wraps) {
        diag_error(diag, "board-memory", root->place,
                   "the board needs a <memory> of at least one byte below 2^64");
    } else if (board->image_base < board->ram_base ||
               board->image_base - board->ram_base >= board->ram_size) {
        diag_error(diag, "board-memory", root->place,
                   "the board needs an <image> whose base lies in its memory");
    }
}

bool board_parse(struct board_file *file, struct diag *diag, struct element *root)
{
    size_t before = diag->errors;
    if (!shape_check(diag, root, &board_shape)) {
        return false;
    }
    file->board.name = element_text(root, "name", "");
    for (size_t i = 0; i < root->children.count; i++) {
        const struct element *child = root->children.at[i];
        if (strcmp(child->name, "memory") == 0) {
            file->board.ram_base = element_number(child, "base", 0);
            file->board.ram_size = element_number(child, "size", 0);
        } else if (strcmp(child->name, "image") == 0) {
            file->board.image_base = element_number(child, "base", 0);
        } else if (strcmp(child->name, "interrupts") == 0) {
            file->board.irq_sources = element_number(child, "sources", 0);
        } else if (strcmp(child->name, "reserved") == 0) {
            add_reserved(file, element_text(child, "name", ""), element_number(child, "base", 0),
                         element_number(child, "size", 0));
        } else if (!child->broken) {
            parse_device(file, diag, child);
        }
    }
    check_memory(file, diag, root);
    return diag->errors == before;
}

const struct board_device *board_find(const struct board_file *file, const char *name)
{
    for (size_t i = 0; i < file->devices.count; i++) {
        if (strcmp(file->devices.at[i].name, name) == 0) {
            return &file->devices.at[i];
        }
    }
    return NULL;
}

void board_default(struct board_file *file)
{
    file->board.name = "qemu_virt_riscv64";
    file->board.ram_base = 0x80000000;
    file->board.ram_size = 0x80000000;
    file->board.image_base = 0x80200000;
    file->board.irq_sources = 95;
    add_reserved(file, "clint", 0x2000000, 0x200000);
    add_reserved(file, "plic", 0xc000000, 0x600000);
}

void board_free(struct board_file *file)
{
    free(file->devices.at);
    free(file->board.reserved.at);
    *file = (struct board_file){0};
}
