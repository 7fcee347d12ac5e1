/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF: one segment that is the flat image. uImage: U-Boot's legacy header of 64 bytes, big-endian, time 0.
 */
#include "wrap.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "image.h"

#define ELF_OFFSET 0x1000 /* of the segment in the file: congruent to its address */
#define IMAGE_MAX  0x10000000

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

bool wrap_file(enum wrap form, const char *path, struct diag *diag, size_t *size)
{
    uint8_t head[ELF_OFFSET] = {0};
    struct arena arena = {0};
    const char *image = NULL;
    size_t length = 0, head_size = 0;
    const char *problem = files_read(&arena, path, IMAGE_MAX, &image, &length);
    if (problem == NULL && form != WRAP_BINARY) {
        const uint8_t *bytes = (const uint8_t *)image;
        head_size = form == WRAP_ELF ? elf_head(head, bytes, length) : uimage_head(head, bytes, length);
        if (!files_write_image(path, head, head_size, image, length)) {
            problem = arena_print(&arena, "cannot write the image: %s", strerror(errno));
        }
    }
    if (problem != NULL) {
        diag_error(diag, "output", (struct place){path, 0, 0}, "%s", problem);
        files_remove(path);
    }
    *size = head_size + length;
    arena_free(&arena);
    return problem == NULL;
}
