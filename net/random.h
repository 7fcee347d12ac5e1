/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The component's one source of unpredictable numbers, fed from the entropy ring.
 */
#ifndef NET_RANDOM_H
#define NET_RANDOM_H

#include <stdbool.h>
#include <postern/ring.h>

/* Start over, unseeded. `seeds` is the consumer's side of the entropy ring and stays borrowed. */
void random_start(struct ring *seeds);

/*
 * Take one seed from the ring if there is one. True once the generator is seeded, false while it waits; then
 * the entropy driver has been asked for a notification. The first success also draws the key of the sequence
 * numbers.
 */
bool random_seed(void);

/* How many messages of the ring were no seeds. */
uint64_t random_bad_seeds(void);

#endif
