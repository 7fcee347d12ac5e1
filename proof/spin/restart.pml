/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restarts of a slot ring (system/rings/src/ring.c): the predecessor of a side that starts was hostile. It wrote
 * anything into its half while the other side looked, and died at any moment; the other side may be anywhere in
 * its looks, or starts as well. Wake-ups are ring.pml's business: here both sides look again and again.
 *
 * -DP_STARTS, -DC_STARTS: the producer, the consumer starts, after P_SPOILS, C_SPOILS words that its predecessor
 * wrote; otherwise it runs, and goes by the other's epoch 1. -DNEW: nobody was up before. -DDIES: each start may
 * be cut off once, anywhere. -DM_...: one mistake each; variants.list names them and what must become of them.
 */
#ifndef CAP
#define CAP 2
#endif
#ifndef N
#define N 3
#endif
#ifndef P_SPOILS
#define P_SPOILS 0
#endif
#ifndef C_SPOILS
#define C_SPOILS 0
#endif
#define EPOCHS 5 /* epoch 4 is followed by epoch 0, which is none */
#define FIRST 1

#ifdef NEW
#define BEFORE 0
#else
#define BEFORE 1
#endif

/* The halves: struct ring_header. Message number i is i + 1; a slot of 0 holds what nobody may take for one. */
byte slot[CAP];
byte p_index, p_epoch = BEFORE, p_last = BEFORE, p_adopted = BEFORE;
byte c_index, c_epoch = BEFORE, c_last = BEFORE, c_adopted = BEFORE;

/* What only the claims look at. calm: up, and not hostile. told: that its peer, which is calm, has restarted. */
bool p_calm, c_calm, p_told, c_told, acknowledged;
byte received;

inline spoil(index, epoch, last, adopted, count)
{
    byte word, written = 0;
    do
    :: written < count ->
        written++;
        select(word : 0 .. EPOCHS - 1);
        if
        :: index = word
        :: epoch = word
        :: last = word
        :: adopted = word
        fi
    :: break
    od;
    word = 0;
    written = 0
}

inline next_epoch(epoch, last, adopted)
{
    d_step {
        epoch = last;
        if
#ifdef M_FIRST_BY_OWN
        :: epoch == 0 -> epoch = FIRST
#else
        :: epoch == 0 && adopted == 0 -> epoch = FIRST
#endif
        :: else ->
            epoch = (epoch + 1) % EPOCHS;
            do
#ifdef M_ANY_EPOCH
            :: epoch <= FIRST -> epoch = (epoch + 1) % EPOCHS
#else
            :: epoch <= FIRST || epoch == adopted -> epoch = (epoch + 1) % EPOCHS
#endif
            :: else -> break
            od
        fi
    }
}

/* Without its fence, the store may come after the load. */
inline withdraw(mine, own_epoch, own_last, peer_adopted)
{
#ifdef M_NO_FENCE_START
    next_epoch(mine, own_last, peer_adopted);
    own_epoch = 0;
#else
    own_epoch = 0;
    next_epoch(mine, own_last, peer_adopted);
#endif
}

/* peer: what is gone by after it; 0: none. */
inline follow(peer, epoch, own_adopted, peer_epoch)
{
#ifdef M_NO_FENCE_FOLLOW
    if
    :: epoch != 0 && peer_epoch == epoch -> peer = epoch
    :: else -> peer = 0
    fi;
    own_adopted = epoch
#else
    own_adopted = epoch;
    if
    :: epoch != 0 && peer_epoch == epoch -> peer = epoch
    :: else -> peer = 0
    fi
#endif
}

#ifdef DIES
#define MAY_DIE(again) if :: !died -> died = true; goto again :: skip fi
#else
#define MAY_DIE(again) skip
#endif

active proctype producer()
{
    byte own, seen, peer = BEFORE, mine = BEFORE, epoch, head;
    bool settled = BEFORE, restart, died;
#ifdef P_STARTS
    spoil(p_index, p_epoch, p_last, p_adopted, P_SPOILS);
again:
    settled = false;
    withdraw(mine, p_epoch, p_last, c_adopted);
    MAY_DIE(again);
    epoch = c_epoch;
    follow(peer, epoch, p_adopted, c_epoch);
    MAY_DIE(again);
    p_last = mine;
    MAY_DIE(again);
    p_index = 0;
    MAY_DIE(again);
    atomic { p_epoch = mine; p_calm = true }
#else
    p_calm = true;
#endif
    do
    :: own == N && seen == N -> break
    :: else ->
        epoch = c_epoch;
        if
        :: epoch == 0
        :: epoch != 0 && epoch != peer ->
            restart = p_adopted != 0 || epoch != FIRST;
            follow(peer, epoch, p_adopted, c_epoch);
            p_told = peer != 0 && restart && c_calm
        :: epoch != 0 && epoch == peer ->
#ifdef M_TRUST_HEAD
            settled = true;
#endif
            if
            :: !settled -> settled = c_adopted == mine
            :: else
            fi;
            if
            :: settled ->
                head = c_index;
                if
                :: c_epoch == epoch && head >= seen && head <= own -> seen = head
                :: atomic { c_epoch == epoch && (head < seen || head > own) -> assert(!c_calm) }
                :: c_epoch != epoch
                fi
            :: else
            fi
        fi;
        head = 0;
        if
        :: own < N && own - seen < CAP && (own < N - 1 || c_calm) ->
            slot[own % CAP] = own + 1;
            own++;
            p_index = own
        :: else
        fi
    od;
#if defined(C_STARTS) && !defined(P_STARTS) && !defined(NEW)
    assert(p_told);
#endif
    acknowledged = true
}

active proctype consumer()
{
    byte own, seen, peer = BEFORE, mine = BEFORE, epoch, tail, value;
    bool restart, died;
#ifdef C_STARTS
    spoil(c_index, c_epoch, c_last, c_adopted, C_SPOILS);
again:
    own = 0;
    withdraw(mine, c_epoch, c_last, p_adopted);
    MAY_DIE(again);
    epoch = p_epoch;
    follow(peer, epoch, c_adopted, p_epoch);
    MAY_DIE(again);
    if
    :: peer != 0 && mine != FIRST -> own = p_index
    :: else
    fi;
    seen = own;
    c_last = mine;
    MAY_DIE(again);
    c_index = own;
    MAY_DIE(again);
    atomic { c_epoch = mine; c_calm = true }
#else
    c_calm = true;
#endif
    do
    :: received == N -> break
    :: else ->
        epoch = p_epoch;
        if
        :: epoch == 0
        :: epoch != 0 && epoch != peer ->
            restart = c_adopted != 0 || epoch != FIRST;
            own = 0;
            seen = 0;
#ifdef M_INDEX_LATE
            follow(peer, epoch, c_adopted, p_epoch);
            c_index = 0;
#else
            c_index = 0;
            follow(peer, epoch, c_adopted, p_epoch);
#endif
            c_told = peer != 0 && restart && p_calm
        :: epoch != 0 && epoch == peer ->
            tail = p_index;
            if
            :: tail < seen || tail - own > CAP ->
                if
                :: atomic { p_epoch == epoch -> assert(!p_calm) }
                :: else
                fi
            :: tail >= seen && tail == own -> seen = tail
            :: tail >= seen && tail != own && tail - own <= CAP ->
                seen = tail;
                value = slot[own % CAP];
                if
                :: atomic {
#ifndef M_NO_RECHECK
                        p_epoch == peer ->
#endif
                        assert(!p_calm || value == own + 1);
                        own++;
                        received = (p_calm -> own : received)
                    };
                    c_index = own
#ifndef M_NO_RECHECK
                :: else
#endif
                fi;
                value = 0
            fi;
            tail = 0
        fi
    od;
#if defined(P_STARTS) && !defined(C_STARTS) && !defined(NEW)
    assert(c_told);
#endif
    acknowledged
}

ltl done { <> (received == N && acknowledged) }
