/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader tells the kernel and what the kernel tells the root task.
 * Entry to the kernel: MMU off, S-mode, interrupts off, at the first byte of the kernel image, with
 *   a0 physical address of struct pn_boot, which begins a page.
 * Entry to the root task: U-mode at root_entry, sp = root_sp, a0 = PN_BOOTINFO_VADDR, where struct
 * pn_bootinfo lies in a read-only page. Its message buffer is at PN_MSGBUF_VADDR; it may read the cycle and
 * instret counters.
 */
#ifndef POSTERN_BOOT_H
#define POSTERN_BOOT_H

#include <stdint.h>
#include <postern/limits.h>

#define PN_BOOT_MAGIC      0x32544f4f424e5450 /* "PTNBOOT2" */
#define PN_BOOTINFO_MAGIC  0x314f464e494e5450 /* "PTNINFO1" */
#define PN_BOOT_SEGMENTS   8
#define PN_BOOTINFO_VADDR  0x3ffffff000      /* of the root task only */
#define PN_PHYSICAL_TOP    0x100000000000000 /* physical addresses have 56 bits */
#define PN_TIMEBASE_MIN_HZ 1000000
#define PN_TIMEBASE_MAX_HZ 1000000000

/* A piece of the root task: contents already in place, whole pages, rights PN_READ/PN_WRITE/PN_EXEC (W^X). */
struct pn_boot_segment {
    uint64_t paddr;
    uint64_t vaddr;
    uint64_t size;
    uint64_t rights;
};

/* What the composer decided. Everything in [kernel_paddr, kernel_paddr + kernel_size) is the kernel's. */
struct pn_boot_system {
    uint64_t kernel_paddr;
    uint64_t kernel_size;
    uint64_t root_entry;
    uint64_t root_sp;
    uint64_t root_segment_count;
    struct pn_boot_segment root_segment[PN_BOOT_SEGMENTS];
};

/* Physical memory or device registers that nobody uses yet. */
struct pn_boot_untyped {
    uint64_t paddr;
    uint64_t size;
    uint64_t is_device; /* 0 or 1 */
};

/* What the loader read in the device tree, for the hart that booted. */
struct pn_boot_machine {
    uint64_t timebase_hz; /* of the time CSR: PN_TIMEBASE_MIN_HZ .. PN_TIMEBASE_MAX_HZ */
    uint64_t plic_paddr;
    uint64_t plic_size;
    uint64_t plic_context; /* of S-mode on this hart */
    uint64_t irq_sources;  /* of the PLIC: 1 .. PN_MAX_IRQS - 1 */
    uint64_t has_sstc;     /* 0 or 1, as all that follows "has" */
    uint64_t has_fpu;      /* extension D */
    uint64_t untyped_count;
    struct pn_boot_untyped untyped[PN_MAX_UNTYPEDS];
};

/* Loader to kernel, in one page. The kernel copies it, checks every field, and stops with a reason if one is
 * wrong: kernel, PLIC, root segments and untypeds are whole pages and disjoint. */
struct pn_boot {
    uint64_t magic;
    uint64_t size; /* sizeof(struct pn_boot) */
    struct pn_boot_system system;
    struct pn_boot_machine machine;
};

/* Kernel to root task: one untyped capability each, in the order of the loader's list. */
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
