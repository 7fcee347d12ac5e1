/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's configuration: text of `key = value` lines, checked in full before anything is used. */
#ifndef POSTERN_JOURNAL_CONF_H
#define POSTERN_JOURNAL_CONF_H

#include "store.h"

#define JOURNAL_ERROR_SIZE 96

struct journal_conf {
    struct store_settings settings;
    uint32_t segment_size; /* bytes, 0: chosen by the size of the medium */
};

/*
 * Keys, all optional:
 *   policy           drop-oldest (default), drop-newest, hold: what a full journal does
 *   commit_readings  1..96, default 3: a frame is written when so many readings wait
 *   commit_ms        0..60000, default 20: or when the oldest has waited so long
 *   release_ms       10..600000, default 1000: deliveries are noted after this time even if no readings come
 *   thin_percent     0..100, default 0 (never): from this fill on only one sample in thin_keep is kept
 *   thin_keep        1..1000, default 10
 *   segment_kib      0..65536, default 0 (automatic)
 *   dead_readings    0..64, default 64: so many refused readings are kept
 * False: *error says which line and key is wrong, and why; *conf then holds the defaults.
 */
bool journal_conf_read(struct journal_conf *conf, const char *text, size_t size,
                       char error[JOURNAL_ERROR_SIZE]);

#endif
