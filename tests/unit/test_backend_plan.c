/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From model to image: patched values, placement, limits, the capability distribution and the image's bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <postern/abi.h>

#include "elf_read.h"
#include "patch.h"
#include "test_backend_fixture.h"

static uint64_t word_at(const struct pd *pd, uint64_t vaddr)
{
    const struct elf_segment *segment = elf_segment_at(pd->elf, vaddr, 8);
    uint64_t value;

    assert_non_null(segment);
    memcpy(&value, segment->bytes + (vaddr - segment->vaddr), sizeof value);
    return value;
}

static const struct run *find_run(const struct fixture_system *system, enum run_kind kind, size_t owner)
{
    for (size_t i = 0; i < system->layout.runs.count; i++) {
        const struct run *run = &system->layout.runs.at[i];

        if (run->kind == kind && run->owner == owner) {
            return run;
        }
    }
    return NULL;
}

static void build(struct fixture_system *system)
{
    struct backend_report report = fixture_report();

    fixture_system_make(system);
    report = fixture_report();
    if (!fixture_system_build(system, &report)) {
        fail_msg("%s", fixture_errors);
    }
}

/* Build a system that somebody changed; it must fail with the text. */
static void refuse(struct fixture_system *system, const char *text)
{
    struct backend_report report = fixture_report();

    assert_false(fixture_system_build(system, &report));
    if (strstr(fixture_errors, text) == NULL) {
        fail_msg("expected '%s', got '%s'", text, fixture_errors);
    }
    fixture_system_free(system);
}

static void patches_microkit_symbols(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    const struct pd *drv = &system.model.pds.at[DRV];
    const struct pd *app = &system.model.pds.at[APP];

    assert_string_equal((const char *)elf_segment_at(app->elf, FIXTURE_DATA, 64)->bytes, "app");
    assert_int_equal(word_at(drv, FIXTURE_DATA + 0x48), 1u << 5);
    assert_int_equal(word_at(drv, FIXTURE_DATA + 0x50), 1u << 1);
    assert_int_equal(word_at(drv, FIXTURE_DATA + 0x58), 0);
    assert_int_equal(word_at(app, FIXTURE_DATA + 0x50), 1u << 0);
    assert_int_equal(word_at(app, FIXTURE_DATA + 0x58), 1u << 0);
    fixture_system_free(&system);
}

static void patches_variables_in_bss(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    uint64_t paddr = system.model.regions.at[SHARED].paddr;
    const struct run *data = find_run(&system, RUN_DATA, APP);

    assert_true(paddr >= system.layout.ram_base && paddr < system.layout.ram_end);
    assert_int_equal(word_at(&system.model.pds.at[APP], FIXTURE_DATA + 0x1010), paddr);
    assert_int_equal(data->contents_size, 0x1018);
    assert_int_equal(data->pages, 2);
    fixture_system_free(&system);
}

static void gives_a_pristine_copy(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    const struct run *copy = find_run(&system, RUN_TEMPLATE, APP);
    const struct pd *app = &system.model.pds.at[APP];

    assert_non_null(copy);
    assert_int_equal(copy->maps.count, 1);
    assert_int_equal(copy->maps.at[0].rights, PN_READ);
    assert_int_equal(word_at(app, FIXTURE_RODATA + 0x10), copy->maps.at[0].vaddr);
    assert_int_equal(word_at(app, FIXTURE_RODATA + 0x18), 0x1018);
    assert_int_equal(copy->pages, 2);
    assert_int_equal(find_run(&system, RUN_TEMPLATE, DRV)->pages, 1);
    assert_int_equal(copy->maps.at[0].vaddr, FIXTURE_DATA + 0x3000);
    fixture_system_free(&system);
}

static void keeps_the_copy_clear_of_mappings(void **state)
{
    struct fixture_system system;
    struct backend_report report;

    (void)state;
    fixture_system_make(&system);
    system.model.pds.at[APP].maps.at[0].vaddr = FIXTURE_DATA + 0x3000;
    report = fixture_report();
    assert_true(fixture_system_build(&system, &report));
    assert_int_equal(find_run(&system, RUN_TEMPLATE, APP)->maps.at[0].vaddr, FIXTURE_DATA + 0x7000);
    fixture_system_free(&system);
}

static void refuses_missing_symbol(void **state)
{
    struct fixture_system system;

    (void)state;
    fixture_system_make(&system);
    system.model.pds.at[APP].setvars.at[0].symbol = "nobody";
    refuse(&system, "has no symbol 'nobody'");

    struct backend_report report;

    fixture_system_make(&system);
    system.model.pds.at[APP].setvars.at[0].symbol = "nobody";
    system.model.pds.at[APP].setvars.at[0].optional = true;
    report = fixture_report();
    assert_true(fixture_system_build(&system, &report));
    fixture_system_free(&system);
}

static void refuses_wrong_symbols(void **state)
{
    struct fixture_system system;

    (void)state;
    fixture_system_make(&system);
    system.model.pds.at[APP].setvars.at[0].symbol = "microkit_name";
    refuse(&system, "has 64 bytes; it must have 8");

    fixture_system_make(&system);
    system.model.pds.at[APP].elf->symbols.at[5].value = 0x900000;
    refuse(&system, "outside its segments");

    fixture_system_make(&system);
    system.model.pds.at[APP].elf->symbols.at[6].name = system.model.pds.at[APP].elf->symbols.at[5].name;
    refuse(&system, "more than one symbol 'in_bss'");

    fixture_system_make(&system);
    system.model.pds.at[APP].elf->has_symbols = false;
    refuse(&system, "no symbol table");
}

static void places_everything_once(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    uint64_t end = system.layout.kernel_paddr + system.layout.kernel_size;

    assert_int_equal(system.layout.kernel_paddr % PN_LARGE_SIZE, 0);
    assert_true(system.layout.kernel_paddr >= system.model.board.image_base + system.image_size);
    for (size_t i = 0; i < system.layout.root_count; i++) {
        assert_true(system.layout.root[i].paddr >= end);
        end = system.layout.root[i].paddr + system.layout.root[i].size;
    }
    for (size_t i = 0; i < system.layout.runs.count; i++) {
        const struct run *run = &system.layout.runs.at[i];

        if (!run->device) {
            assert_true(run->paddr >= end);
            end = run->paddr + run_size(run);
        }
    }
    assert_int_equal(end, system.layout.ram_end);
    assert_int_equal(system.layout.runs.at[0].paddr, 0x10000000);
    fixture_system_free(&system);
}

static void honours_addresses_in_ram(void **state)
{
    struct fixture_system system;
    struct backend_report report;

    (void)state;
    fixture_system_make(&system);
    system.model.regions.at[SHARED].has_paddr = true;
    system.model.regions.at[SHARED].paddr = 0x80409000; /* where other pages would go */
    report = fixture_report();
    assert_true(fixture_system_build(&system, &report));
    assert_int_equal(find_run(&system, RUN_REGION, SHARED)->paddr, 0x80409000);
    for (size_t i = 1; i < system.layout.runs.count; i++) {
        const struct run *before = &system.layout.runs.at[i - 1];

        assert_true(before->paddr + run_size(before) <= system.layout.runs.at[i].paddr);
    }
    fixture_system_free(&system);
}

static void refuses_what_does_not_fit(void **state)
{
    struct fixture_system system;

    (void)state;
    fixture_system_make(&system);
    system.model.regions.at[SHARED].size = 0x8000000;
    refuse(&system, "out of RAM");

    fixture_system_make(&system);
    system.model.regions.at[SHARED].has_paddr = true;
    system.model.regions.at[SHARED].paddr = 0x80001000;
    refuse(&system, "phys_addr must be at least");

    fixture_system_make(&system);
    system.model.regions.at[DEVICE].paddr = 0x7ffff000;
    system.model.regions.at[DEVICE].size = 0x2000;
    refuse(&system, "crosses a border of RAM");

    fixture_system_make(&system);
    system.model.pds.at[APP].maps.at[0].perms = MAP_READ | MAP_WRITE | MAP_EXEC;
    refuse(&system, "writable and executable");

    fixture_system_make(&system);
    system.model.regions.at[DEVICE].prefill_data = system.model.regions.at[SECRET].prefill_data;
    system.model.regions.at[DEVICE].prefill_size = 5;
    refuse(&system, "cannot be prefilled");
}

static void names_the_pool_that_is_too_small(void **state)
{
    struct fixture_system system;

    (void)state;
    fixture_system_make(&system);
    for (unsigned i = 0; i < 300; i++) {
        *LIST_PUSH(&system.model.pds.at[APP].maps) =
            (struct map){.region = SHARED, .vaddr = 0x8000000 + i * 0x200000ull, .perms = MAP_READ};
    }
    refuse(&system, "page tables; the kernel has 256");
}

static const struct capdist_cap *cap_in(const struct fixture_system *system, size_t pd, unsigned slot)
{
    for (size_t i = 0; i < system->dist.caps.count; i++) {
        const struct capdist_cap *cap = &system->dist.caps.at[i];

        if (cap->cnode == system->dist.domains.at[pd].cnode && cap->slot == slot) {
            return cap;
        }
    }
    return NULL;
}

static void gives_least_rights(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    const struct capdist_domain *top = &system.dist.domains.at[TOP];
    const struct capdist_domain *drv = &system.dist.domains.at[DRV];
    const struct capdist_domain *app = &system.dist.domains.at[APP];
    const struct capdist_cap *call = cap_in(&system, APP, 74);
    const struct capdist_cap *notify = cap_in(&system, APP, 10);

    assert_int_equal(call->object, drv->endpoint);
    assert_int_equal(call->rights, PN_WRITE | PN_CALL);
    assert_int_equal(call->badge, UINT64_C(1) << 63 | 1);
    assert_int_equal(notify->object, drv->notification);
    assert_int_equal(notify->rights, PN_WRITE);
    assert_int_equal(notify->badge, 1u << 1);
    assert_int_equal(cap_in(&system, DRV, 11)->object, app->notification);
    assert_int_equal(cap_in(&system, DRV, 1)->object, drv->endpoint);
    assert_int_equal(cap_in(&system, DRV, 1)->rights, PN_READ);
    assert_int_equal(cap_in(&system, APP, 1)->object, app->notification);
    assert_null(cap_in(&system, APP, 4));
    assert_int_equal(cap_in(&system, TOP, 205)->object, drv->tcb);
    assert_int_equal(cap_in(&system, TOP, 206)->object, app->tcb);
    assert_int_equal(system.dist.caps.count, 10);
    assert_int_equal(system.dist.irqs.at[0].slot, 143);
    assert_int_equal(system.dist.irqs.at[0].badge, 1u << 5);
    assert_int_equal(system.dist.threads.at[0].tcb, top->tcb);
    assert_int_equal(system.dist.threads.at[0].fault_endpoint, CAPDIST_NONE);
    assert_int_equal(system.dist.threads.at[1].fault_endpoint, top->endpoint);
    assert_int_equal(system.dist.threads.at[1].fault_badge, UINT64_C(1) << 62 | 3);
    assert_int_equal(system.dist.threads.at[1].told, 0);
    assert_int_equal(drv->slots, 144);
    fixture_system_free(&system);
}

static void encodes_what_it_built(void **state)
{
    struct fixture_system system;
    struct capdist_header header;

    (void)state;
    build(&system);
    memcpy(&header, system.blob, sizeof header);
    assert_int_equal(header.magic, CAPDIST_MAGIC);
    assert_int_equal(header.size, capdist_size(&system.dist));
    assert_int_equal(header.section[CAPDIST_CAPS].count, system.dist.caps.count);
    assert_memory_equal(system.blob + header.section[CAPDIST_CAPS].offset, system.dist.caps.at,
                        system.dist.caps.count * sizeof system.dist.caps.at[0]);
    assert_memory_equal(system.blob + header.section[CAPDIST_RUNS].offset, system.dist.runs.at,
                        system.dist.runs.count * sizeof system.dist.runs.at[0]);
    fixture_system_free(&system);
}

static void builds_the_same_image_twice(void **state)
{
    struct fixture_system a, b;

    (void)state;
    build(&a);
    build(&b);
    assert_int_equal(a.image_size, b.image_size);
    assert_memory_equal(a.image, b.image, a.image_size);
    fixture_system_free(&a);
    fixture_system_free(&b);
}

static void computes_the_standard_checksum(void **state)
{
    static uint8_t block[4096] __attribute__((aligned(8)));

    (void)state;
    memset(block, 0, sizeof block);
    memcpy(block, "123456789", 9);
    assert_int_equal(image_crc(block, 9), 0xcbf43926);
}

static void stores_no_zero_pages(void **state)
{
    struct fixture_system system;

    (void)state;
    build(&system);
    uint64_t planned = system.layout.ram_end - system.layout.ram_base;

    assert_true(planned > 0x10000);
    assert_true(system.image_size < 0x5000);
    fixture_system_free(&system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_microkit_symbols),    cmocka_unit_test(patches_variables_in_bss),
        cmocka_unit_test(gives_a_pristine_copy),       cmocka_unit_test(keeps_the_copy_clear_of_mappings),
        cmocka_unit_test(refuses_missing_symbol),      cmocka_unit_test(refuses_wrong_symbols),
        cmocka_unit_test(places_everything_once),      cmocka_unit_test(honours_addresses_in_ram),
        cmocka_unit_test(refuses_what_does_not_fit),   cmocka_unit_test(names_the_pool_that_is_too_small),
        cmocka_unit_test(gives_least_rights),          cmocka_unit_test(encodes_what_it_built),
        cmocka_unit_test(builds_the_same_image_twice), cmocka_unit_test(computes_the_standard_checksum),
        cmocka_unit_test(stores_no_zero_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
