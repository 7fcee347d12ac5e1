/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many boots in a row did not last: a record in memory that outlives a reset of the machine. Pure.
 */
#ifndef SUPERVISOR_BOOTS_H
#define SUPERVISOR_BOOTS_H

#include <stdbool.h>
#include <postern/protocol/pd_states.h>

/* This boot begins and counts as one that will not last. After power on the record holds anything, which its
 * checksum tells. True: there were `limit` (at least 1) such boots already; run the safe composition only. */
bool boots_begin(struct boot_record *record, uint32_t limit);

/* No boot so far is held against the next one. */
void boots_forgive(struct boot_record *record);

#endif
