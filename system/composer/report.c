/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report for people: its order, and the table of protection domains.
 */
#include "report.h"

#include <string.h>

#include "bound.h"
#include "product_boot.h"
#include "report_blast.h"
#include "system.h"

typedef unsigned long long ull;

static void add_share(struct text *out, const struct pd *pd)
{
    if (pd->budget_us >= pd->period_us) {
        text_add(out, "%10s", "100 %");
        return;
    }
    ull permille = (ull)pd->budget_us * 1000 / pd->period_us;
    text_add(out, "%6llu.%llu %%", permille / 10, permille % 10);
}

static void add_wait(struct text *out, uint64_t us)
{
    if (us == BOUND_NONE) {
        text_add(out, " %9s", "-");
    } else {
        text_add(out, " %9llu", (ull)us);
    }
}

/* What all domains that their budgets hold back can take together. */
static void add_sum(struct text *out, const struct system_model *model)
{
    ull permille = 0;
    size_t count = 0;
    for (size_t i = 0; i < model->pds.count; i++) {
        const struct pd *pd = &model->pds.at[i];
        if (pd->budget_us < pd->period_us) {
            permille += (ull)pd->budget_us * 1000 / pd->period_us;
            count++;
        }
    }
    if (count > 0) {
        text_add(out, "  Those with a smaller budget (%zu) take at most %llu.%llu %% together.\n", count,
                 permille / 10, permille % 10);
    }
    text_add(out, "\n");
}

/* What each domain gets, whatever the others do. */
static void add_shares(struct text *out, const struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->domains.count; i++) {
        const struct time_domain *domain = &schedule->domains.at[i];
        ull share = (ull)schedule_share(schedule, domain->id);
        text_add(out, i == 0 ? "\n  Time of" : ",");
        if (share == SHARE_UNKNOWN) {
            text_add(out, " %s: depends on the timer's ticks", domain->name);
        } else {
            text_add(out, " %s: %llu.%llu %%", domain->name, share / 10, share % 10);
        }
    }
    text_add(out, ".\n\n");
}

static void add_schedule(struct text *out, const struct system_model *model)
{
    const struct schedule *schedule = &model->schedule;
    if (!schedule->given) {
        return;
    }
    text_add(out, "Schedule of domains\n\n");
    for (size_t i = 0; i < schedule->entries.count; i++) {
        const struct schedule_entry *entry = &schedule->entries.at[i];
        const char *mark = i == schedule->start ? "->" : "";
        if (entry->marker || entry->domain == NO_INDEX) {
            text_add(out, "  %2s %3zu  end\n", mark, i);
            continue;
        }
        const struct time_domain *domain = &schedule->domains.at[entry->domain];
        text_add(out, "  %2s %3zu  %10llu %-5s  %s (%llu):", mark, i, (ull)entry->duration,
                 entry->ticks ? "ticks" : "us", domain->name, (ull)domain->id);
        for (size_t j = 0; j < model->pds.count; j++) {
            if (schedule_domain_of(schedule, &model->pds.at[j]) == domain->id) {
                text_add(out, " %s", model->pds.at[j].name);
            }
        }
        text_add(out, "\n");
    }
    add_shares(out, schedule);
}

static void add_domains(struct text *out, const struct report *report)
{
    const struct system_model *model = report->model;
    text_add(out, "Protection domains: %zu\n\n", model->pds.count);
    text_add(out, "  %-16s %8s %10s %10s %9s %9s %9s %7s %4s  %-16s %s\n", "name", "priority", "budget us",
             "period us", "CPU most", "waits us", "stack", "passive", "FPU", "parent", "program");
    for (size_t i = 0; i < model->pds.count; i++) {
        const struct pd *pd = &model->pds.at[i];
        text_add(out, "  %-16s %8llu %10llu %10llu", pd->name, (ull)pd->priority, (ull)pd->budget_us,
                 (ull)pd->period_us);
        add_share(out, pd);
        add_wait(out, bound_start_us(model, i));
        text_add(out, " %9llu %7s %4s  %-16s %s\n", (ull)pd->stack_size, pd->passive ? "yes" : "no",
                 pd->fpu ? "yes" : "no", pd->parent == NO_INDEX ? "-" : model->pds.at[pd->parent].name,
                 pd->program);
    }
    text_add(
        out,
        "\n  A domain whose budget equals its period is held back by nothing but higher priorities.\n"
        "  It waits at most so long for the processor, when it is ready and has budget left, whatever others "
        "do; -: no bound.\n");
    add_sum(out, model);
}

bool report_is_mapped(const struct system_model *model, size_t region)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        for (size_t j = 0; j < model->pds.at[i].maps.count; j++) {
            if (model->pds.at[i].maps.at[j].region == region) {
                return true;
            }
        }
    }
    return false;
}

static void add_unused(struct text *out, const struct report *report)
{
    size_t count = 0;
    text_add(out, "Unused regions\n\n");
    for (size_t i = 0; i < report->model->regions.count; i++) {
        if (!report_is_mapped(report->model, i)) {
            text_add(out, "  %s (%llu bytes)\n", report->model->regions.at[i].name,
                     (ull)report->model->regions.at[i].size);
            count++;
        }
    }
    text_add(out, count == 0 ? "  none\n\n" : "\n");
}

void report_dma(struct text *out, const struct report *report)
{
    size_t masters = 0;
    text_add(out, "Direct memory access\n\n");
    for (size_t i = 0; i < report->board->devices.count; i++) {
        const struct board_device *device = &report->board->devices.at[i];
        for (size_t j = 0; j < report->authority->regions.count && device->dma != BOARD_DMA_NONE; j++) {
            const struct reach_region *reach = &report->authority->regions.at[j];
            const struct region *region = &report->model->regions.at[reach->region];
            if (!region->has_paddr || region->paddr != device->regs) {
                continue;
            }
            const char *driver = report->model->pds.at[reach->pd].name;
            text_add(out,
                     device->dma == BOARD_DMA_UNCONFINED
                         ? "  %s can read and write all of RAM: no IOMMU stands between. Its driver '%s' is "
                           "TRUSTED "
                           "not to direct it outside its DMA region.\n"
                         : "  %s is confined to the DMA region of its driver '%s'.\n",
                     device->name, driver);
            masters++;
        }
    }
    text_add(out, masters == 0 ? "  No device in use is known to access memory by itself.\n\n" : "\n");
}

/* What only a product can say. */
static void add_resets(struct text *out, const struct report *report)
{
    const struct system_model *model = report->model;
    if (report->product == NULL) {
        return;
    }
    text_add(out, "Reset of the machine\n\n");
    for (size_t i = 0; i < model->pds.count; i++) {
        if (model->pds.at[i].vital) {
            text_add(out, "  A fault of %s resets the machine.\n", model->pds.at[i].name);
        }
    }
    for (size_t i = 0; i < model->regions.count; i++) {
        if (model->regions.at[i].keep) {
            text_add(out, "  What %s holds survives a reset.\n", model->regions.at[i].name);
        }
    }
    product_boot_report(out, report->product);
    text_add(out, "\n");
}

const char *report_title(const struct report *report)
{
    const char *file = report->model->place.file == NULL ? "" : report->model->place.file;
    const char *slash = strrchr(file, '/');
    return report->product != NULL ? report->product->name : slash != NULL ? slash + 1 : file;
}

void report_text(struct text *out, const struct report *report)
{
    text_add(out, "System %s on %s\n\n", report_title(report), report->board->board.name);
    add_domains(out, report);
    add_schedule(out, report->model);
    report_usage(out, report);
    report_access(out, report);
    report_memory(out, report);
    report_regions(out, report);
    add_unused(out, report);
    report_dma(out, report);
    report_blast(out, report);
    add_resets(out, report);
}
