/* SPDX-License-Identifier: BSD-2-Clause */
/* Seal: construction ends, authority and page tables are read-only even to the kernel. */
#include "cases.h"

/* Calls of the probe kernel (kernel/src/probe/probe.c). */
#define SYS_PROBE_STORE (-100)
#define SYS_PROBE_TRY   (-101)
#define SYS_PROBE_PLACE (-102)

static void refuses_construction(void)
{
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    cptr table = new_object(PN_CAP_PAGE_TABLE, 0);
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    cptr irq = new_slot();
    word words[4] = {3, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 2), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);

    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, 900, 1, 0), PN_ERR_SEALED);
    CHECK_EQ(invoke0(ram, PN_UNTYPED_RETYPE), PN_ERR_SEALED);
    CHECK_EQ(derive(PN_ROOT_CNODE, 900, ntfn, PN_READ, 0), PN_ERR_SEALED);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, ntfn), PN_ERR_SEALED);
    for (word method = PN_TCB_CONFIGURE; method <= PN_TCB_SET_START; method++)
        CHECK_EQ(invoke3(t.tcb, method, ntfn, 0, 0), PN_ERR_SEALED);
    CHECK_EQ(invoke2(table, PN_PAGE_TABLE_MAP, PN_ROOT_VSPACE, 0x70000000), PN_ERR_SEALED);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, 0x30001000, PN_READ), PN_ERR_SEALED);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, PN_ROOT_VSPACE, SHARED_VADDR), PN_ERR_SEALED);
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, ntfn), PN_ERR_SEALED);
    for (word method = PN_SYSTEM_IRQ; method <= PN_SYSTEM_DOMAIN; method++)
        CHECK_EQ(invoke(PN_ROOT_SYSTEM, method, words, 4, NULL), PN_ERR_SEALED);
}

static void spin(word unused)
{
    (void)unused;
    for (;;) {
        shared[0]++;
        yield();
    }
}

static cptr ep;
static cptr reply;

static void echo(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;)
        r = reply_receive(ep, reply, info(label_of(r.a1) + 1, 0), 0);
}

static void keeps_running(void)
{
    struct thread t = thread_new();
    t.priority = 2;
    thread_make(&t, spin, 0);
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    cptr ntfn = derived(new_object(PN_CAP_NOTIFICATION, 0), PN_ALL_RIGHTS, 3);
    cptr irq = new_slot();
    word words[4] = {3, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    struct thread server = thread_new();
    server.notification = new_object(PN_CAP_NOTIFICATION, 0);
    server.flags |= PN_TCB_PASSIVE;
    thread_start_apart(&server, echo, 0);
    struct thread clock = thread_new();
    clock.priority = 1;
    thread_make(&clock, spin, 0);
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);

    CHECK_EQ(label_of(call(ep, info(5, 0), 0, 0, 0, 0).a1), 6);
    CHECK_EQ(label_of(call(ep, info(6, 0), 0, 0, 0, 0).a1), 7);
    signal(ntfn);
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 3);
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    word write[3] = {0, 1, (word)spin};
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 3, NULL), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_EPOCH), PN_OK);
    CHECK_EQ(invoke0(server.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(server.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(label_of(call(ep, info(8, 0), 0, 0, 0, 0).a1), 9);
    struct regs r;
    cptr frame = ram;
    CHECK_EQ(invoke(frame, PN_FRAME_ADDRESS, NULL, 0, &r), PN_ERR_ILLEGAL_OPERATION);
}

/* The survivor of seal with exit: the root task is gone and its capabilities with it. */
static void survivor(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < 10; i++)
        yield();
    if (shared[1] != 0)
        test_end(false);
    if (label_of(call(PN_ROOT_TCB, info(PN_TCB_EPOCH, 0), 0, 0, 0, 0).a1) != PN_ERR_INVALID_CAPABILITY)
        test_end(false);
    test_end(true);
}

static void exit_for_good(void)
{
    struct thread t = thread_new();
    thread_start(&t, survivor, 0);
    (void)invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, PN_SEAL_EXIT);
    shared[1] = 1;
    test_end(false);
}

/* Parts of the kernel's image. */
enum part { TEXT, CONSTANTS, DATA, SEALED, OTHER_POOLS, GUARD, END, PARTS };

static word probe(int64_t number, word argument)
{
    struct regs r = {.a0 = argument};
    syscall(number, &r);
    return r.a0;
}

/* Can the kernel write to this part? Every page of it is tried, at its beginning and at its end. */
static void check_part(enum part part, bool writable)
{
    word end = probe(SYS_PROBE_PLACE, part + 1);
    for (word page = probe(SYS_PROBE_PLACE, part); page < end; page += PN_PAGE_SIZE) {
        CHECK_EQ(probe(SYS_PROBE_TRY, page), !writable);
        CHECK_EQ(probe(SYS_PROBE_TRY, page + PN_PAGE_SIZE - 8), !writable);
    }
}

static void every_page(void)
{
    for (unsigned sealed = 0; sealed < 2; sealed++) {
        CHECK(probe(SYS_PROBE_PLACE, OTHER_POOLS) - probe(SYS_PROBE_PLACE, SEALED) > 0x100000);
        check_part(TEXT, false);
        check_part(CONSTANTS, false);
        check_part(DATA, true);
        check_part(SEALED, sealed == 0);
        check_part(OTHER_POOLS, true);
        word guard = probe(SYS_PROBE_PLACE, GUARD);
        CHECK_EQ(probe(SYS_PROBE_TRY, guard), 1);
        CHECK_EQ(probe(SYS_PROBE_TRY, guard + PN_PAGE_SIZE - 8), 1);
        for (word page = guard + PN_PAGE_SIZE; page < probe(SYS_PROBE_PLACE, END); page += PN_PAGE_SIZE)
            CHECK_EQ(probe(SYS_PROBE_TRY, page), 0);
        if (sealed == 0)
            CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    }
}

/* Nothing else is mapped for the kernel: no user memory, no physical memory. */
static void nothing_else(void)
{
    static const word places[] = {
        0,          SHARED_VADDR, PN_PROGRAM_VADDR, PN_MSGBUF_VADDR, PN_BOOTINFO_VADDR,
        0x80000000, 0x80400000,   0x10000000,       0x0c000000};
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++)
        CHECK_EQ(probe(SYS_PROBE_TRY, places[i]), 1);
    /* Below its gigabyte, and above the last window. */
    CHECK_EQ(probe(SYS_PROBE_TRY, probe(SYS_PROBE_PLACE, TEXT) - PN_PAGE_SIZE), 1);
    CHECK_EQ(probe(SYS_PROBE_TRY, probe(SYS_PROBE_PLACE, END)), 1);
    CHECK_EQ(probe(SYS_PROBE_TRY, probe(SYS_PROBE_PLACE, TEXT) + 0x800000), 1);
}

/* Before seal the kernel may write there; afterwards it stops with a report. */
static void stops(void)
{
    CHECK(case_parameter != 0);
    (void)probe(SYS_PROBE_STORE, case_parameter);
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    CHECK_EQ(invoke0(PN_ROOT_TCB, PN_TCB_EPOCH), PN_OK);
    (void)probe(SYS_PROBE_STORE, case_parameter);
}

#define STOPS(what, symbol)                                                                            \
    {                                                                                                  \
        "seal: " what " are read-only [probe, stops: store fault in the kernel, at " symbol "]", stops \
    }

static const struct test_case cases[] = {
    {"seal: every construction method is refused", refuses_construction},
    {"seal: everything else goes on", keeps_running},
    {"seal: exit empties the root task's CNode and stops it", exit_for_good},
    {"seal: every page of the kernel before and after [probe]", every_page},
    {"seal: the kernel maps nothing else [probe]", nothing_else},
    STOPS("capability slots", "fixed_slot"),
    STOPS("CNodes", "fixed_cnode"),
    STOPS("untypeds", "fixed_untyped"),
    STOPS("user root tables", "fixed_vspace"),
    STOPS("user page tables", "fixed_table"),
    STOPS("uses of page tables", "fixed_table_mapped"),
    STOPS("bindings of threads", "fixed_binding"),
    STOPS("bindings of notifications", "fixed_bound_tcb"),
    STOPS("interrupt bindings", "fixed_irq"),
    STOPS("the latch and the counts", "fixed"),
    STOPS("kernel root tables", "root"),
    STOPS("kernel leaf tables", "leaf"),
    STOPS("bootinfo pages", "bootinfo"),
};

const struct test_group seal_group = GROUP(cases);
