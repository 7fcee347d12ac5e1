/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What donation.pml does with the kernel: one atomic step each, because nothing interrupts the kernel.
 * Threads: 1 a supervisor, 2 a client, 3 a passive server with its context at home in notification 1, 4 a
 * server of the server and fault handler, 5 another client.
 */
#ifndef MODEL_H
#define MODEL_H

#define CLIENT 2
#define SERVER 3
#define NESTED 4
#define SECOND 5

/* Steps of a thread that runs (up to SUSPEND_ITSELF), and what the supervisor and the hardware do to one. */
enum step {
    CALL,
    REPLY_RECEIVE,
    FAULT,
    TIMEOUT,
    RESET_ITSELF,
    SUSPEND_ITSELF,
    RESET,
    SUSPEND,
    RESUME,
    SIGNAL
};

/* What exists beyond a client, a passive server and a nested server without context. */
#define WITH_NESTED_CONTEXT 1
#define WITH_SECOND_CLIENT  2
#define WITH_NESTED_WAITING 4 /* from the beginning */

void model_begin(int with);

/* The step makes sense now: the thread can run, or the other side of it exists. */
int model_possible(int thread, int step);

void model_step(int thread, int step);

/* After that step: 1: all invariants hold; 0: one is broken, and is printed. */
int model_good(int thread, int step);

#endif
