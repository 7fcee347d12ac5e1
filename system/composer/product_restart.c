/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restart policies: reading, checking, and handing them to the parent's program.
 */
#include "product_restart.h"

#include <stdlib.h>
#include <string.h>

#include "shape.h"

enum { LONGEST_MS = 3600000, LONGEST_S = 86400, MOST_RESTARTS = 16 };

/* More than rule pd-count allows: a product with more is refused, and its policies are of no interest. */
enum { MOST_COMPONENTS = 64 };

/* The default of what is not given. */
enum { MIN_RUN_MS = 1000, BACKOFF_MS = 100, MAX_BACKOFF_MS = 10000, LIMIT = 5, WINDOW_S = 60 };

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

void product_restart_parse(struct restart_policy *policy, const struct element *element)
{
    policy->disposition = element_text(element, "disposition", "hold");
    policy->then = element_text(element, "then", "hold");
    policy->min_run_ms = element_number(element, "min_run_ms", MIN_RUN_MS);
    policy->backoff_ms = element_number(element, "backoff_ms", BACKOFF_MS);
    policy->max_backoff_ms = element_number(element, "max_backoff_ms", MAX_BACKOFF_MS);
    policy->limit = element_number(element, "limit", LIMIT);
    policy->window_s = element_number(element, "window_s", WINDOW_S);
    policy->source = element;
}

size_t product_child_id(const struct product *product, size_t component)
{
    size_t id = 0;
    for (size_t i = 0; i < component; i++) {
        id += product->components.at[i].parent == product->components.at[component].parent ? 1 : 0;
    }
    return id;
}

/* The components of the attribute `after`; unknown names are reported if there is a diag. */
static void find_after(const struct product *product, struct diag *diag, const struct element *source,
                       bool *waits_for)
{
    struct arena arena = {0};
    struct name_list list = {0};
    shape_names(&arena, element_text(source, "after", ""), &list);
    for (size_t i = 0; i < list.names.count; i++) {
        size_t found = product_find(product, list.names.at[i]);
        if (found != NO_INDEX) {
            waits_for[found] = true;
        } else if (diag != NULL) {
            diag_error(diag, "component-known", at(source, "after"), "no component is called '%s'",
                       list.names.at[i]);
            product_suggest(product, diag, list.names.at[i]);
        }
    }
    free(list.names.at);
    arena_free(&arena);
}

static void check_range(struct diag *diag, const struct element *source, const char *attribute,
                        uint64_t value, uint64_t least, uint64_t most)
{
    if (value < least || value > most) {
        diag_error(diag, "restart-range", at(source, attribute), "%s is %llu to %llu", attribute,
                   (unsigned long long)least, (unsigned long long)most);
    }
}

static void check_ranges(struct diag *diag, const struct restart_policy *policy)
{
    const struct element *source = policy->source;
    check_range(diag, source, "min_run_ms", policy->min_run_ms, 0, LONGEST_MS);
    check_range(diag, source, "max_backoff_ms", policy->max_backoff_ms, 1, LONGEST_MS);
    check_range(diag, source, "backoff_ms", policy->backoff_ms, 1,
                policy->max_backoff_ms < LONGEST_MS ? policy->max_backoff_ms : LONGEST_MS);
    check_range(diag, source, "limit", policy->limit, 1, MOST_RESTARTS);
    check_range(diag, source, "window_s", policy->window_s, 1, LONGEST_S);
}

/* Attributes that the disposition gives no meaning are a misunderstanding. */
static void check_use(struct diag *diag, const struct restart_policy *policy)
{
    static const char *const of_restart[] = {"min_run_ms", "backoff_ms", "max_backoff_ms", "limit",
                                             "then",       "after",      "window_s"};
    bool degrade = strcmp(policy->disposition, "degrade") == 0;
    if (strcmp(policy->disposition, "restart") == 0) {
        return;
    }
    for (size_t i = 0; i < sizeof of_restart / sizeof *of_restart; i++) {
        bool used =
            degrade && (strcmp(of_restart[i], "window_s") == 0 || strcmp(of_restart[i], "min_run_ms") == 0);
        if (!used && element_attribute(policy->source, of_restart[i]) != NULL) {
            diag_error(diag, "restart-attributes", at(policy->source, of_restart[i]),
                       "'%s' has no meaning with disposition '%s'", of_restart[i], policy->disposition);
            return;
        }
    }
}

/* True if a component waits for itself, directly or through others: those that it waits for, then those that
 * they wait for, until no new ones come. */
static bool waits_for_itself(const struct product *product, size_t component)
{
    bool after[MOST_COMPONENTS] = {false}, done[MOST_COMPONENTS] = {false};
    bool progress = true;
    find_after(product, NULL, product->components.at[component].restart.source, after);
    while (progress && !after[component]) {
        progress = false;
        for (size_t i = 0; i < product->components.count; i++) {
            const struct element *source = product->components.at[i].restart.source;
            if (after[i] && !done[i] && source != NULL) {
                find_after(product, NULL, source, after);
                progress = true;
            }
            done[i] = done[i] || after[i];
        }
    }
    return after[component];
}

static void check_after(const struct product *product, struct diag *diag, size_t component)
{
    const struct element *source = product->components.at[component].restart.source;
    bool after[MOST_COMPONENTS] = {false};
    find_after(product, diag, source, after);
    for (size_t i = 0; i < product->components.count; i++) {
        if (after[i] && product->components.at[i].parent != product->components.at[component].parent) {
            diag_error(diag, "restart-after", at(source, "after"), "'%s' has another parent",
                       product->components.at[i].name);
        }
    }
    if (waits_for_itself(product, component)) {
        diag_error(diag, "restart-after", at(source, "after"), "'%s' would wait for itself",
                   product->components.at[component].name);
    }
}

void product_restart_check(const struct product *product, struct diag *diag)
{
    if (product->components.count > MOST_COMPONENTS) {
        return;
    }
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        if (component->restart.source == NULL) {
            continue;
        }
        if (element_attribute(component->source, "parent") == NULL) {
            diag_error(diag, "restart-parent", component->restart.source->place,
                       "component '%s' has no parent that could restart it", component->name);
            continue;
        }
        check_ranges(diag, &component->restart);
        check_use(diag, &component->restart);
        check_after(product, diag, i);
    }
}

/* The one device known that resets the machine: SiFive's test finisher, a syscon for reboot and power-off. */
static bool can_reset(const struct component *component, const struct board_file *board)
{
    for (size_t i = 0; i < component->devices.count; i++) {
        const struct board_device *device = board_find(board, component->devices.at[i].name);
        if (device != NULL && strcmp(device->compatible, "sifive,test1") == 0 &&
            strcmp(component->devices.at[i].as, "reset") == 0) {
            return true;
        }
    }
    return false;
}

void product_restart_check_board(const struct product *product, const struct board_file *board,
                                 struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        const struct restart_policy *policy = &component->restart;
        if (policy->source == NULL || component->parent == NO_INDEX) {
            continue;
        }
        bool at_once = strcmp(policy->disposition, "reboot") == 0;
        if ((at_once || strcmp(policy->then, "reboot") == 0) &&
            !can_reset(&product->components.at[component->parent], board)) {
            diag_error(diag, "restart-reboot", at(policy->source, at_once ? "disposition" : "then"),
                       "'%s' has no device \"sifive,test1\" as \"reset\": it cannot reboot the machine",
                       product->components.at[component->parent].name);
        }
    }
}

static void add_policy(struct text *out, const struct product *product, size_t component)
{
    const struct restart_policy *policy = &product->components.at[component].restart;
    unsigned long long mask = 0;
    if (policy->source == NULL) {
        text_add(out, " X(%zu, HOLD, 0, 1, 1, 1, 1, HOLD, 0x0)", product_child_id(product, component));
        return;
    }
    bool after[MOST_COMPONENTS] = {false};
    find_after(product, NULL, policy->source, after);
    for (size_t i = 0; i < product->components.count; i++) {
        mask |= after[i] ? 1ULL << (product_child_id(product, i) & 63) : 0;
    }
    text_add(out, " X(%zu, ", product_child_id(product, component));
    text_add_upper(out, policy->disposition);
    text_add(out, ", %llu, %llu, %llu, %llu, %llu, ", (unsigned long long)policy->min_run_ms,
             (unsigned long long)policy->backoff_ms, (unsigned long long)policy->max_backoff_ms,
             (unsigned long long)policy->limit, (unsigned long long)policy->window_s);
    text_add_upper(out, policy->then);
    text_add(out, ", 0x%llx)", mask);
}

void product_restart_constants(struct text *out, const struct product *product, size_t component)
{
    bool children = false;
    if (product->components.count > MOST_COMPONENTS) {
        return;
    }
    for (size_t i = 0; i < product->components.count; i++) {
        if (product->components.at[i].parent == component) {
            text_add(out, "%s", children ? "" : "#define CHILD_RESTARTS(X)");
            add_policy(out, product, i);
            children = true;
        }
    }
    text_add(out, "%s", children ? "\n" : "");
}
