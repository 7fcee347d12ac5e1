/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The independent checker: reads a finished image as if it had come from somebody else, recomputes from its
 * capability distribution who can reach what, and compares that with what the model allows. Shares no code
 * with the writer.
 */
#ifndef COMPOSER_CHECK_IMAGE_H
#define COMPOSER_CHECK_IMAGE_H

#include "backend.h"

/* Check an image of `size` bytes. path names it in messages. Region addresses of the model must be those of
 * the build. authority (may be NULL) gets what the image grants. False after reporting every disagreement. */
bool check_image(const uint8_t *image, size_t size, const char *path, const struct system_model *model,
                 struct authority *authority, struct backend_report *report);

#endif
