/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The composer's back end as the front end sees it: from a validated model to a bootable image, in two calls.
 *   backend_load     reads every program, so that the front end can go on validating with the errors of both
 *   backend_compose  lays out memory, patches programs, writes the image, and has the checker re-read it
 * Both report every problem they find through struct backend_report and return false if there was one.
 */
#ifndef COMPOSER_BACKEND_H
#define COMPOSER_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "wrap.h"

/* Where problems go. place is never NULL; line 0 means that the problem has no place in a description and
 * place->file names the file (a program, the kernel) instead. hint may be NULL. No text ends with a newline
 * or names the place itself; both texts are valid only during the call. */
struct backend_report {
    void (*error)(void *context, const char *rule, const struct place *place, const char *message,
                  const char *hint);
    void *context;
    const char *rule; /* that the step at hand keeps (rules.h); the back end sets it */
    size_t errors;    /* counted by the back end; start at 0 */
};

/* Memory of one protection domain in bytes of whole pages. A region is counted with every domain that maps
 * it, so the sum over the domains can exceed the total. */
struct pd_usage {
    uint64_t code;   /* executable pages */
    uint64_t rodata; /* read-only pages, the pristine copy of its data for restarts among them */
    uint64_t data;   /* writable pages of the program, .bss included */
    uint64_t stack;
    uint64_t regions; /* RAM regions that it maps, once each */
    uint64_t page_tables;
    uint64_t slots; /* capability slots (a count, not bytes) */
};

/* Pages that lie together and are mapped together. Names are the model's. */
struct placed_map {
    const char *pd;
    uint64_t vaddr;
    unsigned perms; /* enum map_perms */
};
struct placed_run {
    const char *kind; /* "code", "rodata", "data", "template", "stack", "region" */
    const char *name; /* of the domain, or of the region */
    uint64_t paddr, size;
    bool device;
    struct placed_map *maps;
    size_t map_count;
};

struct backend_usage {
    struct placed_run *runs; /* where everything lies, ascending; freed with backend_usage_free */
    size_t run_count;
    struct pd_usage *pds; /* one a domain, in the model's order; freed with backend_usage_free */
    size_t pd_count;
    uint64_t kernel;            /* text, data, pools */
    uint64_t initialiser;       /* with the capability distribution; unused after boot */
    uint64_t frames;            /* all pages of domains and RAM regions, each once */
    uint64_t ram_total;         /* kernel + initialiser + frames + gaps: ram_base .. end of the plan */
    uint64_t ram_base, ram_end; /* physical addresses of the plan */
    uint64_t image_size;        /* bytes of the image file */
    size_t objects[16];         /* kernel objects by enum pn_cap_type */
    size_t irqs;
    size_t slots; /* capability slots of all CNodes */
};

/* Who can reach what, as facts about indices of the model. Lists are sorted and without duplicates. */
struct reach_region {
    size_t pd, region;
    unsigned perms; /* union of enum map_perms over all mappings */
};
enum reach_kind {
    REACH_NOTIFY = 1,  /* `from` may signal `to` */
    REACH_CALL = 2,    /* `from` may call `to` */
    REACH_CONTROL = 4, /* `from` holds the TCB of `to` */
    REACH_FAULT = 8,   /* faults of `from` go to `to` */
    REACH_OTHER = 16   /* `from` holds a scheduling context or vspace of `to` (<cspace>) */
};
struct reach_pd {
    size_t from, to;
    unsigned kinds; /* enum reach_kind */
};
struct reach_irq {
    size_t pd;
    uint64_t number;
};
struct authority {
    LIST(struct reach_region) regions;
    LIST(struct reach_pd) pds;
    LIST(struct reach_irq) irqs;
};

struct backend_options {
    const char *kernel; /* paths of ELF and flat files */
    const char *loader;
    const char *initialiser;
    const char *output; /* the image file; removed again when the checker rejects it; NULL: write none */
    enum wrap form;
    size_t *written; /* where to say how many bytes that file has, or NULL */
};

/* Read the program of every domain (and its symbols program) from search[i]/path, then path as written; check
 * that it is well-formed, that what is patched exists, and that no mapping or stack overlaps it. Fills
 * pd->elf. Safe to call on a model that has other errors as long as indices are valid. *found, if not NULL,
 * is called with every path read (for the depfile). */
bool backend_load(struct system_model *model, const char *const *search, size_t search_count,
                  void (*found)(void *context, const char *path), void *context,
                  struct backend_report *report);

/* Lay out, patch, write and check the image. The model must be free of errors and loaded; fills
 * region->paddr. usage and authority are filled even if NULL is passed for the other; authority is what the
 * checker recomputed from the finished image, for the front end to run its policies over once more. */
bool backend_compose(struct system_model *model, const struct backend_options *options,
                     struct backend_usage *usage, struct authority *authority, struct backend_report *report);

void backend_usage_free(struct backend_usage *usage);
void backend_authority_free(struct authority *authority);

/* Free what backend_load attached to the model. */
void backend_unload(struct system_model *model);

#endif
