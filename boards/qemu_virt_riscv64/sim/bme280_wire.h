/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sensor's pins: a 4-wire SPI slave seen edge by edge (data sheet 6.3, modes 0 and 3), and the
 * faults that a board can add between the part and the master.
 */
#ifndef POSTERN_SIM_BME280_WIRE_H
#define POSTERN_SIM_BME280_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "bme280_model.h"

enum wire_fault {
    WIRE_SOUND,
    WIRE_DISCONNECTED, /* the part is absent: the data line floats high */
    WIRE_GARBAGE,      /* the part is there, but every bit that the master sees is random */
    WIRE_STUCK_LOW,    /* the data line is shorted to ground */
    WIRE_FOREIGN,      /* a part of another kind answers */
    WIRE_UNTRIMMED,    /* the part has lost its calibration */
    WIRE_TORN,         /* the part says who it is; nothing else is the same twice */
};

enum wire_phase { WIRE_COMMAND, WIRE_READING, WIRE_WRITING };

struct bme280_wire {
    struct bme280_model *model;
    enum wire_fault fault;
    uint64_t random; /* generator state, not 0 */
    bool select_n, clock, data_in;
    bool data_out; /* what the master would sample now */
    bool tainted;  /* a fault has touched the byte under way */
    enum wire_phase phase;
    uint8_t reg;
    uint8_t in, out;
    uint8_t tears; /* WIRE_TORN: bytes spoiled so far */
    unsigned bits; /* of the byte under way that have been clocked */
};

void bme280_wire_init(struct bme280_wire *wire, struct bme280_model *model, uint64_t seed);

/* The master drives its lines: chip select (active low), clock, data in. */
void bme280_wire_drive(struct bme280_wire *wire, bool select_n, bool clock, bool data_in);

/* The level that the master reads on the data line. */
bool bme280_wire_data(const struct bme280_wire *wire);

/* Change the fault. Leaving WIRE_DISCONNECTED plugs in a part that powers on. */
void bme280_wire_set_fault(struct bme280_wire *wire, enum wire_fault fault);

/* Power-cycle the board: lines released, the part (if present) in its power-on state. */
void bme280_wire_power_on(struct bme280_wire *wire);

#endif
