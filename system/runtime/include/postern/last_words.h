/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component that is started anew says of its earlier incarnation, before it clears anything: stack,
 * rings, log lines. It lies at the end of a page that the component owns and its parent reads. It is the
 * component's own claim: who reads it copies and distrusts.
 */
#ifndef POSTERN_LAST_WORDS_H
#define POSTERN_LAST_WORDS_H

#include <stdint.h>

#define LAST_WORDS_STACK 256
#define LAST_WORDS_RINGS 8
#define LAST_WORDS_LINES 4
#define LAST_WORDS_NAME  16
#define LAST_WORDS_TEXT  80

/* A half of a ring, as its header says. */
struct last_words_half {
    uint64_t index;
    uint32_t epoch;
    uint32_t want;
};

struct last_words_ring {
    char name[LAST_WORDS_NAME];
    struct last_words_half own;
    struct last_words_half peer;
};

struct last_words_line {
    uint64_t time;   /* time CSR */
    uint32_t level;  /* enum log_level */
    uint32_t length; /* of the text, at most LAST_WORDS_TEXT */
    char text[LAST_WORDS_TEXT];
};

struct last_words {
    uint32_t count; /* starts that have told so far; changes last */
    uint32_t stack_bytes;
    uint32_t rings;
    uint32_t lines; /* the oldest first */
    uint64_t sp;
    uint64_t build; /* first eight bytes of the program's build ID, the first one highest; 0: it has none */
    uint8_t stack[LAST_WORDS_STACK]; /* from sp on */
    struct last_words_ring ring[LAST_WORDS_RINGS];
    struct last_words_line line[LAST_WORDS_LINES];
};

/* A ring of the component: its name, the addresses of its two halves, and the geometry. */
struct last_words_port {
    const char *name;
    const volatile uint64_t *own;
    const volatile uint64_t *peer;
    uint32_t slots;
    uint32_t slot_size;
};

/* Where the words go and what they speak of. All of it is read-only data: nothing else is whole when it is
 * used. */
struct last_words_plan {
    const volatile uint64_t *page; /* address of the share */
    uint64_t size;                 /* of the share; NULL and 0: the component says nothing */
    const struct last_words_port *port;
    uint32_t ports;
    uint32_t secret; /* not 0: the stack is not told */
};

/*
 * Tell. `sp` is the stack pointer of the earlier incarnation, any value; the stack is [bottom, top). The
 * first ports are told; the one called "log" is taken for the producer's side of a log ring
 * (<postern/protocol/log.h>).
 */
void last_words_tell(const struct last_words_plan *plan, uint64_t sp, uint64_t bottom, uint64_t top);

#endif
