/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of physical memory: which pages exist, what they hold, who maps them where, and at which address
 * they lie. Deterministic: the order is kernel, initialiser, programs in the model's order, regions, each at
 * the next free place.
 */
#ifndef COMPOSER_ALLOC_H
#define COMPOSER_ALLOC_H

#include <postern/boot.h>

#include "backend.h"
#include "elf_read.h"

enum run_kind { RUN_CODE, RUN_RODATA, RUN_DATA, RUN_TEMPLATE, RUN_STACK, RUN_REGION };

struct run_map {
    size_t pd;
    uint64_t vaddr;
    unsigned rights; /* PN_READ, PN_WRITE, PN_EXEC */
};

/* Physically consecutive pages that are mapped together. */
struct run {
    enum run_kind kind;
    size_t owner;     /* the domain, or the region of RUN_REGION */
    const char *name; /* of the domain or region */
    struct place place;
    uint64_t paddr;
    uint64_t pages; /* of 1 << bits bytes */
    unsigned bits;
    bool device;             /* not RAM */
    bool fixed;              /* paddr is given */
    bool keep;               /* the image does not place it */
    const uint8_t *contents; /* borrowed from program or region; the rest is zero */
    uint64_t contents_size;
    LIST(struct run_map) maps;
};

/* A segment of the root task. */
struct root_piece {
    uint64_t paddr, vaddr, size;
    unsigned rights;
    const uint8_t *contents;
    uint64_t contents_size;
};

struct layout {
    uint64_t kernel_paddr, kernel_size;
    uint8_t *kernel; /* flat, owned */
    uint64_t kernel_file_size;
    struct root_piece root[PN_BOOT_SEGMENTS];
    size_t root_count;
    LIST(struct run) runs; /* ascending by paddr once placed */
    uint64_t ram_base, ram_end;
};

/* The pages of all programs, stacks and regions, without addresses yet. False after reporting. */
bool layout_collect(struct layout *layout, const struct system_model *model, struct backend_report *report);

/* Flatten the kernel: its segments relative to the lowest address; the entry must be its first byte. */
bool layout_kernel(struct layout *layout, const struct elf *kernel, struct backend_report *report);

/* Add a segment of the root task. */
bool layout_root(struct layout *layout, const struct root_piece *piece, const char *path,
                 struct backend_report *report);

/* Give everything its address, in RAM behind the loaded image of at most image_size bytes; fills
 * region->paddr of the regions that exist. False after reporting what does not fit. */
bool layout_place(struct layout *layout, struct system_model *model, uint64_t image_size,
                  struct backend_report *report);

/* Bytes of contents, whole pages: no image holds more. */
uint64_t layout_contents(const struct layout *layout);

uint64_t run_size(const struct run *run);

/* Where the pristine copy of a program's writable data goes in its address space; 0: it gets none. *from and
 * *size: offset of the first byte in the first page, and how many bytes. */
uint64_t layout_template(const struct system_model *model, size_t pd, uint64_t *from, uint64_t *size);

void layout_free(struct layout *layout);

#endif
