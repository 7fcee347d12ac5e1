/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Phase 0 puts a bit out before the leading clock edge and samples after it; phase 1 puts it out after the
 * leading edge and samples after the trailing one. Four steps a bit either way.
 */
#include "bitbang.h"

enum stage { STAGE_CLOCK_IDLE, STAGE_SELECT, STAGE_BITS, STAGE_OVER };
enum action { OUT, LEAD, TRAIL, SAMPLE };

#define MODE_PHASE    1u
#define MODE_POLARITY 2u

void bitbang_start(struct bitbang *bb, const uint8_t *tx, uint32_t length, unsigned mode)
{
    *bb = (struct bitbang){
        .tx = tx,
        .length = length,
        .idle = (mode & MODE_POLARITY) != 0,
        .late = (mode & MODE_PHASE) != 0,
        .stage = STAGE_CLOCK_IDLE,
    };
}

static bool bit_of(const uint8_t *bytes, uint32_t bit)
{
    return ((unsigned)bytes[bit / 8] >> (7 - bit % 8) & 1u) != 0;
}

static struct bitbang_op drive(enum bitbang_line line, bool level)
{
    return (struct bitbang_op){.line = line, .level = level};
}

/* Step 0..3 of the present bit. */
static struct bitbang_op bit_step(const struct bitbang *bb)
{
    static const enum action early[4] = {OUT, LEAD, SAMPLE, TRAIL};
    static const enum action late[4] = {LEAD, OUT, TRAIL, SAMPLE};
    enum action action = bb->late ? late[bb->step] : early[bb->step];

    switch (action) {
    case OUT:
        return drive(BITBANG_MOSI, bit_of(bb->tx, bb->bit));
    case LEAD:
        return drive(BITBANG_SCLK, !bb->idle);
    case TRAIL:
        return drive(BITBANG_SCLK, bb->idle);
    case SAMPLE:
        break;
    }
    return (struct bitbang_op){.line = BITBANG_MISO, .sample = true, .bit = bb->bit};
}

/* MOSI need not be driven again to the level that it has. */
static bool redundant(const struct bitbang *bb, const struct bitbang_op *op)
{
    return op->line == BITBANG_MOSI && bb->bit > 0 && bit_of(bb->tx, bb->bit - 1) == op->level;
}

static bool next_bit_step(struct bitbang *bb, struct bitbang_op *op)
{
    while (bb->bit < bb->length * 8) {
        bool skip;

        *op = bit_step(bb);
        skip = redundant(bb, op);
        if (++bb->step == 4) {
            bb->step = 0;
            bb->bit++;
        }
        if (!skip) {
            return true;
        }
    }
    return false;
}

bool bitbang_next(struct bitbang *bb, struct bitbang_op *op)
{
    switch ((enum stage)bb->stage) {
    case STAGE_CLOCK_IDLE:
        *op = drive(BITBANG_SCLK, bb->idle);
        bb->stage = STAGE_SELECT;
        return true;
    case STAGE_SELECT:
        *op = drive(BITBANG_CS, false);
        bb->stage = STAGE_BITS;
        return true;
    case STAGE_BITS:
        if (next_bit_step(bb, op)) {
            return true;
        }
        *op = drive(BITBANG_CS, true);
        bb->stage = STAGE_OVER;
        return true;
    default:
        return false;
    }
}

void bitbang_store(uint8_t *rx, uint32_t bit, bool level)
{
    if (level) {
        rx[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
    }
}
