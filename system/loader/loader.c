/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts every byte of the image at its final physical address, forgets the image, and enters the kernel with a
 * description of the machine. Checks image and machine before it writes anything: a damaged image, or a
 * machine that it was not made for, ends with one line on the console.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image_format.h"
#include "machine.h"
#include "sbi.h"

#define DEVICE_TREE_MAX 0x200000u

_Noreturn void loader_main(uint64_t hart, uint64_t device_tree, const uint8_t *image, uint8_t *payload);
_Noreturn void loader_trap(uint64_t address);
_Noreturn void loader_enter(const struct pn_boot *boot, uint64_t kernel);

/* Outlives the payload; the kernel copies it. */
static struct pn_boot boot_descriptor __attribute__((aligned(PN_PAGE_SIZE)));
static struct machine machine;

static uint64_t address_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
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

/* Nobody needs the tree any more once it has been read: the image may go where it lies. */
static const char *read_machine(uint64_t device_tree, uint64_t hart)
{
    struct fdt tree = {0};

    if (device_tree == 0 || !fdt_open(&tree, (const uint8_t *)(uintptr_t)device_tree, DEVICE_TREE_MAX)) {
        return "no header, or a wrong one";
    }
    return machine_read(&machine, &tree, hart);
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
                        struct region loaded, struct region ram)
{
    struct region target = region_make(entry->paddr, entry->mem_size);

    if ((entry->paddr | entry->mem_size | entry->offset | entry->file_size) % IMAGE_ALIGN != 0 ||
        entry->file_size > entry->mem_size || entry->offset > header->size ||
        entry->file_size > header->size - entry->offset) {
        loader_stop("the image has a wrong entry");
    }
    if (!machine_usable(&machine, ram, target)) {
        loader_stop_at("the image has an entry outside its memory, or in the firmware's:", entry->paddr);
    }
    if (region_overlap(target, loaded)) {
        loader_stop_at("the image would overwrite itself at", entry->paddr);
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

_Noreturn void loader_trap(uint64_t address)
{
    loader_stop_at("unexpected trap at", address);
}

/* Everything that the kernel is told. */
static void describe(const struct image_header *header, struct region ram)
{
    const char *problem = machine_share(&machine, ram, &header->system);

    if (problem != NULL) {
        loader_stop_in("memory", problem);
    }
    boot_descriptor.magic = PN_BOOT_MAGIC;
    boot_descriptor.size = sizeof boot_descriptor;
    boot_descriptor.system = header->system;
    boot_descriptor.machine = machine.facts;
}

_Noreturn void loader_main(uint64_t hart, uint64_t device_tree, const uint8_t *image, uint8_t *payload)
{
    const struct image_header *header = (const struct image_header *)(const void *)payload;

    check_header(header, image);
    const struct image_entry *entries = (const struct image_entry *)(const void *)(header + 1);
    struct region loaded = {address_of(image), address_of(payload) + header->size};
    struct region ram = region_make(header->ram_paddr, header->ram_size);
    const char *problem = read_machine(device_tree, hart);

    if (problem != NULL) {
        loader_stop_in("device tree", problem);
    }
    if (!region_contains(&machine.memory, ram)) {
        loader_stop_at("the machine has less memory than the image was composed for, which ends at", ram.end);
    }
    for (uint32_t i = 0; i < header->entry_count; i++) {
        check_entry(header, &entries[i], loaded, ram);
    }
    describe(header, ram);
    for (uint32_t i = 0; i < header->entry_count; i++) {
        place(payload, &entries[i]);
    }
    clear((uint64_t *)(void *)payload, header->size);
    loader_enter(&boot_descriptor, boot_descriptor.system.kernel_paddr);
}
