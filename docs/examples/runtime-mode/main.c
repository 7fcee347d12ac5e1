/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runtime mode in one file: a root task that never seals and pages a worker's memory in and out while it
 * runs. The worker has an address space, a CNode and a scheduling context of its own; its page faults come to
 * the root.
 */
#include <stddef.h>
#include <stdint.h>
#include <postern/abi.h>
#include <postern/boot.h>

#define WORKER_PRIORITY 100 /* the root task has 255 */
#define SLICE_US        10000
#define DATA_VADDR      0x30000000 /* the worker reads here; the root decides whether a page is there */
#define WINDOW_VADDR    0x38000000 /* the root fills new frames here */
#define ROUNDS          3

/* The worker's CNode has one capability. */
#define WORKER_SLOTS 2
#define WORKER_EP    1

/* Badges tell the root who speaks. */
#define BADGE_WORKER 1
#define BADGE_FAULT  2

typedef uint64_t word;

struct message {
    word cap; /* in: capability; out: badge */
    word info;
    word w[4];
};

extern char root_start[], root_data[], root_end[], worker_stack_top[]; /* root.ld, start.S */
void worker_start(void);
void worker_main(void);
void root_main(const struct pn_bootinfo *info);

static word ram;       /* untyped capability */
static word next_slot; /* of the root's CNode */
static word data_frame;

static void syscall(int64_t number, struct message *m, word reply)
{
    register word a0 __asm__("a0") = m->cap;
    register word a1 __asm__("a1") = m->info;
    register word a2 __asm__("a2") = m->w[0];
    register word a3 __asm__("a3") = m->w[1];
    register word a4 __asm__("a4") = m->w[2];
    register word a5 __asm__("a5") = m->w[3];
    register word a6 __asm__("a6") = reply;
    register word a7 __asm__("a7") = (word)number;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    struct message out = {a0, a1, {a2, a3, a4, a5}};
    *m = out;
}

static word info(word label, word length)
{
    return label << PN_MSGINFO_LABEL_SHIFT | length;
}

/* Debug kernels have a console; with a release kernel a root task maps the UART. */
static void put_char(char c)
{
    struct message m = {.cap = (unsigned char)c};
    syscall(PN_SYS_DEBUG_PUTCHAR, &m, 0);
}

static void put(const char *text)
{
    for (; *text != 0; text++)
        put_char(*text);
}

static void put_hex(word value)
{
    put("0x");
    for (unsigned shift = 64; shift > 0; shift -= 4)
        put_char("0123456789abcdef"[value >> (shift - 4) & 15]);
}

static _Noreturn void halt(word code)
{
    struct message m = {.cap = code};
    for (;;)
        syscall(PN_SYS_DEBUG_HALT, &m, 0);
}

/* Call a method of 'cap' with 'count' words (at most 6); the answer's label is the error. */
static word invoke(word cap, word method, const word *words, unsigned count)
{
    volatile word *buffer = (volatile word *)PN_MSGBUF_VADDR;
    struct message m = {.cap = cap, .info = info(method, count)};
    for (unsigned i = 0; i < count; i++) {
        if (i < PN_MSG_REGS)
            m.w[i] = words[i];
        else
            buffer[i + 1] = words[i];
    }
    syscall(PN_SYS_CALL, &m, 0);
    return m.info >> PN_MSGINFO_LABEL_SHIFT;
}

#define INVOKE(cap, method, ...)                         \
    invoke((cap), (method), (const word[]){__VA_ARGS__}, \
           (unsigned)(sizeof((const word[]){__VA_ARGS__}) / sizeof(word)))

static void must(word error, const char *what)
{
    if (error == PN_OK)
        return;
    put("failed: ");
    put(what);
    put(" ");
    put_hex(error);
    put("\n");
    halt(1);
}

static word new_object(word type, word size)
{
    word slot = next_slot++;
    must(INVOKE(ram, PN_UNTYPED_RETYPE, type, size, PN_ROOT_CNODE, slot, 1, 0), "retype");
    return slot;
}

/* FAILED_LOOKUP says that a page table is missing on the way; there are at most two. */
static void map(word vspace, word frame, word vaddr, word rights)
{
    word error = INVOKE(frame, PN_FRAME_MAP, vspace, vaddr, rights);
    while (error == PN_ERR_FAILED_LOOKUP) {
        must(INVOKE(new_object(PN_CAP_PAGE_TABLE, 0), PN_PAGE_TABLE_MAP, vspace, vaddr), "page table");
        error = INVOKE(frame, PN_FRAME_MAP, vspace, vaddr, rights);
    }
    must(error, "map");
}

/* A frame that holds a copy of the page at 'from' (NULL: zeros, and 'first' in front). */
static word filled_frame(const word *from, word first)
{
    volatile word *window = (volatile word *)WINDOW_VADDR;
    word frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map(PN_ROOT_VSPACE, frame, WINDOW_VADDR, PN_READ | PN_WRITE);
    for (unsigned i = 0; i < PN_PAGE_SIZE / sizeof(word); i++)
        window[i] = from != NULL ? from[i] : 0;
    if (from == NULL)
        window[0] = first;
    must(INVOKE(frame, PN_FRAME_UNMAP, PN_ROOT_VSPACE, WINDOW_VADDR), "unmap");
    return frame;
}

/* An address space with a private copy of this program. */
static word new_space(void)
{
    word vspace = new_object(PN_CAP_VSPACE, 0);
    for (word page = (word)root_start; page < (word)root_end; page += PN_PAGE_SIZE) {
        word rights = page < (word)root_data ? PN_READ | PN_EXEC : PN_READ | PN_WRITE;
        map(vspace, filled_frame((const word *)page, 0), page, rights);
    }
    return vspace;
}

/* The worker may send and call, nothing else; only its fault handler's capability carries BADGE_FAULT. */
static word new_worker(word vspace, word endpoint)
{
    word tcb = new_object(PN_CAP_TCB, 0);
    word cnode = new_object(PN_CAP_CNODE, WORKER_SLOTS);
    word context = new_object(PN_CAP_SCHED_CONTEXT, 0);
    word fault = next_slot++;
    must(INVOKE(cnode, PN_CNODE_DERIVE, WORKER_EP, endpoint, PN_WRITE | PN_CALL, BADGE_WORKER), "derive");
    must(INVOKE(PN_ROOT_CNODE, PN_CNODE_DERIVE, fault, endpoint, PN_WRITE | PN_CALL, BADGE_FAULT), "derive");
    must(INVOKE(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, context, SLICE_US, SLICE_US, 0, 0), "scheduling parameters");
    must(INVOKE(tcb, PN_TCB_CONFIGURE, cnode, vspace, 0, fault, 0, 0), "configure");
    must(INVOKE(tcb, PN_TCB_SET_SCHED, WORKER_PRIORITY, context), "scheduling");
    must(INVOKE(tcb, PN_TCB_SET_START, (word)worker_start, (word)worker_stack_top, 0), "start");
    return tcb;
}

/* In the other address space: read the page, tell the root, again and again. */
void worker_main(void)
{
    for (;;) {
        struct message m = {.cap = WORKER_EP, .info = info(0, 1)};
        m.w[0] = *(const volatile word *)DATA_VADDR;
        syscall(PN_SYS_CALL, &m, 0);
    }
}

/* One page fault, one message; then the page is taken away again. */
static void serve(word vspace, word endpoint, word reply)
{
    word rounds = 0;
    struct message m = {.cap = endpoint};
    syscall(PN_SYS_RECV, &m, reply);
    while (rounds < ROUNDS) {
        if (m.cap == BADGE_FAULT) {
            put("fault at ");
            put_hex(m.w[1]);
            if (m.info >> PN_MSGINFO_LABEL_SHIFT != PN_FAULT_VM || m.w[1] != DATA_VADDR)
                must(PN_ERR_ILLEGAL_OPERATION, ": not expected, at pc");
            data_frame = filled_frame(NULL, 40 + rounds);
            map(vspace, data_frame, DATA_VADDR, PN_READ);
            put(", page mapped\n");
        } else {
            put("worker read ");
            put_hex(m.w[0]);
            must(INVOKE(data_frame, PN_FRAME_UNMAP, vspace, DATA_VADDR), "unmap");
            put(", page taken away\n");
            rounds++;
        }
        /* Label 0, no words: a fault's answer resumes the thread and leaves its registers alone. */
        struct message answer = {.cap = endpoint, .info = 0};
        m = answer;
        syscall(PN_SYS_REPLY_RECV, &m, reply);
    }
}

void root_main(const struct pn_bootinfo *boot)
{
    word largest = 0;
    for (word i = 0; i < boot->untyped_count; i++) {
        const struct pn_untyped_desc *u = &boot->untyped[i];
        if (!u->is_device && u->size > largest) {
            largest = u->size;
            ram = u->slot;
        }
    }
    next_slot = boot->first_free_slot;

    word endpoint = new_object(PN_CAP_ENDPOINT, 0);
    word reply = new_object(PN_CAP_REPLY, 0);
    word vspace = new_space();
    word worker = new_worker(vspace, endpoint);
    must(INVOKE(worker, PN_TCB_RESUME, 0), "resume");
    serve(vspace, endpoint, reply);

    /* The last answer was a page fault again: the worker waits for it and may be stopped like any other. */
    must(INVOKE(worker, PN_TCB_SUSPEND, 0), "suspend");
    put("runtime mode: done\n");
    halt(0);
}
