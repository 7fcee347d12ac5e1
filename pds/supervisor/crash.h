/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a child, or the supervisor itself, fail on purpose: how recovery is tried out. The build chooses
 * whether there is such a thing.
 */
#ifndef SUPERVISOR_CRASH_H
#define SUPERVISOR_CRASH_H

#include <stdbool.h>
#include <microkit.h>

/* The child goes on at address 0, where nothing is mapped. False: not in this build. */
bool crash_child(microkit_child child);

/* The child runs in circles, takes all the time that it can get, and says nothing about it. False: not in
 * this build. */
bool stall_child(microkit_child child);

/* The supervisor itself faults, or never comes back. Returns if this build does neither. */
void crash_self(bool stall);

#endif
