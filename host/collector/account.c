/* SPDX-License-Identifier: BSD-2-Clause */
/* Matches missing ranges with the ledgers' ranges. */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"

struct entry {
    char device[READING_NAME_SIZE];
    struct ledger ledger;
    uint64_t absent[LEDGER_MAX_RANGES]; /* how many numbers of each range did not come */
};

struct account {
    size_t count;
    struct entry *entries[TRACK_MAX_DEVICES];
};

struct account *account_new(void)
{
    return calloc(1, sizeof(struct account));
}

void account_free(struct account *account)
{
    if (account != NULL) {
        for (size_t i = 0; i < account->count; i++) {
            free(account->entries[i]);
        }
        free(account);
    }
}

static struct entry *find(const struct account *account, const char *device)
{
    for (size_t i = 0; i < account->count; i++) {
        if (strcmp(account->entries[i]->device, device) == 0) {
            return account->entries[i];
        }
    }
    return NULL;
}

bool account_take(struct account *account, const char *device, const struct ledger *ledger)
{
    struct entry *e = find(account, device);

    if (e == NULL) {
        e = account->count < TRACK_MAX_DEVICES ? calloc(1, sizeof(*e)) : NULL;
        if (e == NULL) {
            return false;
        }
        (void)snprintf(e->device, sizeof(e->device), "%s", device);
        account->entries[account->count++] = e;
    }
    e->ledger = *ledger;
    return true;
}

/* What both ranges hold. False: nothing. */
static bool common(struct track_range a, struct track_range b, struct track_range *out)
{
    out->first = a.first > b.first ? a.first : b.first;
    out->last = a.last < b.last ? a.last : b.last;
    return out->first <= out->last;
}

void account_count(struct account *account, const char *device, struct track_range missing)
{
    struct entry *e = find(account, device);
    struct track_range both;

    for (size_t i = 0; e != NULL && i < e->ledger.count; i++) {
        if (common(missing, e->ledger.range[i].numbers, &both)) {
            e->absent[i] += both.last - both.first + 1; /* within the range, which is shorter than 2^64 */
        }
    }
}

void account_explain(const struct account *account, const char *device, struct track_range missing,
                     void (*each)(void *context, const char *device, struct track_range part,
                                  const char *cause),
                     void *context)
{
    const struct entry *e = find(account, device);
    struct track_range both;

    for (size_t i = 0; e != NULL && i < e->ledger.count; i++) {
        const struct ledger_range *r = &e->ledger.range[i];

        if (e->absent[i] > r->missing || !common(missing, r->numbers, &both)) {
            continue;
        }
        if (missing.first < both.first) {
            each(context, device, (struct track_range){missing.first, both.first - 1}, NULL);
        }
        each(context, device, both, r->cause);
        if (both.last == missing.last) {
            return;
        }
        missing.first = both.last + 1;
    }
    each(context, device, missing, NULL);
}
