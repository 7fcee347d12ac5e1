/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expansion of products: what each need and connection becomes, that the written .system gives the same
 * system, and that the shipped gateway keeps its policy while changed ones do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "fixture.h"
#include "xml.h"

static const struct options nothing;

static const char *out_path(struct fixture *fixture, const char *name)
{
    static char paths[4][160];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", fixture->folder, name);
    return path;
}

static void expect_sound(struct fixture *fixture, bool done)
{
    if (!done) {
        diag_print(&fixture->diag, stdout);
        fail_msg("errors in a sound description");
    }
}

static const char product[] =
    "<gateway name='t'>\n"
    "<component name='top' program='t.elf' priority='9'/>\n"
    "<component name='drv' program='d.elf' priority='8' kind='driver' parent='top' budget='20' period='40'>"
    "<device name='eth0' as='nic' dma_size='0x2001'/><progress share='run' counters='z' deadline_ms='100'/>"
    "<budget on_exhausted='fail' for_ms='250'/></component>\n"
    "<component name='log' program='l.elf' priority='1' parent='top' fpu='true'><config name='conf' "
    "file='data.bin'/>"
    "<restart disposition='restart' backoff_ms='7' then='degrade' after='drv'/>"
    "<progress share='news' counters='a b.c' deadline_ms='500' demand='drv.n.m drv.o' waits='drv.p'/>"
    "<postmortem share='page' secret='true'/></component>\n"
    "<ring name='rx' producer='drv' consumer='log' slots='64' slot_size='64'/>\n"
    "<call name='ask' client='log' server='drv'/>\n"
    "<ring name='lines' producer='*' consumer='log' slots='4' slot_size='8'/>\n"
    "<share name='state' owner='top' reader='log' size='5'/>\n"
    "<signal name='wake' from='drv' to='top'/>\n"
    "<share name='page' owner='log' reader='top drv' size='5'/>\n"
    "<share name='news' owner='log' reader='drv' size='8'/>\n"
    "<share name='mine' owner='log' size='8'/>\n"
    "<share name='run' owner='drv' reader='top' size='8'/>\n"
    "</gateway>";

/* Written out by hand from the rules of docs/composer.md, not by the program. */
static const char *const expanded[] = {
    "<memory_region name=\"dev.eth0\" size=\"0x1000\" phys_addr=\"0x10001000\" />",
    "<memory_region name=\"dma.eth0\" size=\"0x3000\" />",
    "<memory_region name=\"config.log.conf\" prefill_path=\"data.bin\" />",
    "<memory_region name=\"rx.prod\" size=\"0x2000\" />",
    "<memory_region name=\"rx.cons\" size=\"0x1000\" />",
    "<memory_region name=\"lines.top.prod\" size=\"0x1000\" />",
    "<memory_region name=\"lines.drv.cons\" size=\"0x1000\" />",
    "<memory_region name=\"state.top\" size=\"0x1000\" />",
    "<memory_region name=\"page.log\" size=\"0x1000\" />",
    "<protection_domain name=\"top\" priority=\"9\" fpu=\"false\">",
    "<protection_domain name=\"drv\" priority=\"8\" budget=\"20\" period=\"40\" fpu=\"false\" id=\"0\">",
    "<protection_domain name=\"log\" priority=\"1\" fpu=\"true\" id=\"1\">",
    "<map mr=\"dev.eth0\" vaddr=\"0x10000000\" perms=\"rw\" setvar_vaddr=\"nic_regs\" cached=\"false\" />",
    "<irq irq=\"1\" id=\"0\" trigger=\"level\" setvar_id=\"nic_irq\" />",
    "<map mr=\"dma.eth0\" vaddr=\"0x10002000\" perms=\"rw\" setvar_vaddr=\"nic_dma\" "
    "setvar_size=\"nic_dma_size\" />",
    "<setvar symbol=\"nic_dma_paddr\" region_paddr=\"dma.eth0\" />",
    "<map mr=\"rx.prod\" vaddr=\"0x10006000\" perms=\"rw\" setvar_vaddr=\"rx_own\" />",
    "<map mr=\"rx.cons\" vaddr=\"0x10009000\" perms=\"r\" setvar_vaddr=\"rx_peer\" />",
    "<map mr=\"config.log.conf\" vaddr=\"0x10000000\" perms=\"r\" setvar_vaddr=\"conf\" "
    "setvar_prefill_size=\"conf_size\" />",
    "<map mr=\"lines.top.cons\" vaddr=\"0x10106000\" perms=\"rw\" setvar_vaddr=\"lines_top_own\" />",
    "<map mr=\"lines.top.prod\" vaddr=\"0x10108000\" perms=\"r\" setvar_vaddr=\"lines_top_peer\" />",
    "<map mr=\"state.top\" vaddr=\"0x10004000\" perms=\"rw\" setvar_vaddr=\"state\" />",
    "<map mr=\"page.log\" vaddr=\"0x10006000\" perms=\"r\" setvar_vaddr=\"page\" />",
    "<map mr=\"page.log\" vaddr=\"0x10110000\" perms=\"rw\" setvar_vaddr=\"page\" />",
    "<memory_region name=\"mine.log\" size=\"0x1000\" />",
    "<map mr=\"mine.log\" vaddr=\"0x10114000\" perms=\"rw\" setvar_vaddr=\"mine\" />",
    "perms=\"r\" setvar_vaddr=\"progress_log\" />",
    "<map mr=\"page.log\" vaddr=\"0x1000e000\" perms=\"r\" setvar_vaddr=\"last_words_log\" />",
    "<end pd=\"drv\" id=\"1\" setvar_id=\"rx_id\" />",
    "<end pd=\"log\" id=\"0\" setvar_id=\"rx_id\" />",
    "<end pd=\"log\" id=\"1\" pp=\"true\" notify=\"false\" setvar_id=\"ask_id\" />",
    "<end pd=\"drv\" id=\"2\" setvar_id=\"ask_log_id\" />",
    "<end pd=\"top\" id=\"0\" setvar_id=\"lines_id\" />",
    "<end pd=\"drv\" id=\"4\" setvar_id=\"wake_id\" />",
    "<end pd=\"top\" id=\"1\" notify=\"false\" setvar_id=\"wake_id\" />",
    "<end pd=\"log\" id=\"2\" setvar_id=\"lines_top_id\" />",
    "<end pd=\"log\" id=\"3\" setvar_id=\"lines_drv_id\" />",
};

static void test_expansion(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    const char *path = out_path(&fixture, "out.system");
    expect_sound(&fixture,
                 fixture_product(&fixture, product, FIXTURE_BOARD, (struct options){.expanded = path}));
    char *text = fixture_read(path);
    for (size_t i = 0; i < sizeof expanded / sizeof *expanded; i++) {
        const char *found = strstr(text, expanded[i]);
        if (found == NULL || strstr(found + 1, expanded[i]) != NULL) {
            fail_msg("not exactly once: %s in\n%s", expanded[i], text);
        }
    }
    free(text);
    fixture_end(&fixture);
}

/* Report and matrix are made from the model alone, so equal ones mean equal models. */
static void compare_files(const char *a, const char *b, size_t skip_lines)
{
    char *first = fixture_read(a), *second = fixture_read(b);
    const char *left = first, *right = second;
    for (; skip_lines > 0; skip_lines--) {
        left = strchr(left, '\n') + 1;
        right = strchr(right, '\n') + 1;
    }
    assert_string_equal(left, right);
    free(first);
    free(second);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    char *gateway = fixture_read("system/gateway.xml"),
         *board = fixture_read("boards/qemu_virt_riscv64/board.xml");
    const char *system = out_path(&fixture, "out.system"), *text = out_path(&fixture, "out.txt");
    const char *matrix = out_path(&fixture, "out.matrix"), *dot = out_path(&fixture, "out.dot");
    struct options options = {.expanded = system, .report = text, .matrix = matrix, .dot = dot};
    expect_sound(&fixture, fixture_product(&fixture, gateway, board, options));
    char *product_text = fixture_read(text), *product_matrix = fixture_read(matrix),
         *product_dot = fixture_read(dot);
    char *flat = fixture_read(system);
    expect_sound(&fixture, fixture_system(&fixture, flat,
                                          (struct options){.report = text, .matrix = matrix, .dot = dot}));
    char *system_text = fixture_read(text), *system_matrix = fixture_read(matrix),
         *system_dot = fixture_read(dot);
    assert_string_equal(product_matrix, system_matrix);
    assert_string_equal(product_dot, system_dot);
    /* All but the title and the part on DMA, which only a board's file can fill. */
    char *product_end = strstr(product_text, "Direct memory access"),
         *system_end = strstr(system_text, "Direct memory");
    assert_true(product_end != NULL && system_end != NULL);
    *product_end = *system_end = '\0';
    assert_string_equal(strchr(product_text, '\n'), strchr(system_text, '\n'));
    free(gateway);
    free(board);
    free(flat);
    free(product_text);
    free(product_matrix);
    free(product_dot);
    free(system_text);
    free(system_matrix);
    free(system_dot);
    fixture_end(&fixture);
}

static void test_same_input_same_output(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    const char *first = out_path(&fixture, "out.system"), *second = out_path(&fixture, "out2.system");
    expect_sound(&fixture,
                 fixture_product(&fixture, product, FIXTURE_BOARD, (struct options){.expanded = first}));
    expect_sound(&fixture,
                 fixture_product(&fixture, product, FIXTURE_BOARD, (struct options){.expanded = second}));
    compare_files(first, second, 0);
    fixture_end(&fixture);
}

struct board_reading {
    struct arena arena;
    struct diag diag;
    struct element *tree;
    struct board_file file;
};

static void read_board(struct board_reading *reading, const char *path)
{
    *reading = (struct board_reading){0};
    reading->tree = xml_read(&reading->arena, &reading->diag, path);
    assert_non_null(reading->tree);
    assert_true(board_parse(&reading->file, &reading->diag, reading->tree));
}

static void drop_board(struct board_reading *reading)
{
    board_free(&reading->file);
    element_free(reading->tree);
    diag_free(&reading->diag);
    arena_free(&reading->arena);
}

/* Everything that is the same on the machines of two boards: all but the size of their memory. */
static void expect_same_machine(const struct board *a, const struct board *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->ram_base, b->ram_base);
    assert_int_equal(a->image_base, b->image_base);
    assert_int_equal(a->irq_sources, b->irq_sources);
    assert_int_equal(a->reserved.count, b->reserved.count);
    for (size_t i = 0; i < a->reserved.count; i++) {
        assert_string_equal(a->reserved.at[i].name, b->reserved.at[i].name);
        assert_int_equal(a->reserved.at[i].base, b->reserved.at[i].base);
        assert_int_equal(a->reserved.at[i].size, b->reserved.at[i].size);
    }
}

/* The boards of product and SDK, and the built-in one, are one machine; the latter two have 2 GiB. */
static void test_boards_of_one_machine(void **state)
{
    (void)state;
    struct board_reading product_board, sdk;
    struct board_file built_in = {0};
    read_board(&product_board, "boards/qemu_virt_riscv64/board.xml");
    read_board(&sdk, "boards/qemu_virt_riscv64/microkit.xml");
    board_default(&built_in);
    expect_same_machine(&product_board.file.board, &sdk.file.board);
    expect_same_machine(&product_board.file.board, &built_in.board);
    assert_int_equal(sdk.file.board.ram_size, UINT64_C(0x80000000));
    assert_int_equal(built_in.board.ram_size, UINT64_C(0x80000000));
    assert_int_equal(product_board.file.devices.count, sdk.file.devices.count);
    for (size_t i = 0; i < sdk.file.devices.count; i++) {
        const struct board_device *a = &product_board.file.devices.at[i], *b = &sdk.file.devices.at[i];
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->compatible, b->compatible);
        assert_int_equal(a->regs, b->regs);
        assert_int_equal(a->size, b->size);
        assert_int_equal(a->irq, b->irq);
        assert_int_equal(a->dma, b->dma);
    }
    board_free(&built_in);
    drop_board(&sdk);
    drop_board(&product_board);
}

/* The gateway with one text replaced by another. */
static bool changed_gateway(struct fixture *fixture, const char *from, const char *to)
{
    char *gateway = fixture_read("system/gateway.xml"),
         *board = fixture_read("boards/qemu_virt_riscv64/board.xml");
    char *at = strstr(gateway, from);
    assert_non_null(at);
    size_t length = strlen(gateway) + strlen(to) + 1;
    char *changed = calloc(1, length);
    assert_non_null(changed);
    snprintf(changed, length, "%.*s%s%s", (int)(at - gateway), gateway, to, at + strlen(from));
    bool done = fixture_product(fixture, changed, board, nothing);
    free(changed);
    free(gateway);
    free(board);
    return done;
}

static const struct {
    const char *from, *to, *rule, *message;
} breaches[] = {
    {"<policy>",
     "<ring name=\"leak\" producer=\"crypto\" consumer=\"sensors\" slots=\"4\" slot_size=\"8\" /><policy>",
     NULL, NULL},
    {"<policy>", "<share name=\"leak\" owner=\"net\" reader=\"sensors\" size=\"8\" /><policy>",
     "policy-no-path", "'net' to 'sensors': net -[leak.net]-> sensors"},
    {"<policy>",
     "<ring name=\"leak\" producer=\"eth0\" consumer=\"entropy\" slots=\"4\" slot_size=\"8\" /><policy>",
     "policy-no-path", "'eth0' to 'crypto': eth0 -[leak.prod]-> entropy -[entropy_crypto.prod]-> crypto"},
    {"<ring name=\"tls_tx\" producer=\"uplink\" consumer=\"crypto\"",
     "<ring name=\"tls_tx\" producer=\"uplink\" consumer=\"net\"", "policy-never",
     "'net' maps 'tls_tx.prod' (r)"},
    {"program=\"net.elf\" priority=\"150\"", "program=\"net.elf\" priority=\"256\"", "pd-priority", "256"},
    {"<device name=\"rng0\"", "<device name=\"eth0\"", "policy-exclusive", "dev.eth0"},
    {"priority=\"120\" budget=\"2000\" period=\"10000\" parent=\"supervisor\" kind=\"driver\"",
     "priority=\"120\" budget=\"2000\" period=\"10000\" parent=\"supervisor\"", "policy-devices",
     "'entropy' maps 'dma.rng0' (rw)"},
    {"program=\"eth0.elf\" priority=\"190\"", "program=\"eth0.elf\" priority=\"246\"", "policy-timely",
     "'sensors' from the processor for ever"},
    {"program=\"uart0.elf\" priority=\"200\"", "program=\"uart0.elf\" priority=\"251\"", "policy-timely",
     "'sensors' from the processor for 18200 us, which is more than 17000"},
    {"priority=\"254\" budget=\"2000\" period=\"10000\"", "priority=\"254\"", "policy-timely",
     "'timer' from the processor for ever"},
};

static bool has_note(const struct diag *diag, const char *rule, const char *message)
{
    for (size_t i = 0; i < diag->notes.count; i++) {
        if (strcmp(diag->notes.at[i].rule, rule) == 0 && strstr(diag->notes.at[i].text, message) != NULL) {
            return true;
        }
    }
    return false;
}

static void test_gateway_policy(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
        bool done = changed_gateway(&fixture, breaches[i].from, breaches[i].to);
        if (breaches[i].rule == NULL
                ? !done
                : done || !has_note(&fixture.diag, breaches[i].rule, breaches[i].message)) {
            diag_print(&fixture.diag, stdout);
            fail_msg("wrong verdict on change %zu", i);
        }
    }
    fixture_end(&fixture);
}

static char *ports(struct fixture *fixture, bool source, const char *component)
{
    const char *path = out_path(fixture, "ports.h");
    struct options options = {.output = path};
    *(source ? &options.ports_c : &options.ports) = component;
    expect_sound(fixture, fixture_product(fixture, product, FIXTURE_BOARD, options));
    return fixture_read(path);
}

static void expect_in(const char *text, const char *const *parts)
{
    for (; *parts != NULL; parts++) {
        if (strstr(text, *parts) == NULL) {
            fail_msg("missing: %s in\n%s", *parts, text);
        }
    }
}

static void test_ports(void **state)
{
    (void)state;
    static const char *const log_header[] = {
        "extern const volatile uint64_t rx_own, rx_peer, rx_id;",
        "extern const volatile uint64_t lines_drv_own, lines_drv_peer, lines_drv_id;",
        "extern const volatile uint64_t conf, conf_size;",
        "extern const volatile uint64_t ask_id;",
        "extern const volatile uint64_t state;",
        "#define RX_SLOTS 64u\n",
        "#define RX_SLOT_SIZE 64u\n",
        "#define PORTS_LINES(X) X(top) X(drv)\n",
        "#define STATE_SIZE 0x5u\n",
        "#define PORTS_LAST_WORDS(X) X(page, 5, 1)\n",
        "#define PORTS_RINGS(X) X(rx, CONSUMER, 64, 64) X(lines_top, CONSUMER, 4, 8) X(lines_drv, CONSUMER, "
        "4, 8)\n",
        NULL};
    static const char *const drv_header[] = {
        "extern const volatile uint64_t nic_regs, nic_irq, nic_dma, nic_dma_paddr, nic_dma_size;",
        "extern const volatile uint64_t lines_own, lines_peer, lines_id;",
        "#define NIC_DMA_SIZE 0x2001u\n",
        "extern const volatile uint64_t ask_log_id;",
        "#define PORTS_ASK(X) X(log)\n",
        "#define PORTS_LAST_WORDS(X)\n",
        "#define PORTS_RINGS(X) X(rx, PRODUCER, 64, 64) X(lines, PRODUCER, 4, 8)\n",
        NULL};
    static const char *const top_header[] = {
        "#define CHILDREN(X) X(0, drv) X(1, log)\n",
        "#define CHILD_COUNT 2u\n",
        "#define CHILD_RESTARTS(X) X(0, HOLD, 0, 1, 1, 1, 1, HOLD, 0x0)"
        " X(1, RESTART, 1000, 7, 10000, 5, 60, DEGRADE, 0x1)\n",
        "#define CHILD_PROGRESS(X) X(0, drv, \"z\", 100) X(1, log, \"a b.c\", 500)\n",
        "#define CHILD_DEMANDS(X) X(1, drv, \"n.m\", MOVES) "
        "X(1, drv, \"o\", MOVES) X(1, drv, \"p\", WAITS)\n",
        "#define CHILD_POSTMORTEM(X) X(1, log, 5, 1)\n",
        "#define CHILD_BUDGETS(X) X(0, FAIL, 40, 250)\n",
        "extern const volatile uint64_t progress_drv;",
        "extern const volatile uint64_t progress_log;",
        "extern const volatile uint64_t last_words_log;",
        "extern const volatile uint64_t wake_id;",
        NULL};
    static const char *const drv_source[] = {"PORT(nic_dma_paddr);", "PORT(rx_own);", "PORT(lines_id);",
                                             NULL};
    struct fixture fixture;
    fixture_begin(&fixture);
    char *log_text = ports(&fixture, false, "log"), *drv_text = ports(&fixture, false, "drv");
    char *top_text = ports(&fixture, false, "top"), *source = ports(&fixture, true, "drv");
    expect_in(log_text, log_header);
    expect_in(drv_text, drv_header);
    expect_in(top_text, top_header);
    expect_in(source, drv_source);
    assert_null(strstr(drv_text, "ask_id"));
    assert_null(strstr(drv_text, "PORTS_LINES"));
    assert_null(strstr(log_text, "PORTS_ASK"));
    free(log_text);
    free(drv_text);
    free(top_text);
    free(source);
    struct options options = {.output = out_path(&fixture, "ports.h"), .ports = "lgo"};
    assert_false(fixture_product(&fixture, product, FIXTURE_BOARD, options));
    assert_string_equal(fixture.diag.notes.at[0].hint, "did you mean 'log'?");
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_boards_of_one_machine),
        cmocka_unit_test(test_same_input_same_output),
        cmocka_unit_test(test_gateway_policy),
        cmocka_unit_test(test_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
