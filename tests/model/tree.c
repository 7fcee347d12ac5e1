/* SPDX-License-Identifier: BSD-2-Clause */
/* Header, one empty reservation, structure, strings. */
#include "tree.h"
#include <stdlib.h>
#include <string.h>

#define HEADER       40u
#define RESERVATIONS 16u

static void put32(uint8_t *at, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void word(struct tree *t, uint32_t value)
{
    if (t->structure_size + 4 > TREE_LIMIT)
        abort();
    put32(t->structure + t->structure_size, value);
    t->structure_size += 4;
}

static void bytes(struct tree *t, const void *data, uint32_t size)
{
    uint32_t padded = (size + 3) / 4 * 4;
    if (t->structure_size + padded > TREE_LIMIT)
        abort();
    memset(t->structure + t->structure_size, 0, padded);
    memcpy(t->structure + t->structure_size, data, size);
    t->structure_size += padded;
}

static uint32_t string(struct tree *t, const char *name)
{
    uint32_t at = t->strings_size;
    uint32_t size = (uint32_t)strlen(name) + 1;
    if (at + size > TREE_LIMIT)
        abort();
    memcpy(t->strings + at, name, size);
    t->strings_size += size;
    return at;
}

void tree_begin(struct tree *t, const char *name)
{
    word(t, 1);
    bytes(t, name, (uint32_t)strlen(name) + 1);
}

void tree_end(struct tree *t)
{
    word(t, 2);
}

void tree_text(struct tree *t, const char *name, const char *value)
{
    uint32_t size = (uint32_t)strlen(value) + 1;
    word(t, 3);
    word(t, size);
    word(t, string(t, name));
    bytes(t, value, size);
}

void tree_cells(struct tree *t, const char *name, const uint32_t *cells, uint32_t count)
{
    word(t, 3);
    word(t, 4 * count);
    word(t, string(t, name));
    for (uint32_t i = 0; i < count; i++)
        word(t, cells[i]);
}

uint32_t tree_finish(struct tree *t, uint8_t *out)
{
    word(t, 9);
    uint32_t structure = HEADER + RESERVATIONS;
    uint32_t strings = structure + t->structure_size;
    uint32_t total = strings + t->strings_size;
    const uint32_t header[10] = {0xd00dfeed, total, structure, strings,         HEADER,
                                 17,         16,    0,         t->strings_size, t->structure_size};
    memset(out, 0, structure);
    for (uint32_t i = 0; i < 10; i++)
        put32(out + 4 * (size_t)i, header[i]);
    memcpy(out + structure, t->structure, t->structure_size);
    memcpy(out + strings, t->strings, t->strings_size);
    return total;
}
