/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's manual (docs/kernel.md) as a program: lists and plain data, nothing shared with the kernel but
 * the numbers of its interface. One event in, the state after it out. Objects are numbered from 1 in the
 * order in which they are made (untypeds, CNodes, page tables, vspaces from 0), so that states can be
 * compared.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/abi.h>

#define M_THREADS  (PN_MAX_TCBS + 1)
#define M_MAPPINGS 4096u
#define M_TRACKED  8u

/* Register numbers: 0 is the program counter, n is xn. */
enum { M_PC = 0, M_RA = 1, M_SP = 2, M_T0 = 5, M_A0 = 10, M_A1 = 11, M_A2 = 12, M_A6 = 16, M_A7 = 17 };

struct m_cap {
    uint64_t badge;
    uint64_t page; /* frames: page number */
    uint16_t object;
    uint8_t type; /* enum pn_cap_type; PN_CAP_NULL: empty slot */
    uint8_t rights;
    bool large;
    bool device;
};

/* Threads in order. */
struct m_list {
    uint16_t count;
    uint16_t item[M_THREADS];
};

enum m_state { M_INACTIVE, M_READY, M_RECEIVE, M_SEND, M_REPLY, M_WAIT };

struct m_thread {
    uint64_t reg[32];
    uint64_t buffer[512];
    uint64_t fpu[33];
    enum m_state state;
    uint8_t priority;
    uint8_t domain;
    uint32_t epoch;
    uint16_t sc;     /* runs on */
    uint16_t object; /* endpoint or notification that it waits at */
    uint16_t reply;  /* offered while receiving; awaited while M_REPLY */
    uint64_t badge;  /* of the message that it is sending */
    bool calling;
    bool lending;
    uint8_t fault; /* enum pn_fault */
    uint64_t fault_address;
    uint64_t fault_code;
    /* What configuration sets. */
    bool configured;
    bool moving;
    uint16_t cnode;
    uint16_t vspace;
    uint16_t notification; /* bound */
    uint16_t own_sc;
    uint16_t fault_endpoint;
    uint64_t fault_badge;
    uint16_t timeout_endpoint;
    uint64_t timeout_badge;
    uint8_t flags;
    bool vital; /* its fault without a handler resets the machine */
    uint64_t start_pc;
    uint64_t start_sp;
    uint64_t start_a0;
};

struct m_endpoint {
    struct m_list queue; /* all senders or all receivers */
    uint16_t server;     /* received here last */
};

struct m_notification {
    struct m_list queue;
    uint64_t word;
    bool active;
    uint16_t sc; /* has its home here */
    uint16_t bound;
};

struct m_reply {
    uint16_t caller;
    uint16_t server;
};

struct m_refill {
    uint64_t time;
    uint64_t amount;
};

struct m_sc {
    uint64_t budget; /* ticks; 0: no parameters */
    uint64_t period;
    uint64_t minimum;
    uint64_t consumed;
    uint64_t badge;
    uint16_t thread;
    uint16_t home_thread;
    uint16_t home_notification;
    bool sporadic;
    uint8_t max;
    uint64_t slice; /* left of a time slice */
    uint32_t count;
    struct m_refill refill[PN_MAX_REFILLS + 2];
    uint32_t depth; /* calls that lent it on, oldest first */
    uint16_t lent[PN_MAX_REPLIES];
};

struct m_untyped {
    uint64_t start;
    uint64_t size;
    uint64_t used;
    bool device;
};

struct m_mapping {
    uint16_t vspace;
    bool large;
    uint8_t rights;
    uint64_t vaddr;
    uint64_t paddr;
};

struct m_table {
    bool mapped;
    uint16_t vspace;
    uint8_t level; /* 1: 1 GiB of addresses, 0: 2 MiB */
    uint64_t vaddr;
};

struct m_cnode {
    uint32_t count;
    struct m_cap *slot;
};

struct m_slot {
    uint64_t domain;
    uint64_t ticks; /* 0: end marker */
};

struct m_irq {
    uint16_t notification;
    uint64_t badge;
    bool pending;
    bool claimed;
    bool enabled;
};

struct model {
    uint64_t now;
    uint64_t started;  /* the active context has been charged up to here */
    uint64_t deadline; /* when the timer must fire */
    uint16_t current;  /* runs; 0: nobody can */
    uint16_t woken;    /* first thread of the highest priority that this trap woke */
    uint16_t active;   /* context that is charged */
    struct m_list ready[PN_MAX_DOMAINS][PN_PRIORITIES];
    uint8_t domain;     /* whose time it is */
    uint32_t slot;      /* entry of the schedule */
    uint64_t slot_end;  /* UINT64_MAX: it has not started */
    uint64_t scheduled; /* PN_SCHEDULE_* */
    uint32_t first_slot;
    struct m_slot schedule[PN_MAX_SCHEDULE];
    struct m_list release; /* without budget, in order of time */
    bool sealed;
    bool has_fpu;
    bool reset; /* the machine is to be reset in this step */
    uint64_t hz;
    uint16_t sources;
    uint32_t slots; /* of all CNodes */
    uint16_t threads, endpoints, notifications, replies, scs, untypeds, vspaces, tables, cnodes;
    struct m_thread thread[M_THREADS];
    struct m_endpoint endpoint[PN_MAX_ENDPOINTS + 1];
    struct m_notification notification[PN_MAX_NOTIFICATIONS + 1];
    struct m_reply reply[PN_MAX_REPLIES + 1];
    struct m_sc sc[PN_MAX_SCHED_CONTEXTS + 1];
    struct m_untyped untyped[PN_MAX_UNTYPEDS];
    struct m_cnode cnode[PN_MAX_CNODES];
    struct m_table table[PN_MAX_PAGE_TABLES];
    struct m_irq irq[1024];
    uint32_t mappings;
    struct m_mapping mapping[M_MAPPINGS];
    bool withdrawn;    /* the interrupt controller has nothing to claim */
    bool maps_changed; /* since this was cleared */
    bool slots_changed;
    uint64_t buffer_paddr[M_THREADS]; /* where the message buffers are; known by the driver */
};

extern struct model m;

/* What the machine offers the root task. */
struct m_platform {
    uint64_t hz;
    uint64_t now;
    uint16_t sources;
    bool has_fpu;
    uint64_t root_pc, root_sp;
    uint32_t untypeds;
    struct m_untyped untyped[16];
    uint32_t tables; /* page tables and mappings of the root task */
    struct m_table table[16];
    uint32_t mappings;
    struct m_mapping mapping[16];
};

/* The state after boot; thread 1, the root task, runs. */
void m_boot(const struct m_platform *p);

/* Events. The current thread traps: its registers are in its context, pc at the ecall or the instruction. */
void m_ecall(void);
void m_exception(uint64_t cause, uint64_t value);
/* Also when nobody runs. */
void m_interrupt(void);

/* model.c: capabilities, words, lists. */
struct m_cap m_lookup(const struct m_thread *t, uint64_t cptr);
bool m_has(struct m_cap c, uint8_t type, uint64_t rights);
uint64_t m_word(const struct m_thread *t, uint64_t i);
void m_set_word(struct m_thread *t, uint64_t i, uint64_t value);
void m_answer(struct m_thread *t, uint64_t label, uint64_t words);
void m_append(struct m_list *l, uint16_t t);
void m_insert(struct m_list *l, uint32_t at, uint16_t t);
void m_insert_by_priority(struct m_list *l, uint16_t t);
void m_drop(struct m_list *l, uint16_t t);
uint16_t m_id(const struct m_thread *t);
struct m_thread *m_thread(uint16_t t);
uint64_t m_ticks(uint64_t us);
struct m_cap m_make(uint8_t type, uint16_t object);

/* model_sched.c */
void m_wake(struct m_thread *t);
void m_unschedule(struct m_thread *t);
void m_need_context(struct m_thread *t);
void m_tick(void);
void m_start_schedule(void);
void m_yield(struct m_thread *t);
void m_choose(void);
void m_attach(uint16_t sc, struct m_thread *t);
void m_hand_back(struct m_thread *t);
void m_move_context(struct m_thread *t);
void m_refill_start(struct m_sc *sc);
bool m_refill_check(const struct m_sc *sc);

/* model_ipc.c */
enum m_mode { M_SEND_ONCE, M_SEND_NOW, M_CALL, M_CALL_KEEP };
void m_send(struct m_thread *t, uint16_t e, uint64_t badge, enum m_mode mode);
void m_receive(struct m_thread *t, uint16_t e, uint16_t reply, bool blocking);
void m_signal(uint16_t n, uint64_t badge);
/* A thread that receives and has signals pending gets them. */
void m_take_pending(struct m_thread *t);
void m_wait(struct m_thread *t, uint16_t n, bool blocking);
void m_reply(uint16_t r, struct m_thread *server);
void m_abandon(uint16_t r, uint32_t epoch);
void m_forget_call(uint16_t r);
void m_fault(struct m_thread *t, uint8_t fault, uint64_t address, uint64_t code);
void m_answer_restarted(struct m_thread *t, uint32_t epoch);

/* model_thread.c */
void m_load_start(struct m_thread *t);
void m_suspend(struct m_thread *t);
void m_resume(struct m_thread *t);
void m_reset(struct m_thread *t);

/* One invocation: a private copy of the arguments, and the answer. */
struct m_call {
    struct m_thread *caller;
    struct m_cap cap;
    uint64_t method;
    uint64_t count;
    uint64_t word[PN_MAX_MSG];
    uint64_t answers;
    uint64_t answer[PN_MAX_MSG];
    bool silent;
};

enum pn_error m_invoke(struct m_call *c);
enum pn_error m_invoke_thread(struct m_call *c);
enum pn_error m_invoke_untyped(struct m_call *c);
enum pn_error m_invoke_memory(struct m_call *c);
/* Could 'size' (a page or a large page) be mapped there? */
enum pn_error m_map_possible(uint16_t vspace, uint64_t vaddr, bool large);
void m_map(uint16_t vspace, uint64_t vaddr, bool large, uint64_t paddr, uint64_t rights);
enum pn_error m_range(struct m_call *c, uint64_t least, uint64_t greatest);

#endif
