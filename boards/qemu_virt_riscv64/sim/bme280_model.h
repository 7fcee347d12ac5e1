/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a Bosch BME280 and their behaviour in time (data sheet 3, 5 and 9.1): power-on,
 * forced and normal measurement, oversampling, filter, and the shadow that keeps a burst consistent.
 */
#ifndef POSTERN_SIM_BME280_MODEL_H
#define POSTERN_SIM_BME280_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bme280_formula.h"
#include "environment.h"

/* One finished measurement, told when the master has read all of it. */
struct bme280_delivery {
    uint64_t number; /* measurements are counted from 1 since the simulator started */
    struct sim_raw raw;
    struct sim_values values;
};

struct bme280_model {
    /* Surroundings, set by bme280_model_init. */
    const struct environment *env;
    uint64_t (*now_ns)(void *context); /* monotonic */
    void (*delivered)(void *context, const struct bme280_delivery *delivery);
    void *context;

    /* What survives power loss: how far the environment has been played. */
    uint64_t number;
    uint64_t next_row;

    /* The part itself. */
    uint64_t ready_ns;   /* end of the start-up copy */
    uint64_t due_ns;     /* end of the running measurement, or of the next one in normal mode */
    uint64_t started_ns; /* its begin */
    bool pending;        /* a measurement is running or scheduled */
    uint8_t ctrl_hum_written, ctrl_hum, ctrl_meas, config;
    bool filtered; /* the filter has a history */
    struct sim_raw raw;
    uint8_t data[8];   /* 0xF7..0xFE */
    uint8_t shadow[8]; /* as at the start of the running transaction */
    uint64_t shadow_number;
    struct sim_raw shadow_raw;
    uint64_t data_number; /* measurement in `data`, 0 = none */
    uint64_t read_number; /* measurement that read_mask is about */
    uint8_t read_mask;
};

void bme280_model_init(struct bme280_model *model, const struct environment *env, uint64_t (*now_ns)(void *),
                       void (*delivered)(void *, const struct bme280_delivery *), void *context);

/* Power-on reset: every register at its default, start-up time running. */
void bme280_model_power_on(struct bme280_model *model);

/* A bus transaction begins: data registers are latched. */
void bme280_model_begin(struct bme280_model *model);

/* Value of a register (address with bit 7 set). */
uint8_t bme280_model_read(struct bme280_model *model, uint8_t reg);

/* The byte of `reg` has gone over the bus undisturbed. */
void bme280_model_sent(struct bme280_model *model, uint8_t reg);

void bme280_model_write(struct bme280_model *model, uint8_t reg, uint8_t value);

#endif
