/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lwIP asks of the program around it (lwip_port.h), in the component: the machine's counter is its
 * clock. Tests bring a clock of their own.
 */
#include <lwip/sys.h>
#include <postern/clock.h>
#include <postern/log.h>
#include "lwip_port.h"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)

uint64_t port_now_us(void)
{
    return clock_ns() / NS_PER_US;
}

u32_t sys_now(void)
{
    return (u32_t)(clock_ns() / NS_PER_MS);
}

void port_assert_failed(const char *message)
{
    log_error("lwIP: %s", message);
    __builtin_trap();
}
