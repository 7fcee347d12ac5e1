/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In both modes the slave samples on the rising and shifts out on the falling clock edge; they differ
 * only in the clock's idle level, so one edge machine serves both.
 */
#include "bme280_wire.h"

#define READ_BIT   0x80u
#define REG_LOW    0x88u
#define REG_ID     0xd0u
#define REG_HIGH   0xe1u
#define FOREIGN_ID 0x58u /* a BMP280's */

void bme280_wire_init(struct bme280_wire *wire, struct bme280_model *model, uint64_t seed)
{
    *wire = (struct bme280_wire){.model = model, .random = seed != 0 ? seed : 1};
    bme280_wire_power_on(wire);
}

void bme280_wire_power_on(struct bme280_wire *wire)
{
    wire->select_n = true;
    wire->clock = true;
    wire->data_in = true;
    wire->data_out = true;
    bme280_model_power_on(wire->model);
}

static bool random_bit(struct bme280_wire *wire)
{
    /* xorshift64: repeatable from the seed. */
    wire->random ^= wire->random << 13;
    wire->random ^= wire->random >> 7;
    wire->random ^= wire->random << 17;
    return (wire->random >> 33 & 1u) != 0;
}

bool bme280_wire_data(const struct bme280_wire *wire)
{
    switch (wire->fault) {
    case WIRE_DISCONNECTED:
        return true;
    case WIRE_STUCK_LOW:
        return false;
    default:
        return wire->data_out;
    }
}

void bme280_wire_set_fault(struct bme280_wire *wire, enum wire_fault fault)
{
    if (wire->fault == WIRE_DISCONNECTED && fault != WIRE_DISCONNECTED) {
        bool select_n = wire->select_n;
        bool clock = wire->clock;

        bme280_wire_power_on(wire);
        /* Plugged in amid a transfer: deaf until the next select. */
        wire->select_n = select_n;
        wire->clock = clock;
        wire->phase = WIRE_WRITING;
        wire->reg = 0;
        wire->bits = 0;
    }
    wire->tainted = true;
    wire->fault = fault;
}

/* What a part that is not in order makes of a register's value. */
static uint8_t spoiled(struct bme280_wire *wire, uint8_t value)
{
    bool calibration = (wire->reg >= REG_LOW && wire->reg < REG_LOW + 26u) || wire->reg >= REG_HIGH;

    switch (wire->fault) {
    case WIRE_FOREIGN:
        return wire->reg == REG_ID ? FOREIGN_ID : value;
    case WIRE_UNTRIMMED:
        return calibration && wire->reg < REG_HIGH + 7u ? 0 : value;
    case WIRE_TORN:
        wire->tears++;
        return wire->reg == REG_ID ? value : value ^ wire->tears;
    default:
        return value;
    }
}

static void load_byte(struct bme280_wire *wire)
{
    uint8_t value = bme280_model_read(wire->model, wire->reg);

    wire->out = spoiled(wire, value);
    wire->tainted = wire->out != value || wire->fault == WIRE_DISCONNECTED || wire->fault == WIRE_GARBAGE ||
                    wire->fault == WIRE_STUCK_LOW;
}

static void command_byte(struct bme280_wire *wire)
{
    wire->reg = wire->in | READ_BIT;
    if ((wire->in & READ_BIT) != 0) {
        wire->phase = WIRE_READING;
        load_byte(wire);
    } else {
        wire->phase = WIRE_WRITING;
    }
}

static void whole_byte(struct bme280_wire *wire)
{
    switch (wire->phase) {
    case WIRE_COMMAND:
        command_byte(wire);
        break;
    case WIRE_READING:
        if (!wire->tainted) {
            bme280_model_sent(wire->model, wire->reg);
        }
        wire->reg = (uint8_t)(wire->reg + 1u) | READ_BIT;
        load_byte(wire);
        break;
    case WIRE_WRITING:
        bme280_model_write(wire->model, wire->reg, wire->in);
        wire->phase = WIRE_COMMAND;
        break;
    }
}

static void select_edge(struct bme280_wire *wire)
{
    wire->phase = WIRE_COMMAND;
    wire->bits = 0;
    wire->data_out = true;
    if (!wire->select_n) {
        bme280_model_begin(wire->model);
    }
}

static void clock_edge(struct bme280_wire *wire)
{
    if (wire->select_n) {
        return;
    }
    if (wire->clock) {
        wire->in = (uint8_t)(wire->in << 1 | (wire->data_in ? 1 : 0));
        if (++wire->bits == 8) {
            wire->bits = 0;
            whole_byte(wire);
        }
    } else if (wire->phase == WIRE_READING) {
        bool bit = (wire->out & 0x80u) != 0;

        wire->out = (uint8_t)(wire->out << 1);
        wire->data_out = wire->fault == WIRE_GARBAGE ? random_bit(wire) : bit;
    } else {
        wire->data_out = wire->fault == WIRE_GARBAGE ? random_bit(wire) : true;
    }
}

void bme280_wire_drive(struct bme280_wire *wire, bool select_n, bool clock, bool data_in)
{
    bool clock_moved = clock != wire->clock;
    bool select_moved = select_n != wire->select_n;

    wire->data_in = data_in;
    wire->clock = clock;
    wire->select_n = select_n;
    if (wire->fault == WIRE_DISCONNECTED) {
        return;
    }
    if (select_moved) {
        select_edge(wire);
    } else if (clock_moved) {
        clock_edge(wire);
    }
}
