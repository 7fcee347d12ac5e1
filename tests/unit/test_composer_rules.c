/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict suite: every rule has descriptions that keep it and descriptions that break it, and nothing but
 * it, at a known place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "rules.h"
#include "verdicts.h"

static const struct options nothing;
static struct arena arena;
static struct verdict_case *cases;

static const struct diag_note *find_note(const struct diag *diag, const char *rule, bool warning)
{
    for (size_t i = 0; i < diag->notes.count; i++) {
        const struct diag_note *note = &diag->notes.at[i];
        if (note->warning == warning && (rule == NULL || strcmp(note->rule, rule) == 0)) {
            return note;
        }
    }
    return NULL;
}

/* Exactly one error, of this rule; or no error, but a warning of this rule; or neither. */
static bool is_verdict(const struct fixture *fixture, const struct verdict_case *test, bool done)
{
    const struct diag *diag = &fixture->diag;
    if (test->verdict == VERDICT_ACCEPT) {
        return done && diag->errors == 0 && find_note(diag, test->rule, true) == NULL;
    }
    bool warning = test->verdict == VERDICT_WARN;
    const struct diag_note *note = find_note(diag, test->rule, warning);
    if (done != warning || diag->errors != (warning ? 0 : 1) || note == NULL) {
        return false;
    }
    return (test->message == NULL || strstr(note->text, test->message) != NULL) &&
           (fixture->line == 0 ||
            (note->place.line == fixture->line && note->place.column == fixture->column));
}

static size_t expect(struct fixture *fixture, const struct verdict_case *test, bool done)
{
    bool right = is_verdict(fixture, test, done);
    if (!right) {
        diag_print(&fixture->diag, stdout);
        print_error("%s:%u: another verdict than on rule %s at %u:%u (%s) of:\n%s\n", test->file, test->line,
                    test->rule, fixture->line, fixture->column, test->message == NULL ? "" : test->message,
                    test->text);
    }
    return right ? 0 : 1;
}

/* The board's text takes the place of the marked description here. */
static bool run_board(struct fixture *fixture, const struct verdict_case *test)
{
    char clean[1024];
    const char *mark = strchr(test->text, '@');
    size_t head = mark == NULL ? strlen(test->text) : (size_t)(mark - test->text);
    snprintf(clean, sizeof clean, "%.*s%s", (int)head, test->text, mark == NULL ? "" : mark + 1);
    bool done = fixture_product(
        fixture, "<gateway name='t'><component name='s' program='s.elf' priority='9'/></gateway>", clean,
        nothing);
    fixture->line = mark == NULL ? 0 : 1;
    fixture->column = (unsigned)head + 1;
    return done;
}

static void test_verdicts(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t wrong = 0;
    fixture_begin(&fixture);
    for (const struct verdict_case *test = cases; test->rule != NULL; test++) {
        bool done = test->kind == VERDICT_BOARD ? run_board(&fixture, test)
                    : test->kind == VERDICT_GATEWAY
                        ? fixture_product(&fixture, test->text, FIXTURE_BOARD, nothing)
                        : fixture_system(&fixture, test->text, nothing);
        wrong += expect(&fixture, test, done);
    }
    fixture_end(&fixture);
    assert_int_equal(wrong, 0);
}

static void test_limits(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    char *many = calloc(1, 5 << 20);
    assert_non_null(many);
    const char *text = "<system>";
    size_t length = strlen(text);
    memcpy(many, text, length);
    for (size_t i = 0; i < 32768; i++, length += 4) {
        memcpy(many + length, "<a/>", 4);
    }
    memcpy(many + length, "</system>", 10);
    const struct verdict_case elements = {
        .file = "", .verdict = VERDICT_REJECT, .rule = "xml-limits", .message = "32768 elements", .text = ""};
    assert_int_equal(expect(&fixture, &elements, fixture_system(&fixture, many, nothing)), 0);
    memset(many, ' ', (5 << 20) - 1);
    const struct verdict_case bytes = {
        .file = "", .verdict = VERDICT_REJECT, .rule = "xml-limits", .message = "larger than", .text = ""};
    assert_int_equal(expect(&fixture, &bytes, fixture_system(&fixture, many, nothing)), 0);
    free(many);
    fixture_end(&fixture);
}

/* Both directions break the priority rule too, whatever the priorities are. */
static void test_calls_both_ways(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_false(fixture_system(
        &fixture,
        "<system><protection_domain name='a' priority='1'><program_image path='p'/>"
        "</protection_domain><protection_domain name='b' priority='2'><program_image path='p'/>"
        "</protection_domain><channel><end pd='a' id='0' pp='true'/>"
        "<end pd='b' id='0' @pp='true'/></channel></system>",
        nothing));
    assert_int_equal(fixture.diag.errors, 2);
    assert_string_equal(fixture.diag.notes.at[0].rule, "channel-pp-both");
    assert_int_equal(fixture.diag.notes.at[0].place.column, fixture.column);
    fixture_end(&fixture);
}

static bool has_note(const struct diag *diag, const char *rule, const char *message)
{
    for (size_t i = 0; i < diag->notes.count; i++) {
        if (strcmp(diag->notes.at[i].rule, rule) == 0 && strstr(diag->notes.at[i].text, message) != NULL) {
            return true;
        }
    }
    return false;
}

/* Sharing a device breaks the interrupt's rule as well; the policy must say so for its part. */
static void test_device_policies(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_false(
        fixture_product(&fixture,
                        "<gateway name='t'>"
                        "<component name='uart' program='u' priority='8' kind='driver'><device name='uart0' "
                        "as='dev'/></component>"
                        "<component name='x' program='x' priority='1'><device name='uart0' as='d'/>"
                        "<device name='eth0' as='e' dma_size='8192'/></component>"
                        "<policy><devices only='driver'/><exclusive devices='all'/></policy></gateway>",
                        FIXTURE_BOARD, nothing));
    assert_true(has_note(&fixture.diag, "policy-exclusive", "'uart' and 'x' both map 'dev.uart0'"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' maps 'dev.uart0' (rw)"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' maps 'dma.eth0' (rw)"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' receives interrupt 1"));
    assert_false(has_note(&fixture.diag, "policy-devices", "'uart' maps"));
    fixture_end(&fixture);
}

/* Rules whose negative case is a function above. */
static const char *const other_cases[] = {"xml-limits", "channel-pp-both", "policy-exclusive",
                                          "policy-devices"};

/* Rules that only a build can break; tests/integration/test_sdk.py breaks and keeps them. */
static const char *const build_rules[] = {"program-found", "program-elf", "program-space", "program-symbols",
                                          "sdk-files",     "output",      "image-check"};

static bool is_of_build(const char *rule)
{
    for (size_t i = 0; i < sizeof build_rules / sizeof *build_rules; i++) {
        if (strcmp(build_rules[i], rule) == 0) {
            return true;
        }
    }
    return false;
}

/* The image checker's refusals are tests/unit/test_backend_checker.c's; every other rule is named by its
 * test. */
static void expect_build_case(const char *tests, const char *rule)
{
    if (strcmp(rule, "image-check") != 0 && strstr(tests, fixture_wrap("[", rule, "]")) == NULL) {
        fail_msg("tests/integration/test_sdk.py does not break rule %s", rule);
    }
}

static bool is_other(const char *rule)
{
    for (size_t i = 0; i < sizeof other_cases / sizeof *other_cases; i++) {
        if (strcmp(other_cases[i], rule) == 0) {
            return true;
        }
    }
    return false;
}

static size_t count_cases(const char *rule, bool positive)
{
    size_t count = 0;
    for (const struct verdict_case *test = cases; test->rule != NULL; test++) {
        count += strcmp(test->rule, rule) == 0 && (test->verdict == VERDICT_ACCEPT) == positive ? 1 : 0;
    }
    return count;
}

static void test_every_rule_has_both_cases_and_a_line(void **state)
{
    (void)state;
    char *manual = fixture_read("docs/composer.md"), *tests = fixture_read("tests/integration/test_sdk.py");
    for (size_t i = 0; i < rules_count; i++) {
        const char *id = rules_all[i].id;
        if (is_of_build(id)) {
            expect_build_case(tests, id);
        } else if (count_cases(id, true) == 0) {
            fail_msg("rule %s has no positive case", id);
        }
        if (count_cases(id, false) == 0 && !is_other(id) && !is_of_build(id)) {
            fail_msg("rule %s has no negative case", id);
        }
        if (strstr(manual, fixture_wrap("| `", id, "` | ")) == NULL ||
            strstr(manual, rules_all[i].doc) == NULL) {
            fail_msg("docs/composer.md does not explain rule %s: %s", id, rules_all[i].doc);
        }
    }
    free(manual);
    free(tests);
    manual = fixture_read("docs/microkit.md");
    for (size_t i = 0; i < rules_count && strcmp(rules_all[i].id, "component-known") != 0; i++) {
        /* All rules of .system descriptions, which come before those of products. */
        bool product = strcmp(rules_all[i].id, "name") == 0;
        if (!product && strstr(manual, fixture_wrap("`", rules_all[i].id, "`")) == NULL) {
            fail_msg("docs/microkit.md does not say to which feature rule %s belongs", rules_all[i].id);
        }
    }
    for (const struct verdict_case *test = cases; test->rule != NULL; test++) {
        if (rules_find(test->rule) == NULL) {
            fail_msg("%s:%u: no rule is called %s", test->file, test->line, test->rule);
        }
    }
    free(manual);
}

static void test_whole_grammar(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    char *grammar = fixture_read("tests/unit/composer/grammar.system");
    bool done = fixture_system(&fixture, grammar, nothing);
    diag_print(&fixture.diag, stdout);
    assert_true(done);
    assert_int_equal(fixture.diag.errors, 0);
    free(grammar);
    fixture_end(&fixture);
}

static void test_all_errors_in_one_pass(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_false(fixture_system(&fixture,
                                "<system>\n<protection_domain name='a' priority='300' pasive='true'>\n"
                                "<program_image path='p'/>\n<map mr='x' vaddr='0'/>\n<irq irq='0' id='99'/>\n"
                                "</protection_domain>\n<channel/>\n</system>",
                                nothing));
    assert_int_equal(fixture.diag.errors, 6);
    fixture_end(&fixture);
}

static int read_cases(void **state)
{
    (void)state;
    cases = verdicts_read(&arena);
    return 0;
}

static int free_cases(void **state)
{
    (void)state;
    free(cases);
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_calls_both_ways),
        cmocka_unit_test(test_device_policies),
        cmocka_unit_test(test_every_rule_has_both_cases_and_a_line),
        cmocka_unit_test(test_whole_grammar),
        cmocka_unit_test(test_all_errors_in_one_pass),
    };
    return cmocka_run_group_tests(tests, read_cases, free_cases);
}
