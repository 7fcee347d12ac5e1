/* SPDX-License-Identifier: BSD-2-Clause */
/* An SPI transfer as a sequence of line operations: the wire protocol, without any device. */
#ifndef POSTERN_SPI_BITBANG_H
#define POSTERN_SPI_BITBANG_H

#include <stdbool.h>
#include <stdint.h>

enum bitbang_line { BITBANG_SCLK, BITBANG_MOSI, BITBANG_MISO, BITBANG_CS };

/* Drive `line` to `level`, or (MISO only) sample it as bit number `bit` of the transfer. */
struct bitbang_op {
    enum bitbang_line line;
    bool sample;
    bool level;
    uint32_t bit; /* counted from the first byte's bit 7 */
};

struct bitbang {
    const uint8_t *tx; /* the caller's, `length` bytes, unchanged until the end */
    uint32_t length;
    bool idle; /* clock polarity: level between transfers */
    bool late; /* clock phase: data is sampled on the trailing edge */
    uint32_t bit;
    uint8_t step;
    uint8_t stage;
};

/* Begin a transfer of `length` (1..) bytes in SPI mode 0..3. */
void bitbang_start(struct bitbang *bb, const uint8_t *tx, uint32_t length, unsigned mode);

/* The next operation; false after the last. Chip select is low from the second to the last operation. */
bool bitbang_next(struct bitbang *bb, struct bitbang_op *op);

/* Store a sampled level as bit `bit` of `rx` (which was zeroed before). */
void bitbang_store(uint8_t *rx, uint32_t bit, bool level);

#endif
