/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs next, after each thing that can change it. */
#include "cases.h"

/* Steps write down who they are; a string of digits is the order. */
static word steps;

static void step(word who)
{
    steps = steps * 10 + who;
}

static cptr ep;
static cptr reply;
static cptr ntfn;
static cptr wake;
static struct thread target;

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    wake = derived(ntfn, PN_WRITE, 1);
}

static struct thread at(word priority)
{
    struct thread t = thread_new();
    t.priority = priority;
    return t;
}

static void start(word priority, void (*function)(word), word argument)
{
    struct thread t = at(priority);
    thread_start(&t, function, argument);
}

static void just_step(word who)
{
    step(who);
}

static void all_priorities(void)
{
    for (word i = 0; i < 36; i++)
        start(1 + i * 37 % 250, just_step, 0);
    wait_done(36);
    /* And strictly: the lowest and the highest alone. */
    steps = 0;
    start(0, just_step, 1);
    start(254, just_step, 2);
    wait_done(38);
    CHECK_EQ(steps, 21);
}

/* While a higher one runs, a lower one does not get a single instruction. */
static void looking(word count)
{
    for (word i = 0; i < count; i++) {
        word before = shared[100];
        yield();
        CHECK_EQ(shared[100], before);
    }
    step(1);
}

static void counting(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < 1000; i++)
        shared[100]++;
    step(2);
}

static void starved(void)
{
    start(100, looking, 5000);
    start(99, counting, 0);
    wait_done(2);
    CHECK_EQ(steps, 12);
}

static void resumes(word unused)
{
    (void)unused;
    step(1);
    CHECK_EQ(invoke0(target.tcb, PN_TCB_RESUME), PN_OK);
    step(2);
}

static void resume_order(word priority, word expected)
{
    target = at(priority);
    thread_make(&target, just_step, 5);
    start(100, resumes, 0);
    wait_done(2);
    CHECK_EQ(steps, expected);
}

static void resume_higher(void)
{
    resume_order(101, 152);
}

static void resume_equal(void)
{
    resume_order(100, 125);
}

static void resume_lower(void)
{
    resume_order(99, 125);
}

static void receiver(word unused)
{
    (void)unused;
    step(1);
    (void)receive(PN_SYS_RECV, ep, reply);
    step(2);
}

static void sender(word form)
{
    step(3);
    (void)send((int64_t)form, ep, info(0, 0), 0);
    step(4);
}

/* A plain message to a waiting receiver. */
static void message_order(word priority, int64_t form, word expected)
{
    make();
    start(priority, receiver, 0);
    sleep_us(100);
    start(100, sender, (word)form);
    wait_done(2);
    CHECK_EQ(steps, expected);
}

static void message_higher(void)
{
    message_order(101, PN_SYS_SEND, 1324);
}

static void message_equal(void)
{
    message_order(100, PN_SYS_NBSEND, 1342);
}

static void message_lower(void)
{
    message_order(99, PN_SYS_SEND, 1342);
}

/* A sender that waited is woken by the receive. */
static void waiting_sender(word priority, word expected)
{
    make();
    start(priority, sender, (word)PN_SYS_SEND);
    sleep_us(100);
    start(100, receiver, 0);
    wait_done(2);
    CHECK_EQ(steps, expected);
}

static void sender_higher(void)
{
    waiting_sender(101, 3142);
}

static void sender_equal(void)
{
    waiting_sender(100, 3124);
}

static void caller(word unused)
{
    (void)unused;
    step(3);
    (void)call(ep, info(0, 0), 0, 0, 0, 0);
    step(4);
}

static void answering(word unused)
{
    (void)unused;
    step(1);
    (void)receive(PN_SYS_RECV, ep, reply);
    step(2);
    (void)send(PN_SYS_SEND, reply, 0, 0);
    step(5);
}

static void answer_order(word priority, word expected)
{
    make();
    start(priority, caller, 0);
    sleep_us(100);
    start(100, answering, 0);
    wait_done(2);
    CHECK_EQ(steps, expected);
}

static void answer_higher(void)
{
    answer_order(101, 31245);
}

static void answer_equal(void)
{
    answer_order(100, 31254);
}

static void answer_lower(void)
{
    answer_order(99, 31254);
}

/* A call to a server of equal priority: it runs at once, before others that are ready. */
static void direct_switch(void)
{
    make();
    start(100, answering, 0);
    sleep_us(100);
    start(100, caller, 0);
    start(100, just_step, 7);
    wait_done(3);
    CHECK_EQ(steps, 132574);
}

/* One that is preempted goes on before others of its priority. */
static void preempted(word unused)
{
    (void)unused;
    step(1);
    signal(wake);
    step(2);
}

static void preempting(word unused)
{
    (void)unused;
    (void)receive(PN_SYS_WAIT, ntfn, 0);
    step(3);
}

static void preempted_first(void)
{
    make();
    start(120, preempting, 0);
    sleep_us(100);
    start(100, preempted, 0);
    start(100, just_step, 7);
    wait_done(3);
    CHECK_EQ(steps, 1327);
}

/* One that is woken goes behind others of its priority. */
static void woken_last(void)
{
    make();
    start(100, preempting, 0);
    sleep_us(100);
    start(100, preempted, 0);
    start(100, just_step, 7);
    wait_done(3);
    CHECK_EQ(steps, 1273);
}

static void yields(word who)
{
    step(who);
    yield();
    step(who);
    yield();
    step(who);
}

static void yield_round(void)
{
    start(100, yields, 1);
    start(100, yields, 2);
    start(100, yields, 3);
    start(99, just_step, 9);
    wait_done(4);
    CHECK_EQ(steps, 1231231239);
}

static void yield_alone(void)
{
    start(101, yields, 1);
    start(100, yields, 2);
    wait_done(2);
    CHECK_EQ(steps, 111222);
}

/* Suspended while ready: its place is gone, the others keep theirs. */
static void taken_out(void)
{
    struct thread t[4];
    for (word i = 0; i < 4; i++) {
        t[i] = at(100);
        thread_start(&t[i], just_step, i + 1);
    }
    CHECK_EQ(invoke0(t[1].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke0(t[0].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke0(t[0].tcb, PN_TCB_RESUME), PN_OK);
    wait_done(3);
    CHECK_EQ(steps, 341);
    CHECK_EQ(invoke0(t[1].tcb, PN_TCB_RESUME), PN_OK);
    wait_done(4);
    CHECK_EQ(steps, 3412);
}

/* A new priority is that of the next run. */
static void new_priority(void)
{
    struct thread a = at(100);
    struct thread b = at(100);
    thread_make(&a, just_step, 1);
    thread_make(&b, just_step, 2);
    CHECK_EQ(invoke2(b.tcb, PN_TCB_SET_SCHED, 101, b.sc), PN_OK);
    thread_run(&a);
    thread_run(&b);
    CHECK_EQ(invoke2(a.tcb, PN_TCB_SET_SCHED, 102, a.sc), PN_ERR_ILLEGAL_OPERATION);
    wait_done(2);
    CHECK_EQ(steps, 21);
}

/* A server runs at its own priority, whoever lent it time. */
static void server_priority(void)
{
    make();
    struct thread s = at(90);
    s.flags |= PN_TCB_PASSIVE;
    s.notification = new_object(PN_CAP_NOTIFICATION, 0);
    thread_start(&s, answering, 0);
    sleep_us(200);
    start(100, caller, 0);
    start(95, just_step, 7);
    wait_done(2);
    sleep_us(200);
    CHECK_EQ(steps, 137245);
}

static const struct test_case cases[] = {
    {"order: many priorities", all_priorities},
    {"order: the lower one does not run", starved},
    {"order: resuming a higher one", resume_higher},
    {"order: resuming an equal one", resume_equal},
    {"order: resuming a lower one", resume_lower},
    {"order: message to a higher one", message_higher},
    {"order: message to an equal one", message_equal},
    {"order: message to a lower one", message_lower},
    {"order: receiving from a higher one", sender_higher},
    {"order: receiving from an equal one", sender_equal},
    {"order: answering a higher one", answer_higher},
    {"order: answering an equal one", answer_equal},
    {"order: answering a lower one", answer_lower},
    {"order: a call switches directly", direct_switch},
    {"order: a preempted one goes first", preempted_first},
    {"order: a woken one goes last", woken_last},
    {"order: yield goes round", yield_round},
    {"order: yield does not go down", yield_alone},
    {"order: one that is taken out", taken_out},
    {"order: a new priority", new_priority},
    {"order: a server runs at its own priority", server_priority},
};

const struct test_group order_group = GROUP(cases);
