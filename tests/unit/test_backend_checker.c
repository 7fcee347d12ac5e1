/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The independent checker: it accepts what was built and refuses every image that grants something else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <postern/abi.h>

#include "check_image.h"
#include "test_backend_fixture.h"

#define LOADER_SIZE 64

static struct fixture_system system_under_test;

static int make(void **state)
{
    struct backend_report report;

    (void)state;
    fixture_system_make(&system_under_test);
    report = fixture_report();
    return fixture_system_build(&system_under_test, &report) ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    fixture_system_free(&system_under_test);
    return 0;
}

static bool check(struct authority *authority)
{
    struct backend_report report = fixture_report();
    bool good = check_image(system_under_test.image, system_under_test.image_size, "test.img",
                            &system_under_test.model, authority, &report);

    assert_true(good == (report.errors == 0));
    return good;
}

static uint8_t *payload(void)
{
    return system_under_test.image + LOADER_SIZE;
}

static void fix_checksum(void)
{
    struct image_header *header = (struct image_header *)(void *)payload();

    header->crc = image_crc(payload(), system_under_test.image_size - LOADER_SIZE);
}

/* After a change: the checksum is right again, and the checker still refuses, with a text that contains
 * `text`. */
static void refused(const char *text)
{
    fix_checksum();
    assert_false(check(NULL));
    if (strstr(fixture_errors, text) == NULL) {
        fail_msg("expected '%s', got '%s'", text, fixture_errors);
    }
}

/* The capability distribution inside the image. */
static uint8_t *blob(void)
{
    const uint64_t magic = CAPDIST_MAGIC;

    for (size_t at = 0; at + 8 <= system_under_test.image_size; at += 8) {
        if (memcmp(system_under_test.image + at, &magic, sizeof magic) == 0) {
            return system_under_test.image + at;
        }
    }
    abort();
}

static void *record(enum capdist_table table, size_t index, size_t size)
{
    struct capdist_header header;

    memcpy(&header, blob(), sizeof header);
    return blob() + header.section[table].offset + index * size;
}

static struct capdist_cap *cap_of(size_t pd, unsigned slot)
{
    for (size_t i = 0; i < system_under_test.dist.caps.count; i++) {
        struct capdist_cap *cap = record(CAPDIST_CAPS, i, sizeof *cap);

        if (cap->cnode == system_under_test.dist.domains.at[pd].cnode && cap->slot == slot) {
            return cap;
        }
    }
    abort();
}

/* First run of a kind and owner, in the image. */
static struct capdist_run *run_of(enum run_kind kind, size_t owner)
{
    for (size_t i = 0; i < system_under_test.layout.runs.count; i++) {
        const struct run *run = &system_under_test.layout.runs.at[i];

        if (run->kind == kind && run->owner == owner) {
            return record(CAPDIST_RUNS, i, sizeof(struct capdist_run));
        }
    }
    abort();
}

static struct capdist_map *map_of(const struct capdist_run *run, size_t index)
{
    return record(CAPDIST_MAPS, run->first_map + index, sizeof(struct capdist_map));
}

static void accepts_what_was_built(void **state)
{
    struct authority authority;

    (void)state;
    if (!check(&authority)) {
        fail_msg("%s", fixture_errors);
    }
    assert_int_equal(authority.regions.count, 4);
    assert_int_equal(authority.regions.at[0].pd, DRV);
    assert_int_equal(authority.regions.at[0].region, SHARED);
    assert_int_equal(authority.regions.at[0].perms, MAP_READ | MAP_WRITE);
    assert_int_equal(authority.regions.at[3].pd, APP);
    assert_int_equal(authority.regions.at[3].region, SECRET);
    assert_int_equal(authority.irqs.count, 1);
    assert_int_equal(authority.irqs.at[0].number, 10);
    assert_int_equal(authority.pds.count, 6);
    assert_int_equal(authority.pds.at[5].from, APP);
    assert_int_equal(authority.pds.at[5].to, DRV);
    assert_int_equal(authority.pds.at[5].kinds, REACH_CALL | REACH_NOTIFY);
    backend_authority_free(&authority);
}

static void refuses_a_wrong_checksum(void **state)
{
    (void)state;
    system_under_test.image[system_under_test.image_size - 1] ^= 1;
    assert_false(check(NULL));
    assert_non_null(strstr(fixture_errors, "checksum"));
}

static void refuses_a_secret_given_away(void **state)
{
    struct capdist_map *map = map_of(run_of(RUN_REGION, SECRET), 0);

    (void)state;
    map->vspace = system_under_test.dist.domains.at[DRV].vspace;
    refused("'drv' reaches region 'secret' (rights 1) only in the image");
    assert_non_null(
        strstr(fixture_errors, "'app' reaches region 'secret' (rights 1) only in the description"));
}

static void refuses_a_secret_under_another_name(void **state)
{
    struct capdist_run *stack = run_of(RUN_STACK, DRV);

    (void)state;
    stack->paddr = system_under_test.model.regions.at[SECRET].paddr;
    refused("out of order, overlap others");
}

static void refuses_wider_memory_rights(void **state)
{
    struct capdist_map *map = map_of(run_of(RUN_REGION, SHARED), 1);

    (void)state;
    assert_int_equal(map->rights, PN_READ);
    map->rights = PN_READ | PN_WRITE;
    refused("'app' reaches region 'shared' (rights 3) only in the image");
}

static void refuses_writable_code(void **state)
{
    (void)state;
    map_of(run_of(RUN_CODE, APP), 0)->rights = PN_READ | PN_WRITE | PN_EXEC;
    refused("impossible rights");
}

static void refuses_shared_private_pages(void **state)
{
    struct capdist_run *run = run_of(RUN_STACK, TOP);

    (void)state;
    run->map_count = 2; /* takes in the next run's mapping, another domain's */
    refused("are mapped by 'drv' too");
}

static void refuses_kernel_memory(void **state)
{
    struct capdist_run *run = record(CAPDIST_RUNS, 1, sizeof *run);

    (void)state;
    run->paddr = system_under_test.layout.kernel_paddr;
    refused("where no protection domain may reach");
}

static void refuses_the_initialisers_memory(void **state)
{
    struct capdist_run *run = record(CAPDIST_RUNS, 1, sizeof *run);

    (void)state;
    run->paddr = system_under_test.layout.root[1].paddr;
    refused("belong to the initialiser");
}

static void refuses_an_undeclared_device(void **state)
{
    (void)state;
    run_of(RUN_REGION, DEVICE)->paddr = 0x10001000;
    refused("where no protection domain may reach");
}

static void refuses_listening_on_a_server(void **state)
{
    (void)state;
    cap_of(APP, 74)->rights |= PN_READ;
    refused("'app' holds a capability in slot 74");
}

static void refuses_a_forged_badge(void **state)
{
    (void)state;
    cap_of(APP, 74)->badge = UINT64_C(1) << 62 | 3; /* a fault of drv */
    refused("'app' holds a capability in slot 74");
}

static void refuses_another_input(void **state)
{
    (void)state;
    cap_of(APP, 1)->object = system_under_test.dist.domains.at[DRV].endpoint;
    refused("'app' holds a capability in slot 1 ");
}

static void refuses_control_of_a_stranger(void **state)
{
    struct capdist_cap *cap = cap_of(TOP, 205);

    (void)state;
    cap->cnode = system_under_test.dist.domains.at[APP].cnode;
    refused("'app' holds a capability in slot 205");
}

static void refuses_an_unknown_slot(void **state)
{
    (void)state;
    cap_of(APP, 10)->slot = 3;
    refused("'app' holds a capability in slot 3");
}

static void refuses_another_interrupt(void **state)
{
    struct capdist_irq *irq = record(CAPDIST_IRQS, 0, sizeof *irq);

    (void)state;
    irq->source = 11;
    refused("interrupt 11 goes to 'drv'");
}

static void refuses_mixed_threads(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 2, sizeof *thread);

    (void)state;
    thread->vspace = system_under_test.dist.domains.at[DRV].vspace;
    refused("mixes objects of several domains");
}

static void refuses_another_priority(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 2, sizeof *thread);

    (void)state;
    thread->priority++;
    refused("its priority");
}

static void refuses_another_budget(void **state)
{
    struct capdist_sched *sched = record(CAPDIST_SCHEDS, 1, sizeof *sched);

    (void)state;
    sched->budget_us--;
    refused("budgets and periods");
}

static void refuses_another_period(void **state)
{
    struct capdist_sched *sched = record(CAPDIST_SCHEDS, 0, sizeof *sched);

    (void)state;
    sched->period_us++;
    refused("budgets and periods");
}

static void refuses_a_budget_of_somebody_else(void **state)
{
    struct capdist_sched *sched = record(CAPDIST_SCHEDS, 1, sizeof *sched);

    (void)state;
    sched->object = system_under_test.dist.domains.at[TOP].sched;
    refused("budgets and periods");
}

static void refuses_to_tell_an_exhausted_budget(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 2, sizeof *thread);

    (void)state;
    thread->told = 1;
    refused("fault handler is not the description's");
}

static void refuses_a_missing_fault_handler(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 2, sizeof *thread);

    (void)state;
    thread->fault_endpoint = CAPDIST_NONE;
    refused("'app' reaches 'top' (ways 8) only in the description");
}

static void refuses_another_fault_handler(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 2, sizeof *thread);

    (void)state;
    thread->fault_endpoint = system_under_test.dist.domains.at[DRV].endpoint;
    refused("fault handler is not the description's");
}

static void refuses_changed_contents(void **state)
{
    (void)state;
    for (size_t at = LOADER_SIZE; at + 4 < system_under_test.image_size; at++) {
        if (memcmp(system_under_test.image + at, "key!", 4) == 0) {
            system_under_test.image[at] = 'K';
        }
    }
    refused("region 'secret' does not hold its prefill file");
}

static void refuses_wrong_indices(void **state)
{
    (void)state;
    run_of(RUN_STACK, APP)->first_map = 0xffffffff;
    refused("mappings out of range");
}

static void survives_truncation(void **state)
{
    (void)state;
    for (size_t size = 0; size < system_under_test.image_size; size += 61) {
        uint8_t *cut = malloc(size + 1);
        struct backend_report report = fixture_report();

        memcpy(cut, system_under_test.image, size);
        assert_false(check_image(cut, size, "test.img", &system_under_test.model, NULL, &report));
        free(cut);
    }
}

static void survives_random_changes(void **state)
{
    uint64_t random = 88172645463325252u;
    uint8_t *original = malloc(system_under_test.image_size);

    (void)state;
    memcpy(original, system_under_test.image, system_under_test.image_size);
    for (unsigned round = 0; round < 400; round++) {
        size_t start = round % 2 == 0 ? LOADER_SIZE : (size_t)(blob() - system_under_test.image);

        for (unsigned change = 0; change < 2; change++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            system_under_test.image[start + (random >> 8) % 0x600] ^= (uint8_t)(1u << (random & 7));
        }
        fix_checksum();
        (void)check(NULL);
        memcpy(system_under_test.image, original, system_under_test.image_size);
    }
    free(original);
}

static void refuses_another_domain(void **state)
{
    struct capdist_thread *thread = record(CAPDIST_THREADS, 0, sizeof *thread);

    (void)state;
    thread->domain = 2;
    refused("'top' is in domain 2, not in 6");
}

static struct capdist_slot *slot_record(size_t index)
{
    return record(CAPDIST_SLOTS, index, sizeof(struct capdist_slot));
}

/* Each field of each entry counts; the last record is the one that starts the schedule. */
static void refuses_another_schedule(void **state)
{
    static const struct capdist_slot built[3] = {
        {100, 3, 2, PN_SCHEDULE_SET, 0}, {0, 5, 0, PN_SCHEDULE_SET, 0}, {5000, 4, 6, PN_SCHEDULE_AT_SEAL, 1}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(slot_record(i), &built[i], sizeof built[i]);
        for (unsigned field = 0; field < 5; field++) {
            struct capdist_slot *slot = slot_record(i);

            slot->duration += field == 0;
            slot->entry = (uint16_t)(slot->entry + (field == 1));
            slot->domain = (uint16_t)(slot->domain + (field == 2));
            slot->start ^= (uint16_t)(field == 3);
            slot->ticks ^= (uint16_t)(field == 4);
            bool unit_of_marker = i == 1 && field == 4;
            if (!unit_of_marker) {
                refused("of the domain schedule is not the description's");
            }
            *slot = built[i];
        }
    }
    fix_checksum();
    assert_true(check(NULL));
}

static void refuses_a_shorter_schedule(void **state)
{
    struct capdist_header header;

    (void)state;
    memcpy(&header, blob(), sizeof header);
    header.section[CAPDIST_SLOTS].count = 2;
    memcpy(blob(), &header, sizeof header);
    refused("has 2 entries, not 3");
}

/* The first thread is the one whose fault resets the machine. */
static void refuses_another_end_of_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct capdist_thread *thread = record(CAPDIST_THREADS, i, sizeof *thread);

        thread->flags ^= PN_TCB_VITAL;
        refused("what its fault does");
        thread->flags ^= PN_TCB_VITAL;
    }
    fix_checksum();
    assert_true(check(NULL));
}

static void refuses_memory_that_is_not_cleared(void **state)
{
    (void)state;
    system_under_test.model.regions.at[SHARED].keep = false;
    refused("not filled or cleared");
}

static void refuses_to_touch_what_is_kept(void **state)
{
    (void)state;
    system_under_test.model.regions.at[SECRET].keep = true;
    refused("not left alone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts_what_was_built),
        TEST(refuses_a_wrong_checksum),
        TEST(refuses_a_secret_given_away),
        TEST(refuses_a_secret_under_another_name),
        TEST(refuses_wider_memory_rights),
        TEST(refuses_writable_code),
        TEST(refuses_shared_private_pages),
        TEST(refuses_kernel_memory),
        TEST(refuses_the_initialisers_memory),
        TEST(refuses_an_undeclared_device),
        TEST(refuses_listening_on_a_server),
        TEST(refuses_a_forged_badge),
        TEST(refuses_another_input),
        TEST(refuses_control_of_a_stranger),
        TEST(refuses_an_unknown_slot),
        TEST(refuses_another_interrupt),
        TEST(refuses_mixed_threads),
        TEST(refuses_another_priority),
        TEST(refuses_another_domain),
        TEST(refuses_another_schedule),
        TEST(refuses_a_shorter_schedule),
        TEST(refuses_a_missing_fault_handler),
        TEST(refuses_another_budget),
        TEST(refuses_another_period),
        TEST(refuses_a_budget_of_somebody_else),
        TEST(refuses_to_tell_an_exhausted_budget),
        TEST(refuses_another_fault_handler),
        TEST(refuses_changed_contents),
        TEST(refuses_wrong_indices),
        TEST(survives_truncation),
        TEST(survives_random_changes),
        TEST(refuses_another_end_of_a_fault),
        TEST(refuses_to_touch_what_is_kept),
        TEST(refuses_memory_that_is_not_cleared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
