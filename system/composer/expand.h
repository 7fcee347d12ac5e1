/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a product and a board to the tree of a standard .system description. Every element and attribute keeps
 * the place in the product that caused it, so that the .system rules report errors where the author can mend
 * them.
 */
#ifndef COMPOSER_EXPAND_H
#define COMPOSER_EXPAND_H

#include "links.h"

/* Where maps begin in every component, and the gap of unmapped memory between two maps. */
enum { EXPAND_FIRST_VADDR = 0x10000000, EXPAND_GUARD = 0x1000, EXPAND_RING_HEADER = 64 };

/* The tree of the system; NULL after errors (a device that the board lacks). */
struct element *expand(struct arena *arena, struct diag *diag, const struct product *product,
                       const struct links *links, const struct board_file *board);

#endif
