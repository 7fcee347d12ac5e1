/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRC-32 (IEEE 802.3, reflected), against accidents: torn writes, worn media, memory that lost its power. It
 * does not stop an attacker.
 */
#ifndef POSTERN_CRC32_H
#define POSTERN_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Goes on with `crc` (0 at the start) over `length` bytes. */
uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, size_t length);

#endif
