/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual section 5: untyped memory, frames and page tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

#define GIGA 0x40000000ull

static bool retypable(uint64_t type, uint64_t size)
{
    switch (type) {
    case PN_CAP_FRAME:
        return size == PN_PAGE_BITS || size == PN_LARGE_BITS;
    case PN_CAP_UNTYPED:
        return size != 0 && size % PN_PAGE_SIZE == 0;
    case PN_CAP_CNODE:
        return size >= 1 && size <= PN_MAX_CPTR;
    case PN_CAP_TCB:
    case PN_CAP_ENDPOINT:
    case PN_CAP_NOTIFICATION:
    case PN_CAP_REPLY:
    case PN_CAP_SCHED_CONTEXT:
    case PN_CAP_PAGE_TABLE:
    case PN_CAP_VSPACE:
        return size == 0;
    default:
        return false;
    }
}

/* The pool that objects of a type come from, and how many of it there may be; NULL: from memory alone. */
static uint16_t *pool_of(uint64_t type, uint64_t *limit)
{
    static const struct {
        uint16_t *made;
        uint64_t limit;
    } pools[] = {
        [PN_CAP_UNTYPED] = {&m.untypeds, PN_MAX_UNTYPEDS},
        [PN_CAP_CNODE] = {&m.cnodes, PN_MAX_CNODES},
        [PN_CAP_TCB] = {&m.threads, PN_MAX_TCBS},
        [PN_CAP_ENDPOINT] = {&m.endpoints, PN_MAX_ENDPOINTS},
        [PN_CAP_NOTIFICATION] = {&m.notifications, PN_MAX_NOTIFICATIONS},
        [PN_CAP_REPLY] = {&m.replies, PN_MAX_REPLIES},
        [PN_CAP_SCHED_CONTEXT] = {&m.scs, PN_MAX_SCHED_CONTEXTS},
        [PN_CAP_PAGE_TABLE] = {&m.tables, PN_MAX_PAGE_TABLES},
        [PN_CAP_VSPACE] = {&m.vspaces, PN_MAX_VSPACES},
        [PN_CAP_FRAME] = {NULL, 0},
    };
    *limit = pools[type].limit;
    return pools[type].made;
}

/* Where the objects would be cut; NOT_ENOUGH_MEMORY, ALIGNMENT, or PN_OK. */
static enum pn_error cut(const struct m_untyped *u, uint64_t size, uint64_t count, uint64_t align,
                         uint64_t at, uint64_t *where)
{
    uint64_t start = u->start + u->used;
    if (count > u->size / size)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    if (at != 0 && at % align != 0)
        return PN_ERR_ALIGNMENT;
    if (at != 0 && at < start)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    *where = at != 0 ? at : (start + align - 1) / align * align;
    if (*where > u->start + u->size || count * size > u->start + u->size - *where)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    return PN_OK;
}

static enum pn_error check_slots(struct m_call *c, struct m_cnode **destination)
{
    struct m_cap cap = m_lookup(c->caller, c->word[2]);
    if (!m_has(cap, PN_CAP_CNODE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    struct m_cnode *node = &m.cnode[cap.object];
    if (c->word[3] >= node->count || c->word[4] > node->count - c->word[3])
        return m_range(c, 0, node->count - 1);
    for (uint64_t i = 0; i < c->word[4]; i++) {
        if (node->slot[c->word[3] + i].type != PN_CAP_NULL)
            return PN_ERR_DELETE_FIRST;
    }
    *destination = node;
    return PN_OK;
}

/* One new object of a pool; its number. */
static uint16_t create(uint64_t type, uint64_t size, uint64_t where, bool device)
{
    uint64_t limit;
    uint16_t *made = pool_of(type, &limit);
    uint16_t next = *made;
    *made = (uint16_t)(next + 1);
    if (type == PN_CAP_UNTYPED) {
        struct m_untyped u = {where, size, 0, device};
        m.untyped[next] = u;
        return next;
    }
    if (type == PN_CAP_CNODE) {
        m.cnode[next].count = (uint32_t)size;
        m.cnode[next].slot = m.cnode[0].slot + m.slots;
        m.slots += (uint32_t)size;
        return next;
    }
    if (type == PN_CAP_PAGE_TABLE || type == PN_CAP_VSPACE)
        return next;
    return *made; /* these are numbered from 1 */
}

static enum pn_error retype(struct m_call *c, struct m_untyped *u)
{
    uint64_t type = c->word[0];
    uint64_t count = c->word[4];
    bool memory = type == PN_CAP_FRAME || type == PN_CAP_UNTYPED;
    struct m_cnode *node = NULL;
    if (!retypable(type, c->word[1]) || count < 1 || count > PN_MAX_CPTR || (u->device && !memory))
        return PN_ERR_INVALID_ARGUMENT;
    enum pn_error error = check_slots(c, &node);
    if (error != PN_OK)
        return error;
    uint64_t limit;
    const uint16_t *made = pool_of(type, &limit);
    if (made != NULL && count > limit - *made)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    if (type == PN_CAP_CNODE && count * c->word[1] > PN_MAX_SLOTS - m.slots)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    uint64_t size = type == PN_CAP_FRAME ? 1ull << c->word[1] : c->word[1];
    uint64_t where = 0;
    if (memory) {
        error = cut(u, size, count, type == PN_CAP_FRAME ? size : PN_PAGE_SIZE, c->word[5], &where);
        if (error != PN_OK)
            return error;
        u->used = where + count * size - u->start;
    }
    for (uint64_t i = 0; i < count; i++, where += size) {
        struct m_cap cap = m_make((uint8_t)type, 0);
        if (type == PN_CAP_FRAME) {
            cap.page = where / PN_PAGE_SIZE;
            cap.large = size == PN_LARGE_SIZE;
            cap.device = u->device;
        } else {
            cap.object = create(type, size, where, u->device);
        }
        node->slot[c->word[3] + i] = cap;
    }
    m.slots_changed = true;
    m.maps_changed = m.maps_changed || type == PN_CAP_PAGE_TABLE || type == PN_CAP_VSPACE;
    return PN_OK;
}

enum pn_error m_invoke_untyped(struct m_call *c)
{
    if (c->method != PN_UNTYPED_RETYPE)
        return PN_ERR_ILLEGAL_OPERATION;
    if (c->count < 6)
        return PN_ERR_TRUNCATED_MESSAGE;
    return retype(c, &m.untyped[c->cap.object]);
}

static bool has_table(uint16_t v, uint64_t vaddr, uint8_t level)
{
    uint64_t span = level == 1 ? GIGA : PN_LARGE_SIZE;
    for (uint16_t i = 0; i < m.tables; i++) {
        const struct m_table *t = &m.table[i];
        if (t->mapped && t->vspace == v && t->level == level && t->vaddr / span == vaddr / span)
            return true;
    }
    return false;
}

static struct m_mapping *mapping_at(uint16_t v, uint64_t vaddr, bool large)
{
    uint64_t span = large ? PN_LARGE_SIZE : PN_PAGE_SIZE;
    for (uint32_t i = 0; i < m.mappings; i++) {
        struct m_mapping *p = &m.mapping[i];
        if (p->vspace == v && p->large == large && p->vaddr / span == vaddr / span)
            return p;
    }
    return NULL;
}

static enum pn_error check_address(uint64_t vaddr, uint64_t size)
{
    if (vaddr >= PN_USER_TOP || size > PN_USER_TOP - vaddr)
        return PN_ERR_RANGE;
    return vaddr % size != 0 ? PN_ERR_ALIGNMENT : PN_OK;
}

enum pn_error m_map_possible(uint16_t v, uint64_t vaddr, bool large)
{
    enum pn_error error = check_address(vaddr, large ? PN_LARGE_SIZE : PN_PAGE_SIZE);
    if (error != PN_OK)
        return error;
    if (mapping_at(v, vaddr, true) != NULL || (large && has_table(v, vaddr, 0)))
        return PN_ERR_DELETE_FIRST;
    if (!has_table(v, vaddr, 1) || (!large && !has_table(v, vaddr, 0)))
        return PN_ERR_FAILED_LOOKUP;
    return !large && mapping_at(v, vaddr, false) != NULL ? PN_ERR_DELETE_FIRST : PN_OK;
}

void m_map(uint16_t vspace, uint64_t vaddr, bool large, uint64_t paddr, uint64_t rights)
{
    if (m.mappings >= M_MAPPINGS) {
        fprintf(stderr, "model: too many mappings\n");
        abort();
    }
    struct m_mapping p = {vspace, large, (uint8_t)rights, vaddr, paddr};
    m.mapping[m.mappings++] = p;
    m.maps_changed = true;
}

static enum pn_error map_table(struct m_call *c)
{
    struct m_cap vspace = m_lookup(c->caller, c->word[0]);
    struct m_table *table = &m.table[c->cap.object];
    uint64_t vaddr = c->word[1];
    if (c->count < 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (!m_has(vspace, PN_CAP_VSPACE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    if (vaddr >= PN_USER_TOP)
        return PN_ERR_RANGE;
    uint8_t level = has_table(vspace.object, vaddr, 1) ? 0 : 1;
    if (table->mapped || mapping_at(vspace.object, vaddr, true) != NULL ||
        (level == 0 && has_table(vspace.object, vaddr, 0)))
        return PN_ERR_DELETE_FIRST;
    struct m_table t = {true, vspace.object, level, vaddr};
    *table = t;
    m.maps_changed = true;
    return PN_OK;
}

static enum pn_error map_frame(struct m_call *c, uint16_t v)
{
    uint64_t rights = c->word[2];
    if ((rights & PN_READ) == 0 || rights > 7 || (rights & 6) == 6)
        return PN_ERR_INVALID_ARGUMENT;
    if ((rights & PN_EXEC) != 0 && c->cap.device)
        return PN_ERR_INVALID_ARGUMENT;
    if ((rights & c->cap.rights) != rights)
        return PN_ERR_INVALID_CAPABILITY;
    enum pn_error error = m_map_possible(v, c->word[1], c->cap.large);
    if (error == PN_OK)
        m_map(v, c->word[1], c->cap.large, c->cap.page * PN_PAGE_SIZE, rights);
    return error;
}

static enum pn_error unmap_frame(const struct m_call *c, uint16_t v)
{
    enum pn_error error = check_address(c->word[1], c->cap.large ? PN_LARGE_SIZE : PN_PAGE_SIZE);
    if (error != PN_OK)
        return error;
    struct m_mapping *p = mapping_at(v, c->word[1], c->cap.large);
    if (p == NULL || p->paddr != c->cap.page * PN_PAGE_SIZE)
        return PN_ERR_FAILED_LOOKUP;
    *p = m.mapping[--m.mappings];
    m.maps_changed = true;
    return PN_OK;
}

enum pn_error m_invoke_memory(struct m_call *c)
{
    if (c->cap.type == PN_CAP_PAGE_TABLE)
        return c->method == PN_PAGE_TABLE_MAP ? map_table(c) : PN_ERR_ILLEGAL_OPERATION;
    if (c->method == PN_FRAME_ADDRESS) {
        c->answers = 1;
        c->answer[0] = c->cap.page * PN_PAGE_SIZE;
        return PN_OK;
    }
    if (c->method != PN_FRAME_MAP && c->method != PN_FRAME_UNMAP)
        return PN_ERR_ILLEGAL_OPERATION;
    struct m_cap vspace = m_lookup(c->caller, c->word[0]);
    if (c->count < (c->method == PN_FRAME_MAP ? 3u : 2u))
        return PN_ERR_TRUNCATED_MESSAGE;
    if (!m_has(vspace, PN_CAP_VSPACE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    return c->method == PN_FRAME_MAP ? map_frame(c, vspace.object) : unmap_frame(c, vspace.object);
}
