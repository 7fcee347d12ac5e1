/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping, W^X, and what user code can reach. */
#include "cases.h"

#define PLACE 0x33000000

static cptr fault_ep;
static cptr fault_reply;

static void map_rules(void)
{
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    cptr vspace = new_object(PN_CAP_VSPACE, 0);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE, PN_READ), PN_ERR_FAILED_LOOKUP);
    cptr tables[3];
    for (unsigned i = 0; i < 3; i++)
        tables[i] = new_object(PN_CAP_PAGE_TABLE, 0);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, vspace, PN_USER_TOP), PN_ERR_RANGE);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, vspace, 0xffffffffc0000000), PN_ERR_RANGE);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, PN_ROOT_TCB, PLACE), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, vspace, PLACE), PN_OK);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, vspace, PLACE), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke2(tables[0], PN_PAGE_TABLE_MAP, PN_ROOT_VSPACE, 0x100000000), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE, PN_READ), PN_ERR_FAILED_LOOKUP);
    CHECK_EQ(invoke2(tables[1], PN_PAGE_TABLE_MAP, vspace, PLACE), PN_OK);
    CHECK_EQ(invoke2(tables[2], PN_PAGE_TABLE_MAP, vspace, PLACE), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE + 8, PN_READ), PN_ERR_ALIGNMENT);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PN_USER_TOP, PN_READ), PN_ERR_RANGE);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, 0xffffffffc0000000, PN_READ), PN_ERR_RANGE);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, ~(word)0xfff, PN_READ), PN_ERR_RANGE);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE, PN_READ), PN_OK);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE, PN_READ), PN_ERR_DELETE_FIRST);
    cptr large = new_object(PN_CAP_FRAME, PN_LARGE_BITS);
    CHECK_EQ(invoke3(large, PN_FRAME_MAP, vspace, PLACE + PN_PAGE_SIZE, PN_READ), PN_ERR_ALIGNMENT);
    CHECK_EQ(invoke3(large, PN_FRAME_MAP, vspace, PLACE, PN_READ), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke3(large, PN_FRAME_MAP, vspace, PLACE + 0x1000000, PN_READ), PN_OK);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, vspace, PLACE + 0x1000000, PN_READ), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke2(tables[2], PN_PAGE_TABLE_MAP, vspace, PLACE + 0x1000000), PN_ERR_DELETE_FIRST);
    CHECK_EQ(invoke2(large, PN_FRAME_UNMAP, vspace, PLACE + PN_PAGE_SIZE), PN_ERR_ALIGNMENT);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, vspace, PLACE + PN_PAGE_SIZE), PN_ERR_FAILED_LOOKUP);
    CHECK_EQ(invoke2(new_object(PN_CAP_FRAME, PN_PAGE_BITS), PN_FRAME_UNMAP, vspace, PLACE),
             PN_ERR_FAILED_LOOKUP);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, vspace, PLACE), PN_OK);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, vspace, PLACE), PN_ERR_FAILED_LOOKUP);
    cptr weak = derived(vspace, PN_READ, 0);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, weak, PLACE, PN_READ), PN_ERR_INVALID_CAPABILITY);
}

static void write_xor_execute(void)
{
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(PN_ROOT_VSPACE, frame, PLACE, PN_READ | PN_WRITE);
    word next = PLACE + PN_PAGE_SIZE;
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_READ | PN_WRITE | PN_EXEC),
             PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_WRITE), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, next, 0), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(invoke3(frame, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_ALL_RIGHTS), PN_ERR_INVALID_ARGUMENT);
    cptr reader = derived(frame, PN_READ, 0);
    CHECK_EQ(invoke3(reader, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_READ | PN_WRITE),
             PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke3(reader, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_READ | PN_EXEC),
             PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke3(reader, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_READ), PN_OK);
    *(volatile word *)PLACE = 0x1234;
    CHECK_EQ(*(volatile word *)next, 0x1234);
    cptr registers = new_slot();
    CHECK_EQ(retype(device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, registers, 1, UART_PADDR), PN_OK);
    CHECK_EQ(invoke3(registers, PN_FRAME_MAP, PN_ROOT_VSPACE, next, PN_READ | PN_EXEC),
             PN_ERR_INVALID_ARGUMENT);
}

/* What a thread tries. */
static void load(word address)
{
    word value;
    __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
}

static void store(word address)
{
    __asm__ volatile("sd zero, 0(%0)" : : "r"(address) : "memory");
}

static void jump(word address)
{
    __asm__ volatile("jr %0" : : "r"(address) : "memory");
}

/* A thread does something forbidden: its handler must be told the right address and cause. */
static void expect_fault(void (*act)(word), word address, word cause, word second_cause)
{
    if (fault_ep == 0) {
        fault_ep = new_object(PN_CAP_ENDPOINT, 0);
        fault_reply = new_object(PN_CAP_REPLY, 0);
    }
    struct thread t = thread_new();
    t.fault_endpoint = derived(fault_ep, PN_WRITE | PN_CALL, 0xbad);
    thread_start(&t, act, address);
    struct regs r = receive(PN_SYS_RECV, fault_ep, fault_reply);
    CHECK_EQ(r.a0, 0xbad);
    CHECK_EQ(label_of(r.a1), PN_FAULT_VM);
    CHECK_EQ(length_of(r.a1), 4);
    CHECK_EQ(r.a3, address);
    CHECK(r.a5 == cause || r.a5 == second_cause);
    CHECK_EQ(r.a4, r.a5 == 12 || r.a5 == 1);
    if (act == jump)
        CHECK_EQ(r.a2, address);
}

static void forbidden(void)
{
    static const word kernel[] = {0xffffffffc0000000, 0xffffffffc000a000, 0xffffffffc0010000,
                                  0xffffffffc0600000, 0xffffffffc0604000, 0xffffffffc0610000,
                                  0x80400000,         0x80000000};
    for (unsigned i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        expect_fault(load, kernel[i], 13, 13);
        expect_fault(store, kernel[i], 15, 15);
        expect_fault(jump, kernel[i], 12, 12);
    }
}

static void own_rights(void)
{
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(PN_ROOT_VSPACE, frame, PLACE, PN_READ);
    map_frame(PN_ROOT_VSPACE, frame, PLACE + PN_PAGE_SIZE, PN_READ | PN_WRITE);
    map_frame(PN_ROOT_VSPACE, frame, PLACE + 2 * PN_PAGE_SIZE, PN_READ | PN_EXEC);
    expect_fault(store, PLACE, 15, 15);
    expect_fault(jump, PLACE, 12, 12);
    expect_fault(jump, PLACE + PN_PAGE_SIZE, 12, 12);
    expect_fault(store, PLACE + 2 * PN_PAGE_SIZE, 15, 15);
    expect_fault(store, PN_PROGRAM_VADDR, 15, 15);
    expect_fault(store, PN_BOOTINFO_VADDR, 15, 15);
    expect_fault(jump, PN_MSGBUF_VADDR, 12, 12);
    expect_fault(load, PLACE + 3 * PN_PAGE_SIZE, 13, 13);
    expect_fault(load, 0, 13, 13);
    expect_fault(load, 0x4000000000, 13, 5);
    expect_fault(load, ~(word)7, 13, 5);
    CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, PN_ROOT_VSPACE, PLACE + PN_PAGE_SIZE), PN_OK);
    expect_fault(load, PLACE + PN_PAGE_SIZE, 13, 13);
}

static void large_frame(void)
{
    cptr large = new_object(PN_CAP_FRAME, PN_LARGE_BITS);
    map_frame(PN_ROOT_VSPACE, large, 0x60000000, PN_READ | PN_WRITE);
    for (word offset = 0; offset < PN_LARGE_SIZE; offset += PN_PAGE_SIZE)
        *(volatile word *)(0x60000000 + offset) = offset + 1;
    for (word offset = 0; offset < PN_LARGE_SIZE; offset += PN_PAGE_SIZE)
        CHECK_EQ(*(volatile word *)(0x60000000 + offset), offset + 1);
    expect_fault(load, 0x60000000 + PN_LARGE_SIZE, 13, 13);
}

/* The same address in two spaces is two memories. */
static void write_own(word address)
{
    *(volatile word *)address = 0x5555;
    shared[0] = 1;
}

static volatile word private_word = 0x1111;

static void separate_spaces(void)
{
    struct thread t = thread_new();
    thread_start_apart(&t, write_own, (word)&private_word);
    wait_done(1);
    CHECK_EQ(shared[0], 1);
    CHECK_EQ(private_word, 0x1111);
}

static const struct test_case cases[] = {
    {"mapping: rules", map_rules},
    {"mapping: writable and executable exclude each other", write_xor_execute},
    {"page faults: kernel, firmware and windows are out of reach", forbidden},
    {"page faults: pages give what was mapped and no more", own_rights},
    {"mapping: a large frame", large_frame},
    {"mapping: address spaces are separate", separate_spaces},
};

const struct test_group memory_group = GROUP(cases);
