/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The RELAX NG schema for editors and the parser's tables are two writings of one grammar: they must name the
 * same elements and attributes, and agree on every description of the verdict suite.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "arena.h"
#include "fixture.h"
#include "system_shape.h"
#include "verdicts.h"

#define SCHEMA "system/composer/schema/microkit.rng"

struct facts {
    LIST(const char *) all;
    struct arena arena;
};

static void add_fact(struct facts *facts, const char *element, const char *kind, const char *name,
                     const char *more)
{
    const char *fact = arena_print(&facts->arena, "%s%s%s%s", element, kind, name, more);
    for (size_t i = 0; i < facts->all.count; i++) {
        if (strcmp(facts->all.at[i], fact) == 0) {
            return;
        }
    }
    *LIST_PUSH(&facts->all) = fact;
}

static void free_facts(struct facts *facts)
{
    free(facts->all.at);
    arena_free(&facts->arena);
}

/* "element > child" and "element @attribute form required" of the parser's tables. */
static void table_facts(struct facts *facts, const struct element_shape *shape)
{
    size_t before = facts->all.count;
    for (const struct attribute_shape *at = shape->attributes; at->name != NULL; at++) {
        const char *form = at->type == SHAPE_NUMBER ? " number" : at->type == SHAPE_BOOL ? " boolean" : "";
        if (at->refusal == NULL) {
            add_fact(facts, shape->name, " @", arena_print(&facts->arena, "%s%s", at->name, form),
                     at->required ? " required" : "");
        }
    }
    for (size_t i = 0; shape->children != NULL && shape->children[i] != NULL; i++) {
        if (shape->children[i]->refusal == NULL) {
            add_fact(facts, shape->name, " > ", shape->children[i]->name, "");
        }
    }
    if (facts->all.count == before) {
        return; /* seen before, or a leaf without attributes */
    }
    for (size_t i = 0; shape->children != NULL && shape->children[i] != NULL; i++) {
        if (shape->children[i]->refusal == NULL) {
            table_facts(facts, shape->children[i]);
        }
    }
}

static bool is(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

static const char *name_of(struct facts *facts, xmlNode *node)
{
    xmlChar *value = xmlGetProp(node, (const xmlChar *)"name");
    const char *name =
        value == NULL ? NULL : arena_copy(&facts->arena, (const char *)value, strlen((char *)value));
    xmlFree(value);
    return name;
}

static void schema_facts(struct facts *facts, xmlNode *node, const char *element, bool optional);

static void follow(struct facts *facts, xmlNode *from, const char *name, const char *element, bool optional)
{
    for (xmlNode *define = xmlDocGetRootElement(from->doc)->children; define != NULL; define = define->next) {
        if (define->type == XML_ELEMENT_NODE && is(define, "define") &&
            strcmp(name_of(facts, define), name) == 0) {
            schema_facts(facts, define, element, optional);
        }
    }
}

static const char *form_of(struct facts *facts, const xmlNode *attribute)
{
    for (xmlNode *child = attribute->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && is(child, "ref")) {
            return arena_print(&facts->arena, " %s", name_of(facts, child));
        }
    }
    return "";
}

/* The same of the schema, references resolved. */
static void schema_facts(struct facts *facts, xmlNode *node, const char *element, bool optional)
{
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        const char *name = child->type == XML_ELEMENT_NODE ? name_of(facts, child) : NULL;
        bool loose = optional || is(child, "optional") || is(child, "zeroOrMore") || is(child, "choice");
        if (child->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (is(child, "attribute") && name != NULL) {
            add_fact(facts, element, " @", arena_print(&facts->arena, "%s%s", name, form_of(facts, child)),
                     optional ? "" : " required");
        } else if (is(child, "ref")) {
            follow(facts, child, name, element, loose);
        } else if (is(child, "element")) {
            size_t before = facts->all.count;
            add_fact(facts, element, " > ", name, "");
            /* A domain within a domain within a domain says nothing new. */
            if (facts->all.count > before || strcmp(element, name) != 0) {
                schema_facts(facts, child, name, false);
            }
        } else {
            schema_facts(facts, child, element, loose);
        }
    }
}

static size_t report_missing(const struct facts *facts, const struct facts *other, const char *where)
{
    size_t missing = 0;
    for (size_t i = 0; i < facts->all.count; i++) {
        bool found = false;
        for (size_t j = 0; j < other->all.count && !found; j++) {
            found = strcmp(facts->all.at[i], other->all.at[j]) == 0;
        }
        if (!found) {
            print_error("'%s' is missing in the %s\n", facts->all.at[i], where);
            missing++;
        }
    }
    return missing;
}

static void test_same_names(void **state)
{
    (void)state;
    struct facts tables = {0}, schema = {0};
    add_fact(&tables, "", " > ", "system", "");
    table_facts(&tables, &system_shape);
    xmlDoc *document = xmlReadFile(SCHEMA, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
    assert_non_null(document);
    for (xmlNode *node = xmlDocGetRootElement(document)->children; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && is(node, "start")) {
            schema_facts(&schema, node, "", false);
        }
    }
    assert_true(tables.all.count > 60);
    size_t missing = report_missing(&tables, &schema, "schema");
    missing += report_missing(&schema, &tables, "parser's tables");
    xmlFreeDoc(document);
    free_facts(&tables);
    free_facts(&schema);
    assert_int_equal(missing, 0);
}

/* Rules that a grammar can express. */
static bool is_structural(const char *rule)
{
    static const char *const rules[] = {"xml-syntax",        "root",
                                        "element-unknown",   "element-repeated",
                                        "attribute-unknown", "text",
                                        "attribute-missing", "number",
                                        "boolean",           "choice",
                                        "not-applicable",    "program",
                                        "channel-ends",      "element-ignored",
                                        "text-ignored",      "map-perms-letters",
                                        "map-perms-wx",      "schedule-missing"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strcmp(rules[i], rule) == 0) {
            return true;
        }
    }
    return false;
}

static void be_quiet(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* The document without its mark, against the schema. */
static bool is_valid(xmlRelaxNG *schema, const char *text)
{
    size_t length = strlen(text);
    const char *mark = strchr(text, '@');
    char *clean = strdup(text);
    assert_non_null(clean);
    if (mark != NULL) {
        memmove(clean + (mark - text), mark + 1, length - (size_t)(mark - text));
    }
    xmlDoc *document = xmlReadMemory(clean, (int)strlen(clean), "case", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool valid = false;
    if (document != NULL) {
        xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema);
        xmlRelaxNGSetValidErrors(context, be_quiet, be_quiet, NULL);
        valid = xmlRelaxNGValidateDoc(context, document) == 0;
        xmlRelaxNGFreeValidCtxt(context);
        xmlFreeDoc(document);
    }
    free(clean);
    return valid;
}

static void test_same_verdicts(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct verdict_case *cases = verdicts_read(&arena);
    xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt(SCHEMA);
    xmlRelaxNG *schema = xmlRelaxNGParse(parser);
    assert_non_null(schema);
    size_t compared = 0, wrong = 0;
    for (const struct verdict_case *test = cases; test->rule != NULL; test++) {
        bool system = test->kind == VERDICT_SYSTEM || test->kind == VERDICT_DOCUMENT;
        bool structural = is_structural(test->rule);
        bool expected = test->verdict == VERDICT_ACCEPT || !structural;
        if (!system || test->no_schema || (test->verdict == VERDICT_REJECT && !structural)) {
            continue;
        }
        compared++;
        if (is_valid(schema, test->text) != expected) {
            print_error("%s:%u: the schema %s\n%s\n", test->file, test->line,
                        expected ? "refuses" : "accepts", test->text);
            wrong++;
        }
    }
    char *grammar = fixture_read("tests/unit/composer/grammar.system");
    assert_true(is_valid(schema, grammar));
    free(grammar);
    xmlRelaxNGFree(schema);
    xmlRelaxNGFreeParserCtxt(parser);
    xmlRelaxNGCleanupTypes();
    free(cases);
    arena_free(&arena);
    assert_int_equal(wrong, 0);
    assert_true(compared > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_names),
        cmocka_unit_test(test_same_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
