/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptions of any content through every stage that needs no programs: XML, grammar, rules, policy, and
 * all that is written about a system. A text that begins with <gateway> is a product, any other a .system
 * description.
 */
#include <string.h>

#include "expand.h"
#include "fuzz.h"
#include "graph.h"
#include "policy.h"
#include "ports.h"
#include "report_json.h"
#include "rules.h"
#include "system.h"
#include "system_text.h"
#include "xml.h"

struct run {
    struct arena arena;
    struct diag diag;
    struct board_file board;
    struct product product;
    struct links links;
    struct system_model model;
    struct authority authority;
    struct text text;
    FILE *sink;
};

static void write_about(struct run *run, const struct product *product)
{
    const struct report report = {
        .model = &run->model, .authority = &run->authority, .product = product, .board = &run->board};
    struct graph graph = {0};
    report_text(&run->text, &report);
    report_matrix(&run->text, &report);
    graph_build(&graph, &report);
    graph_layout(&graph);
    graph_svg(&run->text, &graph, &report);
    graph_dot(&run->text, &graph);
    graph_free(&graph);
    report_json_text(&run->text, &report, &run->diag, run->diag.errors == 0);
}

static void check_system(struct run *run, struct element *tree, const struct product *product)
{
    static const struct files_search nowhere;
    struct system_input input = {.arena = &run->arena, .diag = &run->diag, .search = &nowhere, .check = true};
    run->model.board = run->board.board;
    if (system_parse(&run->model, &input, tree)) {
        rules_run(&run->model, &run->diag);
        reach_compute(&run->authority, &run->model);
        if (product != NULL) {
            struct policy policy = {.product = product,
                                    .model = &run->model,
                                    .authority = &run->authority,
                                    .diag = &run->diag,
                                    .where = ""};
            policy_check(&policy);
        }
        write_about(run, product);
    }
    free(input.read.folders.at);
}

static void check_product(struct run *run, struct element *root)
{
    if (!product_parse(&run->product, &run->diag, root)) {
        return;
    }
    links_make(&run->links, &run->arena, &run->product);
    for (size_t i = 0; i < run->product.components.count; i++) {
        ports_header(&run->text, &run->product, &run->links, i);
        ports_source(&run->text, &run->product, &run->links, i);
    }
    struct element *tree = expand(&run->arena, &run->diag, &run->product, &run->links, &run->board);
    if (tree != NULL) {
        system_text(&run->text, tree);
        check_system(run, tree, &run->product);
    }
    element_free(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {0};
    const char *text = arena_copy(&run.arena, (const char *)data, size);
    board_default(&run.board);
    struct element *root = xml_parse(&run.arena, &run.diag, "fuzz", text, size);
    if (root != NULL && strcmp(root->name, "gateway") == 0) {
        check_product(&run, root);
    } else if (root != NULL) {
        check_system(&run, root, NULL);
    }
    run.sink = fopen("/dev/null", "wb");
    if (run.sink != NULL) {
        diag_print(&run.diag, run.sink);
        (void)fclose(run.sink);
    }
    text_free(&run.text);
    reach_free(&run.authority);
    system_free(&run.model);
    links_free(&run.links);
    product_free(&run.product);
    board_free(&run.board);
    element_free(root);
    diag_free(&run.diag);
    arena_free(&run.arena);
    return 0;
}
