/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF reader: what it accepts, and that every wrong field is refused with its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <postern/abi.h>

#include "elf_read.h"
#include "elf_symbols.h"
#include "test_backend_fixture.h"

/* Parse a changed program; it must be refused with a text that names the field. */
static void refuse(struct fixture_elf *elf, const char *text)
{
    struct backend_report report = fixture_report();
    struct elf *parsed = fixture_elf_parse(elf, &report);

    if (parsed != NULL || strstr(fixture_errors, text) == NULL ||
        strstr(fixture_errors, "test.elf") == NULL) {
        fail_msg("expected '%s', got '%s'", text, fixture_errors);
    }
    assert_int_equal(report.errors, 1);
}

static void accepts_a_good_program(void **state)
{
    struct fixture_elf elf = fixture_elf_make();
    struct backend_report report = fixture_report();
    struct elf *parsed = fixture_elf_parse(&elf, &report);
    const struct elf_symbol *symbol = NULL;

    (void)state;
    assert_non_null(parsed);
    assert_int_equal(report.errors, 0);
    assert_int_equal(parsed->segments.count, 3);
    assert_int_equal(parsed->segments.at[0].rights, PN_READ | PN_EXEC);
    assert_int_equal(parsed->segments.at[1].rights, PN_READ);
    assert_int_equal(parsed->segments.at[2].rights, PN_READ | PN_WRITE);
    assert_int_equal(parsed->segments.at[2].size, 0x2000);
    assert_int_equal(parsed->segments.at[2].data_end, 0x60);
    assert_int_equal(parsed->segments.at[2].bytes[0x5f], 0xdd);
    assert_int_equal(parsed->segments.at[2].bytes[0x60], 0);
    assert_int_equal(elf_find_symbol(parsed, "microkit_irqs", &symbol), 1);
    assert_int_equal(symbol->value, FIXTURE_DATA + 0x48);
    assert_null(elf_segment_at(parsed, FIXTURE_DATA + 0x1ffd, 8));
    assert_null(elf_segment_at(parsed, UINT64_MAX - 3, 8));
    elf_free(parsed);
}

#define HEADER_CASE(name, field, value, text)        \
    static void name(void **state)                   \
    {                                                \
        struct fixture_elf elf = fixture_elf_make(); \
        (void)state;                                 \
        fixture_ehdr(&elf)->field = value;           \
        refuse(&elf, text);                          \
    }

HEADER_CASE(refuses_magic, e_ident[1], 'F', "magic")
HEADER_CASE(refuses_class, e_ident[EI_CLASS], ELFCLASS32, "EI_CLASS")
HEADER_CASE(refuses_endianness, e_ident[EI_DATA], ELFDATA2MSB, "EI_DATA")
HEADER_CASE(refuses_machine, e_machine, EM_X86_64, "e_machine")
HEADER_CASE(refuses_type, e_type, ET_DYN, "e_type")
HEADER_CASE(refuses_header_size, e_ehsize, 63, "e_ehsize")
HEADER_CASE(refuses_program_header_size, e_phentsize, 32, "e_phentsize")
HEADER_CASE(refuses_no_headers, e_phnum, 0, "e_phnum")
HEADER_CASE(refuses_many_headers, e_phnum, 65535, "e_phnum")
HEADER_CASE(refuses_header_offset, e_phoff, UINT64_MAX - 8, "e_phoff")
HEADER_CASE(refuses_section_offset, e_shoff, 0x4780, "e_shoff")
HEADER_CASE(refuses_section_size, e_shentsize, 1, "e_shentsize")
HEADER_CASE(refuses_entry_in_data, e_entry, FIXTURE_DATA, "e_entry")
HEADER_CASE(refuses_entry_nowhere, e_entry, 0, "e_entry")

#define SEGMENT_CASE(name, index, field, value, text) \
    static void name(void **state)                    \
    {                                                 \
        struct fixture_elf elf = fixture_elf_make();  \
        (void)state;                                  \
        fixture_phdr(&elf, index)->field = value;     \
        refuse(&elf, text);                           \
    }

SEGMENT_CASE(refuses_file_size, 2, p_filesz, 0x2000, "p_filesz")
SEGMENT_CASE(refuses_offset, 2, p_offset, 0x5000, "p_offset")
SEGMENT_CASE(refuses_offset_overflow, 2, p_offset, UINT64_MAX - 0xfff, "p_offset")
SEGMENT_CASE(refuses_memory_size, 2, p_memsz, UINT64_MAX, "p_memsz")
SEGMENT_CASE(refuses_address_overflow, 2, p_vaddr, UINT64_MAX - 0xfff, "p_vaddr")
SEGMENT_CASE(refuses_writable_text, 0, p_flags, PF_R | PF_W | PF_X, "writable and executable")
SEGMENT_CASE(refuses_misaligned_offset, 2, p_vaddr, FIXTURE_DATA + 8, "p_align")
SEGMENT_CASE(refuses_overlap, 1, p_vaddr, FIXTURE_TEXT, "overlap")

static void refuses_a_shared_page(void **state)
{
    struct fixture_elf elf = fixture_elf_make();

    (void)state;
    fixture_phdr(&elf, 1)->p_vaddr = FIXTURE_TEXT + 0x800;
    fixture_phdr(&elf, 1)->p_align = 8;
    refuse(&elf, "share the page at 0x200000");
}

static void joins_segments_of_equal_rights_in_a_page(void **state)
{
    struct fixture_elf elf = fixture_elf_make();
    struct backend_report report = fixture_report();

    (void)state;
    fixture_phdr(&elf, 1)->p_vaddr = FIXTURE_TEXT + 0xfc0;
    fixture_phdr(&elf, 1)->p_flags = PF_R | PF_X;
    fixture_phdr(&elf, 1)->p_align = 8;
    struct elf *parsed = fixture_elf_parse(&elf, &report);

    assert_non_null(parsed);
    assert_int_equal(parsed->segments.count, 2);
    assert_int_equal(parsed->segments.at[0].size, 0x2000);
    assert_int_equal(parsed->segments.at[0].bytes[0], 0x13);
    assert_int_equal(parsed->segments.at[0].bytes[0x103f], 0xaa);
    elf_free(parsed);
}

static void refuses_bad_symbol_tables(void **state)
{
    struct fixture_elf elf = fixture_elf_make();

    (void)state;
    fixture_symbol(&elf, "microkit_pps")->st_name = 0x7fffffff;
    refuse(&elf, "st_name");

    elf = fixture_elf_make();
    ((Elf64_Shdr *)(void *)(elf.bytes + elf.shdr))[1].sh_link = 9;
    refuse(&elf, "sh_link");

    elf = fixture_elf_make();
    ((Elf64_Shdr *)(void *)(elf.bytes + elf.shdr))[1].sh_size = UINT64_MAX - 15;
    refuse(&elf, "symbol table");

    elf = fixture_elf_make();
    ((Elf64_Shdr *)(void *)(elf.bytes + elf.shdr))[2].sh_size -= 1;
    refuse(&elf, "not terminated");
}

static void survives_every_truncation(void **state)
{
    (void)state;
    for (size_t size = 0; size < 0x46c0; size += size < 0x200 ? 1 : 97) {
        struct fixture_elf elf = fixture_elf_make();
        uint8_t *cut = malloc(size + 1);
        struct backend_report report = fixture_report();

        memcpy(cut, elf.bytes, size);
        cut[size] = 0;
        free(elf.bytes);
        struct elf *parsed = elf_parse("test.elf", cut, size, &report);

        assert_null(parsed);
        assert_int_equal(report.errors, 1);
    }
}

/* No input may do more than be refused: the sanitizers watch. */
static void survives_random_changes(void **state)
{
    uint64_t random = 88172645463325252u;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        struct fixture_elf elf = fixture_elf_make();
        struct backend_report report = fixture_report();
        static const size_t places[4] = {0, 0x40, 0x4000, 0x4600};

        for (unsigned change = 0; change < 3; change++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            elf.bytes[places[random & 3] + (random >> 8) % 0xc0] = (uint8_t)(random >> 32);
        }
        struct elf *parsed = fixture_elf_parse(&elf, &report);

        assert_true((parsed == NULL) == (report.errors != 0));
        elf_free(parsed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_a_good_program),
        cmocka_unit_test(refuses_magic),
        cmocka_unit_test(refuses_class),
        cmocka_unit_test(refuses_endianness),
        cmocka_unit_test(refuses_machine),
        cmocka_unit_test(refuses_type),
        cmocka_unit_test(refuses_header_size),
        cmocka_unit_test(refuses_program_header_size),
        cmocka_unit_test(refuses_no_headers),
        cmocka_unit_test(refuses_many_headers),
        cmocka_unit_test(refuses_header_offset),
        cmocka_unit_test(refuses_section_offset),
        cmocka_unit_test(refuses_section_size),
        cmocka_unit_test(refuses_entry_in_data),
        cmocka_unit_test(refuses_entry_nowhere),
        cmocka_unit_test(refuses_file_size),
        cmocka_unit_test(refuses_offset),
        cmocka_unit_test(refuses_offset_overflow),
        cmocka_unit_test(refuses_memory_size),
        cmocka_unit_test(refuses_address_overflow),
        cmocka_unit_test(refuses_writable_text),
        cmocka_unit_test(refuses_misaligned_offset),
        cmocka_unit_test(refuses_overlap),
        cmocka_unit_test(refuses_a_shared_page),
        cmocka_unit_test(joins_segments_of_equal_rights_in_a_page),
        cmocka_unit_test(refuses_bad_symbol_tables),
        cmocka_unit_test(survives_every_truncation),
        cmocka_unit_test(survives_random_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
