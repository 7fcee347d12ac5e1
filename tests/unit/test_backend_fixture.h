/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the back end's tests share: programs made in memory, a small system, and errors that were reported.
 */
#ifndef TEST_BACKEND_FIXTURE_H
#define TEST_BACKEND_FIXTURE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc.h"
#include "backend.h"
#include "capdist.h"
#include "image.h"

/* Everything reported, one line an error. */
extern char fixture_errors[65536];
struct backend_report fixture_report(void); /* forgets earlier errors */

/* A well-formed program of three segments: text at 0x200000 (0x100 bytes), rodata at 0x201000 (0x80 bytes),
 * data at 0x202000 (0x60 bytes in the file, 0x1080 in memory), and the symbols below. Malloc'ed with room for
 * the reader's NUL.
 */
struct fixture_elf {
    uint8_t *bytes;
    size_t size;
    size_t phdr, symtab, strtab, shdr; /* offsets */
};
#define FIXTURE_TEXT   0x200000
#define FIXTURE_RODATA 0x201000
#define FIXTURE_DATA   0x202000
struct fixture_elf fixture_elf_make(void);
struct elf *fixture_elf_parse(struct fixture_elf *elf, struct backend_report *report);
Elf64_Phdr *fixture_phdr(struct fixture_elf *elf, unsigned index);
Elf64_Ehdr *fixture_ehdr(struct fixture_elf *elf);
Elf64_Sym *fixture_symbol(struct fixture_elf *elf, const char *name);

/* Domains "top" (parent of the others), "drv" (device, interrupt), "app" (calls drv, holds the secret, has
 * time of its own: domain 2, the others 6). */
enum { TOP, DRV, APP };
enum { SHARED, DEVICE, SECRET };
struct fixture_system {
    struct system_model model;
    struct layout layout;
    struct capdist dist;
    uint8_t *blob;
    uint8_t *image;
    size_t image_size;
    struct elf *kernel, *root;
};
void fixture_system_make(struct fixture_system *system);
void fixture_system_free(struct fixture_system *system);

/* Plan, patch, distribute and build the image as backend_compose does, from programs in memory. */
bool fixture_system_build(struct fixture_system *system, struct backend_report *report);

#endif
