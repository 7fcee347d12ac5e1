/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handing the model to the back end: programs are read even if the description has errors, so that one run
 * shows both; an image is written only if there are none, and stays only if its own authority keeps the
 * policy.
 */
#include <stdio.h>
#include <string.h>

#include "compose_job.h"

static const char *keep(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy(arena, text, strlen(text));
}

static void report_error(void *context, const char *rule, const struct place *place, const char *message,
                         const char *hint)
{
    struct diag *diag = context;
    struct place kept = {keep(&diag->arena, place->file), place->line, place->column};
    diag_error(diag, rule, kept, "%s", message);
    if (hint != NULL) {
        diag_hint(diag, "%s", hint);
    }
}

static void note_read(void *context, const char *path)
{
    struct job *job = context;
    *LIST_PUSH(&job->read) = keep(&job->arena, path);
}

static bool write_image(struct job *job, struct backend_report *report)
{
    const struct backend_options options = {.kernel = job->options->kernel,
                                            .loader = job->options->loader,
                                            .initialiser = job->options->initialiser,
                                            .output = job->options->output,
                                            .form = job->options->form,
                                            .written = job->options->written};
    struct authority finished = {0};
    job->has_usage = backend_compose(&job->model, &options, &job->usage, &finished, report);
    if (job->has_usage) {
        compose_policy(job, &finished, " (in the finished image)");
    }
    backend_authority_free(&finished);
    if (job->has_usage && job->diag->errors > 0) {
        files_remove(job->options->output);
    }
    return job->has_usage && job->diag->errors == 0;
}

bool compose_image(struct job *job)
{
    const struct options *options = job->options;
    struct backend_report report = {.error = report_error, .context = job->diag};
    if (options->check) {
        return job->diag->errors == 0;
    }
    job->loaded = true;
    bool loaded = backend_load(&job->model, options->search.folders.at, options->search.folders.count,
                               note_read, job, &report);
    if (!loaded || job->diag->errors > 0) {
        return false;
    }
    return options->output == NULL || (compose_apart(job) && write_image(job, &report));
}

void compose_release_image(struct job *job)
{
    if (job->loaded) {
        backend_unload(&job->model);
    }
    backend_usage_free(&job->usage);
}
