/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures for the report, from the finished plan.
 */
#ifndef COMPOSER_BACKEND_USAGE_H
#define COMPOSER_BACKEND_USAGE_H

#include "alloc.h"
#include "backend.h"
#include "capdist.h"

/* Fill all of *usage; free it with backend_usage_free. */
void backend_usage_fill(struct backend_usage *usage, const struct system_model *model,
                        const struct layout *layout, const struct capdist *dist, size_t image_size);

#endif
