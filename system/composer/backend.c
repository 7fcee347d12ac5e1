/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back end's two entry points: load all programs; plan, patch, distribute, write, check.
 */
#include "backend.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "alloc.h"
#include "backend_report.h"
#include "backend_usage.h"
#include "capdist.h"
#include "check_image.h"
#include "elf_read.h"
#include "files.h"
#include "image.h"
#include "patch.h"
#include "wrap.h"

#define LOADER_MAX 0x100000

struct job {
    struct system_model *model;
    const struct backend_options *options;
    struct backend_report *report;
    struct elf *kernel, *initialiser;
    uint8_t *loader_bytes;
    struct image_source loader;
    struct layout layout;
    struct capdist dist;
    uint8_t *blob;
    uint8_t *image;
    size_t image_size;
};

static bool load_files(struct job *job)
{
    job->report->rule = "sdk-files";
    const struct place kernel = {job->options->kernel, 0, 0};
    const struct place initialiser = {job->options->initialiser, 0, 0};
    const struct place loader = {job->options->loader, 0, 0};

    job->kernel = elf_load(kernel.file, &kernel, job->report);
    job->initialiser = elf_load(initialiser.file, &initialiser, job->report);
    job->loader_bytes = backend_read_file(loader.file, &loader, LOADER_MAX, &job->loader.size, job->report);
    job->loader.path = loader.file;
    job->loader.bytes = job->loader_bytes;
    return job->kernel != NULL && job->initialiser != NULL && job->loader_bytes != NULL &&
           image_check_loader(&job->loader, job->report);
}

static bool add_initialiser(struct job *job)
{
    struct layout *layout = &job->layout;
    const char *path = job->options->initialiser;

    for (size_t i = 0; i < job->initialiser->segments.count; i++) {
        const struct elf_segment *segment = &job->initialiser->segments.at[i];
        const struct root_piece piece = {
            0, segment->vaddr, segment->size, segment->rights, segment->bytes, segment->data_end};

        if (segment->vaddr + segment->size > CAPDIST_VADDR) {
            backend_file_error(job->report, path, NULL, "segment at 0x%" PRIx64 " reaches over 0x%x",
                               segment->vaddr, CAPDIST_VADDR);
            return false;
        }
        if (!layout_root(layout, &piece, path, job->report)) {
            return false;
        }
    }
    const struct root_piece stack = {
        0, CAPDIST_STACK_TOP - CAPDIST_STACK, CAPDIST_STACK, PN_READ | PN_WRITE, NULL, 0};

    return layout_root(layout, &stack, path, job->report);
}

/* The blob's size is known before addresses are; its contents only afterwards. */
static bool add_blob(struct job *job)
{
    capdist_build(&job->dist, job->model, &job->layout);
    if (!capdist_check_limits(&job->dist, job->model, job->report)) {
        return false;
    }
    size_t size = capdist_size(&job->dist);
    size_t pages = (size + PN_PAGE_SIZE - 1) / PN_PAGE_SIZE;

    job->blob = calloc(pages, PN_PAGE_SIZE);
    if (job->blob == NULL) {
        return false;
    }
    const struct root_piece piece = {0, CAPDIST_VADDR, pages * PN_PAGE_SIZE, PN_READ, job->blob, size};

    return layout_root(&job->layout, &piece, job->options->initialiser, job->report);
}

static bool plan(struct job *job)
{
    job->report->rule = "memory-fits";
    return layout_collect(&job->layout, job->model, job->report) &&
           layout_kernel(&job->layout, job->kernel, job->report) && add_initialiser(job) && add_blob(job) &&
           layout_place(&job->layout, job->model, image_bound(&job->loader, &job->layout), job->report);
}

static bool build(struct job *job)
{
    if (!patch_apply(job->model, job->report)) {
        return false;
    }
    capdist_free(&job->dist);
    capdist_build(&job->dist, job->model, &job->layout);
    capdist_encode(&job->dist, job->blob);
    job->image = image_build(&job->loader, &job->layout, job->model->board.image_base,
                             job->initialiser->entry, &job->image_size, job->report);
    return job->image != NULL;
}

struct head {
    uint8_t bytes[WRAP_HEAD_MAX];
    size_t size;
};

static bool write_image(const struct job *job, const struct head *head)
{
    const struct place place = {job->options->output, 0, 0};

    if (!files_write_image(place.file, head->bytes, head->size, job->image, job->image_size)) {
        job->report->rule = "output";
        backend_error(job->report, &place, NULL, "cannot write the image: %s", strerror(errno));
        return false;
    }
    return true;
}

static bool check_built(const struct job *job, const char *name, struct authority *authority)
{
    return check_image(job->image, job->image_size, name, job->model, authority, job->report);
}

/* What is checked is what lies on the disk, unless the image went to a device or a pipe. */
static bool check_written(const struct job *job, const struct head *head, struct authority *authority)
{
    const char *path = job->options->output;
    const struct place place = {path, 0, 0};
    size_t size;

    if (!files_is_regular(path)) {
        return check_built(job, path, authority);
    }
    uint8_t *file = backend_read_file(path, &place, IMAGE_MAX_SIZE + WRAP_HEAD_MAX, &size, job->report);
    bool good = file != NULL && size >= head->size && memcmp(file, head->bytes, head->size) == 0 &&
                check_image(file + head->size, size - head->size, path, job->model, authority, job->report);

    free(file);
    if (!good) {
        files_remove(path);
    }
    return good;
}

static bool finish(const struct job *job, struct backend_usage *usage, struct authority *authority)
{
    job->report->rule = "image-check";
    if (usage != NULL) {
        backend_usage_fill(usage, job->model, &job->layout, &job->dist, job->image_size);
    }
    if (job->options->output == NULL) {
        return check_built(job, "image", authority);
    }
    struct head head;
    head.size = wrap_head(job->options->form, head.bytes, job->image, job->image_size);
    if (job->options->written != NULL) {
        *job->options->written = head.size + job->image_size;
    }
    return write_image(job, &head) && check_written(job, &head, authority);
}

bool backend_compose(struct system_model *model, const struct backend_options *options,
                     struct backend_usage *usage, struct authority *authority, struct backend_report *report)
{
    struct job job = {.model = model, .options = options, .report = report};
    bool good = load_files(&job) && plan(&job) && build(&job) && finish(&job, usage, authority);

    elf_free(job.kernel);
    elf_free(job.initialiser);
    free(job.loader_bytes);
    layout_free(&job.layout);
    capdist_free(&job.dist);
    free(job.blob);
    free(job.image);
    return good;
}
