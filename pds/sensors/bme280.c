/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Phases of a sample: id, control registers, (calibration twice,) trigger, pause, data twice. The control
 * registers still hold the last sample's settings unless the part lost power: that is how a part that was
 * exchanged between two samples is noticed.
 */
#include "bme280.h"

#include <stddef.h>
#include <string.h>

#define REG_CALIB_LOW  0x88u
#define REG_ID         0xd0u
#define REG_CALIB_HIGH 0xe1u
#define REG_CTRL_HUM   0xf2u
#define REG_CTRL_MEAS  0xf4u
#define REG_CONFIG     0xf5u
#define WRITE_MASK     0x7fu /* bit 7 of the address byte: read */

#define CHIP_ID          0x60u
#define STATUS_COPYING   0x01u
#define STATUS_MEASURING 0x08u
#define CTRL_HUM_X1      0x01u
#define CTRL_MEAS_X1     0x24u /* temperature and pressure once, sleeping */
#define MODE_FORCED      0x01u
#define CONFIG_PLAIN     0x00u /* no filter, 4-wire */
#define SKIPPED_20       0x80000u
#define SKIPPED_16       0x8000u

/* Data sheet 9.1: at most 9.3 ms with all oversamplings 1; start-up 2 ms. */
#define MEASURE_US    10000u
#define RETRY_US      2000u
#define RETRIES       10u
#define CONTROL_SIZE  5u  /* address, then 0xF2..0xF5 */
#define MEASURED_SIZE 14u /* address, then 0xF2..0xFE */
#define DATA_AT       6u  /* of 0xF7 in that block */

enum phase {
    PHASE_ID,
    PHASE_CONTROL,
    PHASE_LOW,
    PHASE_LOW_AGAIN,
    PHASE_HIGH,
    PHASE_HIGH_AGAIN,
    PHASE_TRIGGER,
    PHASE_DATA,
    PHASE_DATA_AGAIN,
    PHASE_OVER,
};

/* What a phase sends: a read of `length` bytes in all from `reg`. */
static const struct {
    uint8_t reg, length;
} reads[] = {
    [PHASE_ID] = {REG_ID, 2},
    [PHASE_CONTROL] = {REG_CTRL_HUM, CONTROL_SIZE},
    [PHASE_LOW] = {REG_CALIB_LOW, 1 + BME280_CALIB_LOW_SIZE},
    [PHASE_LOW_AGAIN] = {REG_CALIB_LOW, 1 + BME280_CALIB_LOW_SIZE},
    [PHASE_HIGH] = {REG_CALIB_HIGH, 1 + BME280_CALIB_HIGH_SIZE},
    [PHASE_HIGH_AGAIN] = {REG_CALIB_HIGH, 1 + BME280_CALIB_HIGH_SIZE},
    [PHASE_TRIGGER] = {0, 0},
    [PHASE_DATA] = {REG_CTRL_HUM, MEASURED_SIZE},
    [PHASE_DATA_AGAIN] = {REG_CTRL_HUM, MEASURED_SIZE},
};

static const uint8_t trigger[] = {
    REG_CTRL_HUM & WRITE_MASK,  CTRL_HUM_X1, REG_CONFIG &WRITE_MASK, CONFIG_PLAIN, REG_CTRL_MEAS &WRITE_MASK,
    CTRL_MEAS_X1 | MODE_FORCED,
};

static enum bme280_need enter(struct bme280 *dev, enum phase phase)
{
    dev->phase = (uint8_t)phase;
    memset(dev->tx, 0, sizeof(dev->tx));
    if (phase == PHASE_TRIGGER) {
        memcpy(dev->tx, trigger, sizeof(trigger));
        dev->length = sizeof(trigger);
    } else {
        dev->tx[0] = reads[phase].reg;
        dev->length = reads[phase].length;
    }
    return BME280_TRANSFER;
}

static enum bme280_need end(struct bme280 *dev, enum bme280_error error)
{
    dev->phase = PHASE_OVER;
    dev->error = error;
    if (error != BME280_OK) {
        dev->calibrated = false;
    }
    return BME280_DONE;
}

/* Come back to the present phase after `us`, at most RETRIES times in a row. */
static enum bme280_need retry_after(struct bme280 *dev, uint32_t us)
{
    if (dev->tries >= RETRIES) {
        return end(dev, BME280_NO_MEASUREMENT);
    }
    dev->tries++;
    dev->pause_us = us;
    return BME280_PAUSE;
}

static enum bme280_need check_id(struct bme280 *dev, const uint8_t *rx)
{
    dev->chip_id = rx[1];
    switch (dev->chip_id) {
    case CHIP_ID:
        return enter(dev, PHASE_CONTROL);
    case 0xff:
        return end(dev, BME280_ABSENT);
    case 0x00:
        return end(dev, BME280_STUCK);
    default:
        return end(dev, BME280_WRONG_ID);
    }
}

/* Do registers 0xF2.., as read into `block`, hold our settings with the part asleep? */
static bool settled(const uint8_t *block)
{
    return block[1] == CTRL_HUM_X1 && block[2] == 0 && block[3] == CTRL_MEAS_X1 && block[4] == CONFIG_PLAIN;
}

static enum bme280_need check_control(struct bme280 *dev, const uint8_t *rx)
{
    if (dev->calibrated && settled(rx)) {
        return enter(dev, PHASE_TRIGGER);
    }
    dev->calibrated = false;
    if ((rx[2] & STATUS_COPYING) != 0) {
        return retry_after(dev, RETRY_US);
    }
    return enter(dev, PHASE_LOW);
}

/* The second of two reads: is it like the first? */
static bool repeated(const struct bme280 *dev, const uint8_t *rx)
{
    return memcmp(dev->first + 1, rx + 1, dev->length - 1) == 0;
}

static enum bme280_need keep_first(struct bme280 *dev, const uint8_t *rx, enum phase next)
{
    memcpy(dev->first, rx, dev->length);
    return enter(dev, next);
}

static enum bme280_need check_low(struct bme280 *dev, const uint8_t *rx)
{
    if (!repeated(dev, rx)) {
        return end(dev, BME280_UNSTABLE);
    }
    memcpy(dev->low, rx + 1, sizeof(dev->low));
    return enter(dev, PHASE_HIGH);
}

static enum bme280_need check_high(struct bme280 *dev, const uint8_t *rx)
{
    if (!repeated(dev, rx)) {
        return end(dev, BME280_UNSTABLE);
    }
    if (!bme280_decode_calibration(&dev->calibration, dev->low, rx + 1)) {
        return end(dev, BME280_BAD_CALIBRATION);
    }
    dev->calibrated = true;
    return enter(dev, PHASE_TRIGGER);
}

static enum bme280_need triggered(struct bme280 *dev)
{
    dev->tries = 0;
    dev->pause_us = MEASURE_US;
    (void)enter(dev, PHASE_DATA);
    return BME280_PAUSE;
}

static enum bme280_need check_data(struct bme280 *dev, const uint8_t *rx)
{
    bool busy = (rx[2] & (STATUS_MEASURING | STATUS_COPYING)) != 0;

    if (busy && rx[1] == CTRL_HUM_X1 && rx[3] == (CTRL_MEAS_X1 | MODE_FORCED)) {
        return retry_after(dev, RETRY_US);
    }
    if (!settled(rx)) {
        return end(dev, BME280_NOT_CONFIGURED);
    }
    return keep_first(dev, rx, PHASE_DATA_AGAIN);
}

static enum bme280_need evaluate(struct bme280 *dev, const uint8_t *rx)
{
    const uint8_t *data = rx + DATA_AT;

    if (!repeated(dev, rx)) {
        return end(dev, BME280_UNSTABLE);
    }
    dev->raw.p = (uint32_t)data[0] << 12 | (uint32_t)data[1] << 4 | (uint32_t)data[2] >> 4;
    dev->raw.t = (uint32_t)data[3] << 12 | (uint32_t)data[4] << 4 | (uint32_t)data[5] >> 4;
    dev->raw.h = (uint32_t)data[6] << 8 | data[7];
    if (dev->raw.t == SKIPPED_20 || dev->raw.p == SKIPPED_20 || dev->raw.h == SKIPPED_16) {
        return end(dev, BME280_SKIPPED);
    }
    dev->quantity = bme280_evaluate(&dev->calibration, &dev->raw, &dev->values);
    return end(dev, dev->quantity == BME280_PLAUSIBLE ? BME280_OK : BME280_OUT_OF_RANGE);
}

void bme280_init(struct bme280 *dev)
{
    *dev = (struct bme280){.phase = PHASE_OVER};
}

enum bme280_need bme280_start(struct bme280 *dev)
{
    dev->tries = 0;
    dev->quantity = BME280_PLAUSIBLE;
    return enter(dev, PHASE_ID);
}

enum bme280_need bme280_transferred(struct bme280 *dev, const uint8_t *rx)
{
    if (dev->phase == PHASE_OVER) {
        return BME280_DONE;
    }
    if (rx == NULL) {
        return end(dev, BME280_BUS);
    }
    switch ((enum phase)dev->phase) {
    case PHASE_ID:
        return check_id(dev, rx);
    case PHASE_CONTROL:
        return check_control(dev, rx);
    case PHASE_LOW:
        return keep_first(dev, rx, PHASE_LOW_AGAIN);
    case PHASE_LOW_AGAIN:
        return check_low(dev, rx);
    case PHASE_HIGH:
        return keep_first(dev, rx, PHASE_HIGH_AGAIN);
    case PHASE_HIGH_AGAIN:
        return check_high(dev, rx);
    case PHASE_TRIGGER:
        return triggered(dev);
    case PHASE_DATA:
        return check_data(dev, rx);
    case PHASE_DATA_AGAIN:
        return evaluate(dev, rx);
    case PHASE_OVER:
        break;
    }
    return BME280_DONE;
}

enum bme280_need bme280_paused(struct bme280 *dev)
{
    return dev->phase == PHASE_OVER ? BME280_DONE : enter(dev, (enum phase)dev->phase);
}

const char *bme280_error_text(enum bme280_error error)
{
    static const char *const text[] = {
        [BME280_OK] = "ok",
        [BME280_ABSENT] = "disconnected?",
        [BME280_STUCK] = "data line stuck low?",
        [BME280_WRONG_ID] = "another part, or noise?",
        [BME280_BAD_CALIBRATION] = "calibration registers are not a sensor's",
        [BME280_UNSTABLE] = "two reads of the same registers differ",
        [BME280_NOT_CONFIGURED] = "control registers do not hold what was written",
        [BME280_NO_MEASUREMENT] = "measurement does not end",
        [BME280_SKIPPED] = "converter reports a quantity as not measured",
        [BME280_OUT_OF_RANGE] = "result outside the operating range",
        [BME280_BUS] = "bus transfer failed",
    };

    return (unsigned)error < sizeof(text) / sizeof(text[0]) ? text[error] : "unknown";
}
