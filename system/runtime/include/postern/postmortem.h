/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's memory of each component's last fault: one record a component, in pages that outlive
 * restarts and a warm reset of the machine. Each record has a checksum, so that what a power-on left there,
 * and a record that is just being written, are told from a whole one. Readers copy and distrust.
 */
#ifndef POSTERN_POSTMORTEM_H
#define POSTERN_POSTMORTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/last_words.h>

#define POSTMORTEM_MAGIC          0x314d5050u /* "PPM1" */
#define POSTMORTEM_MAX            16
#define POSTMORTEM_NAME           24
#define POSTMORTEM_TEXT           80
#define POSTMORTEM_REGISTERS      32
/* Of a component with secrets only so many are kept: pc, ra, sp, gp. */
#define POSTMORTEM_OPEN_REGISTERS 4

enum postmortem_flags {
    POSTMORTEM_FINAL = 1,  /* nothing will be added */
    POSTMORTEM_WORDS = 2,  /* the last words are there */
    POSTMORTEM_SECRET = 4, /* registers and stack are left out */
    POSTMORTEM_FLAGS = 7
};

struct postmortem {
    uint32_t crc;   /* CRC-32 of all that follows */
    uint32_t flags; /* enum postmortem_flags */
    uint32_t fault; /* number of the fault, counted from 1 since power-on */
    uint32_t start; /* start of the machine since power-on, from 1, in which it happened */
    uint64_t time;  /* time CSR */
    uint64_t address;
    char name[POSTMORTEM_NAME]; /* NUL-terminated */
    char cause[POSTMORTEM_TEXT];
    uint64_t reg[POSTMORTEM_REGISTERS]; /* in the order of seL4_UserContext; pc is the first */
    struct last_words words;
};

struct postmortem_page {
    uint32_t magic;
    uint32_t size;   /* of a record: another layout is another memory */
    uint32_t start;  /* of the machine since power-on, from 1 */
    uint32_t faults; /* since power-on; the number of the latest */
    uint32_t crc;    /* CRC-32 of the four words before */
    uint32_t reserved;
    struct postmortem pd[POSTMORTEM_MAX];
};

/* The uplink's memory of which records it has told. */
struct postmortem_told {
    uint32_t magic;
    uint32_t crc;                    /* CRC-32 of what follows */
    uint32_t record[POSTMORTEM_MAX]; /* checksum of the record that was told last, 0: none */
};

/* Names of the registers, in their order; padded to three letters. */
extern const char *const postmortem_register[POSTMORTEM_REGISTERS];

/* The checksum that a record should have. */
uint32_t postmortem_crc(const struct postmortem *record);

/* Make a record harmless: bounded counts and lengths, printable texts without quotes and backslashes. */
void postmortem_clean(struct postmortem *record);

/* A private, clean copy of record i (below POSTMORTEM_MAX) of the page at address `page`. False: there is
 * none, or it is being written: try again later. */
bool postmortem_read(uint64_t page, uint32_t i, struct postmortem *record);

/* The start of the machine that the page speaks of. */
static inline uint32_t postmortem_start(uint64_t page)
{
    return *(const volatile uint32_t *)&((const struct postmortem_page *)(uintptr_t)page)->start;
}

#endif
