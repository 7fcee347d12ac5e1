/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects, invocations, messages, address spaces and threads for the tests. */
#include "test.h"

#define ROOT_BUFFER  PN_MSGBUF_VADDR
#define COPY_WINDOW  0x38000000
#define BUFFER_VADDR 0x31000000 /* message buffers of threads in the root's address space */
#define THREAD_LIMIT 40
#define STACK_SIZE   0x2000
#define UART_PADDR   0x10000000

cptr ram;
cptr device;
cptr low_device;
volatile word *const shared = (volatile word *)SHARED_VADDR;

static cptr next_slot;
static cptr shared_frame;
static cptr done_notification;
static cptr idle_notification;

extern char root_start[];
extern char root_data[];
extern char root_end[];
void thread_entry(void);
void thread_finished(void);
void test_setup(void);

struct start {
    void (*function)(word);
    word argument;
};

static struct start starts[THREAD_LIMIT];
static char stacks[THREAD_LIMIT][STACK_SIZE] __attribute__((aligned(16)));
static unsigned thread_count;

cptr new_slot(void)
{
    return next_slot++;
}

word invoke(cptr cap, word method, const word *words, unsigned count, struct regs *answer)
{
    struct regs r = {.a0 = cap, .a1 = info(method, count)};
    r.a2 = count > 0 ? words[0] : 0;
    r.a3 = count > 1 ? words[1] : 0;
    r.a4 = count > 2 ? words[2] : 0;
    r.a5 = count > 3 ? words[3] : 0;
    for (unsigned i = 4; i < count; i++)
        *message_word(ROOT_BUFFER, i) = words[i];
    syscall(PN_SYS_CALL, &r);
    if (answer != NULL)
        *answer = r;
    return label_of(r.a1);
}

word invoke0(cptr cap, word method)
{
    return invoke(cap, method, NULL, 0, NULL);
}

word invoke1(cptr cap, word method, word a)
{
    return invoke(cap, method, &a, 1, NULL);
}

word invoke2(cptr cap, word method, word a, word b)
{
    word words[2] = {a, b};
    return invoke(cap, method, words, 2, NULL);
}

word invoke3(cptr cap, word method, word a, word b, word c)
{
    word words[3] = {a, b, c};
    return invoke(cap, method, words, 3, NULL);
}

word retype(cptr untyped, word type, word size, cptr cnode, word slot, word count, word paddr)
{
    word words[6] = {type, size, cnode, slot, count, paddr};
    return invoke(untyped, PN_UNTYPED_RETYPE, words, 6, NULL);
}

cptr new_object(word type, word size)
{
    cptr slot = new_slot();
    CHECK_EQ(retype(ram, type, size, PN_ROOT_CNODE, slot, 1, 0), PN_OK);
    return slot;
}

word derive(cptr cnode, word slot, cptr source, word rights, word badge)
{
    word words[4] = {slot, source, rights, badge};
    return invoke(cnode, PN_CNODE_DERIVE, words, 4, NULL);
}

cptr derived(cptr source, word rights, word badge)
{
    cptr slot = new_slot();
    CHECK_EQ(derive(PN_ROOT_CNODE, slot, source, rights, badge), PN_OK);
    return slot;
}

struct regs call(cptr ep, word message_info, word w0, word w1, word w2, word w3)
{
    struct regs r = {.a0 = ep, .a1 = message_info, .a2 = w0, .a3 = w1, .a4 = w2, .a5 = w3};
    syscall(PN_SYS_CALL, &r);
    return r;
}

struct regs send(int64_t number, cptr ep, word message_info, word w0)
{
    struct regs r = {.a0 = ep, .a1 = message_info, .a2 = w0};
    syscall(number, &r);
    return r;
}

struct regs receive(int64_t number, cptr ep, cptr reply)
{
    struct regs r = {.a0 = ep, .a6 = reply};
    syscall(number, &r);
    return r;
}

struct regs reply_receive(cptr ep, cptr reply, word message_info, word w0)
{
    struct regs r = {.a0 = ep, .a1 = message_info, .a2 = w0, .a6 = reply};
    syscall(PN_SYS_REPLY_RECV, &r);
    return r;
}

void signal(cptr notification)
{
    struct regs r = {.a0 = notification};
    syscall(PN_SYS_SEND, &r);
}

void yield(void)
{
    struct regs r = {0};
    syscall(PN_SYS_YIELD, &r);
}

void map_frame(cptr vspace, cptr frame, word vaddr, word rights)
{
    word error = invoke3(frame, PN_FRAME_MAP, vspace, vaddr, rights);
    for (unsigned i = 0; i < 2 && error == PN_ERR_FAILED_LOOKUP; i++) {
        cptr table = new_object(PN_CAP_PAGE_TABLE, 0);
        CHECK_EQ(invoke2(table, PN_PAGE_TABLE_MAP, vspace, vaddr), PN_OK);
        error = invoke3(frame, PN_FRAME_MAP, vspace, vaddr, rights);
    }
    CHECK_EQ(error, PN_OK);
}

cptr vspace_copy(void)
{
    cptr vspace = new_object(PN_CAP_VSPACE, 0);
    for (word page = (word)root_start; page < (word)root_end; page += PN_PAGE_SIZE) {
        cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
        map_frame(PN_ROOT_VSPACE, frame, COPY_WINDOW, PN_READ | PN_WRITE);
        const word *from = (const word *)page;
        volatile word *to = (volatile word *)COPY_WINDOW;
        for (unsigned i = 0; i < PN_PAGE_SIZE / 8; i++)
            to[i] = from[i];
        CHECK_EQ(invoke2(frame, PN_FRAME_UNMAP, PN_ROOT_VSPACE, COPY_WINDOW), PN_OK);
        map_frame(vspace, frame, page, page < (word)root_data ? PN_READ | PN_EXEC : PN_READ | PN_WRITE);
    }
    map_frame(vspace, shared_frame, SHARED_VADDR, PN_READ | PN_WRITE);
    return vspace;
}

struct thread thread_new(void)
{
    CHECK(thread_count < THREAD_LIMIT);
    struct thread t = {.cnode = PN_ROOT_CNODE,
                       .vspace = PN_ROOT_VSPACE,
                       .flags = PN_TCB_COUNTERS,
                       .priority = 100,
                       .budget = 10000,
                       .period = 10000,
                       .stack_top = (word)stacks[thread_count] + STACK_SIZE,
                       .buffer = BUFFER_VADDR + thread_count * PN_PAGE_SIZE};
    t.tcb = new_object(PN_CAP_TCB, 0);
    thread_count++;
    return t;
}

static void make_table(cptr vspace, word vaddr)
{
    for (unsigned i = 0; i < 2; i++) {
        cptr table = new_object(PN_CAP_PAGE_TABLE, 0);
        if (invoke2(table, PN_PAGE_TABLE_MAP, vspace, vaddr) != PN_OK)
            return;
    }
}

void thread_make(struct thread *t, void (*function)(word), word argument)
{
    unsigned index = (unsigned)((t->buffer - BUFFER_VADDR) / PN_PAGE_SIZE);
    struct start s = {function, argument};
    starts[index] = s;
    if (t->budget != 0) {
        t->sc = new_object(PN_CAP_SCHED_CONTEXT, 0);
        word parameters[5] = {t->sc, t->budget, t->period, t->refills, 0x5c00 + index};
        CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, parameters, 5, NULL), PN_OK);
    }
    word configuration[6] = {t->cnode,          t->vspace, t->buffer,
                             t->fault_endpoint, t->flags,  t->timeout_endpoint};
    word error = invoke(t->tcb, PN_TCB_CONFIGURE, configuration, 6, NULL);
    if (error == PN_ERR_FAILED_LOOKUP) {
        make_table(t->vspace, t->buffer);
        error = invoke(t->tcb, PN_TCB_CONFIGURE, configuration, 6, NULL);
    }
    CHECK_EQ(error, PN_OK);
    CHECK_EQ(invoke3(t->tcb, PN_TCB_SET_SCHED, t->priority, t->sc, t->domain), PN_OK);
    if (t->notification != 0)
        CHECK_EQ(invoke1(t->tcb, PN_TCB_BIND_NOTIFICATION, t->notification), PN_OK);
    CHECK_EQ(invoke3(t->tcb, PN_TCB_SET_START, (word)thread_entry, t->stack_top, (word)&starts[index]),
             PN_OK);
}

void thread_run(struct thread *t)
{
    CHECK_EQ(invoke0(t->tcb, PN_TCB_RESUME), PN_OK);
}

void thread_start(struct thread *t, void (*function)(word), word argument)
{
    thread_make(t, function, argument);
    thread_run(t);
}

void thread_start_apart(struct thread *t, void (*function)(word), word argument)
{
    thread_make(t, function, argument);
    t->vspace = vspace_copy();
    word configuration[6] = {t->cnode,          t->vspace, t->buffer,
                             t->fault_endpoint, t->flags,  t->timeout_endpoint};
    word error = invoke(t->tcb, PN_TCB_CONFIGURE, configuration, 6, NULL);
    if (error == PN_ERR_FAILED_LOOKUP) {
        make_table(t->vspace, t->buffer);
        error = invoke(t->tcb, PN_TCB_CONFIGURE, configuration, 6, NULL);
    }
    CHECK_EQ(error, PN_OK);
    thread_run(t);
}

void thread_done(void)
{
    shared[511]++;
    signal(done_notification);
}

void thread_finished(void)
{
    thread_done();
    receive(PN_SYS_WAIT, idle_notification, 0);
}

void wait_done(unsigned count)
{
    while (shared[511] < count)
        receive(PN_SYS_WAIT, done_notification, 0);
}

/* A thread below the root and above all others that uses up a small budget until the time has come. */
static cptr sleep_request;
static cptr sleep_done;
static volatile word sleep_ticks;

static void sleeper(word unused)
{
    (void)unused;
    for (;;) {
        (void)receive(PN_SYS_WAIT, sleep_request, 0);
        word start = read_time();
        while (read_time() - start < sleep_ticks)
            yield();
        signal(sleep_done);
    }
}

void sleep_us(word us)
{
    if (sleep_request == 0) {
        sleep_request = new_object(PN_CAP_NOTIFICATION, 0);
        sleep_done = new_object(PN_CAP_NOTIFICATION, 0);
        struct thread t = thread_new();
        t.priority = 254;
        t.budget = 20;
        t.period = 100;
        thread_start(&t, sleeper, 0);
    }
    sleep_ticks = us * bootinfo->timebase_hz / 1000000;
    signal(sleep_request);
    (void)receive(PN_SYS_WAIT, sleep_done, 0);
}

static void find_untypeds(void)
{
    word largest = 0;
    for (unsigned i = 0; i < bootinfo->untyped_count; i++) {
        const struct pn_untyped_desc *u = &bootinfo->untyped[i];
        if (!u->is_device && u->size > largest) {
            largest = u->size;
            ram = u->slot;
        }
        if (u->is_device && u->paddr <= UART_PADDR && UART_PADDR - u->paddr < u->size)
            device = u->slot;
        if (u->is_device && u->paddr == 0)
            low_device = u->slot;
    }
}

void test_setup(void)
{
    next_slot = bootinfo->first_free_slot;
    find_untypeds();
    shared_frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(PN_ROOT_VSPACE, shared_frame, SHARED_VADDR, PN_READ | PN_WRITE);
    for (unsigned i = 0; i < PN_PAGE_SIZE / 8; i++)
        shared[i] = 0;
    done_notification = derived(new_object(PN_CAP_NOTIFICATION, 0), PN_ALL_RIGHTS, 1);
    idle_notification = new_object(PN_CAP_NOTIFICATION, 0);
}
