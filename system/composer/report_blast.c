/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blast radius from the authority. A ring counts for its messages: the consumer's half carries indices only.
 */
#include "report_blast.h"

#include <string.h>

/* Is `word` one of the words of the text? */
static bool has_word(const struct text *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text_get(text); (at = strstr(at, word)) != NULL; at += length) {
        bool begins = at == text_get(text) || at[-1] == ' ';
        if (begins && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static void add_word(struct text *text, const char *word)
{
    if (!has_word(text, word)) {
        text_add(text, *text_get(text) == '\0' ? "%s" : " %s", word);
    }
}

/* As the description calls it: config.crypto.crypto_keys is crypto_keys; log.net.prod is log; so is
 * tls_tx.prod tls_tx. */
static void add_region(struct text *text, const char *region)
{
    char word[256];
    bool config = strncmp(region, "config.", 7) == 0;
    const char *last = strrchr(region, '.');
    const char *from = config && last != NULL ? last + 1 : region;
    size_t length = strcspn(from, ".");
    if (length < sizeof word) {
        memcpy(word, from, length);
        word[length] = '\0';
        add_word(text, word);
    }
}

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), size = strlen(end);
    return length >= size && strcmp(name + length - size, end) == 0;
}

static void add_device(struct blast *blast, const struct report *report, const struct region *region)
{
    for (size_t i = 0; i < report->board->devices.count; i++) {
        const struct board_device *device = &report->board->devices.at[i];
        if (device->regs == region->paddr) {
            add_word(&blast->devices, device->name);
            blast->all_memory = blast->all_memory || device->dma == BOARD_DMA_UNCONFINED;
            blast->machine = blast->machine || strcmp(device->compatible, "sifive,test1") == 0;
        }
    }
}

/* What the others' rights on a region that `mine` has make of it. */
static void add_memory(struct blast *blast, const struct report *report, const struct reach_region *mine)
{
    const struct region *region = &report->model->regions.at[mine->region];
    bool shared = false;
    if (reach_is_device(report->model, region)) {
        add_device(blast, report, region);
        return;
    }
    for (size_t i = 0; i < report->authority->regions.count; i++) {
        const struct reach_region *other = &report->authority->regions.at[i];
        if (other->region != mine->region || other->pd == mine->pd) {
            continue;
        }
        shared = true;
        if (ends_with(region->name, ".cons")) {
            continue;
        }
        if ((mine->perms & MAP_READ) != 0 && (other->perms & MAP_WRITE) != 0) {
            add_region(&blast->sees, region->name);
        }
        if ((mine->perms & MAP_WRITE) != 0 && (other->perms & (MAP_READ | MAP_EXEC)) != 0) {
            add_region(&blast->spoils, region->name);
        }
    }
    if (!shared && strncmp(region->name, "dma.", 4) != 0) {
        add_region(&blast->own, region->name);
    }
}

void blast_compute(struct blast *blast, const struct report *report, size_t pd)
{
    blast->machine = report->model->pds.at[pd].vital;
    for (size_t i = 0; i < report->authority->regions.count; i++) {
        if (report->authority->regions.at[i].pd == pd) {
            add_memory(blast, report, &report->authority->regions.at[i]);
        }
    }
    for (size_t i = 0; i < report->authority->pds.count; i++) {
        const struct reach_pd *reach = &report->authority->pds.at[i];
        const char *other = report->model->pds.at[reach->to].name;
        if (reach->from != pd) {
            continue;
        }
        if ((reach->kinds & (REACH_CONTROL | REACH_OTHER)) != 0) {
            add_word(&blast->controls, other);
        }
        if ((reach->kinds & REACH_CALL) != 0) {
            add_word(&blast->calls, other);
        }
        if ((reach->kinds & REACH_NOTIFY) != 0) {
            add_word(&blast->signals, other);
        }
    }
}

void blast_free(struct blast *blast)
{
    struct text *texts[] = {&blast->own,     &blast->sees,     &blast->spoils, &blast->calls,
                            &blast->signals, &blast->controls, &blast->devices};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_free(texts[i]);
    }
}

static void add_line(struct text *out, const char *label, const struct text *words)
{
    if (*text_get(words) != '\0') {
        text_add(out, "    %-9s %s\n", label, text_get(words));
    }
}

void report_blast(struct text *out, const struct report *report)
{
    text_add(out, "Blast radius: what each domain can do if it is taken over\n\n");
    for (size_t i = 0; i < report->model->pds.count; i++) {
        struct blast blast = {0};
        blast_compute(&blast, report, i);
        text_add(out, "  %s\n", report->model->pds.at[i].name);
        add_line(out, "has", &blast.own);
        add_line(out, "sees", &blast.sees);
        add_line(out, "spoils", &blast.spoils);
        add_line(out, "calls", &blast.calls);
        add_line(out, "signals", &blast.signals);
        add_line(out, "controls", &blast.controls);
        add_line(out, "devices", &blast.devices);
        text_add(out, blast.all_memory ? "    ALL OF RAM, through a device that nothing confines\n" : "");
        text_add(out, blast.machine ? "    resets the machine\n" : "");
        text_add(out, "\n");
        blast_free(&blast);
    }
}
