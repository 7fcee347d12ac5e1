/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeds from the entropy driver: each message is ENTROPY_SEED_SIZE bytes that passed the health tests, given
 * to one client once. The driver keeps the ring full; a client that finds it empty asks to be notified.
 */
#ifndef POSTERN_PROTOCOL_ENTROPY_H
#define POSTERN_PROTOCOL_ENTROPY_H

#define ENTROPY_SEED_SIZE 64

enum entropy_kind { ENTROPY_SEED = 1 };

#endif
