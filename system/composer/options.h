/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of postern-compose.
 */
#ifndef COMPOSER_OPTIONS_H
#define COMPOSER_OPTIONS_H

#include <stdbool.h>

#include "files.h"
#include "wrap.h"

struct options {
    const char *product;  /* --product FILE */
    const char *board;    /* --board FILE */
    const char *system;   /* plain .system input */
    const char *output;   /* --output: the image, or the generated header or C file */
    const char *report;   /* --report */
    const char *matrix;   /* --matrix */
    const char *graph;    /* --graph: SVG */
    const char *dot;      /* --dot */
    const char *expanded; /* --system: where the expanded .system file goes */
    const char *depfile;  /* --depfile */
    const char *json;     /* --json, "-" for standard output */
    const char *capdl;    /* --capdl-json of Microkit's tool: the same document, once the image is written */
    const char *kernel, *loader, *initialiser;
    const char *ports;   /* --ports COMPONENT */
    const char *ports_c; /* --ports-c COMPONENT */
    const char *explain; /* --explain RULE */
    bool check;
    enum wrap form;  /* of the image's file */
    size_t *written; /* where to say how many bytes the image's file has, or NULL */
    struct files_search search;
};

enum options_verdict { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/* Read the command line; help and mistakes are printed here. */
enum options_verdict options_parse(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif
