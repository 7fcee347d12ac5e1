/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines from any protection domain to the console: struct log_line, then the text (no newline, no
 * terminator). The sender's name is not in the message: the console knows whose ring it reads.
 */
#ifndef POSTERN_PROTOCOL_LOG_H
#define POSTERN_PROTOCOL_LOG_H

#include <stdint.h>

enum log_kind { LOG_LINE = 1 };

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_line {
    uint64_t time;  /* time CSR */
    uint32_t level; /* enum log_level */
    uint32_t lost;  /* lines dropped before this one because the ring was full */
};

#endif
