/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel invocations as the initialiser needs them, and what happens when one fails.
 */
#ifndef INITIALISER_INVOKE_H
#define INITIALISER_INVOKE_H

#include <stdint.h>

#include <postern/abi.h>

#define INVOKE_WORDS 6

struct invocation {
    uint64_t cap;
    enum pn_method method;
    uint64_t word[INVOKE_WORDS];
};

/* Call the kernel; answers its error. */
uint64_t invoke(const struct invocation *in);

/* Call the kernel; if it refuses, stop with "initialiser: WHAT for 'NAME': error N". */
void invoke_or_stop(const struct invocation *in, const char *what, const char *name);

#endif
