/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every capability slot with every method, and every system call.
 */
#ifndef ATTACK_METHODS_H
#define ATTACK_METHODS_H

#include "attack.h"

/* table: says which slots are not empty. */
void methods_try(const struct attack_table *table);

#endif
