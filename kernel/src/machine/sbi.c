/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of the firmware below the kernel (SBI): timer, console byte, reset, power off. */
#include "machine/machine.h"
#include "machine/csr.h"

#define SBI_LEGACY_PUTCHAR  1
#define SBI_LEGACY_SHUTDOWN 8
#define SBI_TIME            0x54494d45
#define SBI_SYSTEM_RESET    0x53525354
#define SBI_POWER_OFF       0
#define SBI_COLD_REBOOT     1
#define SBI_WARM_REBOOT     2
#define SBI_FAILURE         1 /* the reason of a reset */

static bool use_stimecmp;

static void sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1)
{
    register u64 a0 __asm__("a0") = arg0;
    register u64 a1 __asm__("a1") = arg1;
    register u64 a6 __asm__("a6") = function;
    register u64 a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void machine_timer_init(bool has_stimecmp)
{
    use_stimecmp = has_stimecmp;
}

void machine_set_timer(u64 deadline)
{
    if (use_stimecmp)
        machine_set_stimecmp(deadline);
    else
        sbi_call(SBI_TIME, 0, deadline, 0);
}

void machine_putchar(u8 byte)
{
    sbi_call(SBI_LEGACY_PUTCHAR, 0, byte, 0);
}

_Noreturn void machine_reset(void)
{
    sbi_call(SBI_SYSTEM_RESET, 0, SBI_WARM_REBOOT, SBI_FAILURE);
    sbi_call(SBI_SYSTEM_RESET, 0, SBI_COLD_REBOOT, SBI_FAILURE);
    machine_power_off();
}

_Noreturn void machine_power_off(void)
{
    sbi_call(SBI_SYSTEM_RESET, 0, SBI_POWER_OFF, 0);
    sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0);
    machine_enable(0);
    for (;;)
        machine_wait();
}
