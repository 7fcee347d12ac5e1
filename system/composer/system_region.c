/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory regions of a .system description: sizes, the files that fill them, page sizes.
 */
#include <stdlib.h>
#include <string.h>

#include "postern/limits.h"
#include "system.h"

enum { LARGEST_PREFILL = 64 * 1024 * 1024 };

/* Rounded to the page size that is asked for, if there are such pages. */
static uint64_t round_to_page(const struct region *region, uint64_t size)
{
    uint64_t page = region->page_size == PN_LARGE_SIZE ? PN_LARGE_SIZE : PN_PAGE_SIZE;
    return (size + page - 1) / page * page;
}

/* The file that fills a region. When only checking, a file that does not exist yet counts as one page. */
static void read_prefill(struct region *region, struct system_input *input)
{
    struct place place = element_place(region->source, "prefill_path", region->place);
    const char *path = files_find(input->arena, input->search, region->prefill);
    if (path == NULL && input->check) {
        diag_warning(input->diag, "region-prefill", place, "the file '%s' was not found", region->prefill);
        region->prefill_size = PN_PAGE_SIZE;
        return;
    }
    if (path == NULL) {
        diag_error(input->diag, "region-prefill", place, "the file '%s' was not found", region->prefill);
        diag_hint(input->diag, "add its folder to the search path");
        return;
    }
    const char *text;
    size_t length;
    const char *reason = files_read(input->arena, path, LARGEST_PREFILL, &text, &length);
    if (reason != NULL || length == 0) {
        diag_error(input->diag, "region-prefill", place, "'%s': %s", path,
                   reason != NULL ? reason : "the file is empty");
        return;
    }
    region->prefill_data = arena_room(input->arena, length);
    memcpy(region->prefill_data, text, length);
    region->prefill_size = length;
    *LIST_PUSH(&input->read.folders) = path;
}

static void settle_size(struct region *region, struct system_input *input, bool given)
{
    bool known = region->prefill_size != 0;
    if (!given && region->boot_information) {
        region->size = PN_PAGE_SIZE;
    } else if (!given && region->prefill == NULL) {
        diag_error(input->diag, "region-size", region->place,
                   "region '%s' has neither a size nor a file that fills it", region->name);
    } else if (!given) {
        region->size = round_to_page(region, known ? region->prefill_size : 1);
    } else if (known && region->prefill_size > region->size) {
        diag_error(input->diag, "region-prefill", element_place(region->source, "size", region->place),
                   "the file of region '%s' has %llu bytes, more than the region", region->name,
                   (unsigned long long)region->prefill_size);
    }
    /* After an error: something that causes no further ones. */
    region->size = region->size == 0 && !given ? PN_PAGE_SIZE : region->size;
}

/* Information of the boot loader: none is passed on this machine, so that the region stays zero. */
static void check_boot_information(struct region *region, struct system_input *input)
{
    struct place place = element_place(region->source, "prefill_bootinfo", region->place);
    const char *kind = element_text(region->source, "prefill_bootinfo", NULL);
    region->boot_information = kind != NULL;
    if (kind == NULL) {
        return;
    }
    if (strncmp(kind, "x86_", 4) == 0) {
        diag_error(input->diag, "not-applicable", place, "boot information '%s' exists only on x86", kind);
    } else if (strcmp(kind, "fdt") == 0) {
        diag_warning(input->diag, "region-boot-information", place,
                     "region '%s' stays zero: the loader passes no device tree on", region->name);
    }
    if (region->prefill != NULL) {
        diag_error(input->diag, "region-prefill-both", place,
                   "region '%s' has both prefill_path and prefill_bootinfo", region->name);
    }
}

static void parse_region(struct system_model *model, struct system_input *input,
                         const struct element *element)
{
    struct region *region = LIST_PUSH(&model->regions);
    bool given = element_attribute(element, "size") != NULL;
    region->name = element_text(element, "name", "");
    /* What is malformed was reported: a page causes no further errors. */
    region->size = given ? element_number(element, "size", PN_PAGE_SIZE) : 0;
    region->page_size = element_number(element, "page_size", PN_PAGE_SIZE);
    region->has_paddr = element_attribute(element, "phys_addr") != NULL;
    region->paddr = element_number(element, "phys_addr", 0);
    region->prefill = element_text(element, "prefill_path", NULL);
    region->place = element->place;
    region->source = element;
    check_boot_information(region, input);
    if (region->prefill != NULL) {
        read_prefill(region, input);
    }
    settle_size(region, input, given);
}

void system_parse_regions(struct system_model *model, struct system_input *input, const struct element *root)
{
    for (size_t i = 0; i < root->children.count; i++) {
        const struct element *child = root->children.at[i];
        if (strcmp(child->name, "memory_region") == 0 && element_attribute(child, "name") != NULL) {
            parse_region(model, input, child);
        }
    }
}

/* Large pages are used when everything about a region allows it and the description does not say otherwise.
 */
void system_settle_pages(struct system_model *model)
{
    uint64_t *alignment = calloc(model->regions.count + 1, sizeof *alignment);
    if (alignment == NULL) {
        abort();
    }
    for (size_t i = 0; i < model->pds.count; i++) {
        for (size_t j = 0; j < model->pds.at[i].maps.count; j++) {
            alignment[model->pds.at[i].maps.at[j].region] |= model->pds.at[i].maps.at[j].vaddr;
        }
    }
    for (size_t i = 0; i < model->regions.count; i++) {
        struct region *region = &model->regions.at[i];
        uint64_t bits = alignment[i] | region->size | (region->has_paddr ? region->paddr : 0);
        if (element_attribute(region->source, "page_size") == NULL) {
            region->page_size = bits % PN_LARGE_SIZE == 0 && region->size > 0 ? PN_LARGE_SIZE : PN_PAGE_SIZE;
        }
    }
    free(alignment);
}
