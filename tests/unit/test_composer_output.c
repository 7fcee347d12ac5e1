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
    expect_in(outputs->report, "    shares     tls_tx.prod (r) with uplink (rw)\n");
    expect_in(outputs->report, "    calls      timer\n");
    expect_in(outputs->report, "rw   dev.eth0 (device at 0x10001000)\n");
    expect_in(outputs->report, "rw   dma.eth0 (physically contiguous)\n");
    expect_in(outputs->report, "Unused regions\n\n  none\n");
    expect_in(outputs->report, "Its driver 'eth0' is TRUSTED");
    assert_null(strstr(outputs->report, "uart0 can read and write all of RAM"));
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
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "crypto", "rw");
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "net", ".");
    expect_cell(outputs->matrix, "config.crypto.crypto_keys", "supervisor", ".");
    expect_cell(outputs->matrix, "readings.prod", "sensors", "rw");
    expect_cell(outputs->matrix, "readings.prod", "uplink", "r");
    expect_cell(outputs->matrix, "readings.cons", "sensors", "r");
    expect_cell(outputs->matrix, "readings.prod", "net", ".");
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
    expect_in(outputs->dot, "\"sensors\" -> \"uplink\" [label=\"readings\", style=solid];");
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
        cmocka_unit_test(test_report),   cmocka_unit_test(test_matrix),       cmocka_unit_test(test_picture),
        cmocka_unit_test(test_geometry), cmocka_unit_test(test_large_system),
    };
    return cmocka_run_group_tests(tests, make_outputs, drop_outputs);
}
