/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs of any content through the ELF reader and everything that takes a program apart: symbols, patches,
 * the layout of a system of one domain.
 */
#include <string.h>

#include "alloc.h"
#include "arena.h"
#include "capdist.h"
#include "elf_read.h"
#include "fuzz.h"
#include "patch.h"

static void ignore(void *context, const char *rule, const struct place *place, const char *message,
                   const char *hint)
{
    (void)rule;
    (void)context;
    (void)place;
    (void)hint;
    if (message[0] == '\0') {
        abort(); /* an error without words */
    }
}

/* A domain whose program is the input, with a map and a symbol of each kind. */
static void use_program(struct elf *elf, struct backend_report *report)
{
    struct system_model model = {.board = {.name = "fuzz",
                                           .ram_base = 0x80000000,
                                           .ram_size = 0x10000000,
                                           .image_base = 0x80200000,
                                           .irq_sources = 95}};
    struct pd *pd = LIST_PUSH(&model.pds);
    *pd = (struct pd){.name = "one",
                      .priority = 1,
                      .budget_us = 1000,
                      .period_us = 1000,
                      .stack_size = 0x2000,
                      .parent = NO_INDEX,
                      .time_domain = NO_INDEX,
                      .program = "one.elf",
                      .elf = elf};
    *LIST_PUSH(&model.regions) = (struct region){.name = "m", .size = 0x1000, .page_size = 0x1000};
    *LIST_PUSH(&pd->maps) = (struct map){.vaddr = 0x10000000, .perms = MAP_READ | MAP_WRITE};
    *LIST_PUSH(&pd->setvars) = (struct setvar){.symbol = "var", .value = 42, .optional = true};
    struct layout layout = {0};
    struct capdist dist = {0};
    if (patch_check(&model, 0, report) && layout_collect(&layout, &model, report) &&
        patch_apply(&model, report)) {
        capdist_build(&dist, &model, &layout);
    }
    capdist_free(&dist);
    layout_free(&layout);
    free(pd->maps.at);
    free(pd->setvars.at);
    free(model.pds.at);
    free(model.regions.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct backend_report report = {.error = ignore};
    uint8_t *file = malloc(size + 1);
    if (file == NULL) {
        abort();
    }
    memcpy(file, data, size);
    file[size] = 0;
    struct elf *elf = elf_parse("fuzz.elf", file, size, &report);
    if (elf != NULL) {
        use_program(elf, &report);
    } else if (report.errors == 0) {
        abort(); /* refused without a reason */
    }
    elf_free(elf);
    return 0;
}
