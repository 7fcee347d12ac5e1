/* SPDX-License-Identifier: BSD-2-Clause */
/* Retype, derive, delete: what construction gives and what it refuses. */
#include "cases.h"

static void retype_kinds(void)
{
    static const word kinds[] = {PN_CAP_TCB,           PN_CAP_ENDPOINT,   PN_CAP_NOTIFICATION, PN_CAP_REPLY,
                                 PN_CAP_SCHED_CONTEXT, PN_CAP_PAGE_TABLE, PN_CAP_VSPACE};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        cptr slot = new_slot();
        CHECK_EQ(retype(ram, kinds[i], 1, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
        CHECK_EQ(retype(ram, kinds[i], 0, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
        CHECK_EQ(retype(ram, kinds[i], 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_DELETE_FIRST);
        CHECK_EQ(retype(device, kinds[i], 0, PN_ROOT_CNODE, new_slot(), 1, 0), PN_ERR_INVALID_ARGUMENT);
    }
}

static void retype_errors(void)
{
    cptr slot = new_slot();
    CHECK_EQ(retype(ram, PN_CAP_NULL, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_IRQ, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_SYSTEM, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, 99, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_FRAME, 13, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_FRAME, 76, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_CNODE, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_CNODE, PN_MAX_CPTR + 1, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_UNTYPED, 100, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_UNTYPED, ~(word)0xfff, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, 0, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, ~(word)0, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_TCB, slot, 1, 0), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, 0, slot, 1, 0), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, ~(word)0, slot, 1, 0), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, PN_ROOT_SLOTS, 1, 0), PN_ERR_RANGE);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, PN_ROOT_SLOTS - 1, 2, 0), PN_ERR_RANGE);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, ~(word)0, 2, 0), PN_ERR_RANGE);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, PN_MAX_ENDPOINTS + 1, 0),
             PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(invoke0(ram, PN_UNTYPED_RETYPE), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(retype(slot, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, 1, 0), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(retype(PN_ROOT_TCB, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, 1, 0),
             PN_ERR_INVALID_CAPABILITY + 1);
    /* Nothing of that has taken the slot. */
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
}

static void pool_exhausted(void)
{
    for (unsigned i = 0; i < PN_MAX_NOTIFICATIONS - 2; i++)
        (void)new_object(PN_CAP_NOTIFICATION, 0);
    CHECK_EQ(retype(ram, PN_CAP_NOTIFICATION, 0, PN_ROOT_CNODE, new_slot(), 1, 0), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(ram, PN_CAP_CNODE, 1000, PN_ROOT_CNODE, 900, 50, 0), PN_ERR_NOT_ENOUGH_MEMORY);
}

static word address(cptr frame)
{
    struct regs r;
    CHECK_EQ(invoke(frame, PN_FRAME_ADDRESS, NULL, 0, &r), PN_OK);
    CHECK_EQ(length_of(r.a1), 1);
    return r.a2;
}

static void frames_from_below(void)
{
    cptr first = new_slot();
    for (unsigned i = 0; i < 3; i++)
        (void)new_slot();
    CHECK_EQ(retype(ram, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, first, 4, 0), PN_OK);
    for (unsigned i = 1; i < 4; i++)
        CHECK_EQ(address(first + i), address(first) + i * PN_PAGE_SIZE);
    cptr large = new_object(PN_CAP_FRAME, PN_LARGE_BITS);
    CHECK_EQ(address(large) % PN_LARGE_SIZE, 0);
    CHECK(address(large) > address(first + 3));
    cptr next = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    CHECK_EQ(address(next), address(large) + PN_LARGE_SIZE);
}

static void frames_at_address(void)
{
    cptr u = new_object(PN_CAP_UNTYPED, 16 * PN_PAGE_SIZE);
    cptr slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
    word base = address(slot);
    slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, base), PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, base + 8), PN_ERR_ALIGNMENT);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, base + 16 * PN_PAGE_SIZE),
             PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 3, base + 14 * PN_PAGE_SIZE),
             PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, base + 5 * PN_PAGE_SIZE), PN_OK);
    CHECK_EQ(address(slot), base + 5 * PN_PAGE_SIZE);
    /* What lay between is lost. */
    slot = new_slot();
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 1, base + 2 * PN_PAGE_SIZE),
             PN_ERR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot, 10, 0), PN_OK);
    CHECK_EQ(retype(u, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, slot + 20, 1, 0), PN_ERR_NOT_ENOUGH_MEMORY);
}

static void bootinfo_disjoint(void)
{
    CHECK(bootinfo->untyped_count > 1);
    word ram_bytes = 0;
    for (unsigned i = 0; i < bootinfo->untyped_count; i++) {
        const struct pn_untyped_desc *a = &bootinfo->untyped[i];
        CHECK_EQ(a->paddr % PN_PAGE_SIZE, 0);
        CHECK_EQ(a->size % PN_PAGE_SIZE, 0);
        CHECK(a->size != 0);
        CHECK_EQ(a->slot, PN_ROOT_FIRST_UNTYPED + i);
        ram_bytes += a->is_device ? 0 : a->size;
        for (unsigned j = 0; j < i; j++) {
            const struct pn_untyped_desc *b = &bootinfo->untyped[j];
            CHECK(a->paddr + a->size <= b->paddr || b->paddr + b->size <= a->paddr);
        }
        /* Firmware, the kernel, the PLIC and this program belong to nobody. */
        static const word taken[] = {0x80000000, 0x80400000, 0x80a00000, 0x0c000000, 0x02000000};
        for (unsigned k = 0; k < sizeof taken / sizeof taken[0]; k++)
            CHECK(taken[k] < a->paddr || taken[k] - a->paddr >= a->size);
    }
    CHECK(ram_bytes > 50 * 1024 * 1024);
}

static void rights_shrink(void)
{
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr reader = derived(ep, PN_READ, 0);
    cptr widened = derived(reader, PN_ALL_RIGHTS, 0);
    CHECK_EQ(label_of(call(widened, info(7, 0), 0, 0, 0, 0).a1), PN_ERR_INVALID_CAPABILITY);
    cptr sender = derived(ep, PN_WRITE, 5);
    CHECK_EQ(label_of(call(sender, info(7, 0), 0, 0, 0, 0).a1), PN_ERR_INVALID_CAPABILITY);
    cptr slot = new_slot();
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, sender, PN_ALL_RIGHTS, 6), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, PN_ROOT_TCB, PN_ALL_RIGHTS, 6), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, slot, PN_ALL_RIGHTS, 0), PN_ERR_FAILED_LOOKUP);
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, ~(word)0, PN_ALL_RIGHTS, 0), PN_ERR_FAILED_LOOKUP);
    CHECK_EQ(derive(PN_ROOT_CNODE, ep, ep, PN_ALL_RIGHTS, 0), PN_ERR_DELETE_FIRST);
    CHECK_EQ(derive(PN_ROOT_CNODE, PN_ROOT_SLOTS, ep, PN_ALL_RIGHTS, 0), PN_ERR_RANGE);
    CHECK_EQ(derive(PN_ROOT_CNODE, ~(word)0, ep, PN_ALL_RIGHTS, 0), PN_ERR_RANGE);
    cptr weak = derived(PN_ROOT_CNODE, PN_READ, 0);
    CHECK_EQ(derive(weak, slot, ep, PN_ALL_RIGHTS, 0), PN_ERR_INVALID_CAPABILITY);
    cptr tcb = derived(PN_ROOT_TCB, PN_READ, 0);
    CHECK_EQ(invoke0(tcb, PN_TCB_EPOCH), PN_OK);
    CHECK_EQ(invoke0(tcb, PN_TCB_SUSPEND), PN_ERR_INVALID_CAPABILITY);
    cptr blind = derived(PN_ROOT_TCB, PN_WRITE, 0);
    CHECK_EQ(invoke0(blind, PN_TCB_EPOCH), PN_ERR_INVALID_CAPABILITY);
}

static void delete_slot(void)
{
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, ep), PN_OK);
    CHECK_EQ(label_of(call(ep, info(7, 0), 0, 0, 0, 0).a1), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, ep), PN_OK);
    CHECK_EQ(invoke1(PN_ROOT_CNODE, PN_CNODE_DELETE, PN_ROOT_SLOTS), PN_ERR_RANGE);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, PN_ROOT_CNODE, ep, 1, 0), PN_OK);
}

static void own_cnode(void)
{
    cptr cnode = new_object(PN_CAP_CNODE, 4);
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    CHECK_EQ(derive(cnode, 3, ep, PN_ALL_RIGHTS, 0), PN_OK);
    CHECK_EQ(derive(cnode, 4, ep, PN_ALL_RIGHTS, 0), PN_ERR_RANGE);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, cnode, 2, 2, 0), PN_ERR_DELETE_FIRST);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, cnode, 1, 2, 0), PN_OK);
    CHECK_EQ(retype(ram, PN_CAP_ENDPOINT, 0, cnode, 1, 4, 0), PN_ERR_RANGE);
}

static void wrong_methods(void)
{
    static const word kinds[] = {PN_CAP_TCB,           PN_CAP_PAGE_TABLE, PN_CAP_VSPACE,
                                 PN_CAP_SCHED_CONTEXT, PN_CAP_FRAME,      PN_CAP_CNODE};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        word size = kinds[i] == PN_CAP_FRAME ? PN_PAGE_BITS : kinds[i] == PN_CAP_CNODE ? 8 : 0;
        cptr object = new_object(kinds[i], size);
        CHECK_EQ(invoke0(object, 0), PN_ERR_ILLEGAL_OPERATION);
        CHECK_EQ(invoke0(object, PN_IRQ_ACK), PN_ERR_ILLEGAL_OPERATION);
        CHECK_EQ(invoke0(object, 999), PN_ERR_ILLEGAL_OPERATION);
        CHECK_EQ(invoke0(object, ~(word)0 >> 12), PN_ERR_ILLEGAL_OPERATION);
    }
    CHECK_EQ(invoke0(PN_ROOT_SYSTEM, 999), PN_ERR_ILLEGAL_OPERATION);
}

static void scheduling_parameters(void)
{
    cptr sc = new_object(PN_CAP_SCHED_CONTEXT, 0);
    word good[5] = {sc, 1000, 10000, 0, 0};
    word w[5];
#define PARAMETERS(position, value)                                                                         \
    (w[0] = good[0], w[1] = good[1], w[2] = good[2], w[3] = good[3], w[4] = good[4], w[position] = (value), \
     invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, w, 5, NULL))
    CHECK_EQ(PARAMETERS(0, PN_ROOT_TCB), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(PARAMETERS(1, PN_MIN_BUDGET_US - 1), PN_ERR_RANGE);
    CHECK_EQ(PARAMETERS(1, 10001), PN_ERR_RANGE);
    CHECK_EQ(PARAMETERS(2, PN_MAX_PERIOD_US + 1), PN_ERR_RANGE);
    CHECK_EQ(PARAMETERS(2, ~(word)0), PN_ERR_RANGE);
    CHECK_EQ(PARAMETERS(3, PN_MAX_REFILLS - 1), PN_ERR_RANGE);
    struct thread t = thread_new();
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 100, sc), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(PARAMETERS(3, PN_MAX_REFILLS - 2), PN_OK);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 256, sc), PN_ERR_RANGE);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 100, PN_ROOT_TCB), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 100, sc), PN_OK);
    struct thread other = thread_new();
    CHECK_EQ(invoke2(other.tcb, PN_TCB_SET_SCHED, 100, sc), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_ERR_ILLEGAL_OPERATION);
}

static void binding(void)
{
    struct thread a = thread_new();
    struct thread b = thread_new();
    cptr n = new_object(PN_CAP_NOTIFICATION, 0);
    cptr m = new_object(PN_CAP_NOTIFICATION, 0);
    CHECK_EQ(invoke1(a.tcb, PN_TCB_BIND_NOTIFICATION, derived(n, PN_WRITE, 0)), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke1(a.tcb, PN_TCB_BIND_NOTIFICATION, PN_ROOT_TCB), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke1(a.tcb, PN_TCB_BIND_NOTIFICATION, n), PN_OK);
    CHECK_EQ(invoke1(b.tcb, PN_TCB_BIND_NOTIFICATION, n), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke1(a.tcb, PN_TCB_BIND_NOTIFICATION, m), PN_ERR_ILLEGAL_OPERATION);
}

static const struct test_case cases[] = {
    {"retype: every kind is created once a slot", retype_kinds},
    {"retype: bad arguments are refused and change nothing", retype_errors},
    {"retype: pools run out with an error", pool_exhausted},
    {"retype: frames are cut from below, aligned", frames_from_below},
    {"retype: frames at a given address", frames_at_address},
    {"boot: untypeds are disjoint and hold nobody's memory", bootinfo_disjoint},
    {"derivation: derived rights only shrink", rights_shrink},
    {"derivation: delete empties a slot", delete_slot},
    {"derivation: a CNode has its own bounds", own_cnode},
    {"abuse: unknown methods are refused", wrong_methods},
    {"contexts: scheduling parameters are checked", scheduling_parameters},
    {"binding: a notification is bound once each way", binding},
};

const struct test_group objects_group = GROUP(cases);
