/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Library of the kernel's test root tasks: console, checks, objects, threads. Every case runs in a machine of
 * its own and ends it; a case that never says so has failed.
 */
#ifndef TEST_TEST_H
#define TEST_TEST_H

#include "sys.h"

typedef word cptr;

/* A case; the tables of all groups are listed in cases.c. */
struct test_case {
    const char *name;
    void (*run)(void);
};

struct test_group {
    const struct test_case *cases;
    unsigned count;
};

extern const struct test_group *const groups[];
extern const unsigned group_count;

/* Console. */
void put_char(char c);
void put(const char *text);
void put_number(word value);
void put_hex(word value);

/* Use the UART itself instead of the debug kernel's console, and the board's test device to end: for release
 * kernels, which offer neither. Answer: the frame of the UART, mapped at CONSOLE_VADDR. */
#define CONSOLE_VADDR 0x32000000
cptr use_uart(void);

/* End of the machine. */
_Noreturn void test_end(bool passed);

#define CHECK(condition)           check_true((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQ(actual, expected) check_equal((word)(actual), (word)(expected), __FILE__, __LINE__, #actual)
void check_true(bool ok, const char *file, unsigned line, const char *text);
void check_equal(word actual, word expected, const char *file, unsigned line, const char *text);

/* A figure for the runner to collect. */
void report(const char *name, word value);

/* Of a case that must stop the kernel: the address of the symbol in its name. */
extern word case_parameter;

/* Objects. */
extern const struct pn_bootinfo *bootinfo;
extern cptr ram;        /* largest untyped of RAM */
extern cptr device;     /* untyped that holds the UART */
extern cptr low_device; /* untyped from address 0 */
#define UART_PADDR 0x10000000

cptr new_slot(void);
cptr new_object(word type, word size);
word retype(cptr untyped, word type, word size, cptr cnode, word slot, word count, word paddr);
word derive(cptr cnode, word slot, cptr source, word rights, word badge);
cptr derived(cptr source, word rights, word badge);

/* Invoke with up to six words; the answer's label. 'answer', if any, gets the registers. */
word invoke(cptr cap, word method, const word *words, unsigned count, struct regs *answer);
word invoke0(cptr cap, word method);
word invoke1(cptr cap, word method, word a);
word invoke2(cptr cap, word method, word a, word b);
word invoke3(cptr cap, word method, word a, word b, word c);

/* Messages. The answer's label or badge in the registers. */
struct regs call(cptr ep, word message_info, word w0, word w1, word w2, word w3);
struct regs send(int64_t number, cptr ep, word message_info, word w0);
struct regs receive(int64_t number, cptr ep, cptr reply);
struct regs reply_receive(cptr ep, cptr reply, word message_info, word w0);
word call_preserving(cptr ep); /* lib/preserve.S */
void signal(cptr notification);
void yield(void);

/* Address spaces. Frames are mapped by the caller; tables are made as needed. */
#define SHARED_VADDR 0x30000000
void map_frame(cptr vspace, cptr frame, word vaddr, word rights);
cptr vspace_copy(void);             /* a copy of the root task's memory in an address space of its own */
extern volatile word *const shared; /* a page that every address space sees */

/* Threads. */
struct thread {
    cptr tcb;
    cptr sc;
    cptr cnode;
    cptr vspace;
    cptr notification; /* bound; 0: none */
    cptr fault_endpoint;
    cptr timeout_endpoint;
    word flags;
    word priority;
    word domain;
    word budget; /* us; 0: passive from the start */
    word period;
    word refills;
    word stack_top;
    word buffer; /* address of its message buffer */
};

/* Defaults: own scheduling context with a full 10 ms, priority 100, address space and CNode of the root task.
 */
struct thread thread_new(void);
/* Create and configure; does not run yet. */
void thread_make(struct thread *t, void (*function)(word), word argument);
void thread_run(struct thread *t);
void thread_start(struct thread *t, void (*function)(word), word argument);
/* The same in a copy of the root task's memory, as it is now, in an address space of its own. */
void thread_start_apart(struct thread *t, void (*function)(word), word argument);
/* Root waits until 'count' threads have finished or said thread_done. */
void thread_done(void);
void wait_done(unsigned count);
/* Let everybody of lower priority than the root run for some us. */
void sleep_us(word us);

#endif
