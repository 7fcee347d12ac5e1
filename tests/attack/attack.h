/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What attacker, referee and test agree on: the page in which the attacker says what must happen next, the
 * table of acts that the test computes from the composer's account of the image, and the attacker's ways to
 * pause and end.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdint.h>

/* Numbers of system calls that do not exist: the referee takes them for what they say here. */
#define ATTACK_PAUSE (-5001) /* go on at `resume` after the next pulse */
#define ATTACK_END   (-5002) /* stop being hostile: fault for good */
#define ATTACK_BEGIN (-5003) /* the supervisor: take me over */

#define ATTACK_WRONG 4u

/* An act that went otherwise than it must. */
struct attack_wrong {
    uint64_t act, what, expected, got;
};

/* Written by the attacker, read by the supervisor. */
struct attack_page {
    uint64_t entry;   /* where to send a program that is taken over; 0: not up yet */
    uint64_t resume;  /* where to go on after a fault */
    uint64_t label;   /* the fault that the act must end in (enum pn_fault), 0: none must come */
    uint64_t address; /* its address, capability, system call number or, for an exception, its pc */
    uint64_t cause;   /* scause of VM faults and exceptions */
    uint64_t acts, faults, answers, rounds, wrongs;
    struct attack_wrong wrong[ATTACK_WRONG];
};

/* The table: 64-bit words, lowest byte first. */
#define ATTACK_MAGIC UINT64_C(0x3153544341545041) /* "APTACTS1" */

struct attack_table {
    uint64_t magic;
    uint64_t probes, slots, rings, shares, devices;           /* entries of each list */
    uint64_t probe_at, slot_at, ring_at, share_at, device_at; /* byte offsets of the lists */
};

/* A probe is an address, a multiple of 8, with these in its low bits. */
#define PROBE_LOAD  0u
#define PROBE_STORE 1u
#define PROBE_FETCH 2u
#define PROBE_KIND  3u
#define PROBE_FAULT 4u /* it must end in a page fault; otherwise it must not */

enum slot_kind {
    SLOT_INPUT = 1,
    SLOT_REPLY,
    SLOT_SIGNAL,
    SLOT_CALL,
    SLOT_IRQ,
    SLOT_TCB,
};
struct attack_slot {
    uint64_t slot, kind;
};

/* Own half of a ring. slots 0: a consumer's. */
struct attack_ring {
    uint64_t own, peer, slots, slot_size, signal; /* signal: the capability slot */
};
struct attack_share {
    uint64_t address, size;
};

enum device_kind {
    DEVICE_VIRTIO = 1,
    DEVICE_UART,
    DEVICE_RTC,
};
struct attack_device {
    uint64_t kind, regs, dma, dma_paddr, dma_size;
};

#endif
