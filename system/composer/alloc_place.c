/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical addresses for a plan: next fit upwards, around regions whose address is given.
 */
#include "alloc.h"

#include <inttypes.h>
#include <stdlib.h>

#include "backend_report.h"

static uint64_t align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) / align * align;
}

/* The lowest aligned address from *cursor on that no fixed run touches; moves the cursor behind it. */
static uint64_t take(const struct layout *layout, uint64_t *cursor, uint64_t size, uint64_t align)
{
    uint64_t at = align_up(*cursor, align);

    for (size_t i = 0; i < layout->runs.count; i++) {
        const struct run *run = &layout->runs.at[i];

        if (run->fixed && !run->device && at < run->paddr + run_size(run) && run->paddr < at + size) {
            at = align_up(run->paddr + run_size(run), align);
            i = SIZE_MAX;
        }
    }
    *cursor = at + size;
    return at;
}

static bool check_fixed(const struct layout *layout, const struct board *board, struct backend_report *report)
{
    size_t before = report->errors;
    uint64_t ram_end = board->ram_base + board->ram_size;

    for (size_t i = 0; i < layout->runs.count; i++) {
        const struct run *run = &layout->runs.at[i];
        uint64_t end = run->paddr + run_size(run);

        if (!run->fixed) {
            continue;
        }
        if (end < run->paddr || (run->device && run->paddr < board->ram_base && end > board->ram_base) ||
            (!run->device && end > ram_end)) {
            backend_error(report, &run->place, "RAM and device memory need regions of their own",
                          "region '%s' (0x%" PRIx64 "..0x%" PRIx64 ") crosses a border of RAM (0x%" PRIx64
                          "..0x%" PRIx64 ")",
                          run->name, run->paddr, end, board->ram_base, ram_end);
        } else if (!run->device && run->paddr < layout->ram_base) {
            backend_error(report, &run->place, "firmware and the loading image lie below",
                          "region '%s' at 0x%" PRIx64 ": in RAM, phys_addr must be at least 0x%" PRIx64,
                          run->name, run->paddr, layout->ram_base);
        }
    }
    return report->errors == before;
}

static int by_paddr(const void *a, const void *b)
{
    const struct run *x = a;
    const struct run *y = b;

    if (x->paddr != y->paddr) {
        return x->paddr < y->paddr ? -1 : 1;
    }
    return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static void place_runs(struct layout *layout, struct system_model *model, uint64_t *cursor)
{
    layout->ram_end = *cursor;
    for (size_t i = 0; i < layout->runs.count; i++) {
        struct run *run = &layout->runs.at[i];

        if (!run->fixed) {
            run->paddr = take(layout, cursor, run_size(run), UINT64_C(1) << run->bits);
        }
        if (!run->device && run->paddr + run_size(run) > layout->ram_end) {
            layout->ram_end = run->paddr + run_size(run);
        }
        if (run->kind == RUN_REGION) {
            model->regions.at[run->owner].paddr = run->paddr;
        }
    }
    qsort(layout->runs.at, layout->runs.count, sizeof layout->runs.at[0], by_paddr);
}

bool layout_place(struct layout *layout, struct system_model *model, uint64_t image_size,
                  struct backend_report *report)
{
    const struct board *board = &model->board;
    uint64_t cursor = board->image_base + image_size;
    uint64_t ram_end = board->ram_base + board->ram_size;

    layout->kernel_paddr = take(layout, &cursor, layout->kernel_size, PN_LARGE_SIZE);
    layout->ram_base = layout->kernel_paddr;
    if (!check_fixed(layout, board, report)) {
        return false;
    }
    cursor = align_up(cursor, PN_PAGE_SIZE);
    for (size_t i = 0; i < layout->root_count; i++) {
        layout->root[i].paddr = take(layout, &cursor, layout->root[i].size, PN_PAGE_SIZE);
    }
    place_runs(layout, model, &cursor);
    if (layout->ram_end > ram_end) {
        backend_error(report, &model->place, "make regions or stacks smaller",
                      "out of RAM: the system ends at 0x%" PRIx64 ", RAM at 0x%" PRIx64 " (%" PRIu64
                      " KiB too much)",
                      layout->ram_end, ram_end, (layout->ram_end - ram_end) >> 10);
        return false;
    }
    return true;
}

uint64_t layout_contents(const struct layout *layout)
{
    uint64_t total = align_up(layout->kernel_file_size, PN_PAGE_SIZE);

    for (size_t i = 0; i < layout->root_count; i++) {
        total += align_up(layout->root[i].contents_size, PN_PAGE_SIZE);
    }
    for (size_t i = 0; i < layout->runs.count; i++) {
        total += align_up(layout->runs.at[i].contents_size, PN_PAGE_SIZE);
    }
    return total;
}
