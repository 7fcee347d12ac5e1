/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF: one segment that is the flat image. uImage: U-Boot's legacy header of 64 bytes, big-endian, time 0.
 */
#include "wrap.h"

#include <elf.h>
#include <string.h>

#include "image.h"

#define ELF_OFFSET WRAP_HEAD_MAX /* of the segment in the file: congruent to its address */

#define UIMAGE_MAGIC   0x27051956u
#define UIMAGE_LINUX   5
#define UIMAGE_RISCV   26
#define UIMAGE_KERNEL  2
#define UIMAGE_PLAIN   0 /* not compressed */
#define UIMAGE_SIZE    64
#define UIMAGE_NAME    32
#define UIMAGE_OWN_CRC 4

enum wrap wrap_find(const char *word)
{
    static const char *const words[WRAP_UNKNOWN] = {"binary", "elf", "uimage"};
    int form = 0;
    while (form < WRAP_UNKNOWN && strcmp(word, words[form]) != 0) {
        form++;
    }
    return (enum wrap)form;
}

static size_t elf_head(uint8_t *head, const uint8_t *image, size_t size)
{
    struct image_loader loader;
    struct image_header header;
    memcpy(&loader, image + IMAGE_LOADER_OFFSET, sizeof loader);
    memcpy(&header, image + loader.header_offset, sizeof header);
    const Elf64_Ehdr file = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_RISCV,
        .e_version = EV_CURRENT,
        .e_entry = header.image_base,
        .e_phoff = sizeof file,
        .e_ehsize = sizeof file,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1};
    const Elf64_Phdr segment = {.p_type = PT_LOAD,
                                .p_flags = PF_R | PF_W | PF_X,
                                .p_offset = ELF_OFFSET,
                                .p_vaddr = header.image_base,
                                .p_paddr = header.image_base,
                                .p_filesz = size,
                                .p_memsz = size,
                                .p_align = ELF_OFFSET};
    memcpy(head, &file, sizeof file);
    memcpy(head + sizeof file, &segment, sizeof segment);
    return ELF_OFFSET;
}

static void put_big(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static size_t uimage_head(uint8_t *head, const uint8_t *image, size_t size)
{
    static const uint8_t kind[4] = {UIMAGE_LINUX, UIMAGE_RISCV, UIMAGE_KERNEL, UIMAGE_PLAIN};
    struct image_loader loader;
    struct image_header header;
    memcpy(&loader, image + IMAGE_LOADER_OFFSET, sizeof loader);
    memcpy(&header, image + loader.header_offset, sizeof header);
    put_big(head, UIMAGE_MAGIC);
    put_big(head + 12, size);
    put_big(head + 16, header.image_base);
    put_big(head + 20, header.image_base);
    put_big(head + 24, image_crc_all(image, size));
    memcpy(head + 28, kind, sizeof kind);
    memcpy(head + UIMAGE_SIZE - UIMAGE_NAME, "Postern", sizeof "Postern");
    put_big(head + UIMAGE_OWN_CRC, image_crc_all(head, UIMAGE_SIZE));
    return UIMAGE_SIZE;
}

size_t wrap_head(enum wrap form, uint8_t head[WRAP_HEAD_MAX], const uint8_t *image, size_t size)
{
    memset(head, 0, WRAP_HEAD_MAX);
    return form == WRAP_ELF      ? elf_head(head, image, size)
           : form == WRAP_UIMAGE ? uimage_head(head, image, size)
                                 : 0;
}
