/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities in the image: each one must be asked for by the model, with its badge and no more than its
 * rights.
 */
#include <inttypes.h>

#include <postern/abi.h>

#include "check_image_parts.h"

/* Microkit's slots, written down once more: the checker trusts nobody's constants. */
enum { INPUT = 1, REPLY = 4, NOTIFY = 10, CALL = 74, IRQ = 138, CHILD = 202, USER = 458, USER_END = 522 };

struct claim {
    size_t holder;
    const struct capdist_cap *cap;
};

static bool object_of(const struct checker *checker, const struct claim *claim, unsigned type, size_t pd)
{
    return checker_owner(checker, claim->cap->object, type) == pd;
}

static const struct channel_end *other_end(const struct system_model *model, size_t pd, uint64_t id,
                                           const struct channel_end **own)
{
    for (size_t i = 0; i < model->channels.count; i++) {
        for (unsigned side = 0; side < 2; side++) {
            *own = &model->channels.at[i].end[side];
            if ((*own)->pd == pd && (*own)->id == id && ((*own)->notify || (*own)->pp || side == 1)) {
                return &model->channels.at[i].end[1 - side];
            }
        }
    }
    return NULL;
}

static bool check_notify(struct checker *checker, const struct claim *claim)
{
    const struct channel_end *own;
    const struct channel_end *other =
        other_end(checker->model, claim->holder, (uint64_t)claim->cap->slot - NOTIFY, &own);

    if (other == NULL || !own->notify || claim->cap->rights != PN_WRITE ||
        claim->cap->badge != UINT64_C(1) << other->id ||
        !object_of(checker, claim, PN_CAP_NOTIFICATION, other->pd)) {
        return false;
    }
    authority_add_pd(&checker->granted, claim->holder, other->pd, REACH_NOTIFY);
    return true;
}

static bool check_call(struct checker *checker, const struct claim *claim)
{
    const struct channel_end *own;
    const struct channel_end *other =
        other_end(checker->model, claim->holder, (uint64_t)claim->cap->slot - CALL, &own);

    if (other == NULL || !own->pp || claim->cap->rights != (PN_WRITE | PN_CALL) ||
        claim->cap->badge != (UINT64_C(1) << 63 | other->id) ||
        !object_of(checker, claim, PN_CAP_ENDPOINT, other->pd)) {
        return false;
    }
    authority_add_pd(&checker->granted, claim->holder, other->pd, REACH_CALL);
    return true;
}

static bool check_child(struct checker *checker, const struct claim *claim)
{
    for (size_t i = 0; i < checker->model->pds.count; i++) {
        const struct pd *pd = &checker->model->pds.at[i];

        if (pd->parent == claim->holder && pd->child_id + CHILD == claim->cap->slot) {
            authority_add_pd(&checker->granted, claim->holder, i, REACH_CONTROL);
            return claim->cap->rights == (PN_READ | PN_WRITE) && claim->cap->badge == 0 &&
                   object_of(checker, claim, PN_CAP_TCB, i);
        }
    }
    return false;
}

static bool check_user(struct checker *checker, const struct claim *claim)
{
    const struct pd *pd = &checker->model->pds.at[claim->holder];

    for (size_t i = 0; i < pd->user_caps.count; i++) {
        const struct user_cap *user = &pd->user_caps.at[i];
        unsigned type = user->kind == USER_CAP_TCB  ? PN_CAP_TCB
                        : user->kind == USER_CAP_SC ? PN_CAP_SCHED_CONTEXT
                                                    : PN_CAP_VSPACE;

        if (user->slot + USER == claim->cap->slot) {
            authority_add_pd(&checker->granted, claim->holder, user->pd,
                             user->kind == USER_CAP_TCB ? REACH_CONTROL : REACH_OTHER);
            return claim->cap->badge == 0 && object_of(checker, claim, type, user->pd);
        }
    }
    return false;
}

/* A domain listens to its own objects only, and cannot send to itself through them. */
static bool check_input(const struct checker *checker, const struct claim *claim)
{
    return claim->cap->badge == 0 && claim->cap->rights == PN_READ &&
           (object_of(checker, claim, PN_CAP_ENDPOINT, claim->holder) ||
            object_of(checker, claim, PN_CAP_NOTIFICATION, claim->holder));
}

static bool check_cap(struct checker *checker, const struct claim *claim)
{
    uint16_t slot = claim->cap->slot;

    if (slot == INPUT) {
        return check_input(checker, claim);
    }
    if (slot == REPLY) {
        return object_of(checker, claim, PN_CAP_REPLY, claim->holder);
    }
    if (slot >= NOTIFY && slot < CALL) {
        return check_notify(checker, claim);
    }
    if (slot >= CALL && slot < IRQ) {
        return check_call(checker, claim);
    }
    if (slot >= CHILD && slot < USER) {
        return check_child(checker, claim);
    }
    return slot >= USER && slot < USER_END && check_user(checker, claim);
}

static bool check_caps(struct checker *checker)
{
    bool good = true;

    for (uint32_t i = 0; i < checker->dist.section[CAPDIST_CAPS].count; i++) {
        const struct capdist_cap *cap = checker_record(checker, CAPDIST_CAPS, i);
        struct claim claim = {checker_owner(checker, cap->cnode, PN_CAP_CNODE), cap};

        if (claim.holder == NO_INDEX || !check_cap(checker, &claim)) {
            checker_error(checker,
                          "'%s' holds a capability in slot %u (object %u, rights %u, badge 0x%" PRIx64
                          ") that the description does not give",
                          claim.holder == NO_INDEX ? "?" : checker->model->pds.at[claim.holder].name,
                          cap->slot, cap->object, cap->rights, cap->badge);
            good = false;
        }
    }
    return good;
}

static bool asks_irq(const struct pd *pd, const struct capdist_irq *irq)
{
    for (size_t i = 0; i < pd->irqs.count; i++) {
        const struct irq *asked = &pd->irqs.at[i];

        if (asked->number == irq->source && asked->id + IRQ == irq->slot &&
            irq->badge == UINT64_C(1) << asked->id) {
            return true;
        }
    }
    return false;
}

static bool check_irqs(struct checker *checker)
{
    bool good = true;

    for (uint32_t i = 0; i < checker->dist.section[CAPDIST_IRQS].count; i++) {
        const struct capdist_irq *irq = checker_record(checker, CAPDIST_IRQS, i);
        size_t pd = checker_owner(checker, irq->cnode, PN_CAP_CNODE);

        if (pd == NO_INDEX || checker_owner(checker, irq->notification, PN_CAP_NOTIFICATION) != pd ||
            !asks_irq(&checker->model->pds.at[pd], irq)) {
            checker_error(checker, "interrupt %" PRIu32 " goes to '%s', which the description does not say",
                          irq->source, pd == NO_INDEX ? "?" : checker->model->pds.at[pd].name);
            good = false;
            continue;
        }
        authority_add_irq(&checker->granted, pd, irq->source);
    }
    return good;
}

static bool check_thread(struct checker *checker, const struct capdist_thread *thread)
{
    size_t pd = checker_owner(checker, thread->tcb, PN_CAP_TCB);

    if (pd == NO_INDEX || checker_owner(checker, thread->cnode, PN_CAP_CNODE) != pd ||
        checker_owner(checker, thread->vspace, PN_CAP_VSPACE) != pd ||
        checker_owner(checker, thread->sched, PN_CAP_SCHED_CONTEXT) != pd ||
        checker_owner(checker, thread->notification, PN_CAP_NOTIFICATION) != pd) {
        return false;
    }
    const struct pd *source = &checker->model->pds.at[pd];

    if (thread->priority != source->priority ||
        ((thread->flags & PN_TCB_VITAL) != 0) != (source->vital && source->parent == NO_INDEX) ||
        (thread->told != 0) != source->told) {
        return false;
    }
    if (thread->fault_endpoint == CAPDIST_NONE) {
        return true;
    }
    size_t handler = checker_owner(checker, thread->fault_endpoint, PN_CAP_ENDPOINT);

    if (handler == NO_INDEX || handler != source->parent ||
        thread->fault_badge != (UINT64_C(1) << 62 | source->child_id)) {
        return false;
    }
    authority_add_pd(&checker->granted, pd, handler, REACH_FAULT);
    return true;
}

bool checker_capabilities(struct checker *checker)
{
    bool good = check_caps(checker);

    good = check_irqs(checker) && good;
    for (uint32_t i = 0; i < checker->dist.section[CAPDIST_THREADS].count; i++) {
        if (!check_thread(checker, checker_record(checker, CAPDIST_THREADS, i))) {
            checker_error(checker,
                          "thread %" PRIu32 " mixes objects of several domains, or its priority, what its "
                          "fault does or its fault handler is not the description's",
                          i);
            good = false;
        }
    }
    return good;
}
