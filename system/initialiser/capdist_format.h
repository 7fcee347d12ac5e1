/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability distribution: what the initialiser builds, as tables of fixed-size records in one read-only
 * blob. Written by the composer; read by the initialiser and by the composer's checker. No pointers, no free
 * text: records name objects by index and strings by offset. All numbers are little-endian.
 */
#ifndef POSTERN_CAPDIST_FORMAT_H
#define POSTERN_CAPDIST_FORMAT_H

#include <stdint.h>

#define CAPDIST_MAGIC   0x3130545349445450 /* "PTDIST01" */
#define CAPDIST_VERSION 3
#define CAPDIST_NONE    0xffff /* no object */

/* The initialiser's address space: its program below, then the blob, then its stack. One leaf table holds it
 * all. */
#define CAPDIST_VADDR     0x280000
#define CAPDIST_MAX_SIZE  0x170000
#define CAPDIST_STACK_TOP 0x400000
#define CAPDIST_STACK     0x2000

enum capdist_table {
    CAPDIST_NAMES,   /* bytes: NUL-terminated strings, the first one empty */
    CAPDIST_OBJECTS, /* struct capdist_object */
    CAPDIST_TABLES,  /* struct capdist_page_table, in the order of mapping */
    CAPDIST_RUNS,    /* struct capdist_run, ascending by physical address */
    CAPDIST_MAPS,    /* struct capdist_map, those of one run together */
    CAPDIST_IRQS,    /* struct capdist_irq */
    CAPDIST_CAPS,    /* struct capdist_cap */
    CAPDIST_SCHEDS,  /* struct capdist_sched */
    CAPDIST_THREADS, /* struct capdist_thread, in the order of starting */
    CAPDIST_SLOTS,   /* struct capdist_slot, the one that the domain schedule starts with last */
    CAPDIST_TABLE_COUNT
};

struct capdist_section {
    uint32_t offset; /* from the header's first byte, multiple of 8 */
    uint32_t count;  /* records */
};

struct capdist_header {
    uint64_t magic;
    uint32_t version;
    uint32_t size; /* of the blob, all sections inside */
    struct capdist_section section[CAPDIST_TABLE_COUNT];
};

struct capdist_object {
    uint16_t type; /* enum pn_cap_type; no frames and page tables */
    uint16_t size; /* CNode: slots */
    uint32_t name; /* offset in CAPDIST_NAMES of the protection domain that it is for */
};

struct capdist_page_table {
    uint64_t vaddr; /* becomes the next missing level there */
    uint16_t vspace;
    uint16_t unused[3];
};

/* Physically consecutive pages that are mapped together. */
struct capdist_run {
    uint64_t paddr;
    uint32_t pages;     /* of 1 << bits bytes */
    uint32_t first_map; /* in CAPDIST_MAPS */
    uint32_t map_count;
    uint32_t name;
    uint16_t bits;
    uint16_t device;
    uint32_t unused;
};

struct capdist_map {
    uint64_t vaddr; /* of the run's first page */
    uint16_t vspace;
    uint16_t rights;
    uint32_t unused;
};

struct capdist_irq {
    uint64_t badge;
    uint32_t source;
    uint16_t trigger; /* 0 level, 1 edge */
    uint16_t notification;
    uint16_t cnode;
    uint16_t slot;
    uint32_t name;
};

struct capdist_cap {
    uint64_t badge;
    uint16_t cnode;
    uint16_t slot;
    uint16_t object;
    uint16_t rights;
};

struct capdist_sched {
    uint64_t budget_us, period_us, badge;
    uint16_t object;
    uint16_t unused[3];
};

struct capdist_thread {
    uint64_t pc, sp, a0;
    uint64_t fault_badge;
    uint16_t tcb, cnode, vspace, sched, notification;
    uint16_t fault_endpoint; /* or CAPDIST_NONE */
    uint16_t priority;
    uint16_t flags; /* PN_TCB_* */
    uint16_t domain;
    uint16_t told; /* 1: an exhausted budget is a message to the fault endpoint, too */
    uint16_t unused[2];
};

/* An entry of the domain schedule. */
struct capdist_slot {
    uint64_t duration; /* 0: end marker */
    uint16_t entry;
    uint16_t domain;
    uint16_t start; /* PN_SCHEDULE_* */
    uint16_t ticks; /* unit of the duration: 1 ticks of the timebase, 0 us */
};

#define CAPDIST_MAX_US (UINT64_C(1) << 46) /* longest slot in us: fits the kernel's ticks at any timebase */

#endif
