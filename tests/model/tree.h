/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes flattened device trees (devicetree specification 0.4) for the synthetic machine. */
#ifndef MODEL_TREE_H
#define MODEL_TREE_H

#include <stdint.h>

#define TREE_LIMIT 4096u

struct tree {
    uint8_t structure[TREE_LIMIT];
    uint8_t strings[TREE_LIMIT];
    uint32_t structure_size;
    uint32_t strings_size;
};

void tree_begin(struct tree *t, const char *name);
void tree_end(struct tree *t);
void tree_text(struct tree *t, const char *name, const char *value);
void tree_cells(struct tree *t, const char *name, const uint32_t *cells, uint32_t count);
/* Everything together into 'out' (TREE_LIMIT * 2 + 64 bytes); its size. */
uint32_t tree_finish(struct tree *t, uint8_t *out);

#endif
