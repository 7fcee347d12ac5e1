/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs and systems in memory.
 */
#include "test_backend_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "elf_read.h"
#include "patch.h"

#define SYMBOLS 9

char fixture_errors[65536];

static void note(void *context, const char *rule, const struct place *place, const char *message,
                 const char *hint)
{
    (void)rule;
    size_t used = strlen(fixture_errors);

    (void)context;
    (void)hint;
    snprintf(fixture_errors + used, sizeof fixture_errors - used, "%s: %s\n",
             place->file == NULL ? "" : place->file, message);
}

struct backend_report fixture_report(void)
{
    fixture_errors[0] = '\0';
    return (struct backend_report){.error = note};
}

static const struct {
    const char *name;
    uint64_t value, size;
} symbols[SYMBOLS] = {
    {"", 0, 0},
    {"microkit_name", FIXTURE_DATA, 64},
    {"microkit_passive", FIXTURE_DATA + 0x40, 1},
    {"microkit_irqs", FIXTURE_DATA + 0x48, 8},
    {"microkit_notifications", FIXTURE_DATA + 0x50, 8},
    {"microkit_pps", FIXTURE_DATA + 0x58, 8},
    {"in_bss", FIXTURE_DATA + 0x1010, 8},
    {"postern_template", FIXTURE_RODATA + 0x10, 8},
    {"postern_template_size", FIXTURE_RODATA + 0x18, 8},
};

static void put_segments(struct fixture_elf *elf)
{
    static const Elf64_Phdr segments[3] = {
        {PT_LOAD, PF_R | PF_X, 0x1000, FIXTURE_TEXT, FIXTURE_TEXT, 0x100, 0x100, 0x1000},
        {PT_LOAD, PF_R, 0x2000, FIXTURE_RODATA, FIXTURE_RODATA, 0x80, 0x80, 0x1000},
        {PT_LOAD, PF_R | PF_W, 0x3000, FIXTURE_DATA, FIXTURE_DATA, 0x60, 0x1080, 0x1000},
    };

    memcpy(elf->bytes + elf->phdr, segments, sizeof segments);
    memset(elf->bytes + 0x1000, 0x13, 0x100);
    memset(elf->bytes + 0x2000, 0xaa, 0x80);
    memset(elf->bytes + 0x3000, 0xdd, 0x60);
}

static void put_symbols(struct fixture_elf *elf)
{
    uint32_t name = 1;

    for (unsigned i = 1; i < SYMBOLS; i++) {
        Elf64_Sym symbol = {.st_name = name,
                            .st_info = STB_GLOBAL << 4 | STT_OBJECT,
                            .st_shndx = 1,
                            .st_value = symbols[i].value,
                            .st_size = symbols[i].size};

        memcpy(elf->bytes + elf->symtab + i * sizeof symbol, &symbol, sizeof symbol);
        strcpy((char *)elf->bytes + elf->strtab + name, symbols[i].name);
        name += (uint32_t)strlen(symbols[i].name) + 1;
    }
    const Elf64_Shdr sections[3] = {
        {0},
        {.sh_type = SHT_SYMTAB,
         .sh_offset = elf->symtab,
         .sh_size = SYMBOLS * sizeof(Elf64_Sym),
         .sh_link = 2,
         .sh_entsize = sizeof(Elf64_Sym)},
        {.sh_type = SHT_STRTAB, .sh_offset = elf->strtab, .sh_size = name},
    };

    memcpy(elf->bytes + elf->shdr, sections, sizeof sections);
}

struct fixture_elf fixture_elf_make(void)
{
    struct fixture_elf elf = {NULL, 0x4800, 0x40, 0x4000, 0x4400, 0x4600};
    const Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                               .e_type = ET_EXEC,
                               .e_machine = EM_RISCV,
                               .e_version = EV_CURRENT,
                               .e_entry = FIXTURE_TEXT,
                               .e_phoff = elf.phdr,
                               .e_shoff = elf.shdr,
                               .e_ehsize = sizeof(Elf64_Ehdr),
                               .e_phentsize = sizeof(Elf64_Phdr),
                               .e_phnum = 3,
                               .e_shentsize = sizeof(Elf64_Shdr),
                               .e_shnum = 3};

    elf.bytes = calloc(1, elf.size + 1);
    memcpy(elf.bytes, &header, sizeof header);
    put_segments(&elf);
    put_symbols(&elf);
    return elf;
}

struct elf *fixture_elf_parse(struct fixture_elf *elf, struct backend_report *report)
{
    return elf_parse("test.elf", elf->bytes, elf->size, report);
}

Elf64_Phdr *fixture_phdr(struct fixture_elf *elf, unsigned index)
{
    return (Elf64_Phdr *)(void *)(elf->bytes + elf->phdr) + index;
}

Elf64_Ehdr *fixture_ehdr(struct fixture_elf *elf)
{
    return (Elf64_Ehdr *)(void *)elf->bytes;
}

Elf64_Sym *fixture_symbol(struct fixture_elf *elf, const char *name)
{
    Elf64_Sym *table = (Elf64_Sym *)(void *)(elf->bytes + elf->symtab);

    for (unsigned i = 1; i < SYMBOLS; i++) {
        if (strcmp((char *)elf->bytes + elf->strtab + table[i].st_name, name) == 0) {
            return &table[i];
        }
    }
    abort();
}

static struct elf *program(void)
{
    struct fixture_elf elf = fixture_elf_make();
    struct backend_report report = fixture_report();

    return fixture_elf_parse(&elf, &report);
}

static void add_pd(struct fixture_system *system, const char *name, uint64_t priority, size_t parent,
                   uint64_t id)
{
    struct pd *pd = LIST_PUSH(&system->model.pds);

    pd->name = name;
    pd->priority = priority;
    pd->budget_us = pd->period_us = 1000;
    pd->stack_size = 0x2000;
    pd->parent = parent;
    pd->child_id = id;
    pd->program = "test.elf";
    pd->place.file = pd->program_place.file = "test.system";
    pd->elf = program();
}

static void add_region(struct fixture_system *system, const char *name, uint64_t size)
{
    struct region *region = LIST_PUSH(&system->model.regions);

    region->name = name;
    region->size = size;
    region->page_size = PN_PAGE_SIZE;
    region->place.file = "test.system";
}

static void add_map(struct fixture_system *system, size_t pd, size_t region, uint64_t vaddr, unsigned perms)
{
    struct map *map = LIST_PUSH(&system->model.pds.at[pd].maps);

    *map = (struct map){.region = region, .vaddr = vaddr, .perms = perms, .place = {"test.system", 7, 1}};
}

/* Entries 3 (app, 100 us), 4 (the others, 5000 ticks), 5 (end marker); it starts with 4. */
static void add_schedule(struct fixture_system *system)
{
    struct schedule *schedule = &system->model.schedule;

    *LIST_PUSH(&schedule->domains) = (struct time_domain){.name = "others", .id = 6};
    *LIST_PUSH(&schedule->domains) = (struct time_domain){.name = "alone", .id = 2};
    *LIST_PUSH(&schedule->entries) = (struct schedule_entry){.domain = 1, .duration = 100};
    *LIST_PUSH(&schedule->entries) = (struct schedule_entry){.domain = 0, .duration = 5000, .ticks = true};
    *LIST_PUSH(&schedule->entries) = (struct schedule_entry){.marker = true, .domain = NO_INDEX};
    schedule->given = true;
    schedule->start = 1;
    schedule->shift = 3;
    system->model.pds.at[APP].time_domain = 1;
}

void fixture_system_make(struct fixture_system *system)
{
    static uint8_t secret[5] = {'k', 'e', 'y', '!', '\n'};

    *system = (struct fixture_system){0};
    system->model.board.ram_base = 0x80000000;
    system->model.board.ram_size = 0x8000000;
    system->model.board.image_base = 0x80200000;
    system->model.place.file = "test.system";
    add_pd(system, "top", 200, NO_INDEX, 0);
    add_pd(system, "drv", 150, TOP, 3);
    add_pd(system, "app", 100, TOP, 4);
    add_region(system, "shared", 0x3000);
    add_region(system, "device", 0x1000);
    add_region(system, "secret", 0x1000);
    system->model.pds.at[TOP].vital = true;
    system->model.regions.at[SHARED].keep = true;
    system->model.regions.at[DEVICE].has_paddr = true;
    system->model.regions.at[DEVICE].paddr = 0x10000000;
    system->model.regions.at[SECRET].prefill = "key";
    system->model.regions.at[SECRET].prefill_data = secret;
    system->model.regions.at[SECRET].prefill_size = sizeof secret;
    add_map(system, DRV, SHARED, 0x4000000, MAP_READ | MAP_WRITE);
    add_map(system, DRV, DEVICE, 0x5000000, MAP_READ | MAP_WRITE);
    add_map(system, APP, SHARED, 0x4000000, MAP_READ);
    add_map(system, APP, SECRET, 0x6000000, MAP_READ);
    *LIST_PUSH(&system->model.pds.at[DRV].irqs) = (struct irq){.number = 10, .id = 5};
    *LIST_PUSH(&system->model.pds.at[APP].setvars) =
        (struct setvar){.symbol = "in_bss", .kind = SETVAR_REGION_PADDR, .region = SHARED};
    *LIST_PUSH(&system->model.channels) = (struct channel){
        .end = {{.pd = APP, .id = 0, .pp = true, .notify = true}, {.pd = DRV, .id = 1, .notify = true}}};
    add_schedule(system);
    system->kernel = program();
    system->root = program();
}

void fixture_system_free(struct fixture_system *system)
{
    for (size_t i = 0; i < system->model.pds.count; i++) {
        free(system->model.pds.at[i].maps.at);
        free(system->model.pds.at[i].irqs.at);
        free(system->model.pds.at[i].setvars.at);
        free(system->model.pds.at[i].user_caps.at);
    }
    backend_unload(&system->model);
    free(system->model.pds.at);
    free(system->model.regions.at);
    free(system->model.channels.at);
    free(system->model.schedule.domains.at);
    free(system->model.schedule.entries.at);
    elf_free(system->kernel);
    elf_free(system->root);
    layout_free(&system->layout);
    capdist_free(&system->dist);
    free(system->blob);
    free(system->image);
}

static bool add_root(struct fixture_system *system, struct backend_report *report)
{
    capdist_build(&system->dist, &system->model, &system->layout);
    size_t size = capdist_size(&system->dist);
    size_t whole = (size + PN_PAGE_SIZE - 1) / PN_PAGE_SIZE * PN_PAGE_SIZE;
    const struct elf_segment *text = &system->root->segments.at[0];

    system->blob = calloc(1, whole);
    const struct root_piece code = {0, text->vaddr, text->size, text->rights, text->bytes, text->data_end};
    const struct root_piece blob = {0, CAPDIST_VADDR, whole, PN_READ, system->blob, size};

    return layout_root(&system->layout, &code, "root", report) &&
           layout_root(&system->layout, &blob, "root", report);
}

bool fixture_system_build(struct fixture_system *system, struct backend_report *report)
{
    static uint8_t loader[64] __attribute__((aligned(8)));
    const struct image_source source = {"loader.bin", loader, sizeof loader};
    const struct image_loader head = {IMAGE_LOADER_MAGIC, sizeof loader};
    bool good = true;

    memcpy(loader + IMAGE_LOADER_OFFSET, &head, sizeof head);
    for (size_t i = 0; i < system->model.pds.count; i++) {
        good = patch_check(&system->model, i, report) && good;
    }
    good = good && image_check_loader(&source, report) &&
           layout_collect(&system->layout, &system->model, report) &&
           layout_kernel(&system->layout, system->kernel, report) && add_root(system, report) &&
           capdist_check_limits(&system->dist, &system->model, report) &&
           layout_place(&system->layout, &system->model, image_bound(&source, &system->layout), report) &&
           patch_apply(&system->model, report);
    if (!good) {
        return false;
    }
    capdist_free(&system->dist);
    capdist_build(&system->dist, &system->model, &system->layout);
    capdist_encode(&system->dist, system->blob);
    system->image = image_build(&source, &system->layout, system->model.board.image_base, system->root->entry,
                                &system->image_size, report);
    return system->image != NULL;
}
