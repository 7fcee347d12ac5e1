/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the tree of a .system description as XML text that Microkit's own tool accepts too.
 */
#ifndef COMPOSER_SYSTEM_TEXT_H
#define COMPOSER_SYSTEM_TEXT_H

#include "element.h"
#include "text.h"

void system_text(struct text *out, const struct element *root);

#endif
