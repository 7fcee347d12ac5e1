/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a product says that Microkit's format has no words for: it goes into the model beside the description.
 */
#ifndef COMPOSER_PRODUCT_EXTRAS_H
#define COMPOSER_PRODUCT_EXTRAS_H

#include "links.h"
#include "model.h"

/* Rules of these attributes. */
void product_extras_check(const struct product *product, struct diag *diag);

/* Mark the domains and regions of the model, which was made from this product. */
void product_extras_apply(const struct product *product, const struct links *links,
                          struct system_model *model);

#endif
