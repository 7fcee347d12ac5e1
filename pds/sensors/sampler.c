/* SPDX-License-Identifier: BSD-2-Clause */
/* A round visits every sensor once; rounds start at fixed distances and are skipped, not squeezed. */
#include "sampler.h"

#include <stddef.h>

void sampler_init(struct sampler *sampler, const struct sampler_owner *owner, uint64_t now_ns)
{
    *sampler =
        (struct sampler){.owner = owner, .wait = SAMPLER_IDLE, .deadline_ns = now_ns, .due_ns = now_ns};
    for (unsigned i = 0; i < SENSOR_COUNT; i++) {
        bme280_init(&sampler->dev[i]);
    }
}

static struct bme280 *device(struct sampler *sampler)
{
    return &sampler->dev[sampler->current];
}

static bool send(struct sampler *sampler, uint64_t now_ns)
{
    const struct sensor_config *config = &sensor_config[sampler->current];
    const struct bme280 *dev = device(sampler);
    const struct spi_request request = {
        .id = ++sampler->id,
        .cs = config->cs,
        .mode = config->mode,
        .length = (uint16_t)dev->length,
        .hz = config->hz,
    };

    sampler->wait = SAMPLER_ANSWER;
    sampler->deadline_ns = now_ns + SAMPLER_ANSWER_NS;
    return sampler->owner->send(&request, dev->tx);
}

static void end_round(struct sampler *sampler, uint64_t now_ns)
{
    sampler->due_ns += SENSOR_PERIOD_NS;
    if (sampler->due_ns < now_ns) {
        uint64_t missed = (now_ns - sampler->due_ns) / SENSOR_PERIOD_NS + 1;

        sampler->overruns += missed;
        sampler->due_ns += missed * SENSOR_PERIOD_NS;
    }
    sampler->current = 0;
    sampler->wait = SAMPLER_IDLE;
    sampler->deadline_ns = sampler->due_ns;
}

/* Do what the conversation needs until it has to wait for something. */
static void step(struct sampler *sampler, enum bme280_need need, uint64_t now_ns)
{
    for (;;) {
        switch (need) {
        case BME280_TRANSFER:
            if (send(sampler, now_ns)) {
                return;
            }
            need = bme280_transferred(device(sampler), NULL);
            break;
        case BME280_PAUSE:
            sampler->wait = SAMPLER_PAUSE;
            sampler->taken_ns = now_ns;
            sampler->deadline_ns = now_ns + (uint64_t)device(sampler)->pause_us * 1000;
            return;
        case BME280_DONE:
            sampler->owner->finished(sampler->current, device(sampler), sampler->taken_ns);
            if (++sampler->current == SENSOR_COUNT) {
                end_round(sampler, now_ns);
                return;
            }
            need = bme280_start(device(sampler));
            break;
        }
    }
}

bool sampler_round_due(const struct sampler *sampler, uint64_t now_ns)
{
    return sampler->wait == SAMPLER_IDLE && now_ns >= sampler->deadline_ns;
}

void sampler_skip_round(struct sampler *sampler, uint64_t now_ns)
{
    if (sampler_round_due(sampler, now_ns)) {
        end_round(sampler, now_ns);
    }
}

void sampler_tick(struct sampler *sampler, uint64_t now_ns)
{
    if (now_ns < sampler->deadline_ns) {
        return;
    }
    switch (sampler->wait) {
    case SAMPLER_IDLE:
        step(sampler, bme280_start(device(sampler)), now_ns);
        break;
    case SAMPLER_ANSWER:
        step(sampler, bme280_transferred(device(sampler), NULL), now_ns);
        break;
    case SAMPLER_PAUSE:
        step(sampler, bme280_paused(device(sampler)), now_ns);
        break;
    }
}

void sampler_answer(struct sampler *sampler, const struct spi_response *response, const uint8_t *rx,
                    uint32_t length, uint64_t now_ns)
{
    bool good = response->status == SPI_OK && response->length == device(sampler)->length &&
                length == response->length;

    if (sampler->wait != SAMPLER_ANSWER || response->id != sampler->id) {
        sampler->stale++;
        return;
    }
    step(sampler, bme280_transferred(device(sampler), good ? rx : NULL), now_ns);
}

void sampler_bus_restarted(struct sampler *sampler, uint64_t now_ns)
{
    if (sampler->wait == SAMPLER_ANSWER) {
        step(sampler, bme280_transferred(device(sampler), NULL), now_ns);
    }
}
