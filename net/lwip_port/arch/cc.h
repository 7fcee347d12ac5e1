/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lwIP asks of compiler and platform. A failed assertion stops the component in every build: its
 * invariants guard memory that packets steer, and the supervisor starts the component again.
 */
#ifndef NET_LWIP_CC_H
#define NET_LWIP_CC_H

#include <limits.h>
#include <sys/types.h>
#include "lwip_port.h"

/* picolibc has the type and not the limit, and lwIP defines both where the limit is missing. */
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif

#define LWIP_NO_UNISTD_H 1

#define LWIP_PLATFORM_DIAG(x) \
    do {                      \
    } while (0)
#define LWIP_PLATFORM_ASSERT(message) port_assert_failed(message)

#endif
