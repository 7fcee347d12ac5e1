/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots that are empty refuse everything; those that are not do what their kind does and nothing else.
 */
#include <postern/abi.h>
#include "act.h"
#include "methods.h"

#define LABELS       52u /* methods are 1..43 */
#define LAST_SLOT    PN_MAX_CPTR
#define INFO(l, n)   ((uint64_t)(l) << PN_MSGINFO_LABEL_SHIFT | (n))
#define LABEL_OF(i)  ((i) >> PN_MSGINFO_LABEL_SHIFT)
#define OTHER_ANSWER UINT64_MAX

static const uint64_t reply_slot = 4;

/* The calls that a capability can be used with. Those that return when there is nothing to receive come last.
 */
static const long receiving[] = {PN_SYS_RECV,       PN_SYS_WAIT,        PN_SYS_NBRECV,     PN_SYS_NBWAIT,
                                 PN_SYS_REPLY_RECV, PN_SYS_NBSEND_RECV, PN_SYS_NBSEND_WAIT};

static bool in_construction(uint64_t label)
{
    switch (label) {
    case PN_UNTYPED_RETYPE:
    case PN_CNODE_DERIVE:
    case PN_CNODE_DELETE:
    case PN_TCB_CONFIGURE:
    case PN_TCB_SET_SCHED:
    case PN_TCB_BIND_NOTIFICATION:
    case PN_TCB_SET_START:
    case PN_PAGE_TABLE_MAP:
    case PN_FRAME_MAP:
    case PN_FRAME_UNMAP:
    case PN_IRQ_SET_NOTIFICATION:
    case PN_SYSTEM_IRQ:
    case PN_SYSTEM_SCHED:
    case PN_SYSTEM_SEAL:
    case PN_SYSTEM_DOMAIN:
        return true;
    default:
        return false;
    }
}

/* What the supervisor is trusted with, and could do its worst with. */
static bool over_threads(uint64_t label)
{
    return label >= PN_TCB_WRITE_REGISTERS && label <= PN_TCB_EPOCH;
}

/* What a call with this label must be answered with. */
static uint64_t answer_of(uint64_t kind, uint64_t label)
{
    switch (kind) {
    case SLOT_SIGNAL: /* a signal, whatever the label */
    case SLOT_REPLY:  /* an answer to nobody */
        return PN_OK;
    case SLOT_CALL:
        return OTHER_ANSWER;
    case SLOT_IRQ:
        return label == PN_IRQ_ACK      ? (uint64_t)PN_OK
               : in_construction(label) ? (uint64_t)PN_ERR_SEALED
                                        : (uint64_t)PN_ERR_ILLEGAL_OPERATION;
    case SLOT_TCB:
        return in_construction(label) ? (uint64_t)PN_ERR_SEALED : (uint64_t)PN_ERR_ILLEGAL_OPERATION;
    default: /* empty, or good for receiving only */
        return PN_ERR_INVALID_CAPABILITY;
    }
}

static void call(uint64_t slot, uint64_t kind, uint64_t label, uint64_t words)
{
    uint64_t expected = answer_of(kind, label);
    uint64_t got = LABEL_OF(act_call(PN_SYS_CALL, slot, reply_slot, INFO(label, words), false));

    if (expected != OTHER_ANSWER && got != expected) {
        act_wrong(slot << 16 | label, expected, got);
    }
}

static void try_empty(uint64_t slot)
{
    for (uint64_t label = 0; label < LABELS; label++) {
        call(slot, 0, label, 6);
    }
}

/* Sends and receives that stop the caller: a sample of the slots is enough. */
static void try_stopped(uint64_t slot)
{
    (void)act_call(PN_SYS_SEND, slot, reply_slot, INFO(PN_FAULT_VM, 4), true);
    for (unsigned i = 0; i < sizeof receiving / sizeof receiving[0]; i++) {
        (void)act_call(receiving[i], slot, reply_slot, INFO(0, 1), true);
    }
    (void)act_call(PN_SYS_NBSEND, slot, reply_slot, INFO(PN_FAULT_CAP, 4), false);
}

static void try_held(uint64_t slot, uint64_t kind)
{
    for (uint64_t label = 0; label < LABELS; label++) {
        for (uint64_t words = 0; words <= PN_MAX_MSG && !(kind == SLOT_TCB && over_threads(label));
             words += 40) {
            call(slot, kind, label, words);
        }
    }
    call(slot, kind, UINT64_C(0xfffffffffffff), PN_MSGINFO_LENGTH_MASK);
    if (kind == SLOT_INPUT) {
        (void)act_call(PN_SYS_SEND, slot, reply_slot, INFO(PN_FAULT_VM, 4), true);
        return;
    }
    for (unsigned i = 0; i < sizeof receiving / sizeof receiving[0]; i++) {
        (void)act_call(receiving[i], slot, reply_slot, INFO(0, 0), true);
    }
}

static uint64_t kind_of(const struct attack_table *table, uint64_t slot)
{
    const struct attack_slot *held = (const void *)((const uint8_t *)table + table->slot_at);

    for (uint64_t i = 0; i < table->slots; i++) {
        if (held[i].slot == slot) {
            return held[i].kind;
        }
    }
    return 0;
}

static void try_unknown(void)
{
    static const long number[] = {0,   1,   2,   93,   -13,  -15,  -16,       -18,
                                  -19, -20, -64, -100, -101, -102, INT64_MIN, INT64_MAX};

    for (unsigned i = 0; i < sizeof number / sizeof number[0]; i++) {
        act_unknown(number[i]);
    }
}

void methods_try(const struct attack_table *table)
{
    for (uint64_t slot = 0; slot <= LAST_SLOT; slot++) {
        uint64_t kind = kind_of(table, slot);

        if (kind != 0) {
            try_held(slot, kind);
            continue;
        }
        try_empty(slot);
        if (slot % 16 == 0 || slot < 16) {
            try_stopped(slot);
        }
    }
    for (unsigned bit = 11; bit < 64; bit++) {
        try_empty(UINT64_C(1) << bit);
        try_empty(UINT64_C(1) << bit | 1);
        try_stopped(UINT64_C(1) << bit);
    }
    try_unknown();
}
