/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nearest word by edit distance (optimal string alignment).
 */
#include "suggest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    if (rows > LONGEST || columns > LONGEST) {
        return SIZE_MAX;
    }
    size_t before[LONGEST + 1] = {0}, previous[LONGEST + 1], current[LONGEST + 1];
    for (size_t j = 0; j <= columns; j++) {
        previous[j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        current[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = least(replace, least(previous[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = least(current[j], before[j - 2] + 1);
            }
        }
        memcpy(before, previous, sizeof before);
        memcpy(previous, current, sizeof previous);
    }
    return previous[columns];
}

const char *suggest(const char *word, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t limit = strlen(word) / 3 > 0 ? strlen(word) / 3 : 1;
    size_t nearest = limit + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = suggest_distance(word, candidates[i]);
        if (distance < nearest) {
            nearest = distance;
            best = candidates[i];
        }
    }
    return best;
}
