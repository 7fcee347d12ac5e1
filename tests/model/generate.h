/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes events: first the root task builds a system, then everybody does anything. Choices come from a seed
 * or from given bytes. */
#ifndef MODEL_GENERATE_H
#define MODEL_GENERATE_H

#include <stddef.h>
#include "drive.h"
#include "model.h"

struct generator {
    uint64_t state;       /* of the random numbers */
    const uint8_t *bytes; /* given choices, or NULL */
    size_t left;
    uint32_t script; /* next step of the construction */
    bool scripting;  /* this step belongs to it: its choices are random in any case */
    /* What the construction makes. */
    uint32_t threads;
    uint32_t priorities;
    uint32_t chaos;   /* of 256: how often an argument is arbitrary */
    uint32_t routine; /* of 256: how often a thread behaves as a server or its client */
    uint32_t unrest;  /* of 256: how often something interrupts */
    uint32_t passive; /* of 256: how many threads are passive */
    uint32_t slots;   /* entries of the domain schedule; 0: there is none */
    bool seals;
    bool mixed; /* some threads have the FPU or counters, others not */
};

/* Choices follow from 'seed' alone. */
void generate_from_seed(struct generator *g, uint64_t seed);
/* Choices are 'bytes', then zeros for the rest of the step; no more steps when they are used up. The
 * construction follows from the first two. */
void generate_from_bytes(struct generator *g, const uint8_t *bytes, size_t size);

/* The machine that the sequence runs on. */
struct machine_kind generate_machine(struct generator *g);

/* A step_source; 'context' is the generator. */
bool generate_step(void *context, struct step *s, bool idle);

/* generate_choice.c: the random numbers and what is drawn from them. */
uint64_t draw(struct generator *g, uint64_t limit); /* below 'limit' */
bool chance(struct generator *g, uint32_t of_256);
uint64_t draw_word(struct generator *g); /* any word, often a special one */
uint64_t pick_cap(struct generator *g, uint16_t t,
                  uint8_t type); /* a capability pointer, mostly of that type */
/* A capability for exactly this object, or any of the type. */
uint64_t pick_object(struct generator *g, uint16_t t, uint8_t type, uint64_t object);
uint64_t pick_empty(struct generator *g, uint16_t cnode);

/* generate_invoke.c: label and arguments of an invocation of capability 'cap' by thread t. */
void generate_invocation(struct generator *g, struct step *s, uint16_t t, struct m_cap cap);
/* The same, of this method. */
void generate_method(struct generator *g, struct step *s, uint16_t t, struct m_cap cap, uint64_t method);

/* generate_script.c: the construction; false: it is over. */
bool generate_script(struct generator *g, struct step *s);

/* Make 's' an invocation: Call of 'cptr' with 'count' words. */
void step_call(struct step *s, uint64_t cptr, uint64_t method, uint32_t count, const uint64_t *words);

#endif
