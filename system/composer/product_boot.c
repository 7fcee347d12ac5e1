/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The safe composition: reading, checking, and handing it to the program of the parent.
 */
#include "product_boot.h"

#include <stdlib.h>
#include <string.h>

#include "product_restart.h"
#include "shape.h"

enum { LIMIT = 5, MOST_BOOTS = 1000, CLEAN_S = 300, LONGEST_S = 86400 };

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

static bool listed(const struct element *boot, const char *name)
{
    struct arena arena = {0};
    struct name_list list = {0};
    bool found = false;
    shape_names(&arena, element_text(boot, "safe", ""), &list);
    for (size_t i = 0; i < list.names.count; i++) {
        found = found || strcmp(list.names.at[i], name) == 0;
    }
    free(list.names.at);
    arena_free(&arena);
    return found;
}

bool product_boot_safe(const struct product *product, size_t component)
{
    const struct component *one = &product->components.at[component];
    return product->boot == NULL || one->parent == NO_INDEX || listed(product->boot, one->name);
}

static void check_names(const struct product *product, struct diag *diag)
{
    struct arena arena = {0};
    struct name_list list = {0};
    shape_names(&arena, element_text(product->boot, "safe", ""), &list);
    for (size_t i = 0; i < list.names.count; i++) {
        if (product_find(product, list.names.at[i]) == NO_INDEX) {
            diag_error(diag, "component-known", at(product->boot, "safe"), "no component is called '%s'",
                       list.names.at[i]);
            product_suggest(product, diag, list.names.at[i]);
        }
    }
    free(list.names.at);
    arena_free(&arena);
}

/* The parent stops the others before their first instruction: it must come first. */
static void check_order(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *one = &product->components.at[i];
        if (product_boot_safe(product, i)) {
            continue;
        }
        const struct component *parent = &product->components.at[one->parent];
        if (element_number(one->source, "priority", 0) >= element_number(parent->source, "priority", 0)) {
            diag_error(diag, "boot-order", at(one->source, "priority"),
                       "'%s' could run before its parent '%s' stops it: it needs a lower priority", one->name,
                       parent->name);
        }
    }
}

static void check_range(const struct product *product, struct diag *diag, const char *attribute,
                        uint64_t most)
{
    uint64_t value = element_number(product->boot, attribute, 1);
    if (value < 1 || value > most) {
        diag_error(diag, "boot-range", at(product->boot, attribute), "%s is 1 to %llu", attribute,
                   (unsigned long long)most);
    }
}

void product_boot_check(const struct product *product, struct diag *diag)
{
    if (product->boot == NULL || diag->errors > 0) {
        return;
    }
    check_names(product, diag);
    check_order(product, diag);
    check_range(product, diag, "limit", MOST_BOOTS);
    check_range(product, diag, "clean_s", LONGEST_S);
}

void product_boot_constants(struct text *out, const struct product *product, size_t component)
{
    unsigned long long mask = 0;
    if (product->boot == NULL) {
        return;
    }
    for (size_t i = 0; i < product->components.count; i++) {
        if (product->components.at[i].parent == component && product_boot_safe(product, i)) {
            mask |= 1ULL << (product_child_id(product, i) & 63);
        }
    }
    text_add(out,
             "#define BOOT_LIMIT %lluu\n#define BOOT_CLEAN_S %lluu\n#define CHILDREN_SAFE UINT64_C(0x%llx)\n",
             (unsigned long long)element_number(product->boot, "limit", LIMIT),
             (unsigned long long)element_number(product->boot, "clean_s", CLEAN_S), mask);
}

void product_boot_report(struct text *out, const struct product *product)
{
    if (product->boot == NULL) {
        return;
    }
    text_add(out, "  After %llu boots in a row that did not last %llu s only these run:",
             (unsigned long long)element_number(product->boot, "limit", LIMIT),
             (unsigned long long)element_number(product->boot, "clean_s", CLEAN_S));
    for (size_t i = 0; i < product->components.count; i++) {
        if (product_boot_safe(product, i)) {
            text_add(out, " %s", product->components.at[i].name);
        }
    }
    text_add(out, ".\n");
}
