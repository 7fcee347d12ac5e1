/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running the stages in order and stopping after the first one that found errors.
 */
#include "compose.h"

#include "links.h"
#include "ports.h"
#include "product.h"
#include "xml.h"

struct job {
    const struct options *options;
    struct diag *diag;
    struct arena arena;
    struct element *product_tree;
    struct product product;
    struct links links;
};

static bool read_product(struct job *job)
{
    job->product_tree = xml_read(&job->arena, job->diag, job->options->product);
    if (job->product_tree == NULL || !product_parse(&job->product, job->diag, job->product_tree)) {
        return false;
    }
    links_make(&job->links, &job->arena, &job->product);
    return true;
}

static bool write_ports(struct job *job)
{
    const struct options *options = job->options;
    const char *name = options->ports != NULL ? options->ports : options->ports_c;
    size_t component = product_find(&job->product, name);
    if (component == NO_INDEX) {
        diag_error(job->diag, "component-known", (struct place){options->product, 0, 0},
                   "no component is called '%s'", name);
        product_suggest(&job->product, job->diag, name);
        return false;
    }
    struct text text = {0};
    if (options->ports != NULL) {
        ports_header(&text, &job->product, &job->links, component);
    } else {
        ports_source(&text, &job->product, &job->links, component);
    }
    bool written = text_write(&text, job->diag, options->output);
    text_free(&text);
    return written;
}

static void release(struct job *job)
{
    links_free(&job->links);
    product_free(&job->product);
    element_free(job->product_tree);
    arena_free(&job->arena);
}

bool compose(const struct options *options, struct diag *diag)
{
    struct job job = {.options = options, .diag = diag};
    bool done = read_product(&job) && write_ports(&job);
    release(&job);
    return done;
}
