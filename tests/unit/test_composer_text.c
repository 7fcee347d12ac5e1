/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The composer's small parts: numbers, suggestions, places in XML sources, the form of diagnostics, and that
 * no input whatever breaks the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "files.h"
#include "fixture.h"
#include "number.h"
#include "suggest.h"
#include "text.h"
#include "xml.h"

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum number_error error;
        uint64_t value;
    } cases[] = {
        {"0", NUMBER_OK, 0},
        {"42", NUMBER_OK, 42},
        {"+42", NUMBER_OK, 42},
        {"0x10", NUMBER_OK, 16},
        {"0x+10", NUMBER_OK, 16},
        {"_1_000_", NUMBER_OK, 1000},
        {"0_x_Ff", NUMBER_OK, 255},
        {"18446744073709551615", NUMBER_OK, UINT64_MAX},
        {"0xffff_ffff_ffff_ffff", NUMBER_OK, UINT64_MAX},
        {"18446744073709551616", NUMBER_TOO_LARGE, 0},
        {"0x10000000000000000", NUMBER_TOO_LARGE, 0},
        {"99999999999999999999999x", NUMBER_DIGIT, 0},
        {"", NUMBER_EMPTY, 0},
        {"0x", NUMBER_EMPTY, 0},
        {"_", NUMBER_EMPTY, 0},
        {"+", NUMBER_EMPTY, 0},
        {"-1", NUMBER_DIGIT, 0},
        {"++1", NUMBER_DIGIT, 0},
        {"+0x10", NUMBER_DIGIT, 0},
        {"0X10", NUMBER_DIGIT, 0},
        {"12k", NUMBER_DIGIT, 0},
        {" 1", NUMBER_DIGIT, 0},
        {"1f", NUMBER_DIGIT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t value = 0;
        if (number_parse(cases[i].text, &value) != cases[i].error ||
            (cases[i].error == NUMBER_OK && value != cases[i].value)) {
            fail_msg("'%s' was misread", cases[i].text);
        }
    }
}

static void test_suggestions(void **state)
{
    (void)state;
    static const char *const words[] = {"sensors", "uplink", "crypto", "net", "priority"};
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance("", "abc"), 3);
    assert_int_equal(suggest_distance("ab", "ba"), 1);
    assert_string_equal(suggest("sensros", words, 5), "sensors");
    assert_string_equal(suggest("prioritty", words, 5), "priority");
    assert_string_equal(suggest("nte", words, 5), "net");
    assert_null(suggest("console", words, 5));
    assert_null(suggest("x", words, 0));
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(suggest(longest, words, 5));
}

/* Elements, attributes, names and fixed words that nearly are right are suggested. */
static void test_hints(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *hint;
    } cases[] = {
        {"trigger='edge'", "trigger='egde'", "did you mean 'edge'?"},
        {"passive='true'", "passive='True'", "did you mean 'true'?"},
        {"passive=", "pasive=", "did you mean 'passive'?"},
        {"<irq ", "<iqr ", "did you mean 'irq'?"},
        {"mr='buffer'", "mr='bufer'", "did you mean 'buffer'?"},
        {"paddr='buffer'", "paddr='bufffer'", "did you mean 'buffer'?"},
        {"end pd='server'", "end pd='sever'", "did you mean 'server'?"},
        {"domain='first'><program_image path='s", "domain='frist'><program_image path='s",
         "did you mean 'first'?"},
        {"entry domain='first'", "entry domain='fisrt'", "did you mean 'first'?"},
        {"tcb slot='1' pd='client'", "tcb slot='1' pd='clinet'", "did you mean 'client'?"},
        {"0x1000000'", "0X1000000'", "hexadecimal begins with a small 0x"},
        {"10 us", "10us", "write a number, one blank, and us or ticks"},
    };
    static const char system[] =
        "<system><domains><domain name='first'/><domain_schedule><schedule_entry domain='first' "
        "duration='10 us'/></domain_schedule></domains><memory_region name='buffer' size='0x1000'/>"
        "<protection_domain name='server' passive='true' domain='first'><program_image path='s'/>"
        "<map mr='buffer' vaddr='0x1000000'/><setvar symbol='x' region_paddr='buffer'/>"
        "<irq irq='3' id='1' trigger='edge'/><cspace><cap_tcb slot='1' "
        "pd='client'/></cspace></protection_domain>"
        "<protection_domain name='client' domain='first'><program_image path='c'/></protection_domain>"
        "<channel><end pd='server' id='2'/><end pd='client' id='2'/></channel></system>";
    struct fixture fixture;
    fixture_begin(&fixture);
    assert_true(fixture_system(&fixture, system, (struct options){0}));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2048];
        const char *at = strstr(system, cases[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - system), system, cases[i].to,
                 at + strlen(cases[i].from));
        assert_false(fixture_system(&fixture, text, (struct options){0}));
        const char *hint = fixture.diag.notes.at[0].hint;
        if (hint == NULL || strcmp(hint, cases[i].hint) != 0) {
            fail_msg("'%s' draws the hint '%s'", cases[i].to, hint == NULL ? "" : hint);
        }
    }
    fixture_end(&fixture);
}

static void expect_place(const struct element *element, const char *attribute, unsigned line, unsigned column)
{
    assert_non_null(element_attribute(element, attribute));
    struct place place = element_place(element, attribute, (struct place){0});
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

/* Comments, CDATA, quotes within quotes, tabs, namespaces and letters of more than one byte move nothing. */
static void test_places(void **state)
{
    (void)state;
    static const char text[] = "<?xml version='1.0'?>\n"
                               "<!-- <fake a='1'/> --><root a = 'x > y'\n"
                               "\tb=\"it's\" xmlns:n='u' n:c='\xc3\xa4\xc3\xa4' d='2'>\n"
                               "  \xc3\xa4<one/><![CDATA[<two e='1'/>]]><three\r\n   f='&lt;&#65;'/>\n"
                               "</root>";
    struct arena arena = {0};
    struct diag diag = {0};
    struct element *root = xml_parse(&arena, &diag, "f", text, sizeof text - 1);
    assert_non_null(root);
    assert_int_equal(root->place.line, 2);
    assert_int_equal(root->place.column, 23);
    expect_place(root, "a", 2, 29);
    expect_place(root, "b", 3, 2);
    expect_place(root, "c", 3, 23);
    expect_place(root, "d", 3, 32);
    assert_int_equal(root->text_place.line, 4);
    assert_int_equal(root->text_place.column, 3);
    assert_int_equal(root->children.count, 2);
    assert_string_equal(root->children.at[1]->name, "three");
    expect_place(root->children.at[1], "f", 5, 4);
    assert_string_equal(element_text(root->children.at[1], "f", ""), "<A");
    assert_string_equal(element_text(root, "b", ""), "it's");
    element_free(root);
    diag_free(&diag);
    arena_free(&arena);
}

static void test_broken_xml(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "<",
                                        "<a",
                                        "<a b",
                                        "<a b=",
                                        "<a b='",
                                        "<a b='c'",
                                        "<a><b></a>",
                                        "<!",
                                        "<!--",
                                        "<![CDATA[",
                                        "<?",
                                        "</a>",
                                        "<a b='1' b='2'/>",
                                        "<a/><b/>",
                                        "&x;",
                                        "<a>&undefined;</a>",
                                        "\xff\xfe<a/>",
                                        "<a>\xc3</a>",
                                        "<a b='<'/>",
                                        "<a/>junk",
                                        "<a \xff='1'/>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct element *root = xml_parse(&arena, &diag, "f", texts[i], strlen(texts[i]));
        if (root != NULL || diag.errors != 1) {
            fail_msg("accepted: %s", texts[i]);
        }
        diag_free(&diag);
        arena_free(&arena);
    }
}

/* Entities of one's own are where XML bombs come from. */
static void test_bomb(void **state)
{
    (void)state;
    static const char text[] =
        "<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;&x;'><!ENTITY z SYSTEM "
        "'file:///etc/passwd'>]><a b='&y;'>&z;</a>";
    struct arena arena = {0};
    struct diag diag = {0};
    assert_null(xml_parse(&arena, &diag, "f", text, sizeof text - 1));
    assert_string_equal(diag.notes.at[0].rule, "xml-doctype");
    diag_free(&diag);
    arena_free(&arena);
}

static void test_form_of_diagnostics(void **state)
{
    (void)state;
    struct diag diag = {0};
    diag_source(&diag, "a.xml", "<one/>\n<two\tthree='4'/>\n");
    diag_error(&diag, "number", (struct place){"a.xml", 2, 6}, "'%s' is wrong", "4");
    diag_hint(&diag, "write 5");
    diag_warning(&diag, NULL, (struct place){"a.xml", 1, 1}, "first");
    diag_error(&diag, NULL, (struct place){"b.elf", 0, 0}, "no place");
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    diag_print(&diag, out);
    fclose(out);
    assert_string_equal(text, "a.xml:1:1: warning: first\n"
                              "    <one/>\n"
                              "    ^\n"
                              "a.xml:2:6: error: '4' is wrong [number]\n"
                              "    <two three='4'/>\n"
                              "         ^\n"
                              "  hint: write 5\n"
                              "b.elf: error: no place\n");
    assert_int_equal(diag.errors, 2);
    free(text);
    diag_free(&diag);
}

static char *printed(struct diag *diag)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    diag_print(diag, out);
    fclose(out);
    return text;
}

/* A whole description may stand in one line: notes quote the part that they are about, and stay short. */
static void test_long_lines_are_quoted_in_part(void **state)
{
    (void)state;
    enum { NOTES = 300, STEP = 100 };
    static char line[NOTES * STEP + 1];
    memset(line, '-', sizeof line - 1);
    struct diag diag = {0};
    for (unsigned i = 0; i < NOTES; i++) {
        memcpy(line + (size_t)i * STEP, "\xc3\xa4x", 3);
    }
    diag_source(&diag, "a", line);
    for (unsigned i = 0; i < NOTES; i++) {
        diag_error(&diag, NULL, (struct place){"a", 1, i * (STEP - 1) + 2}, "at x");
    }
    char *text = printed(&diag);
    assert_true(strlen(text) < NOTES * 600);
    size_t seen = 0;
    for (char *at = text; (at = strstr(at, "error: at x\n")) != NULL; seen++) {
        at = strchr(at, '\n') + 1;
        const char *mark = strchr(strchr(at, '\n'), '^');
        size_t columns = (size_t)(mark - strchr(at, '\n')) - 1;
        while (columns-- > 0) {
            do {
                at++;
            } while (((unsigned char)*at & 0xc0) == 0x80);
        }
        assert_int_equal(*at, 'x');
    }
    assert_int_equal(seen, NOTES);
    free(text);
    diag_free(&diag);
}

/* The mark stays true behind the end of a line, in an empty file, and when notes go back and forth. */
static void test_marks_at_the_edges(void **state)
{
    (void)state;
    struct diag diag = {0};
    diag_source(&diag, "a", "ab\r\ncd");
    diag_source(&diag, "b", "");
    diag_error(&diag, NULL, (struct place){"b", 1, 1}, "empty");
    diag_error(&diag, NULL, (struct place){"a", 9, 1}, "no such line");
    diag_error(&diag, NULL, (struct place){"a", 1, 7}, "behind");
    diag_error(&diag, NULL, (struct place){"a", 1, 2}, "twice");
    diag_error(&diag, NULL, (struct place){"a", 1, 2}, "twice");
    char *text = printed(&diag);
    assert_string_equal(text, "a:1:2: error: twice\n    ab\n     ^\n"
                              "a:1:2: error: twice\n    ab\n     ^\n"
                              "a:1:7: error: behind\n    ab\n      ^\n"
                              "a:9:1: error: no such line\n"
                              "b:1:1: error: empty\n    \n    ^\n");
    free(text);
    diag_free(&diag);
}

/* A file full of mistakes gets its errors, but not a search of all words for each. */
static void test_suggestions_come_to_an_end(void **state)
{
    (void)state;
    enum { WORDS = DIAG_COMPARISONS / 4 };
    const char **words = calloc(WORDS, sizeof *words);
    assert_non_null(words);
    for (size_t i = 0; i < WORDS; i++) {
        words[i] = "priority";
    }
    struct diag diag = {0};
    for (unsigned i = 0; i < 6; i++) {
        diag_error(&diag, NULL, (struct place){"a", 1, i + 1}, "wrong");
        diag_suggest(&diag, "priorty", words, WORDS);
        assert_int_equal(diag.notes.at[i].hint != NULL, i < 4);
    }
    diag_free(&diag);
    free(words);
}

/* A byte order mark is no column, and a NUL byte has a place. */
static void test_marks_of_encodings(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct diag diag = {0};
    struct element *root = xml_parse(&arena, &diag, "f", "\xef\xbb\xbf<a b=''/>", 12);
    assert_non_null(root);
    assert_int_equal(root->place.column, 1);
    expect_place(root, "b", 1, 4);
    element_free(root);
    assert_null(xml_parse(&arena, &diag, "g", "<a>\n <\0/a>", 11));
    assert_string_equal(diag.notes.at[0].rule, "xml-limits");
    assert_int_equal(diag.notes.at[0].place.line, 2);
    assert_int_equal(diag.notes.at[0].place.column, 3);
    diag_free(&diag);
    arena_free(&arena);
}

/* Two names of one file, whether it is there or not. */
static void test_same_file(void **state)
{
    (void)state;
    const char *file = "build/unit/same.txt", *link = "build/unit/same.link";
    (void)remove(link);
    assert_int_equal(symlink("same.txt", link), 0);
    for (unsigned round = 0; round < 2; round++) {
        (void)remove(file);
        if (round == 1) {
            assert_true(files_write_image(file, "", 0, "x", 1));
            assert_true(files_same(file, link));
        }
        assert_true(files_same(file, "build/../build/unit/./same.txt"));
        assert_false(files_same(file, "build/unit/other.txt"));
        assert_false(files_same(file, "build/same.txt"));
        assert_false(files_same(file, "build/no/folder/same.txt"));
    }
    assert_false(files_same("/dev/null", "/dev/null"));
    assert_true(files_is_regular(link));
    assert_false(files_is_regular("/dev/null"));
    files_remove(file);
    assert_int_equal(remove(link), 0);
}

/* An image holds the device's key: nobody else may read it, not even if the file was there before. */
static void test_image_is_private(void **state)
{
    (void)state;
    const char *path = "build/unit/private.img";
    struct arena arena = {0};
    struct stat status;
    const char *text = NULL;
    size_t length = 0;
    (void)remove(path);
    for (unsigned round = 0; round < 2; round++) {
        assert_true(files_write_image(path, "he", 2, "ad", 2));
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
        assert_null(files_read(&arena, path, 100, &text, &length));
        assert_int_equal(length, 4);
        assert_string_equal(text, "head");
        assert_int_equal(chmod(path, 0666), 0);
    }
    assert_int_equal(remove(path), 0);
    assert_false(files_write_image("build/unit/no/such/folder.img", "", 0, "x", 1));
    arena_free(&arena);
}

/* What is no file of its own is written to, never replaced, so that a device survives its use as an output.
 */
static void test_links_and_devices_stay(void **state)
{
    (void)state;
    const char *link = "build/unit/link.txt", *target = "build/unit/target.txt";
    struct arena arena = {0};
    struct diag diag = {0};
    struct text text = {0};
    struct stat status;
    const char *found = NULL;
    size_t length = 0;
    (void)remove(link);
    assert_int_equal(symlink("target.txt", link), 0);
    text_add(&text, "behind the link");
    assert_true(text_write(&text, &diag, link));
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_null(files_read(&arena, target, 100, &found, &length));
    assert_string_equal(found, "behind the link");
    files_remove(link);
    assert_int_equal(lstat(link, &status), 0);
    files_remove(target);
    assert_int_equal(lstat(target, &status), -1);
    assert_int_equal(remove(link), 0);
    text_free(&text);
    diag_free(&diag);
    arena_free(&arena);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Change, delete or repeat a few bytes of a text. */
static size_t damage(char *text, size_t length, uint32_t *seed)
{
    static const char bytes[] = "<>'\"/=&; \n0x-9aprw!?[]\xff\x80";
    for (uint32_t changes = next_random(seed) % 4 + 1; changes > 0 && length > 64; changes--) {
        size_t at = next_random(seed) % (length - 40), run = next_random(seed) % 32;
        switch (next_random(seed) % 3) {
        case 0:
            text[at] = bytes[next_random(seed) % (sizeof bytes - 1)];
            break;
        case 1:
            memmove(text + at, text + at + run, length - at - run);
            length -= run;
            break;
        default:
            memmove(text + at + run, text + at, length - at - run);
        }
    }
    return length;
}

/* Damaged descriptions are accepted or refused, but never break the program (sanitizers watch). */
static void test_damaged_descriptions(void **state)
{
    (void)state;
    static const struct options nothing;
    static const char *const files[] = {"tests/unit/composer/grammar.system", "system/gateway.xml"};
    struct fixture fixture;
    fixture_begin(&fixture);
    uint32_t seed = 1;
    for (int round = 0; round < 600; round++) {
        char *text = fixture_read(files[round % 2]);
        size_t length = damage(text, strlen(text), &seed);
        text[length] = '\0';
        bool done = round % 2 == 0 ? fixture_system(&fixture, text, nothing)
                                   : fixture_product(&fixture, text, FIXTURE_BOARD, nothing);
        assert_true(done == (fixture.diag.errors == 0));
        free(text);
    }
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_broken_xml),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_image_is_private),
        cmocka_unit_test(test_links_and_devices_stay),
        cmocka_unit_test(test_form_of_diagnostics),
        cmocka_unit_test(test_long_lines_are_quoted_in_part),
        cmocka_unit_test(test_marks_at_the_edges),
        cmocka_unit_test(test_suggestions_come_to_an_end),
        cmocka_unit_test(test_marks_of_encodings),
        cmocka_unit_test(test_same_file),
        cmocka_unit_test(test_damaged_descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
