/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader tells the kernel and what the kernel tells the root task.
 * Entry to the kernel: MMU off, S-mode, interrupts off, at the first byte of the kernel image, with
 *   a0 hart id   a1 physical address of the device tree   a2 physical address of struct pn_boot.
 * Entry to the root task: U-mode at root_entry, sp = root_sp, a0 = PN_BOOTINFO_VADDR, where struct
 * pn_bootinfo lies in a read-only page. Its message buffer is at PN_MSGBUF_VADDR; it may read the cycle and
 * instret counters.
 */
#ifndef POSTERN_BOOT_H
#define POSTERN_BOOT_H

#include <stdint.h>
#include <postern/limits.h>

#define PN_BOOT_MAGIC     0x31544f4f424e5450 /* "PTNBOOT1" */
#define PN_BOOTINFO_MAGIC 0x314f464e494e5450 /* "PTNINFO1" */
#define PN_BOOT_SEGMENTS  8
#define PN_BOOTINFO_VADDR 0x3ffffff000 /* of the root task only */

/* A piece of the root task: contents already in place, whole pages, rights PN_READ/PN_WRITE/PN_EXEC (W^X). */
struct pn_boot_segment {
    uint64_t paddr;
    uint64_t vaddr;
    uint64_t size;
    uint64_t rights;
};

/* Loader to kernel. The kernel checks every field against the device tree and its own limits and stops with a
 * reason if one is wrong. Everything in [kernel_paddr, kernel_paddr + kernel_size) is the kernel's. */
struct pn_boot {
    uint64_t magic;
    uint64_t size; /* sizeof(struct pn_boot) */
    uint64_t kernel_paddr;
    uint64_t kernel_size;
    uint64_t ram_paddr; /* RAM that the image was composed for; the device tree must contain it */
    uint64_t ram_size;
    uint64_t root_entry;
    uint64_t root_sp;
    uint64_t root_segment_count;
    struct pn_boot_segment root_segment[PN_BOOT_SEGMENTS];
};

/* Kernel to root task: one untyped capability each. RAM untypeds are the RAM of the device tree from
 * ram_paddr on less kernel, root segments and device tree; device untypeds are the rest of the address space
 * less PLIC, CLINT, RAM and firmware. */
struct pn_untyped_desc {
    uint64_t paddr;
    uint64_t size;
    uint32_t slot;
    uint32_t is_device;
};

struct pn_bootinfo {
    uint64_t magic;
    uint64_t untyped_count;
    uint64_t first_free_slot; /* in the root CNode */
    uint64_t timebase_hz;
    uint64_t kernel_entry_time;    /* time CSR when the kernel was entered */
    uint64_t kernel_entry_instret; /* instret CSR then */
    struct pn_untyped_desc untyped[PN_MAX_UNTYPEDS];
};

#endif
