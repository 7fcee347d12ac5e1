/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signalling of a slot ring (system/rings/src/ring.c): one producer, one consumer, no restarts. Each side asks the
 * other for a notification through its own `want` word before it sleeps and then looks again.
 *
 * -DWEAK: every shared word is written through the writer's store buffer, which drains in order at any time; a
 * fence waits until it is empty. -DUNORDERED: the buffer may also drain the index before the slot.
 * -DM_...: one mistake each; variants.list names them and what must become of them.
 */
#ifndef CAP
#define CAP 2
#endif
#ifndef N
#define N 5
#endif
#define ABSENT 255

byte slot[CAP];
byte tail, head;        /* ring_header.index of the two halves */
byte want_p, want_c;    /* ring_header.want of the producer's and the consumer's half */
bool signal_p, signal_c; /* pending notifications, which coalesce */
byte received;

/* Store buffers: one entry for each shared word of the two writers; ABSENT: empty. */
#ifdef WEAK
byte buffered_slot = ABSENT, buffered_slot_at;
byte buffered_tail = ABSENT, buffered_head = ABSENT, buffered_want_p = ABSENT, buffered_want_c = ABSENT;

active proctype drain_producer()
{
end:
    do
    :: atomic { buffered_slot != ABSENT -> slot[buffered_slot_at] = buffered_slot; buffered_slot = ABSENT }
#ifdef UNORDERED
    :: atomic { buffered_tail != ABSENT -> tail = buffered_tail; buffered_tail = ABSENT }
#else
    :: atomic { buffered_tail != ABSENT && buffered_slot == ABSENT -> tail = buffered_tail; buffered_tail = ABSENT }
#endif
    :: atomic { buffered_want_p != ABSENT -> want_p = buffered_want_p; buffered_want_p = ABSENT }
    od
}

active proctype drain_consumer()
{
end:
    do
    :: atomic { buffered_head != ABSENT -> head = buffered_head; buffered_head = ABSENT }
    :: atomic { buffered_want_c != ABSENT -> want_c = buffered_want_c; buffered_want_c = ABSENT }
    od
}

#define STORE_SLOT(i, v) atomic { buffered_slot == ABSENT -> buffered_slot_at = i; buffered_slot = v }
#define STORE(word, v) atomic { buffered_##word == ABSENT -> buffered_##word = v }
#define FENCE_P (buffered_slot == ABSENT && buffered_tail == ABSENT && buffered_want_p == ABSENT)
#define FENCE_C (buffered_head == ABSENT && buffered_want_c == ABSENT)
#else
#define STORE_SLOT(i, v) slot[i] = v
#define STORE(word, v) word = v
#define FENCE_P skip
#define FENCE_C skip
#endif

/* ring_must_notify: fence, then read the peer's want. */
inline notify_consumer()
{
#ifndef M_PRODUCER_FENCE
    FENCE_P;
#endif
    if
    :: want_c != 0 -> signal_c = true
    :: else
    fi
}

inline notify_producer()
{
#ifndef M_CONSUMER_FENCE
    FENCE_C;
#endif
    if
    :: want_p != 0 -> signal_p = true
    :: else
    fi
}

active proctype producer()
{
    byte own = 0, seen;
    do
    :: own == N -> break
    :: else ->
        seen = head;
        if
#ifdef M_FULL
        :: own - seen <= CAP ->
#else
        :: own - seen < CAP ->
#endif
#ifdef M_EARLY_TEST
            notify_consumer();
#endif
            STORE_SLOT(own % CAP, own);
            own++;
            STORE(tail, own);
#ifndef M_EARLY_TEST
            notify_consumer()
#endif
        :: else ->
            /* ring_producer_has_space */
#ifdef M_LOOK_FIRST_P
            seen = head;
            STORE(want_p, 1);
            FENCE_P;
#else
            STORE(want_p, 1);
#ifndef M_WANT_FENCE_P
            FENCE_P;
#endif
            seen = head;
#endif
#ifdef M_NO_LOOK_P
            seen = own - CAP;
#endif
            if
            :: own - seen < CAP -> STORE(want_p, 0); FENCE_P
            :: else -> atomic { signal_p -> signal_p = false }
            fi
        fi
    od
}

active proctype consumer()
{
    byte own = 0, seen, value;
    do
    :: own == N -> break
    :: else ->
        seen = tail;
        if
        :: seen != own ->
            assert(seen > own && seen - own <= CAP);
            value = slot[own % CAP];
            assert(value == own);
            own++;
            received = own;
            STORE(head, own);
            notify_producer()
        :: else ->
            /* ring_consumer_has_more */
#ifdef M_LOOK_FIRST_C
            seen = tail;
            STORE(want_c, 1);
            FENCE_C;
#else
            STORE(want_c, 1);
#ifndef M_WANT_FENCE_C
            FENCE_C;
#endif
            seen = tail;
#endif
#ifdef M_NO_LOOK_C
            seen = own;
#endif
            if
            :: seen != own -> STORE(want_c, 0); FENCE_C
            :: else -> atomic { signal_c -> signal_c = false }
            fi
        fi
    od
}

ltl done { <> (received == N) }
