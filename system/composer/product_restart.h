/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component's parent does when the component fails: <restart> of a product description.
 */
#ifndef COMPOSER_PRODUCT_RESTART_H
#define COMPOSER_PRODUCT_RESTART_H

#include "product.h"
#include "text.h"

/* Index of a component among its parent's children: the id by which the parent knows it. */
size_t product_child_id(const struct product *product, size_t component);

/* Read the element into a component's policy, with the default of everything that is not given. */
void product_restart_parse(struct restart_policy *policy, const struct element *element);

/* Rules of all <restart> elements that need no board. */
void product_restart_check(const struct product *product, struct diag *diag);

/* A reboot needs a device that resets the machine, in the hands of the parent. */
void product_restart_check_board(const struct product *product, const struct board_file *board,
                                 struct diag *diag);

/* For the ports of a parent: CHILD_RESTARTS(X), an X(...) for each child in the order of their ids. Nothing
 * if the component has no children. */
void product_restart_constants(struct text *out, const struct product *product, size_t component);

#endif
