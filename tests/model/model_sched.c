/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual section 8: who runs, on which context, and what that costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

static uint64_t ready_time(const struct m_sc *sc)
{
    return sc->sporadic ? sc->refill[0].time : 0;
}

void m_refill_start(struct m_sc *sc)
{
    sc->sporadic = sc->budget < sc->period;
    sc->slice = sc->budget;
    sc->count = 1;
    sc->refill[0].time = m.now;
    sc->refill[0].amount = sc->budget;
}

static void drop_first(struct m_sc *sc)
{
    memmove(&sc->refill[0], &sc->refill[1], (sc->count - 1) * sizeof sc->refill[0]);
    sc->count--;
}

/* What was used comes back later: a refill of its own, or part of the last one. */
static void give_back(struct m_sc *sc, uint64_t time, uint64_t amount)
{
    struct m_refill *last = sc->count > 0 ? &sc->refill[sc->count - 1] : NULL;
    if (last != NULL && time <= last->time + last->amount) {
        last->amount += amount;
    } else if (last == NULL || sc->count < sc->max) {
        sc->refill[sc->count].time = time;
        sc->refill[sc->count].amount = amount;
        sc->count++;
    } else {
        last->time = time - last->amount;
        last->amount += amount;
    }
}

/* 'used' ticks were spent, from the first refill on. */
static void spend(struct m_sc *sc, uint64_t used)
{
    while (used > 0) {
        struct m_refill first = sc->refill[0];
        uint64_t part = used < first.amount ? used : first.amount;
        sc->refill[0].time += part;
        sc->refill[0].amount -= part;
        if (sc->refill[0].amount == 0)
            drop_first(sc);
        give_back(sc, first.time + sc->period, part);
        used -= part;
    }
    while (sc->count > 1 && sc->refill[0].amount < sc->minimum) {
        struct m_refill first = sc->refill[0];
        drop_first(sc);
        sc->refill[0].time -= first.amount;
        sc->refill[0].amount += first.amount;
    }
}

/* Time that passed while nobody wanted it is not saved. */
static void forget_past(struct m_sc *sc)
{
    if (sc->refill[0].time >= m.now)
        return;
    sc->refill[0].time = m.now;
    while (sc->count > 1 && sc->refill[1].time <= sc->refill[0].time + sc->refill[0].amount) {
        sc->refill[1].time = sc->refill[0].time;
        sc->refill[1].amount += sc->refill[0].amount;
        drop_first(sc);
    }
}

/* The three invariants of the manual. */
bool m_refill_check(const struct m_sc *sc)
{
    uint64_t sum = 0;
    uint64_t end = 0;
    if (!sc->sporadic || sc->budget == 0)
        return true;
    for (uint32_t i = 0; i < sc->count; i++) {
        if (sc->refill[i].time < end)
            return false;
        end = sc->refill[i].time + sc->refill[i].amount;
        sum += sc->refill[i].amount;
    }
    return sc->count >= 1 && sc->count <= sc->max && sum == sc->budget && sc->refill[0].amount >= sc->minimum;
}

/* Charge the context that is active; true when its time is over. */
static bool charge(struct m_sc *sc)
{
    uint64_t used = m.now - m.started;
    sc->consumed += used;
    if (sc->sporadic) {
        spend(sc, used);
        return sc->refill[0].time > m.now;
    }
    bool over = used >= sc->slice || sc->slice - used < sc->minimum;
    sc->slice = over ? sc->budget : sc->slice - used;
    return over;
}

static struct m_list *queue_of(const struct m_thread *t)
{
    return &m.ready[t->domain][t->priority];
}

static void ready_last(uint16_t t)
{
    m_append(queue_of(&m.thread[t]), t);
}

static void until_refill(uint16_t t)
{
    uint64_t time = ready_time(&m.sc[m.thread[t].sc]);
    uint32_t at = 0;
    while (at < m.release.count && ready_time(&m.sc[m.thread[m.release.item[at]].sc]) <= time)
        at++;
    m_insert(&m.release, at, t);
    if (time < m.deadline)
        m.deadline = time;
}

/* Of several threads of the current domain that one trap wakes, the first of the highest priority may run at
 * once; the others go to the back of their queues. */
static void compete(uint16_t t)
{
    uint16_t other = m.woken;
    bool best = other == 0 || m.thread[t].priority > m.thread[other].priority;
    if (best && m.thread[t].domain == m.domain) {
        m.woken = t;
        if (other != 0)
            ready_last(other);
    } else {
        ready_last(t);
    }
}

static bool at_home(uint16_t s)
{
    return s != 0 && m.sc[s].thread == 0 && m.sc[s].depth == 0;
}

void m_attach(uint16_t sc, struct m_thread *t)
{
    m.sc[sc].thread = m_id(t);
    t->sc = sc;
}

/* A ready thread takes its own context, or that of its notification, if it is free. */
static bool take_context(struct m_thread *t)
{
    uint16_t lodger = t->notification != 0 ? m.notification[t->notification].sc : 0;
    if (at_home(t->own_sc) && m.sc[t->own_sc].home_thread == m_id(t))
        m_attach(t->own_sc, t);
    else if (at_home(lodger))
        m_attach(lodger, t);
    return t->sc != 0;
}

/* The context that is being charged is not looked at. */
static bool can_pay(uint16_t s)
{
    struct m_sc *sc = &m.sc[s];
    if (s == m.active || !sc->sporadic)
        return true;
    forget_past(sc);
    return sc->refill[0].time <= m.now;
}

void m_wake(struct m_thread *t)
{
    t->state = M_READY;
    if (m_id(t) == m.current)
        return;
    if (t->sc == 0 && !take_context(t))
        return;
    if (can_pay(t->sc))
        compete(m_id(t));
    else
        until_refill(m_id(t));
}

void m_unschedule(struct m_thread *t)
{
    uint16_t id = m_id(t);
    if (m.current == id)
        m.current = 0;
    if (m.woken == id)
        m.woken = 0;
    m_drop(queue_of(t), id);
    m_drop(&m.release, id);
}

void m_need_context(struct m_thread *t)
{
    if (t->sc != 0 && can_pay(t->sc))
        return;
    if (m.current == m_id(t))
        m.current = 0;
    m_wake(t);
}

/* Who gets a context that its user hands back. */
static uint16_t heir(const struct m_sc *sc)
{
    if (sc->depth != 0)
        return m.reply[sc->lent[sc->depth - 1]].server;
    if (sc->home_thread != 0)
        return sc->home_thread;
    uint16_t bound = sc->home_notification != 0 ? m.notification[sc->home_notification].bound : 0;
    return bound != 0 && m.thread[bound].state == M_READY ? bound : 0;
}

void m_hand_back(struct m_thread *t)
{
    if (t->sc == 0)
        return;
    uint16_t s = t->sc;
    struct m_sc *sc = &m.sc[s];
    if (sc->depth == 0 ? sc->home_thread == m_id(t) : m.reply[sc->lent[sc->depth - 1]].server == m_id(t))
        return;
    t->sc = 0;
    sc->thread = 0;
    uint16_t next = heir(sc);
    if (next == 0 || next == m_id(t) || m.thread[next].sc != 0)
        return;
    m_attach(s, &m.thread[next]);
    if (m.thread[next].state == M_READY)
        m_wake(&m.thread[next]);
}

void m_move_context(struct m_thread *t)
{
    if (!t->moving)
        return;
    t->moving = false;
    if (t->notification == 0 || t->own_sc == 0)
        return;
    m.sc[t->own_sc].home_thread = 0;
    m.sc[t->own_sc].home_notification = t->notification;
    m.notification[t->notification].sc = t->own_sc;
}

static void expire(struct m_thread *t)
{
    m.current = 0;
    if (!m.sc[t->sc].sporadic)
        ready_last(m_id(t));
    else if (t->timeout_endpoint != 0)
        m_fault(t, PN_FAULT_TIMEOUT, 0, 0);
    else
        until_refill(m_id(t));
}

/* The schedule begins when the timer, which fires at once, is looked at. */
void m_start_schedule(void)
{
    m.slot = PN_MAX_SCHEDULE;
    m.slot_end = m.now;
    m.deadline = m.now;
}

/* Nobody loses his place: who runs is the first of his queue again. */
static void next_slot(void)
{
    if (m.current != 0)
        m_insert(queue_of(&m.thread[m.current]), 0, m.current);
    if (m.woken != 0)
        ready_last(m.woken);
    m.current = 0;
    m.woken = 0;
    m.slot++;
    if (m.slot >= PN_MAX_SCHEDULE || m.schedule[m.slot].ticks == 0)
        m.slot = m.first_slot;
    uint64_t due = m.slot_end + m.schedule[m.slot].ticks;
    m.slot_end = due > m.now ? due : m.now + m.schedule[m.slot].ticks;
    m.domain = (uint8_t)m.schedule[m.slot].domain;
}

void m_tick(void)
{
    if (m.active != 0) {
        bool over = charge(&m.sc[m.active]);
        if (over && m.current != 0 && m.thread[m.current].sc == m.active)
            expire(&m.thread[m.current]);
    }
    m.active = 0;
    if (m.now >= m.slot_end)
        next_slot();
    while (m.release.count != 0) {
        uint16_t t = m.release.item[0];
        if (ready_time(&m.sc[m.thread[t].sc]) > m.now)
            break;
        m_drop(&m.release, t);
        compete(t);
    }
}

void m_yield(struct m_thread *t)
{
    struct m_sc *sc = &m.sc[t->sc];
    (void)charge(sc);
    if (sc->sporadic && sc->refill[0].time <= m.now)
        spend(sc, sc->refill[0].amount);
    sc->slice = sc->budget;
    m.active = 0;
    m.current = 0;
    if (sc->sporadic && sc->refill[0].time > m.now)
        until_refill(m_id(t));
    else
        ready_last(m_id(t));
}

static int top_priority(void)
{
    int p = PN_PRIORITIES - 1;
    while (p >= 0 && m.ready[m.domain][p].count == 0)
        p--;
    return p;
}

static void pick(void)
{
    uint16_t next = m.current;
    uint16_t woken = m.woken;
    m.woken = 0;
    if (woken != 0) {
        bool wins = next == 0 ? top_priority() <= m.thread[woken].priority
                              : m.thread[woken].priority > m.thread[next].priority;
        if (wins && next != 0)
            m_insert(queue_of(&m.thread[next]), 0, next);
        if (wins)
            next = woken;
        else
            ready_last(woken);
    }
    int top = top_priority();
    if (top >= 0 && (next == 0 || top > m.thread[next].priority)) {
        if (next != 0)
            m_insert(queue_of(&m.thread[next]), 0, next);
        next = m.ready[m.domain][top].item[0];
        m_drop(&m.ready[m.domain][top], next);
    }
    m.current = next;
}

/* The context changes: the old one is charged, and a thread that used it up while others were preferred has
 * to wait for its refill. */
static bool change_context(uint16_t s)
{
    if (s == m.active && s != 0)
        return false;
    if (m.active != 0) {
        struct m_sc *old = &m.sc[m.active];
        bool over = charge(old);
        struct m_thread *t = &m.thread[old->thread];
        struct m_list *queue = queue_of(t);
        bool queued = false;
        for (uint32_t i = 0; i < queue->count && old->thread != 0; i++)
            queued = queued || queue->item[i] == old->thread;
        if (over && old->sporadic && queued) {
            m_drop(queue, old->thread);
            until_refill(old->thread);
        }
    }
    if (s != 0 && m.sc[s].sporadic)
        forget_past(&m.sc[s]);
    m.active = s;
    m.started = m.now;
    return true;
}

/* When the timer must fire: at the end of the budget or of the slot, or when a budget comes back. */
static uint64_t next_alarm(void)
{
    uint64_t alarm = m.slot_end;
    if (m.active != 0) {
        const struct m_sc *sc = &m.sc[m.active];
        uint64_t end = m.started + (sc->sporadic ? sc->refill[0].amount : sc->slice);
        alarm = end < alarm ? end : alarm;
    }
    if (m.release.count != 0) {
        uint64_t release = ready_time(&m.sc[m.thread[m.release.item[0]].sc]);
        if (release < alarm)
            alarm = release;
    }
    return alarm;
}

void m_choose(void)
{
    pick();
    /* The timer may fire too early, when somebody who waited for a refill was stopped, never too late. */
    if (change_context(m.current != 0 ? m.thread[m.current].sc : 0))
        m.deadline = next_alarm();
    if (m.deadline > next_alarm()) {
        fprintf(stderr, "model: the timer would be late\n");
        abort();
    }
}
