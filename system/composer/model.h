/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The composer's model of a system: exactly what a Microkit .system file can say, after parsing, with the
 * place of every attribute for error messages. The front end (parse, expand, validate, policy, reports) fills
 * and checks it; the back end (ELF, allocation, capability distribution, image) reads it and fills the fields
 * marked "back end". Names are owned by the model (struct arena, freed with it); lists are growing arrays;
 * indices name elements.
 */
#ifndef COMPOSER_MODEL_H
#define COMPOSER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "list.h" /* LIST(type): struct { type *at; size_t count, room; } and LIST_PUSH */

#define NO_INDEX SIZE_MAX

/* Where something was written. line 0: not from a file. */
struct place {
    const char *file;
    unsigned line;
    unsigned column;
};

/* The description's element that something came from (element.h), for the places of its attributes; may be
 * NULL. */
struct element;
struct arena;

enum map_perms { MAP_READ = 1, MAP_WRITE = 2, MAP_EXEC = 4 };

/* A symbol of a program that gets a 64-bit value in the image. Kinds whose value the back end must compute
 * carry the index of their subject. */
enum setvar_kind { SETVAR_VALUE, SETVAR_REGION_PADDR };
struct setvar {
    const char *symbol;
    enum setvar_kind kind;
    uint64_t value; /* SETVAR_VALUE */
    size_t region;  /* SETVAR_REGION_PADDR */
    bool optional;  /* patched only if the program has the symbol (Postern's own runtime symbols) */
    struct place place;
};

struct map {
    size_t region;
    uint64_t vaddr;
    unsigned perms; /* enum map_perms */
    bool cached;
    struct place place;
    const struct element *source;
};

struct irq {
    uint64_t number; /* PLIC source */
    uint64_t id;     /* channel id in the protection domain */
    bool edge;
    struct place place;
    const struct element *source;
};

struct user_cap { /* <cspace> children */
    enum { USER_CAP_TCB, USER_CAP_SC, USER_CAP_VSPACE } kind;
    uint64_t slot;
    size_t pd;
    struct place place;
    const struct element *source;
};

struct elf; /* elf.h, back end */

/* <domains>: sets of protection domains that take turns in a fixed schedule. */
struct time_domain {
    const char *name;
    bool has_id;
    uint64_t id; /* given, or the smallest free one */
    struct place place;
    const struct element *source;
};

struct schedule_entry {
    bool marker;   /* the end of a schedule; has neither domain nor duration */
    size_t domain; /* NO_INDEX: unknown */
    uint64_t duration;
    bool ticks; /* of the timer, not microseconds */
    struct place place;
    const struct element *source;
};

struct schedule {
    bool given;
    LIST(struct time_domain) domains;
    LIST(struct schedule_entry) entries;
    uint64_t start, shift; /* first entry that runs; place of the entries among the kernel's slots */
    struct place place;
    const struct element *source; /* <domain_schedule>, NULL if there is none */
};

struct pd {
    const char *name;
    uint64_t priority, budget_us, period_us, stack_size, cpu;
    bool passive, fpu;
    bool vital;         /* a product's on_fault="reset" */
    bool told;          /* a product's <budget>: its parent is told when it uses up its budget */
    bool timed;         /* <domains> stands before it */
    size_t time_domain; /* NO_INDEX: none */
    size_t parent;      /* NO_INDEX: none */
    uint64_t child_id;
    const char *program;         /* as written */
    const char *symbols_program; /* path_for_symbols or NULL */
    struct place place, program_place, symbols_place;
    const struct element *source;
    LIST(struct map) maps;
    LIST(struct irq) irqs;
    LIST(struct setvar) setvars;
    LIST(struct user_cap) user_caps;
    struct elf *elf;         /* back end */
    struct elf *symbols_elf; /* back end */
};

struct region {
    const char *name;
    uint64_t size;
    uint64_t page_size;    /* 0x1000 or 0x200000 after validation */
    bool has_paddr;        /* phys_addr was given */
    uint64_t paddr;        /* given, or back end for contiguous regions */
    bool contiguous;       /* some setvar asks for its physical address */
    bool keep;             /* a product's keep="true": not in the image, what it holds survives a reset */
    bool boot_information; /* prefill_bootinfo was given: zero on this machine */
    const char *prefill;   /* path or NULL */
    uint8_t *prefill_data; /* read by the front end when searching paths are known */
    uint64_t prefill_size;
    struct place place;
    const struct element *source;
};

struct channel_end {
    size_t pd;
    uint64_t id;
    bool pp;     /* this end may call the other */
    bool notify; /* this end may notify the other */
    struct place place;
    const struct element *source;
};

struct channel {
    struct channel_end end[2];
    struct place place;
    const struct element *source;
};

/* Memory and devices of the machine, from board.xml (product build) or built in (plain .system build). */
struct board_range {
    const char *name;
    uint64_t base, size;
};
struct board {
    const char *name;
    uint64_t ram_base, ram_size;
    uint64_t image_base;
    uint64_t irq_sources;              /* interrupt sources are 1..irq_sources */
    LIST(struct board_range) reserved; /* registers of the kernel's own devices; owned by the board's file */
};

struct system_model {
    struct board board;
    LIST(struct pd) pds; /* parents before children */
    LIST(struct region) regions;
    LIST(struct channel) channels;
    struct schedule schedule;
    struct place place;  /* of the description */
    struct arena *arena; /* owns the text */
};

#endif
