/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What driver and client agree on. The driver signals its client when there is something to read.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum request {
    REQUEST_READ = 1, /* no words; answer: one word, the next byte, or ANSWER_EMPTY */
    REQUEST_WRITE     /* one word, a byte; no words in the answer */
};

enum answer { ANSWER_OK, ANSWER_EMPTY, ANSWER_REFUSED };

#endif
