/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the checker share: the image taken apart, and facts about authority.
 */
#ifndef COMPOSER_CHECK_IMAGE_PARTS_H
#define COMPOSER_CHECK_IMAGE_PARTS_H

#include "../initialiser/capdist_format.h"
#include "../loader/image_format.h"
#include "backend.h"

struct checker {
    const char *path;
    const struct system_model *model;
    struct backend_report *report;
    const uint8_t *payload; /* from the image's header on */
    uint64_t payload_size;
    struct image_header header;
    uint8_t *blob; /* capability distribution as the initialiser will see it, owned */
    uint64_t blob_size;
    struct capdist_header dist;
    size_t *owners; /* model's domain of each object, owned */
    struct authority granted;
};

/* Report a disagreement between image and model. */
void checker_error(const struct checker *checker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Copy `size` bytes that will lie at a physical address; false if the image does not place them all. */
bool checker_memory(const struct checker *checker, uint64_t paddr, void *bytes, uint64_t size);

/* How many of the `size` bytes at a physical address the image fills or clears. */
uint64_t checker_placed(const struct checker *checker, uint64_t paddr, uint64_t size);

/* Record `index` of a table; index must be in range (checker_open has checked the sections). */
const void *checker_record(const struct checker *checker, enum capdist_table table, uint32_t index);

/* Domain that an object belongs to if it has the type, else NO_INDEX. */
size_t checker_owner(const struct checker *checker, uint16_t object, unsigned type);

/* Take the image apart: header, checksum, entries, capability distribution. */
bool checker_open(struct checker *checker, const uint8_t *image, size_t size);

/* Who maps what; fills granted.regions. */
bool checker_regions(struct checker *checker);

/* Capabilities, interrupts, threads; fills granted.pds and granted.irqs. */
bool checker_capabilities(struct checker *checker);

/* Budgets, domains of the threads, and the domain schedule. */
bool checker_schedule(struct checker *checker);

void authority_add_region(struct authority *authority, size_t pd, size_t region, unsigned perms);
void authority_add_pd(struct authority *authority, size_t from, size_t to, unsigned kinds);
void authority_add_irq(struct authority *authority, size_t pd, uint64_t number);
void authority_sort(struct authority *authority);

/* What the model grants. */
void authority_of_model(struct authority *authority, const struct system_model *model);

/* Report every fact that only one side has. Both must be sorted. */
bool authority_compare(const struct checker *checker, const struct authority *expected);

#endif
