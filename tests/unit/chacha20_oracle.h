/* SPDX-License-Identifier: BSD-2-Clause */
/* Read before the library's ChaCha20, which is then compiled under other names, to compare the product's
 * with. */
#ifndef CHACHA20_ORACLE_H
#define CHACHA20_ORACLE_H

#include "mbedtls/build_info.h"

#undef MBEDTLS_CHACHA20_ALT
#define mbedtls_chacha20_init   oracle_init
#define mbedtls_chacha20_free   oracle_free
#define mbedtls_chacha20_setkey oracle_setkey
#define mbedtls_chacha20_starts oracle_starts
#define mbedtls_chacha20_update oracle_update
#define mbedtls_chacha20_crypt  oracle_crypt

#endif
