/* SPDX-License-Identifier: BSD-2-Clause */
/* Each entry is copied once. Counts last as long as the supervisor, which nobody restarts. */
#include "restarts.h"
#include <postern/protocol/pd_states.h>
#include <string.h>

_Static_assert(HEALTH_NAME_SIZE == PD_STATE_NAME, "a name of the table fits");

void restarts_read(struct health *h, uint64_t page)
{
    const struct pd_states_page *table = (const struct pd_states_page *)(uintptr_t)page;
    h->restarts = 0;
    h->components = 0;
    uint32_t count = page != 0 ? *(const volatile uint32_t *)&table->count : 0;
    for (uint32_t i = 0; i < count && i < PD_STATES_MAX; i++) {
        uint32_t restarts = *(const volatile uint32_t *)&table->pd[i].restarts;
        h->restarts += restarts;
        if (restarts != 0 && h->components < HEALTH_COMPONENTS) {
            struct health_component *c = &h->component[h->components++];
            memcpy(c->name, table->pd[i].name, sizeof c->name);
            c->name[sizeof c->name - 1] = '\0';
            c->restarts = restarts;
        }
    }
}
