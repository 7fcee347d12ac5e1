/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's device-tree reader: a good tree is understood, a bad one is refused by name, nothing is read
 * outside. And what it tells the kernel: who owns which memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "machine.h"

#define LIMIT 4096u

/* A tree under construction. */
struct builder {
    uint8_t structure[LIMIT];
    uint8_t strings[LIMIT];
    uint32_t structure_size;
    uint32_t strings_size;
};

/* What the sample tree contains; a test spoils one thing. */
struct sample {
    const char *mmu;
    const char *isa;
    const char *plic;
    uint32_t timebase;
    uint32_t hart;
    uint32_t sources;
    uint32_t external; /* interrupt number of the PLIC's second context */
    bool memory;
    bool translating;
    uint32_t address_cells;
    uint32_t depth; /* extra nested nodes */
};

static const struct sample good = {
    .mmu = "riscv,sv48",
    .isa = "rv64imafdch_zicsr_sstc",
    .plic = "sifive,plic-1.0.0",
    .timebase = 10000000,
    .hart = 3,
    .sources = 96,
    .external = 9,
    .memory = true,
    .address_cells = 2,
};

static void put32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static void word(struct builder *b, uint32_t value)
{
    assert_true(b->structure_size + 4 <= LIMIT);
    put32(b->structure + b->structure_size, value);
    b->structure_size += 4;
}

static void bytes(struct builder *b, const void *data, uint32_t size)
{
    assert_true(b->structure_size + size + 4 <= LIMIT);
    memcpy(b->structure + b->structure_size, data, size);
    b->structure_size += (size + 3) / 4 * 4;
}

static void begin(struct builder *b, const char *name)
{
    word(b, 1);
    bytes(b, name, (uint32_t)strlen(name) + 1);
}

static void end(struct builder *b)
{
    word(b, 2);
}

static void property(struct builder *b, const char *name, const void *data, uint32_t size)
{
    word(b, 3);
    word(b, size);
    word(b, b->strings_size);
    strcpy((char *)b->strings + b->strings_size, name);
    b->strings_size += (uint32_t)strlen(name) + 1;
    bytes(b, data, size);
}

static void text(struct builder *b, const char *name, const char *value)
{
    property(b, name, value, (uint32_t)strlen(value) + 1);
}

static void cells(struct builder *b, const char *name, uint32_t count, const uint32_t *values)
{
    uint8_t data[64];
    for (uint32_t i = 0; i < count; i++)
        put32(data + 4 * i, values[i]);
    property(b, name, data, 4 * count);
}

static void cell(struct builder *b, const char *name, uint32_t value)
{
    cells(b, name, 1, &value);
}

static void cpus(struct builder *b, const struct sample *s)
{
    begin(b, "cpus");
    cell(b, "#address-cells", 1);
    cell(b, "#size-cells", 0);
    cell(b, "timebase-frequency", s->timebase);
    for (uint32_t hart = 2; hart <= 3; hart++) {
        begin(b, "cpu");
        text(b, "device_type", "cpu");
        cell(b, "reg", hart);
        text(b, "riscv,isa", hart == s->hart ? s->isa : "rv64imac");
        text(b, "mmu-type", s->mmu);
        begin(b, "interrupt-controller");
        text(b, "compatible", "riscv,cpu-intc");
        cell(b, "phandle", 0x10 + hart);
        end(b);
        end(b);
    }
    end(b);
}

static void soc(struct builder *b, const struct sample *s)
{
    begin(b, "soc");
    cell(b, "#address-cells", s->address_cells);
    cell(b, "#size-cells", 2);
    const uint32_t translation[5] = {0, 0, 0, 0, 1};
    property(b, "ranges", translation, s->translating ? sizeof translation : 0);
    begin(b, "plic");
    text(b, "compatible", s->plic);
    cells(b, "reg", 4, (const uint32_t[]){0, 0x0c000000, 0, 0x600000});
    cell(b, "riscv,ndev", s->sources);
    cells(b, "interrupts-extended", 8,
          (const uint32_t[]){0x12, 11, 0x12, s->external, 0x13, 11, 0x13, s->external});
    end(b);
    begin(b, "clint");
    property(b, "compatible", "sifive,clint0\0riscv,clint0", 27);
    cells(b, "reg", 4, (const uint32_t[]){0, 0x02000000, 0, 0x10000});
    end(b);
    end(b);
}

static void build(struct builder *b, const struct sample *s)
{
    memset(b, 0, sizeof *b);
    begin(b, "");
    cell(b, "#address-cells", 2);
    cell(b, "#size-cells", 2);
    begin(b, "reserved-memory");
    cell(b, "#address-cells", 2);
    cell(b, "#size-cells", 2);
    begin(b, "firmware");
    cells(b, "reg", 4, (const uint32_t[]){0, 0x80000000, 0, 0x80000});
    end(b);
    end(b);
    if (s->memory) {
        begin(b, "memory");
        text(b, "device_type", "memory");
        cells(b, "reg", 8, (const uint32_t[]){0, 0x80000000, 0, 0x8000000, 1, 0, 0, 0x100000});
        end(b);
    }
    cpus(b, s);
    word(b, 4);
    soc(b, s);
    for (uint32_t i = 0; i < s->depth; i++)
        begin(b, "deep");
    for (uint32_t i = 0; i < s->depth; i++)
        end(b);
    end(b);
    word(b, 9);
}

/* The flattened tree, exactly as large as it says, on the heap. */
static uint8_t *flatten(const struct builder *b, uint32_t *size)
{
    const uint32_t reservations = 48;
    uint32_t structure = reservations + 32;
    uint32_t strings = structure + b->structure_size;
    *size = strings + b->strings_size;
    uint8_t *tree = calloc(1, *size);
    assert_non_null(tree);
    const uint32_t header[10] = {0xd00dfeed, *size, structure, strings,         reservations,
                                 17,         16,    0,         b->strings_size, b->structure_size};
    for (uint32_t i = 0; i < 10; i++)
        put32(tree + 4 * i, header[i]);
    put32(tree + reservations + 4, 0x87000000);
    put32(tree + reservations + 12, 0x1000);
    memcpy(tree + structure, b->structure, b->structure_size);
    memcpy(tree + strings, b->strings, b->strings_size);
    return tree;
}

static const char *read_sample(const struct sample *s, struct machine *m)
{
    struct builder *b = calloc(1, sizeof *b);
    assert_non_null(b);
    build(b, s);
    uint32_t size;
    uint8_t *tree = flatten(b, &size);
    struct fdt f;
    assert_true(fdt_open(&f, tree, size));
    const char *problem = machine_read(m, &f, 3);
    free(tree);
    free(b);
    return problem;
}

static void good_tree(void **state)
{
    (void)state;
    struct machine m;
    assert_null(read_sample(&good, &m));
    assert_int_equal(m.memory.count, 2);
    assert_int_equal(m.memory.region[0].start, 0x80000000);
    assert_int_equal(m.memory.region[0].end, 0x88000000);
    assert_int_equal(m.memory.region[1].start, 0x100000000);
    assert_int_equal(m.reserved.count, 2);
    assert_int_equal(m.reserved.region[0].start, 0x87000000);
    assert_int_equal(m.devices.count, 2);
    assert_int_equal(m.facts.timebase_hz, 10000000);
    assert_int_equal(m.facts.plic_paddr, 0x0c000000);
    assert_int_equal(m.facts.plic_size, 0x600000);
    assert_int_equal(m.facts.plic_context, 3);
    assert_int_equal(m.facts.irq_sources, 96);
    assert_true(m.facts.has_sstc);
    assert_true(m.facts.has_fpu);
}

static void variations(void **state)
{
    (void)state;
    struct machine m;
    struct sample s = good;
    s.isa = "rv64imac";
    s.sources = 2000;
    assert_null(read_sample(&s, &m));
    assert_false(m.facts.has_sstc);
    assert_false(m.facts.has_fpu);
    assert_int_equal(m.facts.irq_sources, 127);
}

static void expect(const struct sample *s, const char *reason)
{
    struct machine m;
    assert_string_equal(read_sample(s, &m), reason);
}

static void refused_by_name(void **state)
{
    (void)state;
    struct sample s = good;
    s.memory = false;
    expect(&s, "no memory");
    s = good;
    s.timebase = 32768;
    expect(&s, "timebase-frequency missing or out of range");
    s = good;
    s.plic = "other,plic";
    expect(&s, "no PLIC");
    s = good;
    s.sources = 0;
    expect(&s, "no PLIC");
    s = good;
    s.external = 11;
    expect(&s, "PLIC has no S-mode context for the boot hart");
    s = good;
    s.translating = true;
    expect(&s, "PLIC behind a translating bus");
    s = good;
    s.mmu = "riscv,none";
    expect(&s, "boot hart has no Sv39 MMU");
    s = good;
    s.address_cells = 3;
    expect(&s, "malformed reg");
    s = good;
    s.depth = 11;
    assert_null(read_sample(&s, &(struct machine){0}));
    s.depth = 12;
    expect(&s, "nodes too deep");
}

static const struct region sample_ram = {0x80200000, 0x84000000};

static const struct pn_boot_system sample_system = {
    .kernel_paddr = 0x80400000,
    .kernel_size = 0x300000,
    .root_segment_count = 2,
    .root_segment = {{0x80700000, 0x200000, 0x3000, 5}, {0x80704000, 0x203000, 0x1000, 3}},
};

/* Read a copy of exactly 'size' bytes, whatever they are, and share out; only the sanitizers judge. */
static void read_anything(const uint8_t *tree, uint32_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, tree, size);
    struct fdt f;
    struct machine m;
    if (fdt_open(&f, copy, size))
        if (machine_read(&m, &f, 3) == NULL)
            (void)machine_share(&m, sample_ram, &sample_system);
    free(copy);
}

static void truncated(void **state)
{
    (void)state;
    struct builder b;
    build(&b, &good);
    uint32_t size;
    uint8_t *tree = flatten(&b, &size);
    for (uint32_t n = 0; n < size; n++) {
        struct fdt f;
        uint8_t *copy = malloc(n == 0 ? 1 : n);
        assert_non_null(copy);
        memcpy(copy, tree, n);
        assert_false(fdt_open(&f, copy, n));
        free(copy);
        /* And with a header that claims to be only that long. */
        uint8_t saved[4];
        memcpy(saved, tree + 4, 4);
        put32(tree + 4, n);
        read_anything(tree, n);
        memcpy(tree + 4, saved, 4);
    }
    free(tree);
}

static void mutated(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0x02, 0x03, 0x09, 0x7f, 0x80, 0xff};
    struct builder b;
    build(&b, &good);
    uint32_t size;
    uint8_t *tree = flatten(&b, &size);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t saved = tree[i];
        for (uint32_t v = 0; v < sizeof values; v++) {
            tree[i] = values[v];
            read_anything(tree, size);
        }
        tree[i] = saved;
    }
    free(tree);
}

static void scrambled(void **state)
{
    (void)state;
    struct builder b;
    build(&b, &good);
    uint32_t size;
    uint8_t *tree = flatten(&b, &size);
    uint8_t *work = malloc(size);
    assert_non_null(work);
    uint64_t seed = 88172645463325252ull;
    for (uint32_t round = 0; round < 20000; round++) {
        memcpy(work, tree, size);
        for (uint32_t k = 0; k < 1 + round % 8; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            work[(seed >> 16) % size] = (uint8_t)(seed >> 40);
        }
        read_anything(work, size);
    }
    free(work);
    free(tree);
}

/* The sample machine shared out; what is wrong. */
static const char *share(struct machine *m, struct region ram, const struct pn_boot_system *system)
{
    assert_null(read_sample(&good, m));
    return machine_share(m, ram, system);
}

static void everything_has_one_owner(void **state)
{
    (void)state;
    static const struct pn_boot_untyped expected[] = {
        {0x80200000, 0x200000, 0},   {0x80703000, 0x1000, 0},
        {0x80705000, 0x68fb000, 0},  {0x87001000, 0xfff000, 0},
        {0x100000000, 0x100000, 0},  {0, 0x2000000, 1},
        {0x2010000, 0x9ff0000, 1},   {0xc600000, 0x73a00000, 1},
        {0x88000000, 0x78000000, 1}, {0x100100000, PN_PHYSICAL_TOP - 0x100100000, 1},
    };
    struct machine m;
    assert_null(share(&m, sample_ram, &sample_system));
    assert_int_equal(m.facts.untyped_count, sizeof expected / sizeof expected[0]);
    for (uint32_t i = 0; i < m.facts.untyped_count; i++) {
        assert_int_equal(m.facts.untyped[i].paddr, expected[i].paddr);
        assert_int_equal(m.facts.untyped[i].size, expected[i].size);
        assert_int_equal(m.facts.untyped[i].is_device, expected[i].is_device);
    }
}

static void system_elsewhere_is_refused(void **state)
{
    (void)state;
    const char *const outside = "kernel or root task is not in its memory";
    struct machine m;
    struct pn_boot_system s = sample_system;
    s.kernel_size = 0x3c01000;
    assert_string_equal(share(&m, sample_ram, &s), outside);
    s.kernel_size = UINT64_MAX;
    assert_string_equal(share(&m, sample_ram, &s), outside);
    s = sample_system;
    s.root_segment[1].paddr = 0x801ff000;
    assert_string_equal(share(&m, sample_ram, &s), outside);
    s.root_segment[1].paddr = 0x87000000; /* reserved */
    assert_string_equal(share(&m, region_make(0x80200000, 0x7e00000), &s), outside);
    s.root_segment[1].paddr = 0x88000000; /* no memory */
    assert_string_equal(share(&m, region_make(0x80200000, 0x10000000), &s), outside);
    s = sample_system;
    s.root_segment_count = PN_BOOT_SEGMENTS + 1;
    assert_string_equal(share(&m, sample_ram, &s), "too many segments");
}

static void too_many_ranges(void **state)
{
    (void)state;
    struct machine m;
    assert_null(read_sample(&good, &m));
    for (uint64_t i = 0; m.reserved.count < REGION_LIMIT; i++) {
        assert_true(region_add(&m.reserved, region_make(0x81000000 + i * 0x2000, 0x1000)));
    }
    assert_string_equal(machine_share(&m, sample_ram, &sample_system), "too many ranges");
    assert_null(read_sample(&good, &m));
    for (uint64_t i = 0; m.devices.count < REGION_LIMIT; i++)
        assert_true(region_add(&m.devices, region_make(0x10000000 + i * 0x2000, 0x1000)));
    assert_string_equal(machine_share(&m, sample_ram, &sample_system), "too many ranges");
}

static void regions(void **state)
{
    (void)state;
    struct region_list l = {0};
    assert_true(region_add(&l, region_make(0x1000, 0x9000)));
    assert_true(region_subtract(&l, region_make(0x3800, 0x1000)));
    assert_int_equal(l.count, 2);
    assert_int_equal(l.region[0].end, 0x3000);
    assert_int_equal(l.region[1].start, 0x5000);
    assert_true(region_subtract(&l, region_make(0, 0x2000)));
    assert_int_equal(l.region[0].start, 0x2000);
    assert_true(region_subtract(&l, region_make(0x9000, 0x10000)));
    assert_int_equal(l.region[1].end, 0x9000);
    assert_true(region_subtract(&l, region_make(0x20000, 0x1000)));
    assert_int_equal(l.count, 2);
    assert_true(region_subtract(&l, region_make(0, 0x100000)));
    assert_int_equal(l.count, 0);
    assert_int_equal(region_make(~0ull, 2).end, 0);
    assert_int_equal(region_make(0x1000, ~0ull).end, 0);
    for (uint32_t i = 0; i < REGION_LIMIT; i++)
        assert_true(region_add(&l, region_make(0x10000ull * i, 0x8000)));
    assert_false(region_add(&l, region_make(0x10000000, 0x1000)));
    assert_false(region_subtract(&l, region_make(0x2000, 0x1000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_tree),
        cmocka_unit_test(variations),
        cmocka_unit_test(refused_by_name),
        cmocka_unit_test(truncated),
        cmocka_unit_test(mutated),
        cmocka_unit_test(scrambled),
        cmocka_unit_test(regions),
        cmocka_unit_test(everything_has_one_owner),
        cmocka_unit_test(system_elsewhere_is_refused),
        cmocka_unit_test(too_many_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
