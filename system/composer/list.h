/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing arrays for the composer's model: a typed struct and one push macro; running out of memory ends the
 * program.
 */
#ifndef COMPOSER_LIST_H
#define COMPOSER_LIST_H

#include <stddef.h>

#define LIST(type)          \
    struct {                \
        type *at;           \
        size_t count, room; \
    }

/* Append one zeroed element and evaluate to a pointer to it (valid until the next push). */
#define LIST_PUSH(list)                                                                    \
    ((list)->at = list_grow((list)->at, (list)->count, &(list)->room, sizeof *(list)->at), \
     &(list)->at[(list)->count++])

/* Room for count + 1 elements, the new one zeroed; exits with a message when memory runs out. */
void *list_grow(void *at, size_t count, size_t *room, size_t element_size);

#endif
