/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers for lwIP, and TCP initial sequence numbers. */
#include "random.h"

#include <string.h>
#include <postern/protocol/entropy.h>
#include "csprng.h"
#include "siphash.h"
#include "lwip_port.h"

static struct ring *seeds;
static struct csprng generator;
static uint8_t isn_key[SIPHASH_KEY_BYTES];
static bool key_drawn;
static uint64_t bad_seeds;

void random_start(struct ring *ring)
{
    seeds = ring;
    memset(&generator, 0, sizeof(generator));
    key_drawn = false;
}

static bool take_seed(void)
{
    uint8_t seed[ENTROPY_SEED_SIZE];
    uint32_t kind;
    uint32_t length;
    bool taken = false;

    for (uint32_t i = 0; i <= ring_batch(seeds) && !taken; i++) {
        enum ring_status status = ring_pop(seeds, &kind, seed, sizeof(seed), &length);
        if (status == RING_EMPTY || status == RING_PEER_BAD) {
            break;
        }
        if (status == RING_OK && kind == ENTROPY_SEED && length == sizeof(seed)) {
            csprng_mix(&generator, seed, sizeof(seed));
            taken = true;
        } else if (status != RING_RESTARTED) {
            bad_seeds++;
        }
    }
    memset(seed, 0, sizeof(seed));
    return taken;
}

uint64_t random_bad_seeds(void)
{
    return bad_seeds;
}

bool random_seed(void)
{
    while (!take_seed() && !csprng_ready(&generator) && ring_consumer_has_more(seeds)) {
    }
    if (csprng_ready(&generator) && !key_drawn) {
        csprng_bytes(&generator, isn_key, sizeof(isn_key));
        key_drawn = true;
    }
    return csprng_ready(&generator);
}

uint32_t port_random(void)
{
    return csprng_u32(&generator);
}

uint32_t port_tcp_isn(uint32_t local_ip, uint16_t local_port, uint32_t remote_ip, uint16_t remote_port)
{
    const struct {
        uint32_t ip[2];
        uint16_t port[2];
    } ends = {{local_ip, remote_ip}, {local_port, remote_port}};

    return (uint32_t)(siphash24(isn_key, &ends, sizeof(ends)) + port_now_us() / 4);
}
