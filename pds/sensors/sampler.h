/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When to sample which sensor: one conversation at a time over one bus, each wait with a deadline. No I/O:
 * the caller passes in time and answers, and gets told what to send and what came out.
 */
#ifndef POSTERN_SENSORS_SAMPLER_H
#define POSTERN_SENSORS_SAMPLER_H

#include <postern/protocol/spi.h>
#include <stdbool.h>
#include <stdint.h>

#include "bme280.h"
#include "config.h"

/* The bus driver answers well before this, even if its device does not. */
#define SAMPLER_ANSWER_NS UINT64_C(1000000000)

/* What the sampler asks of its owner. */
struct sampler_owner {
    /* Hand a transfer to the bus driver. False: not possible now; counts as a failed transfer. */
    bool (*send)(const struct spi_request *request, const uint8_t *tx);
    /* A conversation with sensor `index` is over: see dev->error. `taken_ns`: when it was measured. */
    void (*finished)(unsigned index, const struct bme280 *dev, uint64_t taken_ns);
};

enum sampler_wait { SAMPLER_IDLE, SAMPLER_ANSWER, SAMPLER_PAUSE };

struct sampler {
    const struct sampler_owner *owner;
    enum sampler_wait wait;
    uint64_t deadline_ns; /* call sampler_tick then */
    uint64_t due_ns;      /* start of the present or next round */
    uint64_t taken_ns;
    unsigned current;
    uint32_t id;       /* of the last request */
    uint64_t overruns; /* rounds skipped because the one before took too long */
    uint64_t stale;    /* answers to requests that had been given up */
    struct bme280 dev[SENSOR_COUNT];
};

/* The first round starts at `now_ns` (with the first tick). */
void sampler_init(struct sampler *sampler, const struct sampler_owner *owner, uint64_t now_ns);

/* Would the next tick begin a round? */
bool sampler_round_due(const struct sampler *sampler, uint64_t now_ns);

/* Leave this round out; only if it is due. */
void sampler_skip_round(struct sampler *sampler, uint64_t now_ns);

/* Time has passed. */
void sampler_tick(struct sampler *sampler, uint64_t now_ns);

/*
 * An answer from the bus driver, already copied: `length` bytes of `rx` are there. Anything but SPI_OK with
 * the length that was asked for is a failed transfer; an answer to another request is ignored.
 */
void sampler_answer(struct sampler *sampler, const struct spi_response *response, const uint8_t *rx,
                    uint32_t length, uint64_t now_ns);

/* The bus driver was restarted: a request under way is lost. */
void sampler_bus_restarted(struct sampler *sampler, uint64_t now_ns);

#endif
