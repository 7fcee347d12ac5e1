/* SPDX-License-Identifier: BSD-2-Clause */
/* Time passes lazily: every access first brings the part up to the present. */
#include "bme280_model.h"

#include <string.h>

#define REG_CALIB_LOW  0x88u
#define REG_ID         0xd0u
#define REG_RESET      0xe0u
#define REG_CALIB_HIGH 0xe1u
#define REG_CTRL_HUM   0xf2u
#define REG_STATUS     0xf3u
#define REG_CTRL_MEAS  0xf4u
#define REG_CONFIG     0xf5u
#define REG_DATA       0xf7u

#define CHIP_ID          0x60u
#define RESET_WORD       0xb6u
#define STATUS_MEASURING 0x08u
#define STATUS_COPYING   0x01u
#define MODE_MASK        0x03u
#define MODE_NORMAL      0x03u
#define START_UP_NS      UINT64_C(2000000)
#define SKIPPED_20       0x80000u
#define SKIPPED_16       0x8000u

void bme280_model_init(struct bme280_model *model, const struct environment *env, uint64_t (*now_ns)(void *),
                       void (*delivered)(void *, const struct bme280_delivery *), void *context)
{
    *model = (struct bme280_model){.env = env, .now_ns = now_ns, .delivered = delivered, .context = context};
    bme280_model_power_on(model);
}

static void store_data(struct bme280_model *model)
{
    const struct sim_raw *raw = &model->raw;
    const uint8_t data[8] = {
        (uint8_t)(raw->p >> 12), (uint8_t)(raw->p >> 4), (uint8_t)(raw->p << 4), (uint8_t)(raw->t >> 12),
        (uint8_t)(raw->t >> 4),  (uint8_t)(raw->t << 4), (uint8_t)(raw->h >> 8), (uint8_t)raw->h,
    };

    memcpy(model->data, data, sizeof(data));
}

void bme280_model_power_on(struct bme280_model *model)
{
    model->ready_ns = model->now_ns(model->context) + START_UP_NS;
    model->pending = false;
    model->ctrl_hum_written = 0;
    model->ctrl_hum = 0;
    model->ctrl_meas = 0;
    model->config = 0;
    model->filtered = false;
    model->raw = (struct sim_raw){SKIPPED_20, SKIPPED_20, SKIPPED_16};
    model->data_number = 0;
    model->read_mask = 0;
    store_data(model);
    bme280_model_begin(model);
}

static unsigned oversampling(unsigned field)
{
    static const uint8_t factor[8] = {0, 1, 2, 4, 8, 16, 16, 16};

    return factor[field & 7u];
}

/* Typical measurement time (data sheet 9.1). */
static uint64_t measure_ns(const struct bme280_model *model)
{
    unsigned t = oversampling(model->ctrl_meas >> 5);
    unsigned p = oversampling(model->ctrl_meas >> 2);
    unsigned h = oversampling(model->ctrl_hum);
    uint64_t us = 1000 + 2000 * t + (p != 0 ? 2000 * p + 500 : 0) + (h != 0 ? 2000 * h + 500 : 0);

    return us * 1000;
}

static uint64_t standby_ns(const struct bme280_model *model)
{
    static const uint32_t us[8] = {500, 62500, 125000, 250000, 500000, 1000000, 10000, 20000};

    return (uint64_t)us[model->config >> 5] * 1000;
}

static unsigned filter_factor(const struct bme280_model *model)
{
    static const uint8_t factor[8] = {1, 2, 4, 8, 16, 16, 16, 16};

    return factor[model->config >> 2 & 7u];
}

/* Step of a 20-bit result: without filter the resolution is 16 bits plus one for each doubling. */
static uint32_t result_step(const struct bme280_model *model, unsigned field)
{
    unsigned samples = oversampling(field);

    return filter_factor(model) > 1 || samples == 0 ? 1 : 16 / samples;
}

static uint32_t filtered(const struct bme280_model *model, uint32_t before, uint32_t now)
{
    uint32_t factor = filter_factor(model);

    return model->filtered && before != SKIPPED_20 ? (before * (factor - 1) + now) / factor : now;
}

static void finish_measurement(struct bme280_model *model)
{
    const struct environment_row *row = &model->env->rows[model->next_row % model->env->count];
    struct sim_raw raw;

    raw = bme280_invert(&bme280_sim_trim, row->celsius, row->pascal, row->percent,
                        result_step(model, model->ctrl_meas >> 5), result_step(model, model->ctrl_meas >> 2));
    model->next_row++;
    model->number++;
    raw.t = oversampling(model->ctrl_meas >> 5) == 0 ? SKIPPED_20 : filtered(model, model->raw.t, raw.t);
    raw.p = oversampling(model->ctrl_meas >> 2) == 0 ? SKIPPED_20 : filtered(model, model->raw.p, raw.p);
    raw.h = oversampling(model->ctrl_hum) == 0 ? SKIPPED_16 : raw.h;
    model->raw = raw;
    model->filtered = filter_factor(model) > 1;
    model->data_number = model->number;
    store_data(model);
}

static void advance(struct bme280_model *model, uint64_t now)
{
    if (!model->pending || now < model->due_ns) {
        return;
    }
    if ((model->ctrl_meas & MODE_MASK) == MODE_NORMAL) {
        uint64_t period = measure_ns(model) + standby_ns(model);
        uint64_t missed = (now - model->due_ns) / period;

        model->next_row += missed;
        model->number += missed;
        finish_measurement(model);
        model->due_ns += (missed + 1) * period;
        model->started_ns = model->due_ns - measure_ns(model);
    } else {
        finish_measurement(model);
        model->ctrl_meas &= (uint8_t)~MODE_MASK;
        model->pending = false;
    }
}

void bme280_model_begin(struct bme280_model *model)
{
    advance(model, model->now_ns(model->context));
    memcpy(model->shadow, model->data, sizeof(model->shadow));
    model->shadow_number = model->data_number;
    model->shadow_raw = model->raw;
}

static uint8_t status(const struct bme280_model *model, uint64_t now)
{
    uint8_t bits = now < model->ready_ns ? STATUS_COPYING : 0;

    return model->pending && now >= model->started_ns ? bits | STATUS_MEASURING : bits;
}

static uint8_t calibration(const struct bme280_model *model, uint8_t reg, uint64_t now)
{
    uint8_t low[26];
    uint8_t high[7];

    if (now < model->ready_ns) {
        return 0;
    }
    bme280_trim_registers(&bme280_sim_trim, low, high);
    return reg < REG_ID ? low[reg - REG_CALIB_LOW] : high[reg - REG_CALIB_HIGH];
}

uint8_t bme280_model_read(struct bme280_model *model, uint8_t reg)
{
    uint64_t now = model->now_ns(model->context);

    advance(model, now);
    if ((reg >= REG_CALIB_LOW && reg < REG_CALIB_LOW + 26u) ||
        (reg >= REG_CALIB_HIGH && reg < REG_CALIB_HIGH + 7u)) {
        return calibration(model, reg, now);
    }
    if (reg >= REG_DATA && reg < REG_DATA + sizeof(model->shadow)) {
        return model->shadow[reg - REG_DATA];
    }
    switch (reg) {
    case REG_ID:
        return CHIP_ID;
    case REG_CTRL_HUM:
        return model->ctrl_hum_written;
    case REG_STATUS:
        return status(model, now);
    case REG_CTRL_MEAS:
        return model->ctrl_meas;
    case REG_CONFIG:
        return model->config;
    default:
        return 0;
    }
}

void bme280_model_sent(struct bme280_model *model, uint8_t reg)
{
    struct bme280_delivery delivery;

    if (reg < REG_DATA || reg >= REG_DATA + sizeof(model->shadow) || model->shadow_number == 0) {
        return;
    }
    if (model->read_number != model->shadow_number) {
        model->read_number = model->shadow_number;
        model->read_mask = 0;
    }
    if (model->read_mask == 0xff) {
        return;
    }
    model->read_mask |= (uint8_t)(1u << (reg - REG_DATA));
    if (model->read_mask != 0xff) {
        return;
    }
    delivery.number = model->shadow_number;
    delivery.raw = model->shadow_raw;
    delivery.values = bme280_compensate(&bme280_sim_trim, model->shadow_raw);
    model->delivered(model->context, &delivery);
}

static void write_ctrl_meas(struct bme280_model *model, uint8_t value, uint64_t now)
{
    bool was_pending = model->pending;

    model->ctrl_meas = value;
    model->ctrl_hum = model->ctrl_hum_written;
    model->pending = (value & MODE_MASK) != 0;
    if (!model->pending) {
        return;
    }
    if (!was_pending || now < model->started_ns) {
        model->started_ns = now;
        model->due_ns = now + measure_ns(model);
    }
}

void bme280_model_write(struct bme280_model *model, uint8_t reg, uint8_t value)
{
    uint64_t now = model->now_ns(model->context);

    advance(model, now);
    switch (reg) {
    case REG_RESET:
        if (value == RESET_WORD) {
            bme280_model_power_on(model);
        }
        break;
    case REG_CTRL_HUM:
        model->ctrl_hum_written = value & 7u;
        break;
    case REG_CTRL_MEAS:
        write_ctrl_meas(model, value, now);
        break;
    case REG_CONFIG:
        model->config = value & 0xfdu;
        break;
    default:
        break;
    }
}
