/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the stages of one run of the composer hand to each other.
 */
#ifndef COMPOSER_COMPOSE_JOB_H
#define COMPOSER_COMPOSE_JOB_H

#include <stdlib.h>

#include "backend.h"
#include "compose.h"
#include "links.h"
#include "reach.h"
#include "system.h"

struct job {
    const struct options *options;
    struct diag *diag;
    struct arena arena;
    struct element *product_tree, *board_tree, *tree;
    struct product product;
    struct links links;
    struct board_file board;
    struct system_model model;
    struct authority authority;
    struct backend_usage usage;
    bool has_usage, loaded, clash;
    LIST(const char *) read; /* files that the result depends on, besides the descriptions */
};

/* compose_image.c: programs and image by the back end, unless only a check is wanted. */
bool compose_image(struct job *job);
void compose_release_image(struct job *job);

/* compose_outputs.c: report, matrix, graph, depfile. */
bool compose_outputs(struct job *job);

/* True if no output would overwrite another one, or a file that was named or has been read. */
bool compose_apart(struct job *job);

/* The JSON document, also after errors. */
bool compose_json(struct job *job, bool accepted);

/* compose.c: the product's policy against an authority. */
void compose_policy(struct job *job, const struct authority *authority, const char *where);

#endif
