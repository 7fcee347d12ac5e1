/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authority matrix: one column a domain, one row a region, interrupt or domain that can be reached.
 */
#include <string.h>

#include "report.h"

typedef unsigned long long ull;

static int first_width(const struct report *report)
{
    size_t width = strlen("interrupt 000");
    for (size_t i = 0; i < report->model->regions.count; i++) {
        size_t length = strlen(report->model->regions.at[i].name);
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < report->model->pds.count; i++) {
        size_t length = strlen(report->model->pds.at[i].name);
        width = length > width ? length : width;
    }
    return (int)width;
}

static int column_width(const struct report *report, size_t pd)
{
    size_t length = strlen(report->model->pds.at[pd].name);
    return length > 4 ? (int)length : 4;
}

static void add_head(struct text *out, const struct report *report, const char *title)
{
    text_add(out, "%-*s", first_width(report), title);
    for (size_t i = 0; i < report->model->pds.count; i++) {
        text_add(out, "  %-*s", column_width(report, i), report->model->pds.at[i].name);
    }
    text_add(out, "\n");
}

static void add_cell(struct text *out, const struct report *report, size_t pd, const char *cell)
{
    text_add(out, "  %-*s", column_width(report, pd), cell);
}

static void add_regions(struct text *out, const struct report *report)
{
    add_head(out, report, "memory");
    for (size_t i = 0; i < report->model->regions.count; i++) {
        text_add(out, "%-*s", first_width(report), report->model->regions.at[i].name);
        for (size_t j = 0; j < report->model->pds.count; j++) {
            unsigned perms = reach_perms(report->authority, j, i);
            add_cell(out, report, j, perms == 0 ? "." : reach_perms_text(perms));
        }
        text_add(out, "\n");
    }
    text_add(out, "\n");
}

static void add_irqs(struct text *out, const struct report *report)
{
    add_head(out, report, "interrupts");
    for (size_t i = 0; i < report->authority->irqs.count; i++) {
        const struct reach_irq *irq = &report->authority->irqs.at[i];
        text_add(out, "interrupt %-*llu", first_width(report) - 10, (ull)irq->number);
        for (size_t j = 0; j < report->model->pds.count; j++) {
            add_cell(out, report, j, irq->pd == j ? "irq" : ".");
        }
        text_add(out, "\n");
    }
    text_add(out, "\n");
}

static void add_pds(struct text *out, const struct report *report)
{
    add_head(out, report, "domains");
    for (size_t i = 0; i < report->model->pds.count; i++) {
        text_add(out, "%-*s", first_width(report), report->model->pds.at[i].name);
        for (size_t j = 0; j < report->model->pds.count; j++) {
            unsigned kinds = reach_kinds(report->authority, j, i);
            char cell[] = {(kinds & REACH_CALL) != 0 ? 'c' : '-', (kinds & REACH_NOTIFY) != 0 ? 'n' : '-',
                           (kinds & (REACH_CONTROL | REACH_OTHER)) != 0 ? 't' : '-',
                           (kinds & REACH_FAULT) != 0 ? 'f' : '-', '\0'};
            add_cell(out, report, j, kinds == 0 ? "." : cell);
        }
        text_add(out, "\n");
    }
}

void report_matrix(struct text *out, const struct report *report)
{
    text_add(out, "A column's domain holds these rights and no others. r: read, w: write, x: execute, irq: "
                  "receives the\n"
                  "interrupt, c: may call the row's domain, n: may notify it, t: may stop, restart or "
                  "otherwise manage\n"
                  "its thread, f: its faults are delivered there.\n\n");
    add_regions(out, report);
    add_irqs(out, report);
    add_pds(out, report);
}
