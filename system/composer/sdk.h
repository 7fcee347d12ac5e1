/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SDK folder: where the tool finds the files of a board and configuration.
 */
#ifndef COMPOSER_SDK_H
#define COMPOSER_SDK_H

#include "arena.h"
#include "microkit_options.h"

/*
 * Fill in what the SDK provides: board file, kernel (unless given), loader and initialiser; paths live in the
 * arena. An unknown board or configuration is reported with those that there are; false then.
 */
bool sdk_resolve(struct microkit_options *options, struct arena *arena);

#endif
