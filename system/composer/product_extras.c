/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults that reset the machine, exhausted budgets that a parent is told of, and memory that outlives a
 * reset.
 */
#include "product_extras.h"

#include <string.h>

static bool resets(const struct component *component)
{
    return strcmp(element_text(component->source, "on_fault", "stop"), "reset") == 0;
}

static bool kept(const struct connection *connection)
{
    return connection->kind == CONNECTION_SHARE &&
           strcmp(element_text(connection->source, "keep", "false"), "true") == 0;
}

void product_extras_check(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        if (component->parent != NO_INDEX && element_attribute(component->source, "on_fault") != NULL) {
            diag_error(diag, "on-fault",
                       element_place(component->source, "on_fault", component->source->place),
                       "the faults of '%s' go to its parent '%s'", component->name,
                       product->components.at[component->parent].name);
        }
    }
}

void product_extras_apply(const struct product *product, const struct links *links,
                          struct system_model *model)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        size_t component = product_find(product, model->pds.at[i].name);
        const struct component *source = component == NO_INDEX ? NULL : &product->components.at[component];
        model->pds.at[i].vital = source != NULL && resets(source);
        model->pds.at[i].told = source != NULL && source->budget.source != NULL;
    }
    for (size_t i = 0; i < model->regions.count; i++) {
        for (size_t j = 0; j < links->all.count; j++) {
            const struct link *link = &links->all.at[j];
            if (kept(link->connection) && strcmp(link->region, model->regions.at[i].name) == 0) {
                model->regions.at[i].keep = true;
            }
        }
    }
}
