/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping what children leave behind when they fail: cause and registers at once, their last words when they
 * have been started anew. Pure but for the pages, so that it can be tried on the host.
 */
#ifndef SUPERVISOR_POSTMORTEM_H
#define SUPERVISOR_POSTMORTEM_H

#include <postern/postmortem.h>

/* Last words are waited for so long; a child that is not started anew has none. */
#define POSTMORTEM_PATIENCE_MS 2000u

/* What the supervisor itself knows of a failure. */
struct postmortem_fault {
    const char *name;
    const char *cause;
    uint64_t address;
    uint64_t time;       /* time CSR */
    const uint64_t *reg; /* POSTMORTEM_REGISTERS of them; NULL: not known */
    bool secret;         /* registers are not kept */
};

/* Begin with the memory at `page`: what an earlier start of the machine wrote there is kept, anything else
 * cleared. */
void postmortem_open(struct postmortem_page *page);

/* Child n (below POSTMORTEM_MAX) has failed. `words`: where its last words will be, NULL: nowhere. */
void postmortem_take(struct postmortem_page *page, uint32_t n, const struct postmortem_fault *fault,
                     const struct last_words *words, uint64_t now_ms);

/* Add the last words of child n if they have come, or give up waiting for them. `words` is the child's page.
 */
void postmortem_look(struct postmortem_page *page, uint32_t n, const struct last_words *words,
                     uint64_t now_ms);

#endif
