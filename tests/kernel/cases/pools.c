/* SPDX-License-Identifier: BSD-2-Clause */
/* Retype: how many of each kind there are, and what new objects and memory are like. */
#include "cases.h"
#include "../lib/puppet.h"

/* CNodes in which to put what does not fit into the root's. */
static cptr box;
static word box_used;

static cptr boxed(word type, word size, word count)
{
    if (box == 0 || box_used + count > PN_MAX_CPTR) {
        box = new_object(PN_CAP_CNODE, PN_MAX_CPTR);
        box_used = 0;
    }
    word error = retype(ram, type, size, box, box_used, count, 0);
    box_used += error == PN_OK ? count : 0;
    return error;
}

/* There are 'limit' of a kind, of which 'used' are gone already; then an error, and nothing has changed. */
static void exhaust(word type, word size, word limit, word used)
{
    word room = limit - used;
    CHECK_EQ(boxed(type, size, room + 1), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(boxed(type, size, room / 2), PN_OK);
    CHECK_EQ(boxed(type, size, room - room / 2 + 1), PN_ERR_NOT_ENOUGH_MEMORY);
    for (word i = room / 2; i < room; i++)
        CHECK_EQ(boxed(type, size, 1), PN_OK);
    CHECK_EQ(boxed(type, size, 1), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(boxed(type, size, 1), PN_ERR_NOT_ENOUGH_MEMORY);
}

static void threads(void)
{
    exhaust(PN_CAP_TCB, 0, PN_MAX_TCBS, 1);
}

static void endpoints(void)
{
    exhaust(PN_CAP_ENDPOINT, 0, PN_MAX_ENDPOINTS, 0);
}

static void notifications(void)
{
    exhaust(PN_CAP_NOTIFICATION, 0, PN_MAX_NOTIFICATIONS, 2);
}

static void replies(void)
{
    exhaust(PN_CAP_REPLY, 0, PN_MAX_REPLIES, 0);
}

static void contexts(void)
{
    exhaust(PN_CAP_SCHED_CONTEXT, 0, PN_MAX_SCHED_CONTEXTS, 1);
}

static void spaces(void)
{
    exhaust(PN_CAP_VSPACE, 0, PN_MAX_VSPACES, 1);
}

static void untypeds(void)
{
    exhaust(PN_CAP_UNTYPED, PN_PAGE_SIZE, PN_MAX_UNTYPEDS, bootinfo->untyped_count);
}

static void cnodes(void)
{
    exhaust(PN_CAP_CNODE, 2, PN_MAX_CNODES, 2); /* the root's, and the one that they are in */
}

/* Tables: until none is left, whoever had how many before. */
static void tables(void)
{
    word count = 0;
    while (boxed(PN_CAP_PAGE_TABLE, 0, 1) == PN_OK)
        count++;
    CHECK(count > PN_MAX_PAGE_TABLES - 20 && count < PN_MAX_PAGE_TABLES);
    CHECK_EQ(boxed(PN_CAP_PAGE_TABLE, 0, 1), PN_ERR_NOT_ENOUGH_MEMORY);
    /* All else is still there. */
    CHECK_EQ(boxed(PN_CAP_ENDPOINT, 0, 1), PN_OK);
}

static void slots(void)
{
    word left = PN_MAX_SLOTS - PN_ROOT_SLOTS;
    cptr first = new_slot();
    for (word i = 0; left >= PN_MAX_CPTR; i++, left -= PN_MAX_CPTR)
        CHECK_EQ(retype(ram, PN_CAP_CNODE, PN_MAX_CPTR, PN_ROOT_CNODE, first + i, 1, 0), PN_OK);
    CHECK_EQ(left, 0);
    CHECK_EQ(retype(ram, PN_CAP_CNODE, 1, PN_ROOT_CNODE, first + 60, 1, 0), PN_ERR_NOT_ENOUGH_MEMORY);
    /* The very last slot works. */
    cptr last = first + (PN_MAX_SLOTS - PN_ROOT_SLOTS) / PN_MAX_CPTR - 1;
    CHECK_EQ(derive(last, PN_MAX_CPTR - 1, PN_ROOT_TCB, PN_ALL_RIGHTS, 0), PN_OK);
    CHECK_EQ(derive(last, PN_MAX_CPTR, PN_ROOT_TCB, PN_ALL_RIGHTS, 0), PN_ERR_RANGE);
    CHECK_EQ(derive(last, PN_MAX_CPTR - 1, PN_ROOT_TCB, PN_ALL_RIGHTS, 0), PN_ERR_DELETE_FIRST);
}

/* 66 threads that all run. */
static void one_more(word unused)
{
    (void)unused;
    shared[1]++;
}

static void many_threads(void)
{
    for (unsigned i = 0; i < 38; i++) {
        struct thread t = thread_new();
        t.priority = 1 + i * 5;
        thread_start(&t, one_more, 0);
    }
    wait_done(38);
    CHECK_EQ(shared[1], 38);
}

static void new_thread(void)
{
    cptr tcb = new_object(PN_CAP_TCB, 0);
    word reg[R_COUNT];
    registers_read(tcb, reg);
    for (unsigned i = 0; i < R_COUNT; i++)
        CHECK_EQ(reg[i], 0);
    struct regs r;
    CHECK_EQ(invoke(tcb, PN_TCB_EPOCH, NULL, 0, &r), PN_OK);
    CHECK_EQ(r.a2, 0);
    /* It cannot run, be reset or be written before it is configured. */
    word write[3] = {0, 1, 5};
    CHECK_EQ(invoke0(tcb, PN_TCB_RESUME), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke0(tcb, PN_TCB_RESET), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke(tcb, PN_TCB_WRITE_REGISTERS, write, 3, NULL), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke0(tcb, PN_TCB_SUSPEND), PN_OK);
}

/* A message buffer begins with zeros. */
static void new_buffer(void)
{
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    for (unsigned i = 0; i < PN_PAGE_SIZE / 8; i++)
        CHECK_EQ(((volatile word *)t.buffer)[i], 0);
}

static void consecutive(void)
{
    cptr node = new_object(PN_CAP_CNODE, 16);
    CHECK_EQ(retype(ram, PN_CAP_NOTIFICATION, 0, node, 4, 8, 0), PN_OK);
    struct thread t = thread_new();
    t.cnode = node;
    struct puppet p = puppet_of(t);
    for (word i = 0; i < 16; i++) {
        struct regs in = {.a0 = i};
        bool there = i >= 4 && i < 12;
        CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), there ? RETURNED : FAULTED);
        CHECK_EQ(puppet_try(&p, PN_SYS_SEND, &in), there ? RETURNED : FAULTED);
    }
    /* Eight different ones: each is active once. */
    for (word i = 4; i < 12; i++) {
        struct regs in = {.a0 = i, .a1 = 77};
        CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), RETURNED);
        CHECK_EQ(p.reg[R_A1], 0);
    }
}

static word address(cptr frame)
{
    struct regs r;
    CHECK_EQ(invoke(frame, PN_FRAME_ADDRESS, NULL, 0, &r), PN_OK);
    return r.a2;
}

/* Whatever fails has taken no memory. */
static void failure_takes_nothing(void)
{
    cptr u = new_object(PN_CAP_UNTYPED, 64 * PN_PAGE_SIZE);
    cptr first = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, first, 1, 0), PN_OK);
    cptr slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, first, 1, 0), PN_ERR_DELETE_FIRST);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 64, 0), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_LARGE_BITS, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_UNTYPED, 65 * PN_PAGE_SIZE, PN_ROOT_CNODE, slot, 1, 0),
             PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_TCB, slot, 1, 0), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, PN_ROOT_SLOTS, 1, 0), PN_ERR_RANGE);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, address(first) + 1),
             PN_ERR_ALIGNMENT);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
    CHECK_EQ(address(slot), address(first) + PN_PAGE_SIZE);
}

/* Children of an untyped are disjoint, inside it, and of its kind. */
static void untyped_of_untyped(void)
{
    cptr parent = new_object(PN_CAP_UNTYPED, 8 * PN_PAGE_SIZE);
    cptr child[2] = {new_slot(), new_slot()};
    CHECK_EQ(retype(parent, PN_CAP_UNTYPED, 4 * PN_PAGE_SIZE, PN_ROOT_CNODE, child[0], 2, 0), PN_OK);
    CHECK_EQ(retype(parent, PN_CAP_UNTYPED, PN_PAGE_SIZE, PN_ROOT_CNODE, new_slot(), 1, 0),
             PN_ERR_NOT_ENOUGH_MEMORY);
    word at[8];
    for (unsigned i = 0; i < 8; i++) {
        cptr slot = new_slot();
        CHECK_EQ(retype(child[i / 4], PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
        at[i] = address(slot);
        CHECK_EQ(at[i], at[0] + i * PN_PAGE_SIZE);
    }
    for (unsigned i = 0; i < 2; i++)
        CHECK_EQ(retype(child[i], PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, new_slot(), 1, 0),
                 PN_ERR_NOT_ENOUGH_MEMORY);
}

static void device_children(void)
{
    cptr part = new_slot();
    cptr frame = new_slot();
    CHECK_EQ(retype(device, PN_CAP_UNTYPED, 4 * PN_PAGE_SIZE, PN_ROOT_CNODE, part, 1, UART_PADDR), PN_OK);
    CHECK_EQ(retype(part, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, frame, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(part, PN_CAP_CNODE, 4, PN_ROOT_CNODE, frame, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(part, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, frame, 1, 0), PN_OK);
    CHECK_EQ(address(frame), UART_PADDR);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, 0x30001000, PN_READ | PN_EXEC),
             PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, 0x30001000, PN_READ | PN_WRITE), PN_OK);
    /* The line status register of a UART that has nothing to send. */
    CHECK_EQ(*(volatile unsigned char *)(0x30001000 + 5) & 0x60, 0x60);
}

static void large_alignment(void)
{
    cptr u = new_object(PN_CAP_UNTYPED, 3 * PN_LARGE_SIZE);
    cptr slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
    word base = address(slot);
    word aligned = (base + PN_LARGE_SIZE) / PN_LARGE_SIZE * PN_LARGE_SIZE;
    cptr large = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_LARGE_BITS, PN_ROOT_CNODE, large, 1, aligned + PN_PAGE_SIZE),
             PN_ERR_ALIGNMENT);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_LARGE_BITS, PN_ROOT_CNODE, large, 1, aligned), PN_OK);
    CHECK_EQ(address(large), aligned);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_LARGE_BITS, PN_ROOT_CNODE, new_slot(), 2, 0),
             PN_ERR_NOT_ENOUGH_MEMORY);
}

/* Of several errors the first in the order of the manual is told; slots out of range come with bounds. */
static void errors_in_order(void)
{
    cptr slot = new_slot();
    cptr node = new_object(PN_CAP_CNODE, 4);
    word w[6] = {99, 1, 0, 4, 0, 1};
    struct regs r;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 5, NULL), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_INVALID_ARGUMENT);
    w[0] = PN_CAP_FRAME;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_INVALID_ARGUMENT);
    w[1] = PN_PAGE_BITS;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_INVALID_ARGUMENT);
    w[4] = 1;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_INVALID_CAPABILITY);
    w[2] = node;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a1, info(PN_ERR_RANGE, 2));
    CHECK_EQ(r.a2, 0);
    CHECK_EQ(r.a3, 3);
    w[3] = 3;
    CHECK_EQ(derive(node, 3, PN_ROOT_TCB, 0, 0), PN_OK);
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_DELETE_FIRST);
    w[3] = 2;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_ALIGNMENT);
    w[5] = PN_PAGE_SIZE;
    CHECK_EQ(invoke(ram, PN_UNTYPED_RETYPE, w, 6, NULL), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(invoke0(ram, PN_CNODE_DELETE), PN_ERR_ILLEGAL_OPERATION);
    (void)slot;
}

static const struct test_case cases[] = {
    {"retype: as many threads as the manual says", threads},
    {"retype: as many endpoints as the manual says", endpoints},
    {"retype: as many notifications as the manual says", notifications},
    {"retype: as many reply objects as the manual says", replies},
    {"retype: as many scheduling contexts as the manual says", contexts},
    {"retype: as many address spaces as the manual says", spaces},
    {"retype: as many untypeds as the manual says", untypeds},
    {"retype: as many CNodes as the manual says", cnodes},
    {"retype: as many page tables as the manual says", tables},
    {"retype: as many capability slots as the manual says", slots},
    {"retype: many threads run", many_threads},
    {"retype: a new thread is empty and cannot run", new_thread},
    {"retype: a new message buffer holds zeros", new_buffer},
    {"retype: several objects fill slots in order", consecutive},
    {"retype: a failure takes no memory", failure_takes_nothing},
    {"retype: untypeds of untypeds are disjoint", untyped_of_untyped},
    {"retype: device untypeds give device frames", device_children},
    {"retype: large frames are aligned", large_alignment},
    {"retype: errors in their order", errors_in_order},
};

const struct test_group pools_group = GROUP(cases);
