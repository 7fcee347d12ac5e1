/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of Microkit's .system files for RISC-V.
 */
#ifndef COMPOSER_SYSTEM_SHAPE_H
#define COMPOSER_SYSTEM_SHAPE_H

#include "shape.h"

extern const struct element_shape system_shape;

#endif
