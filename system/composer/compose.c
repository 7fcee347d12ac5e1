/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running the stages in order; a stage that found errors is the last one, except that the .system rules and
 * the policy look at the same model and report together.
 */
#include "compose.h"

#include <string.h>

#include "compose_job.h"
#include "expand.h"
#include "policy.h"
#include "ports.h"
#include "product_extras.h"
#include "rules.h"
#include "system_text.h"
#include "xml.h"

static bool read_product(struct job *job)
{
    job->product_tree = xml_read(&job->arena, job->diag, job->options->product);
    if (job->product_tree == NULL || !product_parse(&job->product, job->diag, job->product_tree)) {
        return false;
    }
    links_make(&job->links, &job->arena, &job->product);
    return true;
}

static bool read_board(struct job *job)
{
    if (job->options->board == NULL) {
        board_default(&job->board);
        return true;
    }
    job->board_tree = xml_read(&job->arena, job->diag, job->options->board);
    return job->board_tree != NULL && board_parse(&job->board, job->diag, job->board_tree);
}

static bool write_ports(struct job *job)
{
    const struct options *options = job->options;
    const char *name = options->ports != NULL ? options->ports : options->ports_c;
    size_t component = product_find(&job->product, name);
    if (component == NO_INDEX) {
        diag_error(job->diag, "component-known", (struct place){options->product, 0, 0},
                   "no component is called '%s'", name);
        product_suggest(&job->product, job->diag, name);
        return false;
    }
    struct text text = {0};
    if (options->ports != NULL) {
        ports_header(&text, &job->product, &job->links, component);
    } else {
        ports_source(&text, &job->product, &job->links, component);
    }
    bool written = text_write(&text, job->diag, options->output);
    text_free(&text);
    return written;
}

/* The tree of the system description, read or expanded. */
static bool make_tree(struct job *job)
{
    if (job->options->system != NULL) {
        bool board = read_board(job);
        job->tree = xml_read(&job->arena, job->diag, job->options->system);
        return board && job->tree != NULL;
    }
    bool product = read_product(job), board = read_board(job);
    if (!product || !board) {
        return false;
    }
    job->tree = expand(&job->arena, job->diag, &job->product, &job->links, &job->board);
    return job->tree != NULL;
}

static bool write_expanded(struct job *job)
{
    struct text text = {0};
    bool written = true;
    if (job->options->expanded != NULL) {
        system_text(&text, job->tree);
        written = text_write(&text, job->diag, job->options->expanded);
    }
    text_free(&text);
    return written;
}

void compose_policy(struct job *job, const struct authority *authority, const char *where)
{
    struct policy policy = {.product = &job->product,
                            .model = &job->model,
                            .authority = authority,
                            .diag = job->diag,
                            .where = where};
    if (job->options->product != NULL) {
        policy_check(&policy);
    }
}

/* Everything that can be said about the description without its programs; false if there is no model at all.
 */
static bool check_description(struct job *job)
{
    struct system_input input = {.arena = &job->arena,
                                 .diag = job->diag,
                                 .search = &job->options->search,
                                 .check = job->options->check};
    job->model.board = job->board.board;
    bool parsed = system_parse(&job->model, &input, job->tree);
    for (size_t i = 0; i < input.read.folders.count; i++) {
        *LIST_PUSH(&job->read) = input.read.folders.at[i];
    }
    free(input.read.folders.at);
    if (parsed) {
        product_extras_apply(&job->product, &job->links, &job->model);
        rules_run(&job->model, job->diag);
        reach_compute(&job->authority, &job->model);
        compose_policy(job, &job->authority, "");
    }
    return parsed;
}

static void release(struct job *job)
{
    compose_release_image(job);
    reach_free(&job->authority);
    system_free(&job->model);
    links_free(&job->links);
    product_free(&job->product);
    board_free(&job->board);
    element_free(job->tree);
    element_free(job->product_tree);
    element_free(job->board_tree);
    free(job->read.at);
    arena_free(&job->arena);
}

/* Print one rule, or all of them. */
static bool explain(const char *id, struct diag *diag)
{
    if (strcmp(id, "all") == 0) {
        for (size_t i = 0; i < rules_count; i++) {
            printf("%-24s %s\n", rules_all[i].id, rules_all[i].doc);
        }
        return true;
    }
    const struct rule *rule = rules_find(id);
    if (rule == NULL) {
        LIST(const char *) ids = {0};
        for (size_t i = 0; i < rules_count; i++) {
            *LIST_PUSH(&ids) = rules_all[i].id;
        }
        diag_error(diag, NULL, (struct place){0}, "no rule is called '%s'", id);
        diag_suggest(diag, id, ids.at, ids.count);
        free(ids.at);
        return false;
    }
    printf("%s: %s\n", rule->id, rule->doc);
    return true;
}

static bool run(struct job *job)
{
    const struct options *options = job->options;
    if (options->explain != NULL) {
        return explain(options->explain, job->diag);
    }
    if (options->ports != NULL || options->ports_c != NULL) {
        return read_product(job) && write_ports(job);
    }
    return compose_apart(job) && make_tree(job) && write_expanded(job) && check_description(job) &&
           compose_image(job) && compose_outputs(job);
}

bool compose(const struct options *options, struct diag *diag)
{
    struct job job = {.options = options, .diag = diag};
    bool done = run(&job);
    done = compose_json(&job, done && diag->errors == 0) && done;
    if (!done && job.has_usage) {
        files_remove(options->output); /* make would take it for the result */
    }
    release(&job);
    return done && diag->errors == 0;
}
