/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's device-tree reader: a good tree is understood, a bad one is refused by name, nothing is read
 * outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot/platform.h"

#define LIMIT 4096u

/* A tree under construction. */
struct builder {
    u8 structure[LIMIT];
    u8 strings[LIMIT];
    u32 structure_size;
    u32 strings_size;
};

/* What the sample tree contains; a test spoils one thing. */
struct sample {
    const char *mmu;
    const char *isa;
    const char *plic;
    u32 timebase;
    u32 hart;
    u32 sources;
    u32 external; /* interrupt number of the PLIC's second context */
    bool memory;
    bool translating;
    u32 address_cells;
    u32 depth; /* extra nested nodes */
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

static void put32(u8 *at, u32 value)
{
    at[0] = (u8)(value >> 24);
    at[1] = (u8)(value >> 16);
    at[2] = (u8)(value >> 8);
    at[3] = (u8)value;
}

static void word(struct builder *b, u32 value)
{
    assert_true(b->structure_size + 4 <= LIMIT);
    put32(b->structure + b->structure_size, value);
    b->structure_size += 4;
}

static void bytes(struct builder *b, const void *data, u32 size)
{
    assert_true(b->structure_size + size + 4 <= LIMIT);
    memcpy(b->structure + b->structure_size, data, size);
    b->structure_size += (size + 3) / 4 * 4;
}

static void begin(struct builder *b, const char *name)
{
    word(b, 1);
    bytes(b, name, (u32)strlen(name) + 1);
}

static void end(struct builder *b)
{
    word(b, 2);
}

static void property(struct builder *b, const char *name, const void *data, u32 size)
{
    word(b, 3);
    word(b, size);
    word(b, b->strings_size);
    strcpy((char *)b->strings + b->strings_size, name);
    b->strings_size += (u32)strlen(name) + 1;
    bytes(b, data, size);
}

static void text(struct builder *b, const char *name, const char *value)
{
    property(b, name, value, (u32)strlen(value) + 1);
}

static void cells(struct builder *b, const char *name, u32 count, const u32 *values)
{
    u8 data[64];
    for (u32 i = 0; i < count; i++)
        put32(data + 4 * i, values[i]);
    property(b, name, data, 4 * count);
}

static void cell(struct builder *b, const char *name, u32 value)
{
    cells(b, name, 1, &value);
}

static void cpus(struct builder *b, const struct sample *s)
{
    begin(b, "cpus");
    cell(b, "#address-cells", 1);
    cell(b, "#size-cells", 0);
    cell(b, "timebase-frequency", s->timebase);
    for (u32 hart = 2; hart <= 3; hart++) {
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
    const u32 translation[5] = {0, 0, 0, 0, 1};
    property(b, "ranges", translation, s->translating ? sizeof translation : 0);
    begin(b, "plic");
    text(b, "compatible", s->plic);
    cells(b, "reg", 4, (const u32[]){0, 0x0c000000, 0, 0x600000});
    cell(b, "riscv,ndev", s->sources);
    cells(b, "interrupts-extended", 8,
          (const u32[]){0x12, 11, 0x12, s->external, 0x13, 11, 0x13, s->external});
    end(b);
    begin(b, "clint");
    property(b, "compatible", "sifive,clint0\0riscv,clint0", 27);
    cells(b, "reg", 4, (const u32[]){0, 0x02000000, 0, 0x10000});
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
    cells(b, "reg", 4, (const u32[]){0, 0x80000000, 0, 0x80000});
    end(b);
    end(b);
    if (s->memory) {
        begin(b, "memory");
        text(b, "device_type", "memory");
        cells(b, "reg", 8, (const u32[]){0, 0x80000000, 0, 0x8000000, 1, 0, 0, 0x100000});
        end(b);
    }
    cpus(b, s);
    word(b, 4);
    soc(b, s);
    for (u32 i = 0; i < s->depth; i++)
        begin(b, "deep");
    for (u32 i = 0; i < s->depth; i++)
        end(b);
    end(b);
    word(b, 9);
}

/* The flattened tree, exactly as large as it says, on the heap. */
static u8 *flatten(const struct builder *b, u32 *size)
{
    const u32 reservations = 48;
    u32 structure = reservations + 32;
    u32 strings = structure + b->structure_size;
    *size = strings + b->strings_size;
    u8 *tree = calloc(1, *size);
    assert_non_null(tree);
    const u32 header[10] = {0xd00dfeed, *size, structure, strings,         reservations,
                            17,         16,    0,         b->strings_size, b->structure_size};
    for (u32 i = 0; i < 10; i++)
        put32(tree + 4 * i, header[i]);
    put32(tree + reservations + 4, 0x87000000);
    put32(tree + reservations + 12, 0x1000);
    memcpy(tree + structure, b->structure, b->structure_size);
    memcpy(tree + strings, b->strings, b->strings_size);
    return tree;
}

static const char *read_sample(const struct sample *s, struct platform *p)
{
    struct builder *b = calloc(1, sizeof *b);
    assert_non_null(b);
    build(b, s);
    u32 size;
    u8 *tree = flatten(b, &size);
    struct fdt f;
    assert_true(fdt_open(&f, tree, size));
    const char *problem = platform_read(p, &f, 3);
    free(tree);
    free(b);
    return problem;
}

static void good_tree(void **state)
{
    (void)state;
    struct platform p;
    assert_null(read_sample(&good, &p));
    assert_int_equal(p.memory.count, 2);
    assert_int_equal(p.memory.region[0].start, 0x80000000);
    assert_int_equal(p.memory.region[0].end, 0x88000000);
    assert_int_equal(p.memory.region[1].start, 0x100000000);
    assert_int_equal(p.reserved.count, 2);
    assert_int_equal(p.reserved.region[1].start, 0x87000000);
    assert_int_equal(p.devices.count, 2);
    assert_int_equal(p.timebase_hz, 10000000);
    assert_int_equal(p.plic_paddr, 0x0c000000);
    assert_int_equal(p.plic_context, 3);
    assert_int_equal(p.irq_sources, 96);
    assert_true(p.has_sstc);
    assert_true(p.has_fpu);
}

static void variations(void **state)
{
    (void)state;
    struct platform p;
    struct sample s = good;
    s.isa = "rv64imac";
    s.sources = 2000;
    assert_null(read_sample(&s, &p));
    assert_false(p.has_sstc);
    assert_false(p.has_fpu);
    assert_int_equal(p.irq_sources, 127);
}

static void expect(const struct sample *s, const char *reason)
{
    struct platform p;
    assert_string_equal(read_sample(s, &p), reason);
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
    assert_null(read_sample(&s, &(struct platform){0}));
    s.depth = 12;
    expect(&s, "nodes too deep");
}

/* Read a copy of exactly 'size' bytes, whatever they are; only the sanitizers judge. */
static void read_anything(const u8 *tree, u32 size)
{
    u8 *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, tree, size);
    struct fdt f;
    struct platform p;
    if (fdt_open(&f, copy, size))
        (void)platform_read(&p, &f, 3);
    free(copy);
}

static void truncated(void **state)
{
    (void)state;
    struct builder b;
    build(&b, &good);
    u32 size;
    u8 *tree = flatten(&b, &size);
    for (u32 n = 0; n < size; n++) {
        struct fdt f;
        u8 *copy = malloc(n == 0 ? 1 : n);
        assert_non_null(copy);
        memcpy(copy, tree, n);
        assert_false(fdt_open(&f, copy, n));
        free(copy);
        /* And with a header that claims to be only that long. */
        u8 saved[4];
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
    static const u8 values[] = {0x00, 0x01, 0x02, 0x03, 0x09, 0x7f, 0x80, 0xff};
    struct builder b;
    build(&b, &good);
    u32 size;
    u8 *tree = flatten(&b, &size);
    for (u32 i = 0; i < size; i++) {
        u8 saved = tree[i];
        for (u32 v = 0; v < sizeof values; v++) {
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
    u32 size;
    u8 *tree = flatten(&b, &size);
    u8 *work = malloc(size);
    assert_non_null(work);
    u64 seed = 88172645463325252ull;
    for (u32 round = 0; round < 20000; round++) {
        memcpy(work, tree, size);
        for (u32 k = 0; k < 1 + round % 8; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            work[(seed >> 16) % size] = (u8)(seed >> 40);
        }
        read_anything(work, size);
    }
    free(work);
    free(tree);
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
    for (u32 i = 0; i < REGION_LIMIT; i++)
        assert_true(region_add(&l, region_make(0x10000ull * i, 0x8000)));
    assert_false(region_add(&l, region_make(0x10000000, 0x1000)));
    assert_false(region_subtract(&l, region_make(0x2000, 0x1000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_tree), cmocka_unit_test(variations), cmocka_unit_test(refused_by_name),
        cmocka_unit_test(truncated), cmocka_unit_test(mutated),    cmocka_unit_test(scrambled),
        cmocka_unit_test(regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
