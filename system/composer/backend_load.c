/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding and reading the programs, and what can be said about them before anything is placed.
 */
#include "backend.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <postern/limits.h>

#include "backend_report.h"
#include "element.h"
#include "elf_read.h"
#include "patch.h"

#define PATH_SIZE 4096

struct loader {
    const char *const *search;
    size_t search_count;
    void (*found)(void *context, const char *path);
    void *context;
    struct backend_report *report;
};

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool find(const struct loader *loader, const char *name, char *path)
{
    for (size_t i = 0; name[0] != '/' && i < loader->search_count; i++) {
        int length = snprintf(path, PATH_SIZE, "%s/%s", loader->search[i], name);

        if (length > 0 && length < PATH_SIZE && is_file(path)) {
            return true;
        }
    }
    int length = snprintf(path, PATH_SIZE, "%s", name);

    return length > 0 && length < PATH_SIZE && is_file(path);
}

/* Where the description names a program, for what is wrong with its file. */
struct reader {
    struct backend_report *report;
    const struct place *place;
};

static void report_program(void *context, const char *rule, const struct place *place, const char *message,
                           const char *hint)
{
    const struct reader *reader = context;

    reader->report->rule = rule;
    if (place->line == 0) {
        backend_error(reader->report, reader->place, hint, "program '%s': %s", place->file, message);
    } else {
        backend_error(reader->report, place, hint, "%s", message);
    }
}

static struct elf *load(const struct loader *loader, const struct pd *pd, const char *name,
                        const struct place *place)
{
    char path[PATH_SIZE];

    loader->report->rule = "program-found";
    if (name == NULL || !find(loader, name, path)) {
        backend_error(loader->report, place, "build it, or give its folder in the search path",
                      "program '%s' of '%s' was not found", name == NULL ? "" : name, pd->name);
        return NULL;
    }
    if (loader->found != NULL) {
        loader->found(loader->context, path);
    }
    struct reader reader = {loader->report, place};
    struct backend_report report = {.error = report_program, .context = &reader, .rule = "program-elf"};

    return elf_load(path, place, &report);
}

static bool check_space(const struct loader *loader, const struct pd *pd)
{
    const struct elf_segment *last = &pd->elf->segments.at[pd->elf->segments.count - 1];
    uint64_t bottom = PN_STACK_TOP - pd->stack_size;

    if (pd->stack_size > PN_STACK_TOP || last->vaddr + last->size > bottom - PN_PAGE_SIZE) {
        backend_error(loader->report, &pd->program_place, NULL,
                      "program '%s' ends at 0x%" PRIx64 ", above the stack's bottom 0x%" PRIx64, pd->program,
                      last->vaddr + last->size, bottom);
        return false;
    }
    return true;
}

static bool check_maps(const struct loader *loader, const struct system_model *model, const struct pd *pd)
{
    bool good = true;

    for (size_t i = 0; i < pd->maps.count; i++) {
        const struct map *map = &pd->maps.at[i];
        const struct place place = element_place(map->source, "vaddr", map->place);

        if (map->region >= model->regions.count) {
            continue;
        }
        const struct region *region = &model->regions.at[map->region];

        for (size_t s = 0; s < pd->elf->segments.count; s++) {
            const struct elf_segment *segment = &pd->elf->segments.at[s];

            if (map->vaddr < segment->vaddr + segment->size && segment->vaddr < map->vaddr + region->size) {
                backend_error(loader->report, &place, NULL,
                              "region '%s' (0x%" PRIx64 "..0x%" PRIx64 ") overlaps program '%s' (0x%" PRIx64
                              "..0x%" PRIx64 ")",
                              region->name, map->vaddr, map->vaddr + region->size, pd->program,
                              segment->vaddr, segment->vaddr + segment->size);
                good = false;
            }
        }
    }
    return good;
}

static bool load_pd(const struct loader *loader, struct system_model *model, size_t index)
{
    struct pd *pd = &model->pds.at[index];

    pd->elf = load(loader, pd, pd->program, &pd->program_place);
    if (pd->symbols_program != NULL) {
        pd->symbols_elf = load(loader, pd, pd->symbols_program, &pd->symbols_place);
    }
    if (pd->elf == NULL || (pd->symbols_program != NULL && pd->symbols_elf == NULL)) {
        return false;
    }
    loader->report->rule = "program-space";
    bool good = check_space(loader, pd);

    good = check_maps(loader, model, pd) && good;
    loader->report->rule = "program-symbols";
    return patch_check(model, index, loader->report) && good;
}

bool backend_load(struct system_model *model, const char *const *search, size_t search_count,
                  void (*found)(void *context, const char *path), void *context,
                  struct backend_report *report)
{
    const struct loader loader = {search, search_count, found, context, report};
    bool good = true;

    for (size_t i = 0; i < model->pds.count; i++) {
        good = load_pd(&loader, model, i) && good;
    }
    return good;
}

void backend_unload(struct system_model *model)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        struct pd *pd = &model->pds.at[i];

        elf_free(pd->elf);
        elf_free(pd->symbols_elf);
        pd->elf = NULL;
        pd->symbols_elf = NULL;
    }
}
