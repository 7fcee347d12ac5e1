/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's address space on the host: physical addresses are offsets in this program, and seal makes the
 * section .sealed (sealed.ld) read-only for good, so that a store there ends the run.
 */
#include "machine/kernel_map.h"
#include <string.h>
#include <sys/mman.h>

#define ROOT_ENTRY 0x2000000021u

extern const u8 __executable_start[];
extern const u8 _end[];
extern u8 __sealed_start[];
extern u8 __sealed_end[];

u64 kernel_map_physical(const void *object)
{
    return (u64)(uintptr_t)object - (u64)(uintptr_t)__executable_start + host.image_paddr;
}

void kernel_map_init(u64 image_paddr)
{
    host.image_paddr = image_paddr;
}

u64 kernel_map_root_entry(void)
{
    return ROOT_ENTRY;
}

const void *host_object(u64 paddr)
{
    return __executable_start + (paddr - host.image_paddr);
}

u64 kernel_map_image_size(void)
{
    return (u64)(uintptr_t)_end - (u64)(uintptr_t)__executable_start;
}

void kernel_map_boot(u64 paddr)
{
    (void)paddr;
}

void kernel_map_forget_boot(void)
{
    host_place_boot(NULL, 0);
}

void kernel_map_plic(u64 priority, u64 enable, u64 context)
{
    (void)priority;
    (void)enable;
    (void)context;
}

void kernel_map_seal(void)
{
    if (mprotect(__sealed_start, (size_t)(__sealed_end - __sealed_start), PROT_READ) != 0)
        host_stop("mprotect");
    host.sealed = true;
}
