/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mbedTLS 3.6 build of Postern: a TLS 1.3 client with mutual authentication and nothing else. One curve
 * (P-256, through the p256-m driver, so no bignum library), two AEADs, two hashes, no file system, no heap.
 */
#ifndef POSTERN_MBEDTLS_CONFIG_H
#define POSTERN_MBEDTLS_CONFIG_H

/* Platform: memory from one static arena, time and randomness from tls_platform.c and seed_pool.c. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_MEMORY_DEBUG                /* keeps the peak of the arena, which is published as a metric */
#define MBEDTLS_MEMORY_ALIGN_MULTIPLE       8
#define MBEDTLS_PLATFORM_STD_CALLOC         NULL /* a call before the arena is given faults */
#define MBEDTLS_PLATFORM_STD_FREE           NULL
#define MBEDTLS_PLATFORM_FPRINTF_MACRO(...) ((void)0)
#define MBEDTLS_PLATFORM_EXIT_MACRO         tls_platform_exit
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_TIME_MACRO tls_platform_time
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_ENTROPY_FORCE_SHA256
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_CTR_DRBG_RESEED_INTERVAL 1000

/* PSA: volatile keys only. The caller's buffers belong to this PD alone, so PSA need not copy them. */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_USE_PSA_CRYPTO
#define MBEDTLS_PSA_CRYPTO_CONFIG
#define MBEDTLS_PSA_CRYPTO_CONFIG_FILE "psa_config.h"
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
#define MUL64_IS_CONSTANT_TIME /* RV64 and x86-64 multiply 32 x 32 in constant time */

/* Ciphers: ChaCha20-Poly1305 first (5 times cheaper than AES without crypto instructions, no tables). */
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_CHACHA20_ALT /* crypto/chacha20 */
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_GCM_C

/* Certificates */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_REMOVE_INFO
#define MBEDTLS_X509_MAX_INTERMEDIATE_CA 4

/* TLS 1.3 client */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096

#include <time.h>
/* The hooks named above; tls_platform.c implements them. */
time_t tls_platform_time(time_t *out);
_Noreturn void tls_platform_exit(int status);

#endif
