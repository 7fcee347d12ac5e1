/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By which counters a component's parent sees that it works: <progress> of a product description.
 */
#ifndef COMPOSER_PRODUCT_PROGRESS_H
#define COMPOSER_PRODUCT_PROGRESS_H

#include "links.h"
#include "text.h"

/* Read the element of a component. */
void product_progress_parse(struct progress_watch *watch, const struct element *element);

/* Rules of all <progress> elements. */
void product_progress_check(const struct product *product, struct diag *diag);

/* The link whose region holds the counters of a component, NULL if it has no <progress>. */
const struct link *product_progress_link(const struct product *product, const struct links *links,
                                         size_t component);

/* For the ports of a parent: CHILD_PROGRESS(X), an X(...) for each watched child, and CHILD_DEMANDS(X), one
 * for each counter that shows demand. Nothing if the component has no children. */
void product_progress_constants(struct text *out, const struct product *product, size_t component);

#endif
