/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SipHash-2-4, the keyed hash that makes TCP initial sequence numbers unpredictable (RFC 6528).
 */
#ifndef NET_SIPHASH_H
#define NET_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_BYTES 16

/* The 64-bit SipHash-2-4 of `len` bytes at `data` under `key` (both borrowed for the call). Cannot fail. */
uint64_t siphash24(const uint8_t key[SIPHASH_KEY_BYTES], const void *data, size_t len);

#endif
