/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component leaves behind for its parent when it fails: <postmortem> of a product description.
 */
#ifndef COMPOSER_PRODUCT_POSTMORTEM_H
#define COMPOSER_PRODUCT_POSTMORTEM_H

#include "links.h"
#include "text.h"

/* Read the element of a component. */
void product_postmortem_parse(struct postmortem *postmortem, const struct element *element);

/* Rules of all <postmortem> elements. */
void product_postmortem_check(const struct product *product, struct diag *diag);

/* The link whose region holds the last words of a component, NULL if it has no <postmortem>. */
const struct link *product_postmortem_link(const struct product *product, const struct links *links,
                                           size_t component);

/* For the ports of every component: PORTS_LAST_WORDS(X), an X(...) if it leaves last words, and
 * PORTS_RINGS(X), an X(...) for each ring. For a parent also CHILD_POSTMORTEM(X), an X(...) for each child
 * that leaves something. */
void product_postmortem_constants(struct text *out, const struct product *product, const struct links *links,
                                  size_t component);

#endif
