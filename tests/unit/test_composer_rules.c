/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every rule of the composer is broken once, on purpose: the error must name that rule and the exact place,
 * and be the only one. Sound descriptions must pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "fixture.h"
#include "rules.h"

static const struct options nothing;

static const struct diag_note *first_error(const struct diag *diag)
{
    for (size_t i = 0; i < diag->notes.count; i++) {
        if (!diag->notes.at[i].warning) {
            return &diag->notes.at[i];
        }
    }
    return NULL;
}

/* Exactly one error, of this rule, with this text, at the mark. */
static void expect(struct fixture *fixture, const struct rule_case *test, bool done)
{
    const struct diag_note *note = first_error(&fixture->diag);
    bool sound = !done && note != NULL && fixture->diag.errors == 1 && strcmp(note->rule, test->rule) == 0;
    sound = sound && (test->message == NULL || strstr(note->text, test->message) != NULL);
    sound = sound && (fixture->line == 0 ||
                      (note->place.line == fixture->line && note->place.column == fixture->column));
    if (!sound) {
        diag_print(&fixture->diag, stdout);
        fail_msg("rule %s expected at %u:%u (%s) in:\n%s", test->rule, fixture->line, fixture->column,
                 test->message == NULL ? "" : test->message, test->text);
    }
}

static void test_system_cases(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    for (const struct rule_case *test = system_cases; test->rule != NULL; test++) {
        expect(&fixture, test,
               fixture_system(&fixture, fixture_wrap("<system>\n", test->text, "</system>"), nothing));
    }
    for (const struct rule_case *test = document_cases; test->rule != NULL; test++) {
        expect(&fixture, test, fixture_system(&fixture, test->text, nothing));
    }
    fixture_end(&fixture);
}

static const char *in_gateway(const char *text)
{
    static char head[2048];
    snprintf(head, sizeof head, "<gateway name='t'>\n%s", product_prologue);
    return fixture_wrap(head, text, "</gateway>");
}

static void test_product_cases(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    for (const struct rule_case *test = product_cases; test->rule != NULL; test++) {
        expect(&fixture, test, fixture_product(&fixture, in_gateway(test->text), FIXTURE_BOARD, nothing));
    }
    fixture_end(&fixture);
}

/* The board's text takes the place of the marked description here. */
static void test_board_cases(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    for (const struct rule_case *test = board_cases; test->rule != NULL; test++) {
        char clean[1024];
        const char *mark = strchr(test->text, '@');
        snprintf(clean, sizeof clean, "%.*s%s", (int)(mark - test->text), test->text, mark + 1);
        bool done = fixture_product(&fixture, in_gateway(""), clean, nothing);
        fixture.line = 1;
        fixture.column = (unsigned)(mark - test->text) + 1;
        expect(&fixture, test, done);
    }
    fixture_end(&fixture);
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
    const struct rule_case elements = {"xml-limits", "", "32768 elements"};
    expect(&fixture, &elements, fixture_system(&fixture, many, nothing));
    memset(many, ' ', (5 << 20) - 1);
    const struct rule_case bytes = {"xml-limits", "", "larger than"};
    expect(&fixture, &bytes, fixture_system(&fixture, many, nothing));
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

static void test_unused_region(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_true(fixture_system(&fixture,
                               "<system><memory_region @name='m' size='0x1000'/><protection_domain name='a'>"
                               "<program_image path='p'/></protection_domain></system>",
                               nothing));
    assert_int_equal(fixture.diag.warnings, 1);
    assert_true(has_note(&fixture.diag, "region-unused", "'m'"));
    assert_int_equal(fixture.diag.notes.at[0].place.column, fixture.column);
    fixture_end(&fixture);
}

/* Sharing a device breaks the interrupt's rule as well; the policy must say so for its part. */
static void test_device_policies(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_false(fixture_product(
        &fixture,
        in_gateway("<component name='x' program='x' priority='1'><device name='uart0' as='d'/>"
                   "<device name='eth0' as='e' dma_size='8192'/></component>"
                   "<policy><devices only='driver'/><exclusive devices='all'/></policy>"),
        FIXTURE_BOARD, nothing));
    assert_true(has_note(&fixture.diag, "policy-exclusive", "'uart' and 'x' both map 'dev.uart0'"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' maps 'dev.uart0' (rw)"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' maps 'dma.eth0' (rw)"));
    assert_true(has_note(&fixture.diag, "policy-devices", "'x' receives interrupt 1"));
    assert_false(has_note(&fixture.diag, "policy-devices", "'uart' maps"));
    fixture_end(&fixture);
}

static bool is_in(const char *rule, const struct rule_case *cases)
{
    for (; cases->rule != NULL; cases++) {
        if (strcmp(cases->rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_other(const char *rule)
{
    for (size_t i = 0; other_cases[i] != NULL; i++) {
        if (strcmp(other_cases[i], rule) == 0) {
            return true;
        }
    }
    return false;
}

static void test_every_rule_has_a_case_and_a_line(void **state)
{
    (void)state;
    char *manual = fixture_read("docs/composer.md");
    for (size_t i = 0; i < rules_count; i++) {
        const char *id = rules_all[i].id;
        if (!is_in(id, system_cases) && !is_in(id, document_cases) && !is_in(id, product_cases) &&
            !is_in(id, board_cases) && !is_other(id)) {
            fail_msg("rule %s has no negative case", id);
        }
        if (strstr(manual, fixture_wrap("| `", id, "` | ")) == NULL ||
            strstr(manual, rules_all[i].doc) == NULL) {
            fail_msg("docs/composer.md does not explain rule %s: %s", id, rules_all[i].doc);
        }
    }
    free(manual);
}

static void expect_sound(struct fixture *fixture, bool done)
{
    if (!done || fixture->diag.errors > 0) {
        diag_print(&fixture->diag, stdout);
        fail_msg("errors in a sound description");
    }
}

static void test_sound_descriptions(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    char *grammar = fixture_read("tests/unit/composer/grammar.system");
    expect_sound(&fixture, fixture_system(&fixture, grammar, nothing));
    free(grammar);
    expect_sound(&fixture, fixture_product(&fixture, in_gateway(""), FIXTURE_BOARD, nothing));
    expect_sound(&fixture,
                 fixture_product(&fixture,
                                 in_gateway("<policy><only component='b' reaches='secret'/>"
                                            "<never component='s uart' reaches='r secret config.b.secret'/>"
                                            "<devices only='driver'/><exclusive devices='uart0'/>"
                                            "<no_path from='a' to='uart' except='b'/>"
                                            "<no_path from='uart' to='a b s'/>"
                                            "</policy>"),
                                 FIXTURE_BOARD, nothing));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_cases),       cmocka_unit_test(test_product_cases),
        cmocka_unit_test(test_board_cases),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_calls_both_ways),    cmocka_unit_test(test_unused_region),
        cmocka_unit_test(test_device_policies),    cmocka_unit_test(test_every_rule_has_a_case_and_a_line),
        cmocka_unit_test(test_sound_descriptions), cmocka_unit_test(test_all_errors_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
