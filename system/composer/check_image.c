/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Order of the checks, and taking the image apart.
 */
#include "check_image.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "backend_report.h"
#include "check_image_parts.h"

static const size_t record_sizes[CAPDIST_TABLE_COUNT] = {
    1,
    sizeof(struct capdist_object),
    sizeof(struct capdist_page_table),
    sizeof(struct capdist_run),
    sizeof(struct capdist_map),
    sizeof(struct capdist_irq),
    sizeof(struct capdist_cap),
    sizeof(struct capdist_sched),
    sizeof(struct capdist_thread),
    sizeof(struct capdist_slot),
};

void checker_error(const struct checker *checker, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    backend_file_error(checker->report, checker->path, "the checker refuses the image", "%s", text);
}

static struct image_entry entry_at(const struct checker *checker, uint32_t index)
{
    struct image_entry entry;

    memcpy(&entry, checker->payload + sizeof checker->header + index * sizeof entry, sizeof entry);
    return entry;
}

bool checker_memory(const struct checker *checker, uint64_t paddr, void *bytes, uint64_t size)
{
    uint64_t found = 0;

    for (uint32_t i = 0; i < checker->header.entry_count; i++) {
        struct image_entry entry = entry_at(checker, i);
        uint64_t from = paddr > entry.paddr ? paddr : entry.paddr;
        uint64_t to =
            paddr + size < entry.paddr + entry.mem_size ? paddr + size : entry.paddr + entry.mem_size;

        for (uint64_t at = from; at < to; at++) {
            uint64_t inside = at - entry.paddr;

            ((uint8_t *)bytes)[at - paddr] =
                inside < entry.file_size ? checker->payload[entry.offset + inside] : 0;
            found++;
        }
    }
    return found == size;
}

uint64_t checker_placed(const struct checker *checker, uint64_t paddr, uint64_t size)
{
    uint64_t placed = 0;

    for (uint32_t i = 0; i < checker->header.entry_count; i++) {
        struct image_entry entry = entry_at(checker, i);
        uint64_t end =
            entry.paddr + entry.mem_size < paddr + size ? entry.paddr + entry.mem_size : paddr + size;
        uint64_t start = entry.paddr > paddr ? entry.paddr : paddr;

        placed += end > start ? end - start : 0;
    }
    return placed;
}

static bool open_header(struct checker *checker, const uint8_t *image, size_t size)
{
    struct image_loader loader;
    uint64_t offset;

    if (size < IMAGE_LOADER_OFFSET + sizeof loader) {
        checker_error(checker, "the image has only %zu bytes", size);
        return false;
    }
    memcpy(&loader, image + IMAGE_LOADER_OFFSET, sizeof loader);
    offset = loader.header_offset;
    if (loader.magic != IMAGE_LOADER_MAGIC || offset > size || size - offset < sizeof checker->header) {
        checker_error(checker, "the image has no loader");
        return false;
    }
    checker->payload = image + offset;
    checker->payload_size = size - offset;
    memcpy(&checker->header, checker->payload, sizeof checker->header);
    const struct image_header *header = &checker->header;

    if (header->magic != IMAGE_MAGIC || header->size != checker->payload_size ||
        header->entry_count > (header->size - sizeof *header) / sizeof(struct image_entry)) {
        checker_error(checker, "the image header is wrong");
        return false;
    }
    return true;
}

/* The checksum by its definition: remainder of a division, one bit after the other, the register in plain
 * sight. */
static bool check_sum(const struct checker *checker)
{
    const uint64_t own = offsetof(struct image_header, crc);
    uint64_t remainder = 0xffffffff;

    for (uint64_t i = 0; i < checker->payload_size; i++) {
        uint8_t byte = i - own < 4 ? 0 : checker->payload[i];

        for (unsigned bit = 0; bit < 8; bit++) {
            uint64_t out = (remainder ^ (uint64_t)byte >> bit) & 1;

            remainder = remainder >> 1 ^ out * 0xedb88320;
        }
    }
    if ((remainder ^ 0xffffffff) != checker->header.crc) {
        checker_error(checker, "the checksum of the image is wrong");
        return false;
    }
    return true;
}

static bool check_entries(const struct checker *checker)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < checker->header.entry_count; i++) {
        struct image_entry entry = entry_at(checker, i);

        if (entry.paddr < end || entry.mem_size > UINT64_MAX - entry.paddr ||
            entry.file_size > entry.mem_size || entry.offset > checker->payload_size ||
            entry.file_size > checker->payload_size - entry.offset) {
            checker_error(checker, "entry %" PRIu32 " of the image is wrong", i);
            return false;
        }
        end = entry.paddr + entry.mem_size;
    }
    return true;
}

static bool open_blob(struct checker *checker)
{
    const struct pn_boot_system *system = &checker->header.system;

    for (uint64_t i = 0; i < system->root_segment_count && i < PN_BOOT_SEGMENTS; i++) {
        const struct pn_boot_segment *segment = &system->root_segment[i];

        if ((segment->rights & (PN_WRITE | PN_EXEC)) == (PN_WRITE | PN_EXEC)) {
            checker_error(checker, "segment %" PRIu64 " of the initialiser is writable and executable", i);
            return false;
        }
        if (segment->vaddr != CAPDIST_VADDR || segment->size > CAPDIST_MAX_SIZE) {
            continue;
        }
        checker->blob_size = segment->size;
        checker->blob = calloc(1, (size_t)segment->size + sizeof checker->dist);
        if (checker->blob == NULL || (segment->rights & PN_WRITE) != 0 ||
            !checker_memory(checker, segment->paddr, checker->blob, segment->size)) {
            checker_error(checker, "the capability distribution is not in the image, or is writable");
            return false;
        }
        memcpy(&checker->dist, checker->blob, sizeof checker->dist);
        return true;
    }
    checker_error(checker, "the image has no capability distribution");
    return false;
}

static bool check_sections(const struct checker *checker)
{
    const struct capdist_header *dist = &checker->dist;

    if (dist->magic != CAPDIST_MAGIC || dist->version != CAPDIST_VERSION || dist->size > checker->blob_size) {
        checker_error(checker, "the capability distribution has a wrong header");
        return false;
    }
    for (unsigned i = 0; i < CAPDIST_TABLE_COUNT; i++) {
        struct capdist_section section = dist->section[i];

        if (section.offset > dist->size || section.offset % 8 != 0 ||
            section.count > (dist->size - section.offset) / record_sizes[i]) {
            checker_error(checker, "section %u of the capability distribution is out of range", i);
            return false;
        }
    }
    struct capdist_section names = dist->section[CAPDIST_NAMES];

    if (names.count == 0 || checker->blob[names.offset + names.count - 1] != 0) {
        checker_error(checker, "the names of the capability distribution do not end");
        return false;
    }
    return true;
}

const void *checker_record(const struct checker *checker, enum capdist_table table, uint32_t index)
{
    return checker->blob + checker->dist.section[table].offset + index * record_sizes[table];
}

static size_t find_pd(const struct system_model *model, const char *name)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        if (strcmp(model->pds.at[i].name, name) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

/* Each domain has at most one object of a kind; every object belongs to a domain. */
static bool open_objects(struct checker *checker)
{
    uint32_t count = checker->dist.section[CAPDIST_OBJECTS].count;
    struct capdist_section names = checker->dist.section[CAPDIST_NAMES];

    checker->owners = calloc(count + 1, sizeof checker->owners[0]);
    for (uint32_t i = 0; checker->owners != NULL && i < count; i++) {
        const struct capdist_object *object = checker_record(checker, CAPDIST_OBJECTS, i);
        const char *name =
            object->name < names.count ? (const char *)checker->blob + names.offset + object->name : "";

        checker->owners[i] = find_pd(checker->model, name);
        if (checker->owners[i] == NO_INDEX) {
            checker_error(checker, "object %" PRIu32 " belongs to '%s', which is no protection domain", i,
                          name);
            return false;
        }
        for (uint32_t k = 0; k < i; k++) {
            const struct capdist_object *other = checker_record(checker, CAPDIST_OBJECTS, k);

            if (checker->owners[k] == checker->owners[i] && other->type == object->type) {
                checker_error(checker, "'%s' has two objects of type %u", name, object->type);
                return false;
            }
        }
    }
    return checker->owners != NULL;
}

size_t checker_owner(const struct checker *checker, uint16_t object, unsigned type)
{
    if (object >= checker->dist.section[CAPDIST_OBJECTS].count) {
        return NO_INDEX;
    }
    const struct capdist_object *record = checker_record(checker, CAPDIST_OBJECTS, object);

    return record->type == type ? checker->owners[object] : NO_INDEX;
}

bool checker_open(struct checker *checker, const uint8_t *image, size_t size)
{
    return open_header(checker, image, size) && check_sum(checker) && check_entries(checker) &&
           open_blob(checker) && check_sections(checker) && open_objects(checker);
}

bool check_image(const uint8_t *image, size_t size, const char *path, const struct system_model *model,
                 struct authority *authority, struct backend_report *report)
{
    struct checker checker = {.path = path, .model = model, .report = report};
    struct authority expected = {0};
    bool good = checker_open(&checker, image, size);

    if (good) {
        good = checker_regions(&checker);
        good = checker_capabilities(&checker) && good;
        good = checker_schedule(&checker) && good;
        authority_of_model(&expected, model);
        authority_sort(&expected);
        authority_sort(&checker.granted);
        good = authority_compare(&checker, &expected) && good;
    }
    backend_authority_free(&expected);
    free(checker.blob);
    free(checker.owners);
    if (authority != NULL) {
        *authority = checker.granted;
    } else {
        backend_authority_free(&checker.granted);
    }
    return good;
}
