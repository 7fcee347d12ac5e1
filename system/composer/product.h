/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A product: components, what each needs, and typed connections between them, as system/gateway.xml writes
 * them.
 */
#ifndef COMPOSER_PRODUCT_H
#define COMPOSER_PRODUCT_H

#include "board.h"
#include "diag.h"
#include "element.h"

struct product_device {
    const char *name; /* logical name in the board's file */
    const char *as;   /* prefix of the symbols */
    uint64_t dma_size;
    const struct element *source;
};

struct product_config {
    const char *name; /* symbol, and last part of the region's name */
    const char *file;
    const struct element *source;
};

/* What the parent does when the component fails; docs/composer.md says what each means. */
struct restart_policy {
    const char *disposition; /* restart, hold, degrade or reboot */
    const char *then;        /* when the limit is reached: hold, degrade or reboot */
    uint64_t min_run_ms, backoff_ms, max_backoff_ms;
    uint64_t limit; /* restarts within window_s */
    uint64_t window_s;
    const struct element *source; /* NULL: none given, it is held */
};

/* Counters in a share that the component owns; its parent takes it for stuck when none moves for so long,
 * and, if demand or waits are given, there is work for it. */
struct progress_watch {
    const char *share;
    const char *counters; /* names, separated by blanks */
    const char *demand;   /* COMPONENT.COUNTER: others' counters that move when there is work for this one */
    const char *waits;    /* likewise: not zero while somebody waits for this one */
    uint64_t deadline_ms;
    const struct element *source; /* NULL: not watched */
};

/* What it leaves behind when it fails, in a share that it owns, for its parent to read. */
struct postmortem {
    const char *share;
    bool secret;                  /* neither its stack nor its registers are kept */
    const struct element *source; /* NULL: nothing */
};

/* What its parent does when it uses up its budget in at least half of all periods for so long. */
struct budget_policy {
    bool fails; /* it has failed; else this is only told */
    uint64_t for_ms;
    const struct element *source; /* NULL: the parent hears nothing of it */
};

struct component {
    const char *name;
    const char *program;
    bool driver;   /* kind="driver": may map device memory */
    size_t parent; /* NO_INDEX: none */
    LIST(struct product_device) devices;
    LIST(struct product_config) configs;
    struct restart_policy restart;
    struct progress_watch progress;
    struct postmortem postmortem;
    struct budget_policy budget;
    const struct element *source;
};

enum connection_kind { CONNECTION_RING, CONNECTION_SHARE, CONNECTION_CALL, CONNECTION_SIGNAL };

/* from: producer, owner, client or sender; to: consumer, reader, server or receiver. */
struct connection {
    enum connection_kind kind;
    const char *name;
    size_t from;               /* NO_INDEX when every is set */
    size_t to;                 /* NO_INDEX: a share that its owner alone maps */
    bool every;                /* from="*": one connection from every component other than to */
    bool further;              /* a share's second reader and those behind it: the region is made already */
    uint64_t slots, slot_size; /* rings; bytes of a slot */
    uint64_t size;             /* shares, bytes */
    const struct element *source;
};

struct product {
    const char *name;
    const char *file;
    LIST(struct component) components;
    LIST(struct connection) connections; /* in the order of the description */
    const struct element *policy;        /* NULL: none */
    const struct element *boot;          /* NULL: every boot starts everybody */
};

/* Read a product from its tree. False when errors were reported; the product is then not to be used. */
bool product_parse(struct product *product, struct diag *diag, struct element *root);

/* Rules that need more than one element. */
void product_check(const struct product *product, struct diag *diag);

/* Index of a component, or NO_INDEX. */
size_t product_find(const struct product *product, const char *name);

/* Whether a component owns a share of this name, alone or as one of all. */
bool product_owns_share(const struct product *product, size_t component, const char *share);

/* Hint the component whose name is nearest. */
void product_suggest(const struct product *product, struct diag *diag, const char *name);

/* Names of the attributes that hold a connection's two ends. */
const char *product_from_attribute(enum connection_kind kind);
const char *product_to_attribute(enum connection_kind kind);

void product_free(struct product *product);

#endif
