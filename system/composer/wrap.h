/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other file forms of a finished image, for boot loaders that want them.
 */
#ifndef COMPOSER_WRAP_H
#define COMPOSER_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

enum wrap { WRAP_BINARY, WRAP_ELF, WRAP_UIMAGE, WRAP_UNKNOWN };

/* By the word of --image-type. */
enum wrap wrap_find(const char *word);

/* Rewrite the flat image in a file in the given form, and set *size to the bytes of the result. On failure
 * the file is removed and the reason reported. */
bool wrap_file(enum wrap form, const char *path, struct diag *diag, size_t *size);

#endif
