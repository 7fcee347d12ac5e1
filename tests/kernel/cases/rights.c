/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights: every mask against everything that a right is for. */
#include "cases.h"
#include "../lib/puppet.h"

#define MASKS 16
#define PLACE 0x33000000

static cptr ep;
static cptr ntfn;
static cptr reply;
static cptr own_reply;

static struct puppet make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    own_reply = new_object(PN_CAP_REPLY, 0);
    return puppet_new();
}

/* A form of sending is tried with each mask. 'needed' rights: it waits for a receiver; less: 'refused'. */
static void each_mask_sends(int64_t form, word needed, enum outcome refused)
{
    struct puppet p = make();
    for (word mask = 0; mask < MASKS; mask++) {
        struct regs in = {.a0 = derived(ep, mask, 0x100 + mask), .a1 = info(1, 0)};
        bool allowed = (mask & needed) == needed;
        CHECK_EQ(puppet_try(&p, form, &in), allowed ? BLOCKED : refused);
        struct regs r = receive(PN_SYS_NBRECV, ep, reply);
        CHECK_EQ(r.a0, allowed ? 0x100 + mask : 0);
        (void)send(PN_SYS_SEND, reply, 0, 0);
        if (allowed)
            CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        else if (refused == RETURNED)
            CHECK_EQ(p.reg[R_A1], info(PN_ERR_INVALID_CAPABILITY, 0));
    }
}

static void sending(void)
{
    each_mask_sends(PN_SYS_SEND, PN_WRITE, FAULTED);
}

static void calling(void)
{
    each_mask_sends(PN_SYS_CALL, PN_WRITE | PN_CALL, RETURNED);
}

/* Non-blocking: delivered to somebody who waits, or lost. */
static void sending_now(void)
{
    struct puppet p = make();
    struct puppet listener = puppet_new();
    for (word mask = 0; mask < MASKS; mask++) {
        struct regs wait = {.a0 = ep, .a6 = reply};
        CHECK_EQ(puppet_try(&listener, PN_SYS_RECV, &wait), BLOCKED);
        struct regs in = {.a0 = derived(ep, mask, 0x100 + mask), .a1 = info(1, 0)};
        CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND, &in), RETURNED);
        enum outcome heard = puppet_outcome(&listener, NULL);
        CHECK_EQ(heard, (mask & PN_WRITE) != 0 ? RETURNED : BLOCKED);
        if (heard == RETURNED)
            CHECK_EQ(listener.reg[R_A0], 0x100 + mask);
        CHECK_EQ(invoke0(listener.t.tcb, PN_TCB_SUSPEND), PN_OK);
    }
}

static void receiving(void)
{
    struct puppet p = make();
    static const int64_t forms[] = {PN_SYS_RECV, PN_SYS_NBRECV, PN_SYS_WAIT, PN_SYS_NBWAIT,
                                    PN_SYS_REPLY_RECV};
    cptr sender = derived(ep, PN_WRITE, 7);
    for (unsigned f = 0; f < 5; f++) {
        for (word mask = 0; mask < MASKS; mask++) {
            struct regs in = {.a0 = derived(ep, mask, 0), .a6 = own_reply};
            bool allowed = (mask & PN_READ) != 0;
            bool polls = forms[f] == PN_SYS_NBRECV || forms[f] == PN_SYS_NBWAIT;
            enum outcome out = puppet_try(&p, forms[f], &in);
            CHECK_EQ(out, !allowed ? FAULTED : polls ? RETURNED : BLOCKED);
            (void)send(PN_SYS_NBSEND, sender, info(3, 0), 0);
            if (out == BLOCKED)
                CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
            CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, in.a0), PN_OK);
        }
    }
}

static void signalling(void)
{
    struct puppet p = make();
    static const int64_t forms[] = {PN_SYS_SEND, PN_SYS_NBSEND, PN_SYS_CALL};
    static const enum outcome refused[] = {FAULTED, RETURNED, RETURNED};
    for (unsigned f = 0; f < 3; f++) {
        for (word mask = 0; mask < MASKS; mask++) {
            struct regs in = {.a0 = derived(ntfn, mask, 0x10)};
            bool allowed = (mask & PN_WRITE) != 0;
            CHECK_EQ(puppet_try(&p, forms[f], &in), allowed ? RETURNED : refused[f]);
            CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, allowed ? 0x10 : 0);
        }
    }
}

static void waiting(void)
{
    struct puppet p = make();
    static const int64_t forms[] = {PN_SYS_WAIT, PN_SYS_NBWAIT, PN_SYS_RECV, PN_SYS_NBRECV};
    cptr one = derived(ntfn, PN_WRITE, 1);
    for (unsigned f = 0; f < 4; f++) {
        for (word mask = 0; mask < MASKS; mask++) {
            struct regs in = {.a0 = derived(ntfn, mask, 0x10)};
            bool allowed = (mask & PN_READ) != 0;
            signal(one);
            CHECK_EQ(puppet_try(&p, forms[f], &in), allowed ? RETURNED : FAULTED);
            CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, !allowed);
            CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, in.a0), PN_OK);
        }
    }
}

/* Having a reply object is the right to use it. */
static void answering(void)
{
    struct puppet p = make();
    struct puppet c = puppet_new();
    cptr none = derived(reply, 0, 0);
    struct regs out = {.a0 = ep};
    struct regs in = {.a0 = ep, .a6 = none};
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
        CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), RETURNED);
        (void)send(i == 0 ? PN_SYS_SEND : PN_SYS_NBSEND, none, info(5, 0), 0);
        CHECK_EQ(puppet_outcome(&c, NULL), RETURNED);
        CHECK_EQ(c.reg[R_A1], info(5, 0));
    }
}

static void thread_methods(void)
{
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    static const word reading[] = {PN_TCB_READ_REGISTERS, PN_TCB_EPOCH};
    static const word writing[] = {PN_TCB_WRITE_REGISTERS, PN_TCB_SUSPEND, PN_TCB_RESET, PN_TCB_SET_START};
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(t.tcb, mask, 0);
        for (unsigned m = 0; m < 2; m++)
            CHECK_EQ(invoke3(c, reading[m], 0, 0, 0),
                     (mask & PN_READ) != 0 ? PN_OK : PN_ERR_INVALID_CAPABILITY);
        for (unsigned m = 0; m < 4; m++)
            CHECK_EQ(invoke3(c, writing[m], 0, 0, 0),
                     (mask & PN_WRITE) != 0 ? PN_OK : PN_ERR_INVALID_CAPABILITY);
        /* Suspending while reading is writing. */
        word expected = mask & PN_READ ? (mask & PN_WRITE ? PN_OK : PN_ERR_INVALID_CAPABILITY)
                                       : PN_ERR_INVALID_CAPABILITY;
        CHECK_EQ(invoke2(c, PN_TCB_READ_REGISTERS, 1, 1), expected);
        /* Without it not even a method that does not exist is answered as such. */
        CHECK_EQ(invoke0(c, 99),
                 (mask & PN_WRITE) != 0 ? PN_ERR_ILLEGAL_OPERATION : PN_ERR_INVALID_CAPABILITY);
    }
}

static void cnode_changes(void)
{
    cptr target = new_object(PN_CAP_CNODE, 64);
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(target, mask, 0);
        word expected = (mask & PN_WRITE) != 0 ? PN_OK : PN_ERR_INVALID_CAPABILITY;
        CHECK_EQ(derive(c, mask, PN_ROOT_TCB, PN_ALL_RIGHTS, 0), expected);
        CHECK_EQ(invoke1(c, PN_CNODE_DELETE, mask), expected);
        CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, c, 20 + mask, 1, 0), expected);
        word words[4] = {1, 0, c, 40 + mask};
        CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), expected);
    }
}

/* Reading through a CNode that may not be changed is what every thread does. */
static void cnode_without_rights(void)
{
    cptr target = new_object(PN_CAP_CNODE, 8);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    CHECK_EQ(derive(target, 3, ntfn, PN_ALL_RIGHTS, 0x30), PN_OK);
    struct thread t = thread_new();
    t.cnode = derived(target, 0, 0);
    struct puppet p = puppet_of(t);
    struct regs in = {.a0 = 3};
    CHECK_EQ(puppet_try(&p, PN_SYS_SEND, &in), RETURNED);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0x30);
}

static void space_changes(void)
{
    cptr space = new_object(PN_CAP_VSPACE, 0);
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(space, frame, PLACE, PN_READ);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, space, PLACE), PN_OK);
    struct thread t = thread_new();
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(space, mask, 0);
        bool allowed = (mask & PN_WRITE) != 0;
        word expected = allowed ? PN_OK : PN_ERR_INVALID_CAPABILITY;
        CHECK_EQ(invoke3(frame, PN_FRAME_MAP, c, PLACE, PN_READ), expected);
        CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, c, PLACE), expected);
        word words[6] = {PN_ROOT_CNODE, c, 0, 0, 0, 0};
        CHECK_EQ(invoke(t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), expected);
        cptr table = new_object(PN_CAP_PAGE_TABLE, 0);
        CHECK_EQ(invoke2(table, PN_PAGE_TABLE_MAP, c, PLACE), allowed ? PN_ERR_DELETE_FIRST : expected);
    }
}

static void frame_rights(void)
{
    cptr space = new_object(PN_CAP_VSPACE, 0);
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(space, frame, PLACE, PN_READ);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, space, PLACE), PN_OK);
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(frame, mask, 0);
        for (word wanted = 0; wanted < 2 * MASKS; wanted++) {
            bool possible =
                wanted == PN_READ || wanted == (PN_READ | PN_WRITE) || wanted == (PN_READ | PN_EXEC);
            word expected = !possible                   ? PN_ERR_INVALID_ARGUMENT
                            : (mask & wanted) == wanted ? PN_OK
                                                        : PN_ERR_INVALID_CAPABILITY;
            CHECK_EQ(invoke3(c, PN_FRAME_MAP, space, PLACE, wanted), expected);
            if (expected == PN_OK)
                CHECK_EQ(invoke2(c, PN_FRAME_UNMAP, space, PLACE), PN_OK);
        }
    }
}

static void fault_endpoints(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    struct thread t = thread_new();
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(ep, mask, 0);
        word expected =
            (mask & (PN_WRITE | PN_CALL)) == (PN_WRITE | PN_CALL) ? PN_OK : PN_ERR_INVALID_CAPABILITY;
        word fault[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, c, 0, 0};
        CHECK_EQ(invoke(t.tcb, PN_TCB_CONFIGURE, fault, 6, NULL), expected);
        word timeout[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, 0, 0, c};
        CHECK_EQ(invoke(t.tcb, PN_TCB_CONFIGURE, timeout, 6, NULL), expected);
    }
}

static void interrupts_and_binding(void)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = thread_new();
    cptr irq = new_slot();
    word words[4] = {20, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    CHECK_EQ(invoke1(t.tcb, PN_TCB_BIND_NOTIFICATION, ntfn), PN_OK);
    cptr weak = derived(irq, 0, 0);
    for (word mask = 0; mask < MASKS; mask++) {
        cptr c = derived(ntfn, mask, 0);
        CHECK_EQ(invoke1(weak, PN_IRQ_SET_NOTIFICATION, c),
                 (mask & PN_WRITE) != 0 ? PN_OK : PN_ERR_INVALID_CAPABILITY);
        CHECK_EQ(invoke1(t.tcb, PN_TCB_BIND_NOTIFICATION, c),
                 (mask & PN_READ) != 0 ? PN_ERR_ILLEGAL_OPERATION : PN_ERR_INVALID_CAPABILITY);
    }
}

/* Capabilities that need no right. */
static void needs_none(void)
{
    cptr u = derived(ram, 0, 0);
    cptr slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_SCHED_CONTEXT, 0, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
    word words[5] = {derived(slot, 0, 0), 1000, 1000, 0, 0};
    cptr system = derived(PN_ROOT_SYSTEM, 0, 0);
    CHECK_EQ(invoke(system, PN_SYSTEM_SCHED, words, 5, NULL), PN_OK);
    struct thread t = thread_new();
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 5, words[0]), PN_OK);
    cptr table = derived(new_object(PN_CAP_PAGE_TABLE, 0), 0, 0);
    CHECK_EQ(invoke2(table, PN_PAGE_TABLE_MAP, PN_ROOT_VSPACE, 0x2000000000), PN_OK);
    cptr frame = derived(new_object(PN_CAP_FRAME, PN_PAGE_BITS), 0, 0);
    CHECK_EQ(invoke0(frame, PN_FRAME_ADDRESS), PN_OK);
    CHECK_EQ(invoke1(system, PN_SYSTEM_SEAL, 0), PN_OK);
}

static const struct test_case cases[] = {
    {"ipc rights: send", sending},
    {"ipc rights: call", calling},
    {"ipc rights: non-blocking send", sending_now},
    {"ipc rights: all forms of receiving", receiving},
    {"ipc rights: all forms of signalling", signalling},
    {"ipc rights: all forms of waiting", waiting},
    {"ipc rights: a reply object needs none", answering},
    {"ipc rights: fault and timeout endpoints", fault_endpoints},
    {"rights: methods of threads", thread_methods},
    {"rights: changing a CNode", cnode_changes},
    {"rights: using a CNode needs none", cnode_without_rights},
    {"rights: changing an address space", space_changes},
    {"rights: mapping a frame", frame_rights},
    {"rights: interrupt target and binding", interrupts_and_binding},
    {"rights: what needs none", needs_none},
};

const struct test_group rights_group = GROUP(cases);
