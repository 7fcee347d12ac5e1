/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Section headers, symbol table and string table, each checked before use.
 */
#include "elf_symbols.h"

#include <inttypes.h>
#include <string.h>

#include "backend_report.h"

static bool section_at(const struct elf *elf, const Elf64_Ehdr *header, uint64_t index, Elf64_Shdr *section)
{
    if (index >= header->e_shnum) {
        return false;
    }
    memcpy(section, elf->file + header->e_shoff + index * sizeof *section, sizeof *section);
    return true;
}

static bool check_sections(const struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report)
{
    if (header->e_shentsize != sizeof(Elf64_Shdr)) {
        backend_file_error(report, elf->path, NULL, "e_shentsize is %u, not 64", header->e_shentsize);
        return false;
    }
    if (!elf_range_in_file(elf, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr))) {
        backend_file_error(report, elf->path, NULL, "e_shoff 0x%" PRIx64 " with %u headers exceeds the file",
                           header->e_shoff, header->e_shnum);
        return false;
    }
    return true;
}

/* A string table must end with a NUL, so that every name in it ends inside. */
static bool check_tables(const struct elf *elf, const Elf64_Shdr *symbols, const Elf64_Shdr *strings,
                         struct backend_report *report)
{
    if (symbols->sh_entsize != sizeof(Elf64_Sym) || symbols->sh_size % sizeof(Elf64_Sym) != 0) {
        backend_file_error(report, elf->path, NULL,
                           "symbol table: sh_entsize %" PRIu64 " and sh_size %" PRIu64 " do not fit",
                           symbols->sh_entsize, symbols->sh_size);
        return false;
    }
    if (!elf_range_in_file(elf, symbols->sh_offset, symbols->sh_size)) {
        backend_file_error(report, elf->path, NULL, "symbol table: sh_offset 0x%" PRIx64 " exceeds the file",
                           symbols->sh_offset);
        return false;
    }
    if (strings->sh_type != SHT_STRTAB || strings->sh_size == 0 ||
        !elf_range_in_file(elf, strings->sh_offset, strings->sh_size) ||
        elf->file[strings->sh_offset + strings->sh_size - 1] != 0) {
        backend_file_error(report, elf->path, NULL,
                           "string table of the symbols: out of the file or not terminated");
        return false;
    }
    return true;
}

static bool read_table(struct elf *elf, const Elf64_Shdr *table, const Elf64_Shdr *strings,
                       struct backend_report *report)
{
    for (uint64_t i = 0; i < table->sh_size / sizeof(Elf64_Sym); i++) {
        Elf64_Sym entry;

        memcpy(&entry, elf->file + table->sh_offset + i * sizeof entry, sizeof entry);
        unsigned type = ELF64_ST_TYPE(entry.st_info);

        if (entry.st_name >= strings->sh_size) {
            backend_file_error(report, elf->path, NULL,
                               "symbol %" PRIu64 ": st_name %" PRIu32 " is out of range", i, entry.st_name);
            return false;
        }
        const char *name = (const char *)elf->file + strings->sh_offset + entry.st_name;

        if (entry.st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE || name[0] == '\0') {
            continue;
        }
        *LIST_PUSH(&elf->symbols) = (struct elf_symbol){name, entry.st_value, entry.st_size};
    }
    elf->has_symbols = true;
    return true;
}

bool elf_read_symbols(struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report)
{
    Elf64_Shdr table, strings;

    if (header->e_shnum == 0) {
        return true;
    }
    if (!check_sections(elf, header, report)) {
        return false;
    }
    for (uint64_t i = 0; section_at(elf, header, i, &table); i++) {
        if (table.sh_type != SHT_SYMTAB) {
            continue;
        }
        if (!section_at(elf, header, table.sh_link, &strings)) {
            backend_file_error(report, elf->path, NULL, "symbol table: sh_link %" PRIu32 " is no section",
                               table.sh_link);
            return false;
        }
        return check_tables(elf, &table, &strings, report) && read_table(elf, &table, &strings, report);
    }
    return true;
}

size_t elf_find_symbol(const struct elf *elf, const char *name, const struct elf_symbol **symbol)
{
    size_t found = 0;

    for (size_t i = 0; i < elf->symbols.count; i++) {
        if (strcmp(elf->symbols.at[i].name, name) == 0) {
            *symbol = &elf->symbols.at[i];
            found++;
        }
    }
    return found;
}
