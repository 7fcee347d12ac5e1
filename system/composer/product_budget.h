/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component's parent does when the component uses up its budget again and again: <budget> of a product
 * description.
 */
#ifndef COMPOSER_PRODUCT_BUDGET_H
#define COMPOSER_PRODUCT_BUDGET_H

#include "product.h"
#include "text.h"

/* Read the element of a component. */
void product_budget_parse(struct budget_policy *policy, const struct element *element);

/* Rules of all <budget> elements. */
void product_budget_check(const struct product *product, struct diag *diag);

/* For the ports of a parent: CHILD_BUDGETS(X), an X(...) for each child whose exhausted budget it is told of.
 * Nothing if the component has no children. */
void product_budget_constants(struct text *out, const struct product *product, size_t component);

#endif
