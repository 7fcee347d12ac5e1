/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Did you mean": the nearest of some known words to a word that is not known.
 */
#ifndef COMPOSER_SUGGEST_H
#define COMPOSER_SUGGEST_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours) between two words; words longer than 64 bytes are never
 * near. */
size_t suggest_distance(const char *a, const char *b);

/* The first nearest candidate if it is near enough (a third of the word, at least one edit), else NULL. */
const char *suggest(const char *word, const char *const *candidates, size_t count);

#endif
