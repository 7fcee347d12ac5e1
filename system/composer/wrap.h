/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other file forms of a finished image, for boot loaders that want them.
 */
#ifndef COMPOSER_WRAP_H
#define COMPOSER_WRAP_H

#include <stddef.h>
#include <stdint.h>

enum wrap { WRAP_BINARY, WRAP_ELF, WRAP_UIMAGE, WRAP_UNKNOWN };

enum { WRAP_HEAD_MAX = 0x1000 };

/* By the word of --image-type. */
enum wrap wrap_find(const char *word);

/* What stands before the flat image (size bytes, one that image_build made) in a file of this form; returns
 * its bytes. */
size_t wrap_head(enum wrap form, uint8_t head[WRAP_HEAD_MAX], const uint8_t *image, size_t size);

#endif
