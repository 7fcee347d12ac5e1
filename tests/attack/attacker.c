/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component does once it is taken over. The program is the component's own; the referee sends its
 * thread here from wherever it is, so nothing but the component's capabilities and memory is at hand, and all
 * of that is.
 */
#include <microkit.h>
#include <postern/clock.h>
#include "act.h"
#include "methods.h"
#include "ports.h"
#include "ruin.h"

#define FLOOD    3000u
#define SPIN_MS  300u
#define MS_TICKS (CLOCK_HZ / 1000u)

struct attack_page *attack_page;

/* Own stack: the component's may be anything. */
static uint8_t stack[4096] __attribute__((aligned(16), used));

void attack_entry(void);
void attack_main(void);

/* gp may hold anything if the thread is inside a library; sp is replaced. */
__attribute__((naked)) void attack_entry(void)
{
    __asm__ volatile(".option push\n\t.option norelax\n\tla gp, __global_pointer$\n\t.option pop\n\t"
                     "la sp, stack + 4096\n\tj attack_main");
}

__attribute__((constructor)) static void announce_entry(void)
{
    attack_page = (struct attack_page *)(uintptr_t)ATTACK_SHARE;
    *attack_page = (struct attack_page){.entry = (uint64_t)&attack_entry};
}

static const void *list(const struct attack_table *table, uint64_t offset)
{
    return (const uint8_t *)table + offset;
}

static void probe_memory(const struct attack_table *table)
{
    const uint64_t *probe = list(table, table->probe_at);

    for (uint64_t i = 0; i < table->probes; i++) {
        act_probe(probe[i] & ~UINT64_C(7), probe[i] & PROBE_KIND, (probe[i] & PROBE_FAULT) != 0);
    }
}

/* As much as it can send and signal, without waiting for anybody. */
static void flood(const struct attack_table *table)
{
    const struct attack_slot *slot = list(table, table->slot_at);

    for (unsigned n = 0; n < FLOOD; n++) {
        for (uint64_t i = 0; i < table->slots; i++) {
            if (slot[i].kind == SLOT_SIGNAL) {
                seL4_Signal(slot[i].slot);
            } else if (slot[i].kind == SLOT_CALL) {
                seL4_NBSend(slot[i].slot, seL4_MessageInfo_new(n, 0, 0, 2u + n % 119u));
            }
        }
    }
    attack_page->rounds++;
}

static void spin(void)
{
    uint64_t until = clock_ticks() + (uint64_t)SPIN_MS * MS_TICKS;

    while (clock_ticks() < until) {
    }
    attack_page->rounds++;
}

void attack_main(void)
{
    const struct attack_table *table = (const struct attack_table *)(uintptr_t)acts;

    if (table->magic != ATTACK_MAGIC) {
        act_wrong(0, ATTACK_MAGIC, table->magic);
        act_end();
    }
    probe_memory(table);
    (void)act_instructions();
    methods_try(table);
    flood(table);
    spin();
    ruin(table);
    act_end();
}
