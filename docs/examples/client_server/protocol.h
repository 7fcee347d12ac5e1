/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What client and server agree on.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/* Labels of requests. */
enum request {
    REQUEST_ADD = 1, /* two words: they are added; answer: one word */
    REQUEST_COUNT    /* no words; answer: one word, the requests served so far */
};

/* Labels of answers. */
enum answer {
    ANSWER_OK,
    ANSWER_REFUSED /* unknown request or wrong number of words; no words */
};

#endif
