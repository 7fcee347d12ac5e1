/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's configuration, which differs from build to build and lies in a folder of its own.
 */
#ifndef SEL4_CONFIG_H
#define SEL4_CONFIG_H

#include <kernel/gen_config.h>

#endif
