/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blast radius: what a domain can do at once to others if it is taken over, by its own authority and nothing
 * else.
 */
#ifndef COMPOSER_REPORT_BLAST_H
#define COMPOSER_REPORT_BLAST_H

#include "report.h"

/* One domain's direct reach, as names separated by blanks; "" where there is none. */
struct blast {
    struct text own;      /* files and memory that nobody else maps, DMA regions left out */
    struct text sees;     /* what others write and it reads */
    struct text spoils;   /* what it writes and others read */
    struct text calls;    /* whom it calls */
    struct text signals;  /* whom it signals */
    struct text controls; /* whom it starts, stops and writes registers of */
    struct text devices;  /* registers and interrupts */
    bool all_memory;      /* a device of its own reaches all of RAM */
    bool machine;         /* its fault, or a device of its own, resets the machine */
};

/* Fill an empty blast for domain number pd; release it with blast_free. */
void blast_compute(struct blast *blast, const struct report *report, size_t pd);
void blast_free(struct blast *blast);

/* The report's section. */
void report_blast(struct text *out, const struct report *report);

#endif
