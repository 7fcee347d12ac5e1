/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text in bytes that need not end, as messages on their way to a broker are.
 */
#ifndef FIND_TEXT_H
#define FIND_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* First occurrence of `want` in the bytes, or NULL. */
static inline const uint8_t *find(const uint8_t *bytes, size_t len, const char *want)
{
    size_t size = strlen(want);
    for (size_t i = 0; size <= len && i <= len - size; i++) {
        if (memcmp(bytes + i, want, size) == 0) {
            return bytes + i;
        }
    }
    return NULL;
}

#endif
