/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which page tables the address spaces need.
 */
#ifndef COMPOSER_CAPDIST_SPACE_H
#define COMPOSER_CAPDIST_SPACE_H

#include "capdist.h"

/* Add the tables of every domain, upper levels before lower ones, and count them. */
void capdist_add_page_tables(struct capdist *dist, const struct layout *layout);

#endif
