/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of bin/microkit: the arguments of Microkit's own tool, and some of ours.
 */
#ifndef COMPOSER_MICROKIT_OPTIONS_H
#define COMPOSER_MICROKIT_OPTIONS_H

#include "options.h"

struct microkit_options {
    struct options compose; /* board, loader and root task, and kernel if not overridden, come from the SDK */
    const char *board;      /* --board: folder in the SDK */
    const char *config;     /* --config: folder in the board's */
    const char *image_type; /* --image-type */
    size_t image_size;      /* bytes of the image's file, once it is written */
};

/* Read the command line, in any order; help and mistakes are printed here. */
enum options_verdict microkit_options_parse(struct microkit_options *options, int argc, char **argv);

/* Print a mistake in the form of Microkit's tool. */
void microkit_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
