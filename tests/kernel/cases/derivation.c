/* SPDX-License-Identifier: BSD-2-Clause */
/* Deriving and deleting: capabilities only get weaker, objects stay. */
#include "cases.h"
#include "../lib/puppet.h"

static cptr ep;
static cptr reply;
static cptr ntfn;

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
}

/* Which of reading and writing a notification capability has; it is bound, so nothing happens. */
static word notification_rights(cptr bound_tcb, cptr c)
{
    word read = invoke1(bound_tcb, PN_TCB_BIND_NOTIFICATION, c) == PN_ERR_ILLEGAL_OPERATION ? PN_READ : 0;
    word write = label_of(call(c, 0, 0, 0, 0, 0).a1) == PN_OK ? PN_WRITE : 0;
    return read | write;
}

static void intersection(void)
{
    make();
    struct thread t = thread_new();
    CHECK_EQ(invoke1(t.tcb, PN_TCB_BIND_NOTIFICATION, ntfn), PN_OK);
    for (word first = 0; first < 16; first++) {
        cptr parent = derived(ntfn, first, 0);
        for (word second = 0; second < 16; second++) {
            cptr child = derived(parent, second, 0);
            CHECK_EQ(notification_rights(t.tcb, child), first & second & (PN_READ | PN_WRITE));
            CHECK_EQ(notification_rights(t.tcb, parent), first & (PN_READ | PN_WRITE));
        }
    }
}

/* A mask has no bits that widen, however large. */
static void wide_mask(void)
{
    make();
    struct thread t = thread_new();
    CHECK_EQ(invoke1(t.tcb, PN_TCB_BIND_NOTIFICATION, ntfn), PN_OK);
    cptr reader = derived(ntfn, PN_READ, 0);
    CHECK_EQ(notification_rights(t.tcb, derived(reader, ~(word)0, 0)), PN_READ);
    CHECK_EQ(notification_rights(t.tcb, derived(ntfn, ~(word)0, 0)), PN_READ | PN_WRITE);
    CHECK_EQ(notification_rights(t.tcb, derived(ntfn, ~(word)15, 0)), 0);
}

static void badge_once(void)
{
    make();
    static const word badges[] = {1, 0x8000000000000000, ~(word)0, 0x123456789abcdef0};
    for (unsigned i = 0; i < 4; i++) {
        cptr c = derived(ntfn, PN_ALL_RIGHTS, badges[i]);
        cptr slot = new_slot();
        CHECK_EQ(derive(PN_ROOT_CNODE, slot, c, PN_ALL_RIGHTS, 5), PN_ERR_ILLEGAL_OPERATION);
        CHECK_EQ(derive(PN_ROOT_CNODE, slot, c, PN_ALL_RIGHTS, badges[i]), PN_ERR_ILLEGAL_OPERATION);
        /* No badge asked for: it is kept. */
        CHECK_EQ(derive(PN_ROOT_CNODE, slot, c, PN_WRITE, 0), PN_OK);
        signal(slot);
        CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, badges[i]);
    }
}

static void badge_for_two_kinds(void)
{
    make();
    cptr irq = new_slot();
    word words[4] = {5, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    const cptr others[] = {PN_ROOT_TCB,
                           PN_ROOT_CNODE,
                           PN_ROOT_VSPACE,
                           PN_ROOT_SYSTEM,
                           ram,
                           device,
                           reply,
                           irq,
                           new_object(PN_CAP_FRAME, PN_PAGE_BITS),
                           new_object(PN_CAP_PAGE_TABLE, 0),
                           new_object(PN_CAP_SCHED_CONTEXT, 0)};
    cptr slot = new_slot();
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_EQ(derive(PN_ROOT_CNODE, slot, others[i], PN_ALL_RIGHTS, 1), PN_ERR_ILLEGAL_OPERATION);
        CHECK_EQ(derive(PN_ROOT_CNODE, slot, others[i], PN_ALL_RIGHTS, 0), PN_OK);
        CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, slot), PN_OK);
    }
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, ep, PN_ALL_RIGHTS, 1), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, slot), PN_OK);
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, ntfn, PN_ALL_RIGHTS, 1), PN_OK);
}

/* Of several errors the first in the order of the manual is told. */
static void errors_in_order(void)
{
    make();
    cptr full = ep;
    cptr empty = new_slot();
    word words[4] = {PN_ROOT_SLOTS, empty, 0, 1};
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 3, NULL), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 4, NULL), PN_ERR_RANGE);
    words[0] = full;
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 4, NULL), PN_ERR_DELETE_FIRST);
    words[0] = empty;
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 4, NULL), PN_ERR_FAILED_LOOKUP);
    words[1] = PN_ROOT_TCB;
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 4, NULL), PN_ERR_ILLEGAL_OPERATION);
    words[3] = 0;
    CHECK_EQ(invoke(PN_ROOT_CNODE, PN_CNODE_DERIVE, words, 4, NULL), PN_OK);
    CHECK_EQ(invoke0(PN_ROOT_CNODE, PN_CNODE_DELETE), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, ~(word)0), PN_ERR_RANGE);
}

/* The source is looked up in the CNode of whoever asks, wherever the capability goes. */
static void source_is_own(void)
{
    make();
    cptr mine = new_object(PN_CAP_CNODE, 8);
    cptr other = new_object(PN_CAP_CNODE, 8);
    struct thread t = thread_new();
    t.cnode = mine;
    struct puppet p = puppet_of(t);
    CHECK_EQ(derive(mine, 1, other, PN_ALL_RIGHTS, 0), PN_OK);
    CHECK_EQ(derive(mine, 2, ntfn, PN_WRITE, 0x22), PN_OK);
    CHECK_EQ(derive(other, 5, PN_ROOT_TCB, PN_ALL_RIGHTS, 0), PN_OK);
    /* Slot 5 of the destination is full, slot 5 of its own is empty. */
    struct regs in = {.a0 = 1, .a1 = info(PN_CNODE_DERIVE, 4), .a2 = 3, .a3 = 5, .a4 = 15};
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(PN_ERR_FAILED_LOOKUP, 0));
    in.a3 = 2;
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
    CHECK_EQ(p.reg[R_A1], 0);
    /* It cannot reach its own CNode, for it has no capability to it. */
    for (word slot = 0; slot < 8; slot++) {
        in.a0 = slot;
        in.a1 = info(PN_CNODE_DELETE, 1);
        CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
        CHECK_EQ(label_of(p.reg[R_A1]) == PN_OK, slot == 1 || slot == 2);
    }
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0x22);
}

static void slot_zero(void)
{
    make();
    CHECK_EQ(derive(PN_ROOT_CNODE, 0, ntfn, PN_ALL_RIGHTS, 9), PN_OK);
    signal(0);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 9);
    /* As an argument, 0 goes on meaning "none". */
    struct thread t = thread_new();
    word words[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, 0, 0, 0};
    CHECK_EQ(invoke(t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 1, 0), PN_OK);
}

/* Capabilities go, objects and what is bound to them stay. */
static void object_survives(void)
{
    make();
    struct puppet p = puppet_new();
    struct regs in = {.a0 = derived(ep, PN_READ, 0), .a6 = derived(reply, 0, 0)};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, in.a0), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, in.a6), PN_OK);
    (void)send(PN_SYS_SEND, derived(ep, PN_WRITE, 4), info(0, 0), 0);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 4);
    /* The next time there is none. */
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), FAULTED);
}

static void bindings_survive(void)
{
    make();
    struct thread t = thread_new();
    t.notification = ntfn;
    struct puppet p = puppet_of(t);
    cptr one = derived(ntfn, PN_WRITE, 1);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, p.t.fault_endpoint), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, ntfn), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, p.t.sc), PN_OK);
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    signal(one);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 1);
}

static void slot_reused(void)
{
    make();
    static const word kinds[] = {PN_CAP_NOTIFICATION, PN_CAP_REPLY, PN_CAP_ENDPOINT, PN_CAP_VSPACE};
    cptr slot = new_slot();
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(retype(ram, kinds[i], 0, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
        CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, slot), PN_OK);
        CHECK_EQ(invoke0(slot, 0), PN_ERR_INVALID_CAPABILITY);
    }
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, ntfn, PN_WRITE, 3), PN_OK);
    signal(slot);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 3);
}

/* Who waits for an answer goes on waiting when one capability to the reply object goes. */
static void waiting_caller_survives(void)
{
    make();
    struct puppet p = puppet_new();
    struct regs in = {.a0 = derived(ep, PN_ALL_RIGHTS, 1)};
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), BLOCKED);
    cptr second = derived(reply, 0, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, 1);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, reply), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, in.a0), PN_OK);
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    (void)send(PN_SYS_SEND, second, info(2, 0), 0);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(2, 0));
}

static const struct test_case cases[] = {
    {"derivation: rights are those of both", intersection},
    {"derivation: no mask widens", wide_mask},
    {"derivation: a badge is given once and kept", badge_once},
    {"derivation: badges are for endpoints and notifications", badge_for_two_kinds},
    {"derivation: errors in their order", errors_in_order},
    {"derivation: the source is the caller's own", source_is_own},
    {"derivation: slot 0", slot_zero},
    {"derivation: a deleted capability leaves its object", object_survives},
    {"derivation: bindings outlive the capabilities", bindings_survive},
    {"derivation: a caller outlives the capabilities", waiting_caller_survives},
    {"derivation: an emptied slot takes anything", slot_reused},
};

const struct test_group derivation_group = GROUP(cases);
