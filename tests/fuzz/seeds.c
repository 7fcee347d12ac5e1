/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First inputs for the fuzzers: the descriptions of the verdict suite, and a small well-formed program.
 *
 *     seeds FOLDER-OF-DESCRIPTIONS FOLDER-OF-PROGRAMS
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdicts.h"

/* Everything close together, so that a mutation hits something that is read. */
struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segments[3];
    Elf64_Shdr sections[3];
    Elf64_Sym symbols[8];
    char names[128];
    unsigned char text[32], data[128];
};

static void save(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void add_symbols(struct program *program)
{
    static const struct {
        const char *name;
        uint64_t offset, size;
    } symbols[] = {{"microkit_name", 0, 64},
                   {"microkit_passive", 64, 1},
                   {"microkit_irqs", 72, 8},
                   {"microkit_pps", 80, 8},
                   {"var", 88, 8},
                   {"postern_template", 96, 8},
                   {"postern_template_size", 104, 8}};
    uint32_t name = 1;
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        program->symbols[i + 1] = (Elf64_Sym){.st_name = name,
                                              .st_info = STB_GLOBAL << 4 | STT_OBJECT,
                                              .st_shndx = 1,
                                              .st_value = 0x202000 + symbols[i].offset,
                                              .st_size = symbols[i].size};
        strcpy(program->names + name, symbols[i].name);
        name += (uint32_t)strlen(symbols[i].name) + 1;
    }
}

static void make_program(struct program *program)
{
    static const size_t text = offsetof(struct program, text), data = offsetof(struct program, data);
    *program = (struct program){
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_RISCV,
                   .e_version = EV_CURRENT,
                   .e_entry = 0x200000,
                   .e_phoff = offsetof(struct program, segments),
                   .e_shoff = offsetof(struct program, sections),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3,
                   .e_shentsize = sizeof(Elf64_Shdr),
                   .e_shnum = 3},
        .segments = {{PT_LOAD, PF_R | PF_X, text, 0x200000, 0x200000, 32, 32, 1},
                     {PT_LOAD, PF_R, data, 0x201000, 0x201000, 16, 16, 1},
                     {PT_LOAD, PF_R | PF_W, data, 0x202000, 0x202000, 128, 0x1100, 1}},
        .sections = {{.sh_type = SHT_NULL},
                     {.sh_type = SHT_SYMTAB,
                      .sh_offset = offsetof(struct program, symbols),
                      .sh_size = sizeof program->symbols,
                      .sh_link = 2,
                      .sh_entsize = sizeof(Elf64_Sym)},
                     {.sh_type = SHT_STRTAB,
                      .sh_offset = offsetof(struct program, names),
                      .sh_size = sizeof program->names}},
    };
    add_symbols(program);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 1;
    }
    struct arena arena = {0};
    struct verdict_case *cases = verdicts_read(&arena);
    size_t count = 0;
    for (const struct verdict_case *test = cases; test->rule != NULL; test++) {
        char name[32];
        if (strlen(test->text) < 4096) {
            snprintf(name, sizeof name, "case-%04zu", count++);
            save(argv[1], name, test->text, strlen(test->text));
        }
    }
    free(cases);
    arena_free(&arena);
    struct program program;
    make_program(&program);
    save(argv[2], "program.elf", &program, sizeof program);
    return 0;
}
