/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One walk over everything that is patched, used twice: to check (values not known yet) and to write.
 */
#include "patch.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "backend_report.h"
#include "elf_symbols.h"

#define NAME_SIZE 64

struct walk {
    struct system_model *model;
    size_t pd;
    bool write;
    struct backend_report *report;
};

static const struct elf *symbols_of(const struct pd *pd)
{
    return pd->symbols_elf != NULL ? pd->symbols_elf : pd->elf;
}

/* Write size bytes (little-endian value or text) at a symbol; a value that is not there is only checked. */
static bool patch(const struct walk *walk, const char *name, const struct place *place, bool optional,
                  const void *bytes, uint64_t size)
{
    struct pd *pd = &walk->model->pds.at[walk->pd];
    const struct elf_symbol *symbol = NULL;
    size_t found = elf_find_symbol(symbols_of(pd), name, &symbol);

    if (found == 0 && optional) {
        return true;
    }
    if (found != 1) {
        backend_error(walk->report, place,
                      found == 0 ? "define it, or remove static from its definition" : NULL,
                      "program '%s' of '%s' has %s symbol '%s'", pd->program, pd->name,
                      found == 0 ? "no" : "more than one", name);
        return false;
    }
    if (symbol->size != size) {
        backend_error(walk->report, place, NULL,
                      "symbol '%s' of program '%s' has %" PRIu64 " bytes; it must have %" PRIu64, name,
                      pd->program, symbol->size, size);
        return false;
    }
    struct elf_segment *segment = elf_segment_at(pd->elf, symbol->value, size);

    if (segment == NULL) {
        backend_error(walk->report, place, NULL,
                      "symbol '%s' of program '%s' is at 0x%" PRIx64 ", outside its segments", name,
                      pd->program, symbol->value);
        return false;
    }
    uint64_t offset = symbol->value - segment->vaddr;

    if (segment->data_end < offset + size) {
        segment->data_end = offset + size;
    }
    if (walk->write) {
        memcpy(segment->bytes + offset, bytes, (size_t)size);
    }
    return true;
}

static bool patch_word(const struct walk *walk, const char *name, const struct place *place, bool optional,
                       uint64_t value)
{
    return patch(walk, name, place, optional, &value, sizeof value);
}

static uint64_t irq_bits(const struct pd *pd)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < pd->irqs.count; i++) {
        bits |= UINT64_C(1) << (pd->irqs.at[i].id & 63);
    }
    return bits;
}

static uint64_t channel_bits(const struct system_model *model, size_t pd, bool calls)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < model->channels.count; i++) {
        for (unsigned side = 0; side < 2; side++) {
            const struct channel_end *end = &model->channels.at[i].end[side];

            if (end->pd == pd && (calls ? end->pp : end->notify)) {
                bits |= UINT64_C(1) << (end->id & 63);
            }
        }
    }
    return bits;
}

static bool patch_microkit(const struct walk *walk)
{
    const struct pd *pd = &walk->model->pds.at[walk->pd];
    const struct place *place = &pd->program_place;
    char name[NAME_SIZE] = {0};
    uint8_t passive = pd->passive;
    size_t length = strlen(pd->name);
    bool good = true;

    memcpy(name, pd->name, length < NAME_SIZE ? length : NAME_SIZE - 1);
    good = patch(walk, "microkit_name", place, true, name, sizeof name) && good;
    good = patch(walk, "microkit_passive", place, true, &passive, sizeof passive) && good;
    good = patch_word(walk, "microkit_irqs", place, true, irq_bits(pd)) && good;
    good =
        patch_word(walk, "microkit_notifications", place, true, channel_bits(walk->model, walk->pd, false)) &&
        good;
    return patch_word(walk, "microkit_pps", place, true, channel_bits(walk->model, walk->pd, true)) && good;
}

static bool patch_setvars(const struct walk *walk)
{
    const struct pd *pd = &walk->model->pds.at[walk->pd];
    bool good = true;

    for (size_t i = 0; i < pd->setvars.count; i++) {
        const struct setvar *setvar = &pd->setvars.at[i];
        uint64_t value = setvar->value;

        if (setvar->kind == SETVAR_REGION_PADDR) {
            value = walk->model->regions.at[setvar->region].paddr;
        }
        good = patch_word(walk, setvar->symbol, &setvar->place, setvar->optional, value) && good;
    }
    return good;
}

/* Last, because the other patches decide how much of the data is not zero. */
static bool patch_template(const struct walk *walk)
{
    const struct place *place = &walk->model->pds.at[walk->pd].program_place;
    uint64_t from, size;
    uint64_t vaddr = layout_template(walk->model, walk->pd, &from, &size);
    bool good = patch_word(walk, PATCH_TEMPLATE_SYMBOL, place, true, vaddr == 0 ? 0 : vaddr + from);

    return patch_word(walk, PATCH_TEMPLATE_SIZE_SYMBOL, place, true, size) && good;
}

/* What else the start code makes as new. */
static bool patch_start(const struct walk *walk)
{
    const struct pd *pd = &walk->model->pds.at[walk->pd];
    bool good = patch_word(walk, "postern_stack_size", &pd->program_place, true, pd->stack_size);

    return patch_word(walk, "postern_fpu", &pd->program_place, true, pd->fpu ? 1 : 0) && good;
}

static bool patch_all(const struct walk *walk)
{
    bool good = patch_microkit(walk);

    good = patch_setvars(walk) && good;
    good = patch_start(walk) && good;
    return patch_template(walk) && good;
}

bool patch_check(struct system_model *model, size_t pd, struct backend_report *report)
{
    const struct walk walk = {model, pd, false, report};
    const struct pd *domain = &model->pds.at[pd];

    if (!symbols_of(domain)->has_symbols) {
        backend_error(report, &domain->program_place, "do not strip it",
                      "program '%s' has no symbol table, so that nothing can be patched", domain->program);
        return false;
    }
    return patch_all(&walk);
}

bool patch_apply(struct system_model *model, struct backend_report *report)
{
    bool good = true;

    for (size_t i = 0; i < model->pds.count; i++) {
        const struct walk walk = {model, i, true, report};

        good = patch_all(&walk) && good;
    }
    return good;
}
