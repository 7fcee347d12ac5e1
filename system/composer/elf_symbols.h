/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The symbol table of a program, and how its parts find the file's bytes.
 */
#ifndef COMPOSER_ELF_SYMBOLS_H
#define COMPOSER_ELF_SYMBOLS_H

#include <elf.h>

#include "elf_read.h"

/* Fill elf->symbols from the first SHT_SYMTAB section; a file without one is accepted (has_symbols stays
 * false). False after reporting a malformed table. */
bool elf_read_symbols(struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report);

/* How many symbols have the name; *symbol is the last of them. */
size_t elf_find_symbol(const struct elf *elf, const char *name, const struct elf_symbol **symbol);

/* Is [offset, offset + size) inside the file? */
bool elf_range_in_file(const struct elf *elf, uint64_t offset, uint64_t size);

#endif
