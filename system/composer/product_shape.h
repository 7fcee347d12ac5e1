/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of product descriptions and board files.
 */
#ifndef COMPOSER_PRODUCT_SHAPE_H
#define COMPOSER_PRODUCT_SHAPE_H

#include "shape.h"

extern const struct element_shape product_shape;
extern const struct element_shape board_shape;

#endif
