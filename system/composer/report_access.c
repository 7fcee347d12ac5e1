/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The access part of the report: for each domain whom it may call and signal, who controls it, with whom it
 * shares memory, and which interrupts it receives.
 */
#include "report.h"

typedef unsigned long long ull;

static void add_peers(struct text *out, const struct report *report, size_t from, unsigned kind,
                      const char *label)
{
    size_t count = 0;
    for (size_t i = 0; i < report->authority->pds.count; i++) {
        const struct reach_pd *reach = &report->authority->pds.at[i];
        if (reach->from == from && (reach->kinds & kind) != 0) {
            text_add(out, count == 0 ? "    %-10s %s" : ", %s%s", count == 0 ? label : "",
                     report->model->pds.at[reach->to].name);
            count++;
        }
    }
    text_add(out, count == 0 ? "" : "\n");
}

/* Everybody else who maps a region, as "name (rights)". */
static void add_sharers(struct text *out, const struct report *report, const struct reach_region *mine)
{
    size_t count = 0;
    for (size_t i = 0; i < report->authority->regions.count; i++) {
        const struct reach_region *other = &report->authority->regions.at[i];
        if (other->region == mine->region && other->pd != mine->pd) {
            text_add(out, count == 0 ? "    shares     %s (%s) with %s (%s)" : ", %s%s%s (%s)",
                     count == 0 ? report->model->regions.at[mine->region].name : "",
                     count == 0 ? reach_perms_text(mine->perms) : "", report->model->pds.at[other->pd].name,
                     reach_perms_text(other->perms));
            count++;
        }
    }
    text_add(out, count == 0 ? "" : "\n");
}

static void add_domain(struct text *out, const struct report *report, size_t pd)
{
    text_add(out, "  %s\n", report->model->pds.at[pd].name);
    add_peers(out, report, pd, REACH_CALL, "calls");
    add_peers(out, report, pd, REACH_NOTIFY, "signals");
    add_peers(out, report, pd, REACH_CONTROL, "controls");
    add_peers(out, report, pd, REACH_FAULT, "faults to");
    add_peers(out, report, pd, REACH_OTHER, "manages");
    for (size_t i = 0; i < report->authority->irqs.count; i++) {
        if (report->authority->irqs.at[i].pd == pd) {
            text_add(out, "    interrupt  %llu\n", (ull)report->authority->irqs.at[i].number);
        }
    }
    for (size_t i = 0; i < report->authority->regions.count; i++) {
        if (report->authority->regions.at[i].pd == pd) {
            add_sharers(out, report, &report->authority->regions.at[i]);
        }
    }
    text_add(out, "\n");
}

static void add_end(struct text *out, const struct report *report, const struct channel_end *from,
                    const struct channel_end *to)
{
    const char *rights = from->pp && from->notify ? "calls, signals" : from->pp ? "calls" : "signals";
    if (from->pp || from->notify) {
        text_add(out, "  %-14s  %s (id %llu) -> %s (id %llu)\n", rights, report->model->pds.at[from->pd].name,
                 (ull)from->id, report->model->pds.at[to->pd].name, (ull)to->id);
    }
}

static void add_channels(struct text *out, const struct report *report)
{
    if (report->model->channels.count == 0) {
        return;
    }
    text_add(out, "Channels\n\n");
    for (size_t i = 0; i < report->model->channels.count; i++) {
        const struct channel_end *end = report->model->channels.at[i].end;
        add_end(out, report, &end[0], &end[1]);
        add_end(out, report, &end[1], &end[0]);
    }
    text_add(out, "\n");
}

void report_access(struct text *out, const struct report *report)
{
    text_add(out, "Who may reach whom\n\n");
    for (size_t i = 0; i < report->model->pds.count; i++) {
        add_domain(out, report, i);
    }
    add_channels(out, report);
}
