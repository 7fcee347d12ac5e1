/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turning a placed plan into entries: runs of pages that are not zero, each followed by the zeros behind it.
 */
#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_report.h"

#define CRC_POLYNOMIAL 0xedb88320u

struct builder {
    LIST(struct image_entry) entries; /* offset: in bytes below, until the image is put together */
    LIST(uint8_t) bytes;
};

static uint64_t align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) / align * align;
}

bool image_check_loader(const struct image_source *loader, struct backend_report *report)
{
    struct image_loader head;

    if (loader->size < IMAGE_LOADER_OFFSET + sizeof head) {
        backend_file_error(report, loader->path, NULL, "not a loader (%zu bytes)", loader->size);
        return false;
    }
    memcpy(&head, loader->bytes + IMAGE_LOADER_OFFSET, sizeof head);
    if (head.magic != IMAGE_LOADER_MAGIC || head.header_offset != loader->size ||
        loader->size % IMAGE_ALIGN != 0) {
        backend_file_error(report, loader->path, "give the flat binary, not the ELF file",
                           "not a loader (wrong magic or length)");
        return false;
    }
    return true;
}

uint64_t image_bound(const struct image_source *loader, const struct layout *layout)
{
    return loader->size + sizeof(struct image_header) + IMAGE_MAX_ENTRIES * sizeof(struct image_entry) +
           layout_contents(layout);
}

/* Length of the bytes without the zeros at their end, in whole words. */
static uint64_t trimmed(const uint8_t *bytes, uint64_t size)
{
    while (size > 0 && bytes[size - 1] == 0) {
        size--;
    }
    return align_up(size, IMAGE_ALIGN);
}

static void append_bytes(struct builder *builder, const uint8_t *bytes, uint64_t size, uint64_t padded)
{
    for (uint64_t i = 0; i < padded; i++) {
        *LIST_PUSH(&builder->bytes) = i < size ? bytes[i] : 0;
    }
}

/* One page at paddr of which the first `size` bytes are given and the rest is zero. */
static void add_page(struct builder *builder, uint64_t paddr, uint64_t page, const uint8_t *bytes,
                     uint64_t size)
{
    uint64_t filled = trimmed(bytes, size);
    struct image_entry *last =
        builder->entries.count == 0 ? NULL : &builder->entries.at[builder->entries.count - 1];
    bool adjacent = last != NULL && last->paddr + last->mem_size == paddr;

    if (!adjacent || (filled != 0 && last->file_size != last->mem_size)) {
        last = LIST_PUSH(&builder->entries);
        last->paddr = paddr;
        last->offset = builder->bytes.count;
    }
    last->mem_size += page;
    last->file_size += filled;
    append_bytes(builder, bytes, size, filled);
}

static void add_piece(struct builder *builder, uint64_t paddr, uint64_t size, const uint8_t *bytes,
                      uint64_t filled)
{
    for (uint64_t at = 0; at < size; at += PN_PAGE_SIZE) {
        uint64_t left = at < filled ? filled - at : 0;

        add_page(builder, paddr + at, PN_PAGE_SIZE, left != 0 ? bytes + at : NULL,
                 left < PN_PAGE_SIZE ? left : PN_PAGE_SIZE);
    }
}

static void add_everything(struct builder *builder, const struct layout *layout)
{
    add_piece(builder, layout->kernel_paddr, layout->kernel_size, layout->kernel, layout->kernel_file_size);
    for (size_t i = 0; i < layout->root_count; i++) {
        const struct root_piece *piece = &layout->root[i];

        add_piece(builder, piece->paddr, piece->size, piece->contents, piece->contents_size);
    }
    for (size_t i = 0; i < layout->runs.count; i++) {
        const struct run *run = &layout->runs.at[i];

        if (!run->device && !run->keep) {
            add_piece(builder, run->paddr, run_size(run), run->contents, run->contents_size);
        }
    }
}

static void fill_system(struct pn_boot_system *system, const struct layout *layout, uint64_t root_entry)
{
    system->kernel_paddr = layout->kernel_paddr;
    system->kernel_size = layout->kernel_size;
    system->root_entry = root_entry;
    system->root_sp = CAPDIST_STACK_TOP;
    system->root_segment_count = layout->root_count;
    for (size_t i = 0; i < layout->root_count; i++) {
        const struct root_piece *piece = &layout->root[i];

        system->root_segment[i] =
            (struct pn_boot_segment){piece->paddr, piece->vaddr, piece->size, piece->rights};
    }
}

/* The four bytes at `skip` count as 0; none if that is behind the end. */
static uint32_t crc_but(const uint8_t *bytes, size_t size, size_t skip)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        crc ^= i >= skip && i < skip + 4 ? 0 : bytes[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? CRC_POLYNOMIAL : 0);
        }
    }
    return ~crc;
}

uint32_t image_crc(const uint8_t *header, size_t size)
{
    return crc_but(header, size, offsetof(struct image_header, crc));
}

uint32_t image_crc_all(const uint8_t *bytes, size_t size)
{
    return crc_but(bytes, size, size);
}

static uint8_t *put_together(const struct builder *builder, const struct image_source *loader,
                             struct image_header *header, size_t *size)
{
    uint64_t first = sizeof *header + builder->entries.count * sizeof(struct image_entry);

    header->size = first + builder->bytes.count;
    *size = loader->size + (size_t)header->size;
    uint8_t *image = malloc(*size);

    if (image == NULL) {
        return NULL;
    }
    uint8_t *at = image + loader->size;

    memcpy(image, loader->bytes, loader->size);
    memcpy(at, header, sizeof *header);
    for (size_t i = 0; i < builder->entries.count; i++) {
        struct image_entry entry = builder->entries.at[i];

        entry.offset += first;
        memcpy(at + sizeof *header + i * sizeof entry, &entry, sizeof entry);
    }
    if (builder->bytes.count != 0) {
        memcpy(at + first, builder->bytes.at, builder->bytes.count);
    }
    header->crc = image_crc(at, (size_t)header->size);
    memcpy(at, header, sizeof *header);
    return image;
}

uint8_t *image_build(const struct image_source *loader, const struct layout *layout, uint64_t image_base,
                     uint64_t root_entry, size_t *size, struct backend_report *report)
{
    struct builder builder = {0};
    struct image_header header = {.magic = IMAGE_MAGIC,
                                  .image_base = image_base,
                                  .ram_paddr = layout->ram_base,
                                  .ram_size = layout->ram_end - layout->ram_base};
    uint8_t *image = NULL;

    add_everything(&builder, layout);
    fill_system(&header.system, layout, root_entry);
    if (builder.entries.count > IMAGE_MAX_ENTRIES || builder.bytes.count > IMAGE_MAX_SIZE / 2) {
        backend_file_error(report, loader->path, NULL, "the image needs %zu entries and %zu bytes: too many",
                           builder.entries.count, builder.bytes.count);
    } else {
        header.entry_count = (uint32_t)builder.entries.count;
        image = put_together(&builder, loader, &header, size);
    }
    free(builder.entries.at);
    free(builder.bytes.at);
    return image;
}
