/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenSSL's TLS server as a child process on loopback, and certificates for both ends, for tests of the TLS
 * engine. */
#ifndef POSTERN_TESTS_CRYPTO_SERVER_H
#define POSTERN_TESTS_CRYPTO_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct crypto_server {
    pid_t pid;
    unsigned port;
};

/* Makes the folder of keys and certificates; its path, or NULL. Removed by crypto_pki_remove. */
const char *crypto_pki_create(void);
void crypto_pki_remove(void);

/* Whole file of the folder, terminated, to be freed by the caller; fails the test if it is not there. */
char *crypto_pki_read(const char *name);

/* Starts `openssl s_server` in the folder with the server's identity NAME.pem/NAME.key and further arguments
 * (a NULL ends them). It sends every line back reversed. */
struct crypto_server crypto_server_start(const char *identity, const char *const *arguments);
void crypto_server_stop(struct crypto_server *server);

/* A connected non-blocking socket. */
int crypto_server_connect(const struct crypto_server *server);

#endif
