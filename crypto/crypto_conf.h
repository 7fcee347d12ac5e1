/* SPDX-License-Identifier: BSD-2-Clause */
/* The crypto service's own configuration: which server, and under which name. Nobody else decides that. */
#ifndef POSTERN_CRYPTO_CONF_H
#define POSTERN_CRYPTO_CONF_H

#include <stddef.h>
#include <stdint.h>

#include <postern/protocol/stream.h>

#define CRYPTO_CONF_PROBLEM 96U

struct crypto_conf {
    char host[STREAM_HOST_MAX];    /* server.host: the name that the certificate must carry */
    char address[STREAM_HOST_MAX]; /* server.address: where TCP connects to; the host unless given */
    uint16_t port;                 /* server.port, 8883 unless given */
    char problem[CRYPTO_CONF_PROBLEM];
};

/* Parses `key = value` text of at most size bytes (a NUL ends it early). 0, or -1 with the problem in words
 * that name the line and the key. */
int crypto_conf_parse(struct crypto_conf *conf, const char *text, size_t size);

#endif
