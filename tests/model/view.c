/* SPDX-License-Identifier: BSD-2-Clause */
/* The same questions to model or kernel. */
#include "view.h"
#include "state.h"

static bool use_model;

void view_use_model(bool model)
{
    use_model = model;
}

uint16_t view_current(void)
{
    return use_model ? m.current : ks.current;
}

uint32_t view_slots(uint16_t t)
{
    if (use_model)
        return m.thread[t].configured ? m.cnode[m.thread[t].cnode].count : 0;
    return fixed_binding[t].slot_count;
}

static struct m_cap decode(struct cap c)
{
    struct m_cap cap = {.badge = c.badge, .page = c.word / CAP_OBJECT, .object = cap_index(c)};
    cap.type = (uint8_t)cap_type(c);
    cap.rights = (uint8_t)cap_rights(c);
    cap.large = (c.word & CAP_LARGE) != 0;
    cap.device = (c.word & CAP_DEVICE) != 0;
    return cap;
}

struct m_cap view_cap(uint16_t t, uint64_t cptr)
{
    struct m_cap none = {0};
    if (use_model)
        return m_lookup(&m.thread[t], cptr);
    return cptr < fixed_binding[t].slot_count ? decode(fixed_slot[fixed_binding[t].slot_base + cptr]) : none;
}

uint32_t view_cnode_slots(uint16_t cnode)
{
    if (cnode >= PN_MAX_CNODES)
        return 1;
    return use_model ? m.cnode[cnode].count : fixed_cnode[cnode].count;
}

bool view_slot_empty(uint16_t cnode, uint64_t slot)
{
    if (slot >= view_cnode_slots(cnode) || cnode >= PN_MAX_CNODES)
        return false;
    if (use_model)
        return m.cnode[cnode].slot[slot].type == PN_CAP_NULL;
    return fixed_slot[fixed_cnode[cnode].base + slot].word == 0;
}

uint64_t view_untyped_start(uint16_t u)
{
    u %= PN_MAX_UNTYPEDS;
    return use_model ? m.untyped[u].start + m.untyped[u].used
                     : fixed_untyped[u].paddr + fixed_untyped[u].used;
}

bool view_mapping(struct m_cap frame, uint16_t *vspace, uint64_t *vaddr)
{
    for (uint32_t i = 0; use_model && i < m.mappings; i++) {
        const struct m_mapping *p = &m.mapping[i];
        if (p->paddr == frame.page * PN_PAGE_SIZE && p->large == frame.large) {
            *vspace = p->vspace;
            *vaddr = p->vaddr;
            return true;
        }
    }
    return false;
}

uint16_t view_sources(void)
{
    return fixed.irq_sources;
}

bool view_source_ready(uint16_t source)
{
    return host.source[source].enabled && !host.source[source].claimed;
}

uint64_t view_ticks(uint64_t us)
{
    return us * fixed.timebase_hz / 1000000;
}

uint64_t view_time_left(void)
{
    return host.deadline > host.now ? host.deadline - host.now : 0;
}

bool view_device_pending(void)
{
    return (host_pending() & SIP_EXTERNAL) != 0;
}
