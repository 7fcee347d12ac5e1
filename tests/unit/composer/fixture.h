/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running the composer over descriptions written in tests. A description may carry one '@': it is removed,
 * and where it stood is the place at which an error is expected.
 */
#ifndef COMPOSER_TEST_FIXTURE_H
#define COMPOSER_TEST_FIXTURE_H

#include "compose.h"

struct fixture {
    char folder[64];       /* temporary; holds the description and the files that descriptions name */
    char path[96];         /* of the description */
    unsigned line, column; /* of the mark, 0: there was none */
    struct diag diag;
};

/* Make a folder under build/unit with data.bin (5000 bytes) and empty.bin (none). */
void fixture_begin(struct fixture *fixture);

/* Remove folder and diagnostics. */
void fixture_end(struct fixture *fixture);

/* Write a file into the folder and return its path, valid until the next call. */
const char *fixture_write(struct fixture *fixture, const char *name, const char *text, size_t length);

/* Compose with --check. options may set outputs; product, board, system and search are filled in here. */
bool fixture_system(struct fixture *fixture, const char *text, struct options options);
bool fixture_product(struct fixture *fixture, const char *text, const char *board, struct options options);

/* Contents of a file, to be freed. */
char *fixture_read(const char *path);

/* Put the parts between before and after; the result is static. */
const char *fixture_wrap(const char *before, const char *text, const char *after);

#define FIXTURE_BOARD                                                                           \
    "<board name='test'><memory base='0x80000000' size='0x8000000'/><image base='0x80200000'/>" \
    "<interrupts sources='95'/><reserved name='plic' base='0xc000000' size='0x600000'/>"        \
    "<device name='uart0' compatible='ns16550a' regs='0x10000000' size='0x1000' irq='10'/>"     \
    "<device name='eth0' compatible='virtio,mmio' regs='0x10001000' size='0x1000' irq='1' "     \
    "dma='unconfined'/>"                                                                        \
    "<device name='reset0' compatible='sifive,test1' regs='0x100000' size='0x1000'/>"           \
    "</board>"

#endif
