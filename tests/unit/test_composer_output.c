/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Report, matrix and pictures say what the system is, and the picture can be read: no two boxes or labels
 * cover each other in the shipped gateway.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>

#include "fixture.h"
#include "graph_geometry.h"
#include "xml.h"

struct outputs {
    struct fixture fixture;
    char *report, *matrix, *svg, *dot;
};

static char *read_output(struct fixture *fixture, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    return fixture_read(path);
}

static int make_outputs(void **state)
{
    static struct outputs outputs;
    static char paths[4][160];
    static const char *const names[] = {"out.txt", "out.matrix", "out.svg", "out.dot"};
    struct fixture *fixture = &outputs.fixture;
    fixture_begin(fixture);
    for (size_t i = 0; i < 4; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%s", fixture->folder, names[i]);
    }
    char *gateway = fixture_read("system/gateway.xml"),
         *board = fixture_read("boards/qemu_virt_riscv64/board.xml");
    bool done = fixture_product(
        fixture, gateway, board,
        (struct options){.report = paths[0], .matrix = paths[1], .graph = paths[2], .dot = paths[3]});
    free(gateway);
    free(board);
    outputs.report = read_output(fixture, "out.txt");
    outputs.matrix = read_output(fixture, "out.matrix");
    outputs.svg = read_output(fixture, "out.svg");
    outputs.dot = read_output(fixture, "out.dot");
    *state = &outputs;
    return done ? 0 : -1;
}

static int drop_outputs(void **state)
{
    struct outputs *outputs = *state;
    free(outputs->report);
    free(outputs->matrix);
    free(outputs->svg);
    free(outputs->dot);
    fixture_end(&outputs->fixture);
    return 0;
}

static void expect_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("missing: %s in\n%s", part, text);
    }
}

static void test_report(void **state)
{
    const struct outputs *outputs = *state;
    expect_in(outputs->report, "System postern on qemu_virt_riscv64");
    expect_in(outputs->report, "    50.0 %");
    expect_in(outputs->report, "  sensors               240       3000      10000    30.0 %      5100 ");
    expect_in(outputs->report, "  console                90       1000       1000     100 %         - ");
    expect_in(outputs->report, "    shares     tls_tx.prod (r) with uplink (rw)\n");
    expect_in(outputs->report, "    calls      timer\n");
    expect_in(outputs->report, "rw   dev.eth0 (device at 0x10001000)\n");
    expect_in(outputs->report, "rw   dma.eth0 (physically contiguous)\n");
    expect_in(outputs->report, "Unused regions\n\n  none\n");
    expect_in(outputs->report, "Its driver 'eth0' is TRUSTED");
    assert_null(strstr(outputs->report, "uart0 can read and write all of RAM"));
}

static const char small_system[] =
    "<system>\n<memory_region name='shared' size='0x2000'/>\n"
    "<memory_region name='device' size='0x1000' phys_addr='0x10000000'/>\n<memory_region name='idle' "
    "size='4096'/>\n"
    "<domains><domain name='d' id='4'/><domain_schedule><schedule_entry domain='d' duration='50 us'/>"
    "<schedule_end_marker/></domain_schedule></domains>\n"
    "<protection_domain name='server' priority='9' budget='100' period='400' passive='true' domain='d'>"
    "<program_image path='s.elf'/><map mr='shared' vaddr='0x1000000' perms='r' setvar_size='size'/>"
    "<irq irq='7' id='3' trigger='edge'/><cspace><cap_sc slot='5' pd='client'/></cspace>"
    "<protection_domain name='child' id='8' domain='d'><program_image path='c.elf'/></protection_domain>"
    "</protection_domain>\n"
    "<protection_domain name='client' priority='1' domain='d'><program_image path='c.elf'/>"
    "<map mr='shared' vaddr='0x2000000'/><map mr='device' vaddr='0x3000000' perms=''/>"
    "<setvar symbol='where' region_paddr='device'/></protection_domain>\n"
    "<channel><end pd='client' id='11' pp='true' notify='false'/><end pd='server' "
    "id='12'/></channel>\n</system>";

static void test_report_of_a_description(void **state)
{
    (void)state;
    struct fixture fixture;
    char path[160];
    fixture_begin(&fixture);
    snprintf(path, sizeof path, "%s/out.txt", fixture.folder);
    assert_true(fixture_system(&fixture, small_system, (struct options){.report = path}));
    char *report = read_output(&fixture, "out.txt");
    expect_in(report, "  calls           client (id 11) -> server (id 12)\n"
                      "  signals         server (id 12) -> client (id 11)\n");
    expect_in(report, "Those with a smaller budget (1) take at most 25.0 % together.");
    expect_in(report, "  ->   0          50 us     d (4): server child client\n       1  end\n");
    expect_in(report, "  shared                       8192     4096     anywhere  server (r), client (rw)\n");
    expect_in(report, "  device                       4096     4096 0x10000000    nobody\n");
    expect_in(report, "Unused regions\n\n  idle (4096 bytes)\n");
    free(report);
    fixture_end(&fixture);
}

static json_object *member(json_object *object, const char *name)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(object, name, &value)) {
        fail_msg("no member %s", name);
    }
    return value;
}

static void expect_json(json_object *object, const char *name, const char *value)
{
    assert_string_equal(json_object_to_json_string_ext(member(object, name), JSON_C_TO_STRING_PLAIN), value);
}

static json_object *run_json(struct fixture *fixture, const char *text, bool accepted)
{
    char path[160];
    snprintf(path, sizeof path, "%s/out.json", fixture->folder);
    assert_int_equal(fixture_system(fixture, text, (struct options){.json = path}), accepted);
    char *json = read_output(fixture, "out.json");
    json_object *document = json_tokener_parse(json);
    free(json);
    assert_non_null(document);
    expect_json(document, "format", "1");
    expect_json(document, "accepted", accepted ? "true" : "false");
    return document;
}

static void test_json_of_a_sound_system(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object *document = run_json(&fixture, small_system, true);
    json_object *server = json_object_array_get_idx(member(document, "protection_domains"), 0);
    expect_json(server, "name", "\"server\"");
    expect_json(server, "budget_us", "100");
    expect_json(server, "start_us", "null");
    expect_json(server, "refill_us", "300");
    expect_json(server, "told", "false");
    expect_json(server, "passive", "true");
    expect_json(server, "domain", "4");
    expect_json(server, "maps",
                "[{\"region\":\"shared\",\"vaddr\":16777216,\"size\":8192,\"perms\":\"r\","
                "\"cached\":true}]");
    expect_json(server, "irqs", "[{\"irq\":7,\"id\":3,\"trigger\":\"edge\"}]");
    expect_json(server, "setvars", "[{\"symbol\":\"size\",\"value\":8192,\"region_paddr\":null}]");
    expect_json(server, "cspace", "[{\"kind\":\"sc\",\"slot\":5,\"pd\":\"client\"}]");
    json_object *child = json_object_array_get_idx(member(document, "protection_domains"), 1);
    expect_json(child, "parent", "\"server\"");
    expect_json(child, "child_id", "8");
    json_object *client = json_object_array_get_idx(member(document, "protection_domains"), 2);
    expect_json(client, "setvars",
                "[{\"symbol\":\"where\",\"value\":268435456,\"region_paddr\":\"device\"}]");
    expect_json(document, "channels",
                "[[{\"pd\":\"client\",\"id\":11,\"pp\":true,\"notify\":false},"
                "{\"pd\":\"server\",\"id\":12,\"pp\":false,\"notify\":true}]]");
    expect_json(json_object_array_get_idx(member(document, "memory_regions"), 1), "device", "true");
    expect_json(json_object_array_get_idx(member(document, "memory_regions"), 2), "mapped", "false");
    expect_json(member(document, "schedule"), "start_index", "0");
    expect_json(member(document, "schedule"), "domains", "[{\"name\":\"d\",\"id\":4,\"cpu_permille\":1000}]");
    json_object_put(document);
    fixture_end(&fixture);
}

/* Diagnostics are there in the order of their places, also if there is no system at all. */
static void test_json_of_errors(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object *document =
        run_json(&fixture,
                 "<system>\n<protection_domain name='a' @pasive='true'>"
                 "<program_image path='p'/>\n<irq irq='0' id='99'/></protection_domain></system>",
                 false);
    json_object *notes = member(document, "diagnostics");
    assert_int_equal(json_object_array_length(notes), 3);
    json_object *note = json_object_array_get_idx(notes, 0);
    expect_json(note, "severity", "\"error\"");
    expect_json(note, "rule", "\"attribute-unknown\"");
    expect_json(note, "line", "2");
    assert_int_equal(json_object_get_int(member(note, "column")), fixture.column);
    expect_json(note, "hint", "\"did you mean 'passive'?\"");
    expect_json(json_object_array_get_idx(notes, 1), "rule", "\"irq-number\"");
    json_object_put(document);
    document = run_json(&fixture, "<system", false);
    assert_int_equal(json_object_array_length(member(document, "protection_domains")), 0);
    expect_json(json_object_array_get_idx(member(document, "diagnostics"), 0), "rule", "\"xml-syntax\"");
    json_object_put(document);
    fixture_end(&fixture);
}

/* The word in a column of the line that begins with row. */
static void expect_cell(const char *matrix, const char *row, const char *column, const char *cell)
{
    const char *head = strstr(matrix, row[0] == '!' ? "\ndomains" : "\nmemory");
    const char *line = head;
    char start[64];
    snprintf(start, sizeof start, "\n%s ", row + (row[0] == '!' ? 1 : 0));
    assert_non_null(head);
    line = strstr(head, start);
    const char *title = strstr(head + 1, column);
    assert_true(line != NULL && title != NULL);
    const char *at = line + (title - head);
    if (strncmp(at, cell, strlen(cell)) != 0 || (at[strlen(cell)] != ' ' && at[strlen(cell)] != '\n')) {
        fail_msg("%s in column %s is '%.8s', not '%s'", row, column, at, cell);
    }
}

static void test_matrix(void **state)
{
    const struct outputs *outputs = *state;
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "crypto", "r");
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "net", ".");
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "supervisor", ".");
    expect_cell(outputs->matrix, "readings.prod", "sensors", "rw");
    expect_cell(outputs->matrix, "readings.prod", "journal", "r");
    expect_cell(outputs->matrix, "seal_req.prod", "crypto", "r");
    expect_cell(outputs->matrix, "readings.cons", "sensors", "r");
    expect_cell(outputs->matrix, "readings.prod", "uplink", ".");
    expect_cell(outputs->matrix, "!timer", "net", "c---");
    expect_cell(outputs->matrix, "!net", "timer", "-n--");
    expect_cell(outputs->matrix, "!crypto", "supervisor", "--t-");
    expect_cell(outputs->matrix, "!supervisor", "crypto", "---f");
    expect_cell(outputs->matrix, "!crypto", "sensors", ".");
}

struct boxes {
    LIST(struct box) all;
};

static void collect_boxes(const struct element *element, struct boxes *boxes)
{
    const char *class = element_text(element, "class", "");
    bool sheet = element_attribute(element, "x") == NULL;
    if (strcmp(element->name, "rect") == 0 && !sheet && class[0] != '\0') {
        struct box box = {(int)element_number(element, "x", 0), (int)element_number(element, "y", 0),
                          (int)element_number(element, "width", 0),
                          (int)element_number(element, "height", 0)};
        *LIST_PUSH(&boxes->all) = box;
    }
    for (size_t i = 0; i < element->children.count; i++) {
        collect_boxes(element->children.at[i], boxes);
    }
}

static void test_picture(void **state)
{
    const struct outputs *outputs = *state;
    struct arena arena = {0};
    struct diag diag = {0};
    struct element *root = xml_parse(&arena, &diag, "svg", outputs->svg, strlen(outputs->svg));
    assert_non_null(root);
    struct boxes boxes = {0};
    collect_boxes(root, &boxes);
    assert_true(boxes.all.count > 20);
    for (size_t i = 0; i < boxes.all.count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_false(graph_boxes_overlap(boxes.all.at[i], boxes.all.at[j]));
        }
    }
    expect_in(outputs->svg, ">crypto</text>");
    expect_in(outputs->svg, "reads of all: log, metrics");
    expect_in(outputs->dot, "\"sensors\" -> \"journal\" [label=\"readings\", style=solid];");
    expect_in(outputs->dot, "\"net\" -> \"timer\" [label=\"timer\", style=dashed];");
    free(boxes.all.at);
    element_free(root);
    diag_free(&diag);
    arena_free(&arena);
}

static void test_geometry(void **state)
{
    (void)state;
    struct box box = {10, 10, 20, 10};
    assert_true(graph_line_hits((struct point){0, 15}, (struct point){100, 15}, box));
    assert_true(graph_line_hits((struct point){12, 12}, (struct point){14, 12}, box));
    assert_false(graph_line_hits((struct point){0, 0}, (struct point){100, 0}, box));
    assert_true(graph_lines_cross((struct point){0, 0}, (struct point){9, 9}, (struct point){0, 9},
                                  (struct point){9, 0}));
    assert_false(graph_lines_cross((struct point){0, 0}, (struct point){9, 9}, (struct point){0, 0},
                                   (struct point){9, 0}));
    struct point side = graph_leave(box, (struct point){100, 15}),
                 above = graph_leave(box, (struct point){20, 0});
    assert_int_equal(side.x, 30);
    assert_int_equal(above.y, 10);
}

/* A plain system with signals, a shared page and sixty domains stays within the grid and the time. */
static void test_large_system(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    char path[160], *text = calloc(1, 1 << 16);
    assert_non_null(text);
    size_t at = (size_t)sprintf(text, "<system>");
    for (int i = 0; i < 60; i++) {
        at += (size_t)sprintf(
            text + at, "<protection_domain name='p%d'><program_image path='p'/></protection_domain>", i);
    }
    for (int i = 1; i < 60; i++) {
        at += (size_t)sprintf(text + at, "<channel><end pd='p%d' id='60'/><end pd='p%d' id='%d'/></channel>",
                              i, i / 2, i % 2);
    }
    sprintf(text + at, "</system>");
    snprintf(path, sizeof path, "%s/out.svg", fixture.folder);
    assert_true(fixture_system(&fixture, text, (struct options){.graph = path}));
    char *svg = fixture_read(path);
    expect_in(svg, ">p59</text>");
    expect_in(svg, "signal");
    free(svg);
    free(text);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_report_of_a_description),
        cmocka_unit_test(test_json_of_a_sound_system),
        cmocka_unit_test(test_json_of_errors),
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_picture),
        cmocka_unit_test(test_geometry),
        cmocka_unit_test(test_large_system),
    };
    return cmocka_run_group_tests(tests, make_outputs, drop_outputs);
}
