/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's table of protection domains, in a page that the console reads, and the pulse. The console
 * copies an entry and distrusts it.
 */
#ifndef POSTERN_PROTOCOL_PD_STATES_H
#define POSTERN_PROTOCOL_PD_STATES_H

#include <stdint.h>

#define PD_STATES_MAX 63
#define PD_STATE_NAME 24

/* In place of a fault's label: it was stopped because it made no progress, or because it used up its budget
 * again and again. */
#define PD_NO_PROGRESS 0xffffffffu
#define PD_OVER_BUDGET 0xfffffffeu

enum pd_condition {
    PD_RUNNING = 1,
    PD_HELD = 2,      /* stopped, until the operator restarts it */
    PD_WAITING = 3,   /* stopped, to be restarted soon */
    PD_DEGRADED = 4,  /* off, to be tried again later */
    PD_REBOOTING = 5, /* stopped, and the machine is about to be reset */
    PD_LEFT_OUT = 6   /* not started: the safe composition goes without it */
};

struct pd_state {
    char name[PD_STATE_NAME]; /* NUL-terminated */
    uint32_t condition;       /* enum pd_condition */
    uint32_t fault;           /* label of the last fault message, or one of the above, 0: none */
    uint64_t pc;              /* of the last fault */
    uint64_t address;         /* of the last memory fault */
    uint64_t time;            /* time CSR at the last change */
    uint32_t restarts;        /* since the supervisor started */
    uint32_t exhausted;       /* how often it had no budget left, where that is told; wraps */
};

#define BOOT_RECORD_MAGIC 0x544f4f42u

/* Survives a reset of the machine. */
struct boot_record {
    uint32_t magic;
    uint32_t unclean; /* boots in a row that did not last, this one included until it has */
    uint32_t safe;    /* 1: this boot runs the safe composition */
    uint32_t crc;     /* CRC-32 of what is before */
};

struct pd_states_page {
    uint32_t count;
    uint32_t rounds; /* of the supervisor: it has looked at everybody and done what was due; wraps */
    struct pd_state pd[PD_STATES_MAX];
    struct boot_record boot; /* all else begins anew with each boot */
};

#endif
