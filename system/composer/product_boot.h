/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which components still run after too many boots that ended badly: <boot> of a product description.
 */
#ifndef COMPOSER_PRODUCT_BOOT_H
#define COMPOSER_PRODUCT_BOOT_H

#include "product.h"
#include "text.h"

void product_boot_check(const struct product *product, struct diag *diag);

/* Does the component run in the safe composition? Those without a parent always do. */
bool product_boot_safe(const struct product *product, size_t component);

/* For the ports of a parent: BOOT_LIMIT, BOOT_CLEAN_S, CHILDREN_SAFE (bit n: child n). Without <boot>
 * nothing. */
void product_boot_constants(struct text *out, const struct product *product, size_t component);

/* The safe composition for people; nothing without <boot>. */
void product_boot_report(struct text *out, const struct product *product);

#endif
