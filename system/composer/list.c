/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing arrays: capacity doubles, new elements are zeroed.
 */
#include "list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *list_grow(void *at, size_t count, size_t *room, size_t element_size)
{
    if (count >= *room) {
        size_t wanted = *room == 0 ? 8 : *room * 2;
        if (wanted > SIZE_MAX / 2 / element_size || (at = realloc(at, wanted * element_size)) == NULL) {
            (void)fputs("out of memory\n", stderr);
            exit(1);
        }
        *room = wanted;
    }
    memset((char *)at + count * element_size, 0, element_size);
    return at;
}
