/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readings that were sent last, so that they can be sent again to a journal that started anew and had not
 * made them durable.
 */
#ifndef BACKLOG_H
#define BACKLOG_H

#include <postern/protocol/reading.h>

#define BACKLOG_SIZE 64u /* what a ring holds, at most */

struct backlog {
    struct reading at[BACKLOG_SIZE];
    uint64_t count; /* added so far; the last BACKLOG_SIZE of them are kept */
};

/* Add a reading; numbers ascend. The oldest gives way. */
void backlog_add(struct backlog *backlog, const struct reading *reading);

/* The numbers of all readings kept become higher by so much. */
void backlog_shift(struct backlog *backlog, uint64_t by);

/* The first reading kept whose number is at least `seq`, NULL: none. */
const struct reading *backlog_from(const struct backlog *backlog, uint64_t seq);

#endif
