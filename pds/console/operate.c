/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's table, copied entry by entry and distrusted, and calls to it. A call may be the last that
 * this component does: `restart console` never comes back.
 */
#include <string.h>
#include <microkit.h>
#include <postern/protocol/pd_states.h>
#include "operate.h"
#include "output.h"
#include "ports.h"

static const struct pd_states_page *table(void)
{
    return (const struct pd_states_page *)(uintptr_t)pd_states;
}

/* Number of entries, 0 if that makes no sense. */
static uint32_t table_count(void)
{
    uint32_t count = *(const volatile uint32_t *)&table()->count;

    return count <= PD_STATES_MAX ? count : 0;
}

static struct pd_state entry(uint32_t i)
{
    struct pd_state state;

    memcpy(&state, &table()->pd[i], sizeof state);
    state.name[sizeof state.name - 1] = '\0';
    for (char *c = state.name; *c; c++) {
        if (*c <= 0x20 || *c > 0x7e) {
            *c = '?';
        }
    }
    return state;
}

static const char *condition_text(uint32_t condition)
{
    static const char *const text[] = {
        [PD_RUNNING] = "running",
        [PD_HELD] = "stopped",
        [PD_WAITING] = "waiting to be restarted",
        [PD_DEGRADED] = "off, tried again later",
        [PD_REBOOTING] = "stopped, the machine is about to be reset",
        [PD_LEFT_OUT] = "left out of the safe composition",
    };

    return condition < sizeof text / sizeof text[0] && text[condition] ? text[condition] : "unknown";
}

void show_boots(void)
{
    struct boot_record boot;

    memcpy(&boot, &table()->boot, sizeof boot);
    if (boot.safe != 0) {
        output_printf("SAFE COMPOSITION: %u boots in a row did not last; `boot` tries everything again\n",
                      (unsigned)boot.unclean - 1);
    }
}

void show_pds(const char *argument)
{
    uint32_t count = table_count();

    (void)argument;
    if (count == 0) {
        output_printf("the supervisor's table is corrupt\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        struct pd_state state = entry(i);

        output_printf("%-12s %s", state.name, condition_text(state.condition));
        if (state.restarts != 0) {
            output_printf(", restarts %u", (unsigned)state.restarts);
        }
        if (state.fault == PD_NO_PROGRESS) {
            output_printf(", stopped for lack of progress");
        } else if (state.fault == PD_OVER_BUDGET) {
            output_printf(", stopped for its exhausted budget");
        } else if (state.fault != 0) {
            output_printf("%s at pc 0x%llx, address 0x%llx",
                          state.condition == PD_HELD ? " by a fault" : ", last fault",
                          (unsigned long long)state.pc, (unsigned long long)state.address);
        }
        output_printf("\n");
        if (state.exhausted != 0) {
            output_printf("%-12s out of budget %u times\n", "", (unsigned)state.exhausted);
        }
    }
}

/* Its number in the table; `count` if there is none of that name. */
static uint32_t find(const char *name, size_t length, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pd_state state = entry(i);

        if (strlen(state.name) == length && memcmp(state.name, name, length) == 0) {
            return i;
        }
    }
    return count;
}

void operate(enum supervisor_call call, const char *argument, const char *done)
{
    uint32_t count = table_count();
    const char *name = argument;
    seL4_Uint8 named = 0;

    do {
        size_t length = strcspn(name, ",");
        uint32_t found = find(name, length, count);

        if (found == count || named == PD_STATES_MAX) {
            output_printf("no component \"%.*s\"; `pds` lists them\n", (int)length, name);
            return;
        }
        microkit_mr_set(named++, found);
        name += length;
    } while (*name++ == ',');
    microkit_msginfo answer =
        microkit_ppcall((microkit_channel)supervisor_id, microkit_msginfo_new(call, named));
    bool agreed = microkit_msginfo_get_label(answer) == SUPERVISOR_OK;

    output_printf("%s: %s\n", argument, agreed ? done : "the supervisor refuses");
}

void operate_boot(const char *argument)
{
    (void)argument;
    (void)microkit_ppcall((microkit_channel)supervisor_id, microkit_msginfo_new(SUPERVISOR_BOOT, 0));
}

void operate_restart(const char *argument)
{
    operate(SUPERVISOR_RESTART, argument, "restarted");
}
