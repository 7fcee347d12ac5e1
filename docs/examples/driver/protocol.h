/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two calls of the chain. A request has no words; any other request gets ANSWER_REFUSED.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum request {
    REQUEST_SECONDS = 1, /* to the driver; answer: one word, seconds since 1970 */
    REQUEST_DATE         /* to the calendar; answer: three words, year, month, day */
};

enum answer { ANSWER_OK, ANSWER_REFUSED };

#endif
