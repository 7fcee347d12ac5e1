/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs as the composer needs them: page-disjoint segments with minimal rights and their contents, and
 * symbols. The reader takes any bytes: what it accepts is a little-endian RV64 executable that can be mapped
 * W^X.
 */
#ifndef COMPOSER_ELF_READ_H
#define COMPOSER_ELF_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"
#include "list.h"

#define ELF_MAX_FILE   (64u << 20)  /* bytes of a program file */
#define ELF_MAX_MEMORY (256u << 20) /* bytes of a program in memory */

/* Whole pages. bytes holds size bytes; what the file does not fill is zero. */
struct elf_segment {
    uint64_t vaddr;     /* of the first page */
    uint64_t size;      /* multiple of the page size */
    uint64_t data_from; /* offset of the first byte that the program put here */
    uint64_t data_end;  /* offset behind the last byte that is not zero-initialised */
    unsigned rights;    /* PN_READ, PN_WRITE, PN_EXEC */
    uint8_t *bytes;     /* owned */
};

struct elf_symbol {
    const char *name; /* inside file */
    uint64_t value, size;
};

struct elf {
    char *path;
    uint8_t *file; /* the whole file, owned; one NUL behind it */
    size_t file_size;
    uint64_t entry;
    LIST(struct elf_segment) segments; /* ascending */
    LIST(struct elf_symbol) symbols;   /* defined ones with a name, in the file's order */
    bool has_symbols;
};

/* Parse a program. Takes over `file` (malloc'ed, size + 1 bytes). NULL after reporting what is wrong, naming
 * the field.
 */
struct elf *elf_parse(const char *path, uint8_t *file, size_t size, struct backend_report *report);

/* Read a file and parse it. `place` is where the description names it. */
struct elf *elf_load(const char *path, const struct place *place, struct backend_report *report);

/* The segment that holds [vaddr, vaddr + size), or NULL. */
struct elf_segment *elf_segment_at(struct elf *elf, uint64_t vaddr, uint64_t size);

void elf_free(struct elf *elf);

/* Read a whole file (malloc'ed, one NUL behind it) of at most limit bytes; NULL after reporting. */
uint8_t *backend_read_file(const char *path, const struct place *place, size_t limit, size_t *size,
                           struct backend_report *report);

#endif
