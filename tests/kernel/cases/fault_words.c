/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages, word for word, and what each answer does to the thread. */
#include "cases.h"
#include "../lib/puppet.h"

#define PLACE   0x33000000
#define NOTHING 0x4000000000  /* above all user addresses */
#define HOLE    0x10000000000 /* physical address of no device */
#define ILLEGAL 0x0000000bu   /* an instruction of the custom-0 space */

static cptr frame;

/* A page of code of the test's own making, executable at PLACE and writable elsewhere. */
static volatile uint32_t *code_page(void)
{
    frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(PN_ROOT_VSPACE, frame, PLACE + 16 * PN_PAGE_SIZE, PN_READ | PN_WRITE);
    return (volatile uint32_t *)(PLACE + 16 * PN_PAGE_SIZE);
}

static void seal_code(void)
{
    map_frame(PN_ROOT_VSPACE, frame, PLACE, PN_READ | PN_EXEC);
}

/* Let the puppet execute from 'pc' with a0 = 'value'; the fault that comes of it. */
static struct regs fault_at(struct puppet *p, word pc, word value)
{
    struct regs fault;
    p->reg[R_PC] = pc;
    p->reg[R_SP] = 0x5151;
    p->reg[R_A0] = value;
    puppet_go(p);
    CHECK_EQ(puppet_outcome(p, &fault), FAULTED);
    CHECK_EQ(fault.a0, PUPPET_BADGE);
    return fault;
}

static void check_message(const struct regs *r, word kind, word w0, word w1, word w2, word w3)
{
    CHECK_EQ(r->a1, info(kind, 4));
    CHECK_EQ(r->a2, w0);
    CHECK_EQ(r->a3, w1);
    CHECK_EQ(r->a4, w2);
    CHECK_EQ(r->a5, w3);
}

/* One instruction with a0 as its address, and the VM fault it must give. The machine may blame the load or
 * the store of an atomic ('other'). */
static void either_fault(uint32_t instruction, word address, word cause, word other)
{
    struct puppet p = puppet_new();
    code_page()[0] = instruction;
    seal_code();
    struct regs r = fault_at(&p, PLACE, address);
    check_message(&r, PN_FAULT_VM, PLACE, address, 0, r.a5 == other ? other : cause);
    CHECK_EQ(p.reg[R_PC], PLACE);
}

#define LD_A1_A0 0x00053583u /* ld a1, 0(a0) */
#define SD_A1_A0 0x00b53023u /* sd a1, 0(a0) */
#define AMOADD   0x00b5362fu /* amoadd.d a2, a1, (a0) */
#define LR       0x1005362fu /* lr.d a2, (a0) */
#define SC       0x18b5362fu /* sc.d a2, a1, (a0) */
#define JR_A0    0x00050067u /* jr a0 */

static void memory_fault(uint32_t instruction, word address, word cause)
{
    either_fault(instruction, address, cause, cause);
}

static void load_unmapped(void)
{
    memory_fault(LD_A1_A0, 0x70000008, 13);
}

static void store_unmapped(void)
{
    memory_fault(SD_A1_A0, 0x70000010, 15);
}

static void store_read_only(void)
{
    memory_fault(SD_A1_A0, PLACE + 0x800, 15);
}

static void atomic_unmapped(void)
{
    either_fault(AMOADD, 0x70000018, 15, 13);
}

static void atomic_read_only(void)
{
    memory_fault(AMOADD, PLACE + 0x808, 15);
}

static void reserve_unmapped(void)
{
    memory_fault(LR, 0x70000020, 13);
}

static void not_canonical(void)
{
    memory_fault(LD_A1_A0, NOTHING, 13);
}

static void kernel_address(void)
{
    memory_fault(SD_A1_A0, 0xffffffffc0000000, 15);
}

/* Mapped, but there is nothing at the physical address. */
static void access_fault(uint32_t instruction, word cause)
{
    for (unsigned i = 0; i < bootinfo->untyped_count; i++) {
        const struct pn_untyped_desc *u = &bootinfo->untyped[i];
        if (!u->is_device || u->paddr > HOLE || HOLE - u->paddr >= u->size)
            continue;
        cptr hole = new_slot();
        CHECK_EQ(retype(u->slot, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, hole, 1, HOLE), PN_OK);
        map_frame(PN_ROOT_VSPACE, hole, PLACE + PN_PAGE_SIZE, PN_READ | PN_WRITE);
        memory_fault(instruction, PLACE + PN_PAGE_SIZE + 16, cause);
        return;
    }
    CHECK(false);
}

static void load_access(void)
{
    access_fault(LD_A1_A0, 5);
}

static void store_access(void)
{
    access_fault(SD_A1_A0, 7);
}

static void fetch_unmapped(void)
{
    struct puppet p = puppet_new();
    code_page()[0] = JR_A0;
    seal_code();
    struct regs r = fault_at(&p, PLACE, 0x70000004);
    check_message(&r, PN_FAULT_VM, 0x70000004, 0x70000004, 1, 12);
    CHECK_EQ(p.reg[R_PC], 0x70000004);
}

static void fetch_not_executable(void)
{
    struct puppet p = puppet_new();
    (void)code_page();
    word place = PLACE + 16 * PN_PAGE_SIZE;
    struct regs r = fault_at(&p, place, 0);
    check_message(&r, PN_FAULT_VM, place, place, 1, 12);
}

/* An instruction whose second half lies on a page that is not there. */
static void fetch_across(void)
{
    struct puppet p = puppet_new();
    volatile uint32_t *code = code_page();
    *(volatile uint16_t *)((word)code + PN_PAGE_SIZE - 2) = LD_A1_A0 & 0xffff;
    seal_code();
    word pc = PLACE + PN_PAGE_SIZE - 2;
    struct regs r = fault_at(&p, pc, 0);
    check_message(&r, PN_FAULT_VM, pc, PLACE + PN_PAGE_SIZE, 1, 12);
}

static void exception(uint32_t instruction, word argument, word cause, bool value_known, word value)
{
    struct puppet p = puppet_new();
    code_page()[0] = instruction;
    seal_code();
    struct regs r = fault_at(&p, PLACE, argument);
    check_message(&r, PN_FAULT_USER_EXCEPTION, PLACE, 0x5151, cause, value_known ? value : r.a5);
}

static void illegal_instruction(void)
{
    exception(ILLEGAL, 0, 2, true, ILLEGAL);
}

static void no_instruction(void)
{
    exception(0, 0, 2, true, 0);
}

static void breakpoint(void)
{
    exception(0x00100073, 0, 3, false, 0);
}

static void misaligned_reservation(void)
{
    exception(LR, PLACE + 4, 4, true, PLACE + 4);
}

static void misaligned_atomic(void)
{
    struct puppet p = puppet_new();
    code_page()[0] = AMOADD;
    seal_code();
    struct regs r = fault_at(&p, PLACE, PLACE + 16 * PN_PAGE_SIZE + 4);
    check_message(&r, PN_FAULT_USER_EXCEPTION, PLACE, 0x5151, r.a4 == 4 ? 4 : 6,
                  PLACE + 16 * PN_PAGE_SIZE + 4);
}

/* An unknown system call carries eleven words. */
static void unknown_words(void)
{
    struct puppet p = puppet_new();
    static const word numbers[] = {0,         1,         12,        (word)-13,    (word)-15,
                                   (word)-16, (word)-18, (word)-50, (word)1 << 63};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct regs in = {.a0 = 1, .a1 = 2, .a2 = 3, .a3 = 4, .a4 = 5, .a5 = 6, .a6 = 7};
        struct regs r;
        puppet_call(&p, (int64_t)numbers[i], &in);
        for (unsigned w = 0; w < 32; w++)
            *message_word(PN_MSGBUF_VADDR, w) = 0xffff;
        word before[R_COUNT];
        for (unsigned k = 0; k < R_COUNT; k++)
            before[k] = p.reg[k];
        sleep_us(60);
        r = receive(PN_SYS_NBRECV, p.ep, p.reply);
        CHECK_EQ(r.a0, PUPPET_BADGE);
        CHECK_EQ(r.a1, info(PN_FAULT_UNKNOWN_SYSCALL, 11));
        CHECK_EQ(r.a2, (word)puppet_ecall);
        CHECK_EQ(r.a3, before[R_SP]);
        CHECK_EQ(r.a4, before[R_RA]);
        CHECK_EQ(r.a5, 1);
        for (unsigned w = 4; w < 10; w++)
            CHECK_EQ(*message_word(PN_MSGBUF_VADDR, w), w - 2);
        CHECK_EQ(*message_word(PN_MSGBUF_VADDR, 10), numbers[i]);
        CHECK_EQ(*message_word(PN_MSGBUF_VADDR, 11), 0xffff);
        registers_read(p.t.tcb, p.reg);
        for (unsigned k = 0; k < R_COUNT; k++)
            CHECK_EQ(p.reg[k], before[k]);
    }
}

/* An answer with 'count' words replaces as many registers, at most ten, and no others. */
static void unknown_answers(void)
{
    static const unsigned place[10] = {R_PC, R_SP,     R_RA,     R_A0,     R_A1,
                                       R_A2, R_A2 + 1, R_A2 + 2, R_A2 + 3, R_A6};
    struct puppet p = puppet_new();
    for (unsigned count = 1; count <= 12; count++) {
        struct regs in = {.a0 = 1, .a1 = 2, .a2 = 3, .a3 = 4, .a4 = 5, .a5 = 6, .a6 = 7};
        puppet_call(&p, 77, &in);
        word before[R_COUNT];
        for (unsigned k = 0; k < R_COUNT; k++)
            before[k] = p.reg[k];
        sleep_us(60);
        CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a0, PUPPET_BADGE);
        struct regs a = {.a0 = p.reply, .a1 = info(0, count)};
        a.a2 = (word)puppet_break;
        a.a3 = 0xd1;
        a.a4 = 0xd2;
        a.a5 = 0xd3;
        for (unsigned w = 4; w < 12; w++)
            *message_word(PN_MSGBUF_VADDR, w) = 0xd0 + w;
        syscall(PN_SYS_SEND, &a);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        for (unsigned w = 1; w < 10; w++)
            CHECK_EQ(p.reg[place[w]], w < count ? 0xd0 + w : before[place[w]]);
        CHECK_EQ(p.reg[R_A7], 77);
        CHECK_EQ(p.reg[R_T0], before[R_T0]);
        CHECK_EQ(p.reg[R_S0], before[R_S0]);
    }
}

/* Answer to a user exception: pc and sp, nothing else. */
static void exception_answers(void)
{
    struct puppet p = puppet_new();
    volatile uint32_t *code = code_page();
    code[0] = ILLEGAL;
    seal_code();
    for (unsigned count = 0; count <= 4; count++) {
        p.reg[R_PC] = PLACE;
        p.reg[R_SP] = 0x5151;
        p.reg[R_RA] = 0x5252;
        p.reg[R_A0] = 0x5353;
        puppet_go(&p);
        sleep_us(60);
        CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a2, PLACE);
        struct regs a = {
            .a0 = p.reply, .a1 = info(0, count), .a2 = (word)puppet_break, .a3 = 0x99, .a4 = 0x98};
        syscall(PN_SYS_SEND, &a);
        CHECK_EQ(puppet_outcome(&p, NULL), count == 0 ? FAULTED : RETURNED);
        CHECK_EQ(p.reg[R_SP], count < 2 ? 0x5151 : 0x99);
        CHECK_EQ(p.reg[R_RA], 0x5252);
        CHECK_EQ(p.reg[R_A0], 0x5353);
    }
}

/* Words of the answer to a VM or capability fault change nothing. */
static void others_answer_nothing(void)
{
    struct puppet p = puppet_new();
    for (unsigned kind = 0; kind < 2; kind++) {
        for (unsigned i = 0; i < R_COUNT; i++)
            p.reg[i] = 0x6000 + i;
        p.reg[R_PC] = kind == 0 ? 0x70000000 : (word)puppet_ecall;
        p.reg[R_A7] = (word)PN_SYS_SEND;
        p.reg[R_A0] = 0;
        word before[R_COUNT];
        for (unsigned i = 0; i < R_COUNT; i++)
            before[i] = p.reg[i];
        puppet_go(&p);
        sleep_us(60);
        CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a0, PUPPET_BADGE);
        struct regs a = {
            .a0 = p.reply, .a1 = info(0, 4), .a2 = (word)puppet_break, .a3 = 1, .a4 = 2, .a5 = 3};
        syscall(PN_SYS_SEND, &a);
        /* It repeats what it did. */
        struct regs fault;
        CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
        CHECK_EQ(label_of(fault.a1), kind == 0 ? PN_FAULT_VM : PN_FAULT_CAP);
        for (unsigned i = 0; i < R_COUNT; i++)
            CHECK_EQ(p.reg[i], before[i]);
    }
}

static void label_stops(void)
{
    struct puppet p = puppet_new();
    static const word labels[] = {1, 2, 12, (word)1 << 51};
    for (unsigned i = 0; i < 4; i++) {
        struct regs in = {.a0 = 3};
        puppet_call(&p, 77, &in);
        sleep_us(60);
        CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a0, PUPPET_BADGE);
        struct regs a = {.a0 = p.reply, .a1 = info(labels[i], 4), .a2 = (word)puppet_break, .a5 = 0x33};
        syscall(PN_SYS_SEND, &a);
        CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
        /* Its registers were set, and Resume lets it run with them. */
        CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A0], 0x33);
    }
}

static const struct test_case cases[] = {
    {"page faults: load, nothing mapped", load_unmapped},
    {"page faults: store, nothing mapped", store_unmapped},
    {"page faults: store to a page without right to write", store_read_only},
    {"page faults: atomic, nothing mapped", atomic_unmapped},
    {"page faults: atomic on a page without right to write", atomic_read_only},
    {"page faults: load-reserved, nothing mapped", reserve_unmapped},
    {"page faults: address of no space", not_canonical},
    {"page faults: address of the kernel", kernel_address},
    {"page faults: load, no device answers", load_access},
    {"page faults: store, no device answers", store_access},
    {"page faults: fetch, nothing mapped", fetch_unmapped},
    {"page faults: fetch from a page without right to execute", fetch_not_executable},
    {"page faults: instruction across two pages", fetch_across},
    {"faults: illegal instruction", illegal_instruction},
    {"faults: instruction of zeros", no_instruction},
    {"faults: breakpoint", breakpoint},
    {"faults: misaligned load-reserved", misaligned_reservation},
    {"faults: misaligned atomic", misaligned_atomic},
    {"faults: unknown system calls, all words", unknown_words},
    {"faults: unknown system call, answers of every length", unknown_answers},
    {"faults: user exception, answers of every length", exception_answers},
    {"faults: other answers change no register", others_answer_nothing},
    {"faults: an answer with a label stops, registers set", label_stops},
};

const struct test_group fault_words_group = GROUP(cases);
