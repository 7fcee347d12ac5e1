/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors of the methods, one by one in the manual's order, before seal and after it. */
#include "cases.h"

#define PLACE 0x33000000

struct method {
    word number;
    unsigned words; /* that it takes */
    bool constructs;
};

static const struct method methods[] = {
    {PN_UNTYPED_RETYPE, 6, true}, {PN_CNODE_DERIVE, 4, true},         {PN_CNODE_DELETE, 1, true},
    {PN_TCB_CONFIGURE, 6, true},  {PN_TCB_SET_SCHED, 2, true},        {PN_TCB_BIND_NOTIFICATION, 1, true},
    {PN_TCB_SET_START, 3, true},  {PN_TCB_WRITE_REGISTERS, 2, false}, {PN_TCB_READ_REGISTERS, 2, false},
    {PN_TCB_SUSPEND, 0, false},   {PN_TCB_RESUME, 0, false},          {PN_TCB_RESET, 0, false},
    {PN_TCB_EPOCH, 0, false},     {PN_PAGE_TABLE_MAP, 2, true},       {PN_FRAME_MAP, 3, true},
    {PN_FRAME_UNMAP, 2, true},    {PN_FRAME_ADDRESS, 0, false},       {PN_IRQ_SET_NOTIFICATION, 1, true},
    {PN_IRQ_ACK, 0, false},       {PN_SYSTEM_IRQ, 4, true},           {PN_SYSTEM_SCHED, 5, true},
    {PN_SYSTEM_SEAL, 1, true},    {PN_SYSTEM_DOMAIN, 4, true},
};
#define METHODS (sizeof methods / sizeof methods[0])

enum kind { UNTYPED, CNODE, TCB, FRAME, TABLE, VSPACE, IRQ, CONTEXT, SYSTEM, KINDS };
static cptr one[KINDS];

static void make(void)
{
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    one[UNTYPED] = new_object(PN_CAP_UNTYPED, PN_PAGE_SIZE);
    one[CNODE] = new_object(PN_CAP_CNODE, 4);
    one[TCB] = t.tcb;
    one[FRAME] = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    one[TABLE] = new_object(PN_CAP_PAGE_TABLE, 0);
    one[VSPACE] = new_object(PN_CAP_VSPACE, 0);
    one[IRQ] = new_slot();
    one[CONTEXT] = new_object(PN_CAP_SCHED_CONTEXT, 0);
    one[SYSTEM] = PN_ROOT_SYSTEM;
    word words[4] = {20, 0, PN_ROOT_CNODE, one[IRQ]};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
}

static enum kind kind_of(word method)
{
    if (method == PN_UNTYPED_RETYPE)
        return UNTYPED;
    if (method <= PN_CNODE_DELETE)
        return CNODE;
    if (method <= PN_TCB_EPOCH)
        return TCB;
    if (method == PN_PAGE_TABLE_MAP)
        return TABLE;
    if (method <= PN_FRAME_ADDRESS)
        return FRAME;
    return method <= PN_IRQ_ACK ? IRQ : SYSTEM;
}

/* One word too few, and none: the same error for every method, whatever the other words say. */
static void truncated(void)
{
    make();
    word words[6] = {~(word)0, ~(word)0, ~(word)0, ~(word)0, ~(word)0, ~(word)0};
    for (unsigned m = 0; m < METHODS; m++) {
        for (unsigned count = 0; count < methods[m].words; count++)
            CHECK_EQ(invoke(one[kind_of(methods[m].number)], methods[m].number, words, count, NULL),
                     PN_ERR_TRUNCATED_MESSAGE);
    }
}

/* A method of another kind of object. */
static void wrong_kind(void)
{
    make();
    word words[6] = {0, 0, 0, 0, 0, 0};
    for (unsigned m = 0; m < METHODS; m++) {
        for (enum kind k = UNTYPED; k < KINDS; k++) {
            if (k != kind_of(methods[m].number))
                CHECK_EQ(invoke(one[k], methods[m].number, words, 6, NULL), PN_ERR_ILLEGAL_OPERATION);
        }
        CHECK_EQ(invoke(0, methods[m].number, words, 6, NULL), PN_ERR_INVALID_CAPABILITY);
        CHECK_EQ(invoke(PN_ROOT_SLOTS, methods[m].number, words, 6, NULL), PN_ERR_INVALID_CAPABILITY);
    }
}

/* After seal a construction method is refused on every kind, with every number of words. */
static void sealed(void)
{
    make();
    word words[6] = {~(word)0, 0, PN_ROOT_CNODE, 900, 1, 0};
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    for (unsigned m = 0; m < METHODS; m++) {
        if (!methods[m].constructs)
            continue;
        for (enum kind k = UNTYPED; k < KINDS; k++) {
            struct regs r;
            for (unsigned count = 0; count <= 6; count++) {
                CHECK_EQ(invoke(one[k], methods[m].number, words, count, &r), PN_ERR_SEALED);
                CHECK_EQ(r.a1, info(PN_ERR_SEALED, 0));
            }
        }
        CHECK_EQ(invoke(0, methods[m].number, words, 6, NULL), PN_ERR_INVALID_CAPABILITY);
    }
}

/* And the others do what they did. */
static void not_sealed(void)
{
    make();
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    word words[6] = {0, 0, 0, 0, 0, 0};
    for (unsigned m = 0; m < METHODS; m++) {
        if (!methods[m].constructs)
            CHECK_EQ(invoke(one[kind_of(methods[m].number)], methods[m].number, words, 2, NULL), PN_OK);
    }
}

#define EXPECT(object, method, count, error) CHECK_EQ(invoke(object, method, w, count, NULL), error)

static void configure(void)
{
    make();
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr t = new_object(PN_CAP_TCB, 0);
    struct thread busy = thread_new();
    thread_make(&busy, NULL, 0);
    word w[6] = {0, 0, 1, PN_ROOT_TCB, ~(word)0, PN_ROOT_TCB};
    CHECK_EQ(invoke0(busy.tcb, PN_TCB_RESUME), PN_OK);
    EXPECT(busy.tcb, PN_TCB_CONFIGURE, 6, PN_ERR_ILLEGAL_OPERATION);
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_CAPABILITY);
    w[0] = PN_ROOT_CNODE;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_CAPABILITY);
    w[1] = one[VSPACE];
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_CAPABILITY);
    w[3] = ep;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_CAPABILITY);
    w[5] = ep;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_ARGUMENT);
    w[4] = 16;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_INVALID_ARGUMENT);
    w[4] = 15;
    w[2] = PN_USER_TOP;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_RANGE);
    w[2] = PLACE + 8;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_ALIGNMENT);
    w[2] = PLACE;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_FAILED_LOOKUP);
    /* Nothing of that has configured it. */
    CHECK_EQ(invoke0(t, PN_TCB_RESUME), PN_ERR_ILLEGAL_OPERATION);
    map_frame(one[VSPACE], one[FRAME], PLACE, PN_READ);
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_DELETE_FIRST);
    w[2] = PLACE + PN_PAGE_SIZE;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_OK);
    /* Its buffer stays where it is. */
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_ERR_DELETE_FIRST);
    w[2] = 0;
    EXPECT(t, PN_TCB_CONFIGURE, 6, PN_OK);
    CHECK_EQ(invoke2(one[FRAME], PN_FRAME_UNMAP, one[VSPACE], PLACE + PN_PAGE_SIZE), PN_ERR_FAILED_LOOKUP);
}

static void check_bounds(const word *w, word least, word greatest)
{
    struct regs r;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, w, 5, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a1, info(PN_ERR_RANGE, 2));
    CHECK_EQ(r.a2, least);
    CHECK_EQ(r.a3, greatest);
}

static void scheduling(void)
{
    make();
    word w[5] = {PN_ROOT_TCB, 0, 0, 7, 0};
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, 5, PN_ERR_INVALID_CAPABILITY);
    w[0] = one[CONTEXT];
    check_bounds(w, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    w[2] = PN_MIN_BUDGET_US - 1;
    check_bounds(w, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    w[2] = PN_MAX_PERIOD_US + 1;
    check_bounds(w, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    w[2] = PN_MAX_PERIOD_US;
    check_bounds(w, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    w[2] = 500;
    w[1] = 501;
    check_bounds(w, PN_MIN_BUDGET_US, 500);
    w[1] = 500;
    check_bounds(w, 0, PN_MAX_REFILLS - 2);
    /* Still without parameters. */
    CHECK_EQ(invoke2(one[TCB], PN_TCB_SET_SCHED, 1, one[CONTEXT]), PN_ERR_ILLEGAL_OPERATION);
    w[3] = PN_MAX_REFILLS - 2;
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, 5, PN_OK);
    /* The thread that has it must be inactive. */
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    w[0] = t.sc;
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, 5, PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, 5, PN_ERR_ILLEGAL_OPERATION);
    word s[2] = {256, PN_ROOT_TCB};
    struct regs r;
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, s, 2, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a2, 0);
    CHECK_EQ(r.a3, 255);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 255, PN_ROOT_TCB), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 255, t.sc), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke3(t.tcb, PN_TCB_SET_START, 1, 2, 3), PN_ERR_ILLEGAL_OPERATION);
}

static void registers(void)
{
    make();
    cptr fresh = new_object(PN_CAP_TCB, 0);
    word w[6] = {0, 5, 0, 0, 0, 0};
    struct regs r;
    EXPECT(one[TCB], PN_TCB_WRITE_REGISTERS, 6, PN_ERR_TRUNCATED_MESSAGE);
    w[1] = 4;
    EXPECT(one[TCB], PN_TCB_WRITE_REGISTERS, 6, PN_OK);
    EXPECT(fresh, PN_TCB_WRITE_REGISTERS, 6, PN_ERR_ILLEGAL_OPERATION);
    EXPECT(PN_ROOT_TCB, PN_TCB_WRITE_REGISTERS, 6, PN_ERR_ILLEGAL_OPERATION);
    word many[60] = {0, 33};
    CHECK_EQ(invoke(PN_ROOT_TCB, PN_TCB_WRITE_REGISTERS, many, 60, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a3, 32);
    CHECK_EQ(invoke(PN_ROOT_TCB, PN_TCB_READ_REGISTERS, many, 2, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a3, 32);
    many[1] = ~(word)0;
    CHECK_EQ(invoke(one[TCB], PN_TCB_READ_REGISTERS, many, 2, NULL), PN_ERR_RANGE);
    CHECK_EQ(invoke(one[TCB], PN_TCB_WRITE_REGISTERS, many, 60, NULL), PN_ERR_TRUNCATED_MESSAGE);
    /* Each number of registers comes as asked for. */
    for (word count = 0; count <= 32; count++) {
        many[1] = count;
        CHECK_EQ(invoke(one[TCB], PN_TCB_READ_REGISTERS, many, 2, &r), PN_OK);
        CHECK_EQ(r.a1, info(0, count));
    }
}

static void seal_arguments(void)
{
    word w[1] = {2};
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0, PN_ERR_TRUNCATED_MESSAGE);
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 1, PN_ERR_INVALID_ARGUMENT);
    w[0] = ~(word)0;
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 1, PN_ERR_INVALID_ARGUMENT);
    /* It is not sealed yet. */
    (void)new_object(PN_CAP_ENDPOINT, 0);
    w[0] = 0;
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 1, PN_OK);
    EXPECT(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 1, PN_ERR_SEALED);
}

static const struct test_case cases[] = {
    {"methods: too few words", truncated},
    {"methods: another kind of object", wrong_kind},
    {"methods: errors of configuring a thread", configure},
    {"methods: errors of scheduling, with bounds", scheduling},
    {"methods: errors of registers, with bounds", registers},
    {"methods: errors of sealing", seal_arguments},
    {"methods: after seal, each that constructs on each kind", sealed},
    {"methods: after seal, each that does not", not_sealed},
};

const struct test_group errors_group = GROUP(cases);
