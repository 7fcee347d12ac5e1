/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's command line. */
#ifndef COLLECTOR_OPTIONS_H
#define COLLECTOR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum exit_status {
    EXIT_ALL_GOOD = 0,
    EXIT_TROUBLE = 1, /* readings missing unexplained, out of order or malformed, or fewer than asked for */
    EXIT_USAGE = 2,   /* the command line, or a file that it names */
    EXIT_REFUSED = 3  /* the broker refuses the collector or a subscription */
};

struct options {
    const char *host, *ca, *certificate, *key, *id, *topic, *ledger_topic, *postmortem_topic;
    int port;
    uint64_t count; /* stop after so many readings; 0 = do not stop */
    bool json;
    bool live_first; /* late readings are no trouble */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

/* Fills options from the command line (strings stay in argv). Prints the help text on standard output for
 * OPTIONS_HELP, and what is wrong on standard error for OPTIONS_BAD. */
enum options_result options_read(int argc, char **argv, struct options *options);

#endif
