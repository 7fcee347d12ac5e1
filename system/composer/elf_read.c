/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hardened ELF reader: header, program headers, segments on pages of their own. Symbols are
 * elf_symbols.c.
 */
#include "elf_read.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "backend_report.h"
#include "elf_symbols.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are copied from little-endian files");

#define MAX_HEADERS 64
#define PAGE_MASK   ((uint64_t)PN_PAGE_SIZE - 1)

static uint64_t page_floor(uint64_t value)
{
    return value & ~PAGE_MASK;
}

static uint64_t page_ceil(uint64_t value)
{
    return (value + PAGE_MASK) & ~PAGE_MASK;
}

bool elf_range_in_file(const struct elf *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->file_size && size <= elf->file_size - offset;
}

static bool check_ident(const struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report)
{
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        backend_file_error(report, elf->path, NULL, "not an ELF file (e_ident has no ELF magic)");
        return false;
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS64) {
        backend_file_error(report, elf->path, NULL, "EI_CLASS is %u, not 2 (64-bit)",
                           header->e_ident[EI_CLASS]);
        return false;
    }
    if (header->e_ident[EI_DATA] != ELFDATA2LSB) {
        backend_file_error(report, elf->path, NULL, "EI_DATA is %u, not 1 (little-endian)",
                           header->e_ident[EI_DATA]);
        return false;
    }
    return true;
}

static bool check_header(const struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report)
{
    if (!check_ident(elf, header, report)) {
        return false;
    }
    if (header->e_machine != EM_RISCV) {
        backend_file_error(report, elf->path, "compile it for RISC-V", "e_machine is %u, not 243 (RISC-V)",
                           header->e_machine);
        return false;
    }
    if (header->e_type != ET_EXEC) {
        backend_file_error(report, elf->path, "link it statically at fixed addresses (no -pie)",
                           "e_type is %u, not 2 (executable)", header->e_type);
        return false;
    }
    if (header->e_ehsize != sizeof(Elf64_Ehdr) || header->e_phentsize != sizeof(Elf64_Phdr)) {
        backend_file_error(report, elf->path, NULL, "e_ehsize is %u and e_phentsize %u, not 64 and 56",
                           header->e_ehsize, header->e_phentsize);
        return false;
    }
    if (header->e_phnum == 0 || header->e_phnum > MAX_HEADERS) {
        backend_file_error(report, elf->path, NULL, "e_phnum is %u, not 1..%u", header->e_phnum, MAX_HEADERS);
        return false;
    }
    if (!elf_range_in_file(elf, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr))) {
        backend_file_error(report, elf->path, NULL, "e_phoff 0x%" PRIx64 " with %u headers exceeds the file",
                           header->e_phoff, header->e_phnum);
        return false;
    }
    return true;
}

static unsigned rights_of(const Elf64_Phdr *segment)
{
    return PN_READ | ((segment->p_flags & PF_W) != 0 ? PN_WRITE : 0u) |
           ((segment->p_flags & PF_X) != 0 ? PN_EXEC : 0u);
}

static bool check_segment(const struct elf *elf, const Elf64_Phdr *segment, unsigned index,
                          struct backend_report *report)
{
    if (segment->p_filesz > segment->p_memsz) {
        backend_file_error(report, elf->path, NULL,
                           "segment %u: p_filesz 0x%" PRIx64 " exceeds p_memsz 0x%" PRIx64, index,
                           segment->p_filesz, segment->p_memsz);
        return false;
    }
    if (!elf_range_in_file(elf, segment->p_offset, segment->p_filesz)) {
        backend_file_error(report, elf->path, "the file is cut off",
                           "segment %u: p_offset 0x%" PRIx64 " with p_filesz 0x%" PRIx64 " exceeds the file",
                           index, segment->p_offset, segment->p_filesz);
        return false;
    }
    if (segment->p_memsz > ELF_MAX_MEMORY || segment->p_vaddr > UINT64_MAX - 2 * (uint64_t)ELF_MAX_MEMORY) {
        backend_file_error(report, elf->path, NULL,
                           "segment %u: p_vaddr 0x%" PRIx64 " with p_memsz 0x%" PRIx64 " is out of range",
                           index, segment->p_vaddr, segment->p_memsz);
        return false;
    }
    if ((segment->p_flags & (PF_W | PF_X)) == (PF_W | PF_X)) {
        backend_file_error(
            report, elf->path, "give text and data program headers of their own in the linker script",
            "segment %u at 0x%" PRIx64 ": p_flags say writable and executable", index, segment->p_vaddr);
        return false;
    }
    if (segment->p_align > 1 && (segment->p_vaddr - segment->p_offset) % segment->p_align != 0) {
        backend_file_error(report, elf->path, NULL,
                           "segment %u: p_vaddr 0x%" PRIx64 " and p_offset 0x%" PRIx64
                           " differ modulo p_align 0x%" PRIx64,
                           index, segment->p_vaddr, segment->p_offset, segment->p_align);
        return false;
    }
    return true;
}

static void fill(struct elf_segment *into, const struct elf *elf, const Elf64_Phdr *from)
{
    uint64_t offset = from->p_vaddr - into->vaddr;

    if (from->p_filesz != 0) {
        memcpy(into->bytes + offset, elf->file + from->p_offset, (size_t)from->p_filesz);
        if (into->data_end < offset + from->p_filesz) {
            into->data_end = offset + from->p_filesz;
        }
    }
}

/* Enlarge the last segment so that it covers a header that begins in its last page, or start a new one. */
static bool place_segment(struct elf *elf, const Elf64_Phdr *header, uint64_t *end,
                          struct backend_report *report)
{
    struct elf_segment *last = elf->segments.count != 0 ? &elf->segments.at[elf->segments.count - 1] : NULL;
    uint64_t top = page_ceil(header->p_vaddr + header->p_memsz);
    bool shares = last != NULL && page_floor(header->p_vaddr) < last->vaddr + last->size;

    if (last != NULL && header->p_vaddr < *end) {
        backend_file_error(report, elf->path, NULL, "segments overlap at 0x%" PRIx64, header->p_vaddr);
        return false;
    }
    if (shares && last->rights != rights_of(header)) {
        backend_file_error(report, elf->path, "align each segment to 0x1000 in the linker script",
                           "two segments with different rights share the page at 0x%" PRIx64,
                           page_floor(header->p_vaddr));
        return false;
    }
    if (!shares) {
        last = LIST_PUSH(&elf->segments);
        last->vaddr = page_floor(header->p_vaddr);
        last->data_from = header->p_vaddr - last->vaddr;
        last->data_end = last->data_from;
        last->rights = rights_of(header);
    }
    uint64_t size = top - last->vaddr;
    uint8_t *bytes = size > ELF_MAX_MEMORY ? NULL : realloc(last->bytes, (size_t)size);

    if (bytes == NULL) {
        backend_file_error(report, elf->path, NULL, "the program needs more than %u MiB",
                           ELF_MAX_MEMORY >> 20);
        return false;
    }
    memset(bytes + last->size, 0, (size_t)(size - last->size));
    last->bytes = bytes;
    last->size = size;
    fill(last, elf, header);
    *end = header->p_vaddr + header->p_memsz;
    return true;
}

static int by_vaddr(const void *a, const void *b)
{
    const Elf64_Phdr *x = a;
    const Elf64_Phdr *y = b;

    return x->p_vaddr < y->p_vaddr ? -1 : x->p_vaddr > y->p_vaddr;
}

static bool read_segments(struct elf *elf, const Elf64_Ehdr *header, struct backend_report *report)
{
    Elf64_Phdr loads[MAX_HEADERS];
    size_t count = 0;
    uint64_t end = 0, total = 0;

    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr *load = &loads[count];

        memcpy(load, elf->file + header->e_phoff + i * sizeof *load, sizeof *load);
        if (load->p_type != PT_LOAD || load->p_memsz == 0) {
            continue;
        }
        if (!check_segment(elf, load, i, report)) {
            return false;
        }
        total += load->p_memsz;
        count++;
    }
    if (count == 0 || total > ELF_MAX_MEMORY) {
        backend_file_error(report, elf->path, NULL, "%s",
                           count == 0 ? "no segment is loaded (PT_LOAD)"
                                      : "the program needs more than 256 MiB");
        return false;
    }
    qsort(loads, count, sizeof loads[0], by_vaddr);
    for (size_t i = 0; i < count; i++) {
        if (!place_segment(elf, &loads[i], &end, report)) {
            return false;
        }
    }
    return true;
}

static bool check_entry(struct elf *elf, uint64_t entry, struct backend_report *report)
{
    struct elf_segment *segment = elf_segment_at(elf, entry, 2);

    if (segment == NULL || (segment->rights & PN_EXEC) == 0 || entry % 2 != 0) {
        backend_file_error(report, elf->path, NULL, "e_entry 0x%" PRIx64 " is not in an executable segment",
                           entry);
        return false;
    }
    elf->entry = entry;
    return true;
}

static bool read_all(struct elf *elf, struct backend_report *report)
{
    Elf64_Ehdr header;

    if (elf->file_size < sizeof header) {
        backend_file_error(report, elf->path, NULL, "not an ELF file (%zu bytes are less than a header)",
                           elf->file_size);
        return false;
    }
    memcpy(&header, elf->file, sizeof header);
    return check_header(elf, &header, report) && read_segments(elf, &header, report) &&
           check_entry(elf, header.e_entry, report) && elf_read_symbols(elf, &header, report);
}

struct elf *elf_parse(const char *path, uint8_t *file, size_t size, struct backend_report *report)
{
    struct elf *elf = calloc(1, sizeof *elf);
    size_t length = strlen(path) + 1;

    if (elf == NULL || (elf->path = malloc(length)) == NULL) {
        (void)fputs("out of memory\n", stderr);
        exit(1);
    }
    memcpy(elf->path, path, length);
    elf->file = file;
    elf->file_size = size;
    if (!read_all(elf, report)) {
        elf_free(elf);
        return NULL;
    }
    return elf;
}

struct elf *elf_load(const char *path, const struct place *place, struct backend_report *report)
{
    size_t size;
    uint8_t *file = backend_read_file(path, place, ELF_MAX_FILE, &size, report);

    return file == NULL ? NULL : elf_parse(path, file, size, report);
}

struct elf_segment *elf_segment_at(struct elf *elf, uint64_t vaddr, uint64_t size)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        struct elf_segment *segment = &elf->segments.at[i];

        if (vaddr >= segment->vaddr && vaddr - segment->vaddr <= segment->size &&
            size <= segment->size - (vaddr - segment->vaddr)) {
            return segment;
        }
    }
    return NULL;
}

void elf_free(struct elf *elf)
{
    if (elf == NULL) {
        return;
    }
    for (size_t i = 0; i < elf->segments.count; i++) {
        free(elf->segments.at[i].bytes);
    }
    free(elf->segments.at);
    free(elf->symbols.at);
    free(elf->file);
    free(elf->path);
    free(elf);
}

uint8_t *backend_read_file(const char *path, const struct place *place, size_t limit, size_t *size,
                           struct backend_report *report)
{
    FILE *stream = fopen(path, "rb");
    uint8_t *bytes = stream == NULL ? NULL : malloc(limit + 1);

    if (bytes == NULL) {
        backend_error(report, place, NULL, "cannot read '%s': %s", path, strerror(errno));
        if (stream != NULL) {
            (void)fclose(stream);
        }
        return NULL;
    }
    *size = fread(bytes, 1, limit + 1, stream);
    bool failed = ferror(stream) != 0;

    (void)fclose(stream);
    if (failed || *size > limit) {
        backend_error(report, place, NULL, failed ? "cannot read '%s' to its end" : "'%s' is too large",
                      path);
        free(bytes);
        return NULL;
    }
    uint8_t *shorter = realloc(bytes, *size + 1);

    bytes = shorter != NULL ? shorter : bytes;
    bytes[*size] = 0;
    return bytes;
}
