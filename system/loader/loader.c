/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts every byte of the image at its final physical address, forgets the image, and enters the kernel.
 * Checks the whole image before it writes anything: a damaged one ends with one line on the console.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image_format.h"
#include "sbi.h"

#define DEVICE_TREE_MAGIC 0xedfe0dd0u /* as read little-endian */
#define DEVICE_TREE_MAX   0x200000u

_Noreturn void loader_main(uint64_t hart, uint64_t device_tree, const uint8_t *image, uint8_t *payload);
_Noreturn void loader_trap(uint64_t cause, uint64_t address);
_Noreturn void loader_enter(uint64_t hart, uint64_t device_tree, const struct pn_boot *boot, uint64_t kernel);

/* Outlives the payload; the kernel copies it. */
static struct pn_boot boot_descriptor __attribute__((aligned(16)));

struct range {
    uint64_t start, end;
};

static uint64_t address_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static bool overlap(struct range a, struct range b)
{
    return a.start < b.end && b.start < a.end;
}

/* CRC-32 of each byte value, alone and with one, two and three zero bytes behind it. */
static uint32_t crc_table[4][256];

static void crc_prepare(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;

        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
        }
        crc_table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (unsigned i = 1; i < 4; i++) {
            uint32_t before = crc_table[i - 1][byte];

            crc_table[i][byte] = before >> 8 ^ crc_table[0][before & 0xff];
        }
    }
}

/* By words, four look-ups each: the checksum of the image is a good part of the time until the kernel runs.
 */
static uint32_t crc_update(uint32_t crc, const uint32_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        crc ^= words[i];
        crc = crc_table[3][crc & 0xff] ^ crc_table[2][crc >> 8 & 0xff] ^ crc_table[1][crc >> 16 & 0xff] ^
              crc_table[0][crc >> 24];
    }
    return crc;
}

/* `size` is a multiple of IMAGE_ALIGN, the payload is aligned to it. */
static uint32_t crc_of(const uint8_t *payload, uint64_t size)
{
    static const uint32_t zero;
    const uint64_t field = offsetof(struct image_header, crc) / 4;
    const uint32_t *words = (const uint32_t *)(const void *)payload;
    uint32_t crc;

    crc_prepare();
    crc = crc_update(0xffffffff, words, field);
    crc = crc_update(crc, &zero, 1);
    return ~crc_update(crc, words + field + 1, size / 4 - field - 1);
}

static struct range device_tree_range(uint64_t address)
{
    struct range none = {0, 0};

    if (address == 0 || address % 4 != 0) {
        return none;
    }
    const uint32_t *tree = (const uint32_t *)(uintptr_t)address;
    uint32_t raw = tree[1];
    uint32_t size = raw >> 24 | (raw >> 8 & 0xff00) | (raw & 0xff00) << 8 | raw << 24;

    if (tree[0] != DEVICE_TREE_MAGIC || size > DEVICE_TREE_MAX) {
        return none;
    }
    return (struct range){address, address + size};
}

static void check_header(const struct image_header *header, const uint8_t *image)
{
    if (header->magic != IMAGE_MAGIC) {
        loader_stop("the image has no header");
    }
    if (header->size < sizeof *header || header->size > IMAGE_MAX_SIZE || header->size % IMAGE_ALIGN != 0 ||
        header->entry_count == 0 || header->entry_count > IMAGE_MAX_ENTRIES ||
        header->entry_count * sizeof(struct image_entry) > header->size - sizeof *header) {
        loader_stop("the image header has wrong sizes");
    }
    if (header->image_base != address_of(image)) {
        loader_stop_at("the image was loaded at the wrong address; it belongs at", header->image_base);
    }
    if (crc_of((const uint8_t *)header, header->size) != header->crc) {
        loader_stop("the image is damaged (wrong checksum)");
    }
}

static void check_entry(const struct image_header *header, const struct image_entry *entry,
                        struct range loaded, struct range tree)
{
    const struct pn_boot *boot = &header->boot;
    struct range target = {entry->paddr, entry->paddr + entry->mem_size};

    if ((entry->paddr | entry->mem_size | entry->offset | entry->file_size) % IMAGE_ALIGN != 0 ||
        entry->file_size > entry->mem_size || entry->offset > header->size ||
        entry->file_size > header->size - entry->offset) {
        loader_stop("the image has a wrong entry");
    }
    if (target.start < boot->ram_paddr || target.start - boot->ram_paddr > boot->ram_size ||
        entry->mem_size > boot->ram_size - (target.start - boot->ram_paddr)) {
        loader_stop_at("the image has an entry outside its memory:", entry->paddr);
    }
    if (overlap(target, loaded)) {
        loader_stop_at("the image would overwrite itself at", entry->paddr);
    }
    if (overlap(target, tree)) {
        loader_stop_at("not enough memory: the image would overwrite the device tree at", tree.start);
    }
}

static void clear(uint64_t *words, uint64_t size)
{
#pragma GCC unroll 8
    for (uint64_t i = 0; i < size / 8; i++) {
        words[i] = 0;
    }
    /* The compiler must not drop the clearing of memory that nobody reads any more. */
    __asm__ volatile("" : : "r"(words) : "memory");
}

static void place(const uint8_t *payload, const struct image_entry *entry)
{
    uint64_t *to = (uint64_t *)(uintptr_t)entry->paddr;
    const uint64_t *from = (const uint64_t *)(const void *)(payload + entry->offset);

#pragma GCC unroll 8
    for (uint64_t i = 0; i < entry->file_size / 8; i++) {
        to[i] = from[i];
    }
    clear(to + entry->file_size / 8, entry->mem_size - entry->file_size);
}

_Noreturn void loader_trap(uint64_t cause, uint64_t address)
{
    loader_stop_at(cause == 7 ? "the machine has less memory than the image was composed for: no RAM at"
                              : "unexpected trap at",
                   address);
}

_Noreturn void loader_main(uint64_t hart, uint64_t device_tree, const uint8_t *image, uint8_t *payload)
{
    const struct image_header *header = (const struct image_header *)(const void *)payload;

    check_header(header, image);
    const struct image_entry *entries = (const struct image_entry *)(const void *)(header + 1);
    struct range loaded = {address_of(image), address_of(payload) + header->size};
    struct range tree = device_tree_range(device_tree);

    if (overlap(loaded, tree)) {
        loader_stop_at("the image lies on the device tree at", tree.start);
    }
    for (uint32_t i = 0; i < header->entry_count; i++) {
        check_entry(header, &entries[i], loaded, tree);
    }
    for (uint32_t i = 0; i < header->entry_count; i++) {
        place(payload, &entries[i]);
    }
    boot_descriptor = header->boot;
    uint64_t kernel = header->boot.kernel_paddr;

    clear((uint64_t *)(void *)payload, header->size);
    loader_enter(hart, device_tree, &boot_descriptor, kernel);
}
