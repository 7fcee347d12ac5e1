/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing what was asked for beside the image.
 */
#include "compose_job.h"
#include "graph.h"
#include "report.h"
#include "report_json.h"

/* Write one kind of output to a path, if there is one. */
static bool write_report(struct job *job, const char *path, const struct report *report,
                         void (*make)(struct text *, const struct report *))
{
    if (path == NULL) {
        return true;
    }
    struct text text = {0};
    make(&text, report);
    bool written = text_write(&text, job->diag, path);
    text_free(&text);
    return written;
}

static void make_svg(struct text *out, const struct report *report)
{
    struct graph graph = {0};
    graph_build(&graph, report);
    graph_layout(&graph);
    graph_svg(out, &graph, report);
    graph_free(&graph);
}

static void make_dot(struct text *out, const struct report *report)
{
    struct graph graph = {0};
    graph_build(&graph, report);
    graph_dot(out, &graph);
    graph_free(&graph);
}

static void add_escaped(struct text *out, const char *path)
{
    for (; *path != '\0'; path++) {
        text_add(out, *path == ' ' || *path == '#' ? "\\%c" : *path == '$' ? "$%c" : "%c", *path);
    }
}

static void add_dependency(struct text *out, const char *path)
{
    if (path != NULL) {
        text_add(out, " \\\n  ");
        add_escaped(out, path);
    }
}

/* A rule for make, and an empty rule for each file so that a deleted one does not stop it. */
static bool write_depfile(struct job *job)
{
    const struct options *options = job->options;
    if (options->depfile == NULL) {
        return true;
    }
    const char *named[] = {options->product, options->board,  options->system,
                           options->kernel,  options->loader, options->initialiser};
    struct text text = {0};
    add_escaped(&text, options->output);
    text_add(&text, ":");
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        add_dependency(&text, named[i]);
    }
    for (size_t i = 0; i < job->read.count; i++) {
        add_dependency(&text, job->read.at[i]);
    }
    text_add(&text, "\n");
    for (size_t i = 0; i < job->read.count; i++) {
        add_escaped(&text, job->read.at[i]);
        text_add(&text, ":\n");
    }
    bool written = text_write(&text, job->diag, options->depfile);
    text_free(&text);
    return written;
}

static struct report report_of(const struct job *job)
{
    return (struct report){.model = &job->model,
                           .authority = &job->authority,
                           .product = job->options->product != NULL ? &job->product : NULL,
                           .board = &job->board,
                           .usage = job->has_usage ? &job->usage : NULL};
}

bool compose_json(struct job *job, bool accepted)
{
    const struct options *options = job->options;
    const struct report report = report_of(job);
    if (options->json != NULL && !job->clash && !report_json(&report, job->diag, accepted, options->json)) {
        return false;
    }
    if (options->capdl == NULL || options->check || !accepted) {
        return true;
    }
    bool written = report_json(&report, job->diag, accepted, options->capdl);
    diag_warning(job->diag, NULL, (struct place){options->capdl, 0, 0},
                 "the image holds no capDL: this file has what --json writes");
    return written;
}

static bool report_clash(struct job *job, const char *output, const char *other, const char *what)
{
    if (output == NULL || other == NULL || !files_same(output, other)) {
        return false;
    }
    diag_error(job->diag, "output", (struct place){output, 0, 0}, "%s '%s'", what, other);
    diag_hint(job->diag, "give every output a name of its own");
    return true;
}

bool compose_apart(struct job *job)
{
    const struct options *options = job->options;
    const char *outputs[] = {options->check ? NULL : options->output,
                             options->report,
                             options->matrix,
                             options->graph,
                             options->dot,
                             options->expanded,
                             options->depfile,
                             options->json,
                             options->check ? NULL : options->capdl};
    const char *inputs[] = {options->product, options->board,  options->system,
                            options->kernel,  options->loader, options->initialiser};
    size_t clashes = 0;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        for (size_t k = 0; k < i; k++) {
            clashes += report_clash(job, outputs[i], outputs[k], "another output goes to");
        }
        for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++) {
            clashes += report_clash(job, outputs[i], inputs[k], "this would overwrite the input");
        }
        for (size_t k = 0; k < job->read.count; k++) {
            clashes += report_clash(job, outputs[i], job->read.at[k], "this would overwrite the input");
        }
    }
    job->clash = clashes != 0;
    return !job->clash;
}

bool compose_outputs(struct job *job)
{
    const struct options *options = job->options;
    const struct report report = report_of(job);
    bool text = write_report(job, options->report, &report, report_text);
    bool matrix = write_report(job, options->matrix, &report, report_matrix);
    bool svg = write_report(job, options->graph, &report, make_svg);
    bool dot = write_report(job, options->dot, &report, make_dot);
    return write_depfile(job) && text && matrix && svg && dot;
}
