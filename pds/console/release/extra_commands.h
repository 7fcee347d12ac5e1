/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Release builds have no further commands.
 */
#ifndef EXTRA_COMMANDS_H
#define EXTRA_COMMANDS_H

#define EXTRA_COMMANDS

#endif
