/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who can reach what, computed from the model. The image checker computes the same facts from the finished
 * image; policies are checked against both.
 */
#ifndef COMPOSER_REACH_H
#define COMPOSER_REACH_H

#include "backend.h"

/* Fill an empty authority: sorted, without duplicates. */
void reach_compute(struct authority *authority, const struct system_model *model);

void reach_free(struct authority *authority);

/* Rights of a domain on a region (enum map_perms), 0: none. */
unsigned reach_perms(const struct authority *authority, size_t pd, size_t region);

/* Kinds of access of a domain to another (enum reach_kind), 0: none. */
unsigned reach_kinds(const struct authority *authority, size_t from, size_t to);

/* True for memory of a device: a region at a fixed physical address outside RAM. */
bool reach_is_device(const struct system_model *model, const struct region *region);

/* "rw" and the like; "-" for none. */
const char *reach_perms_text(unsigned perms);

#endif
