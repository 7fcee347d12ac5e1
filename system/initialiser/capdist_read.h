/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded access to the capability distribution: every offset and index is checked before it is used.
 */
#ifndef INITIALISER_CAPDIST_READ_H
#define INITIALISER_CAPDIST_READ_H

#include <stdint.h>

#include "capdist_format.h"

/* Check header and sections of the blob at CAPDIST_VADDR; stops if anything is out of range. */
void capdist_open(void);

uint32_t capdist_count(enum capdist_table table);

/* Record `index` of a table; stops if there is none. */
const void *capdist_at(enum capdist_table table, uint32_t index);

/* The string at an offset of the names; "?" if the offset is wrong. */
const char *capdist_name(uint32_t offset);

#endif
