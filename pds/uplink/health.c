/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the health message and the ledger, and reads a health message back. */
#include "health.h"
#include "text_out.h"
#include <postern/protocol/loss.h>
#include <postern/protocol/timer.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

_Static_assert((int)JOURNAL_LOSS_CAUSES == (int)LOSS_CAUSES, "the page has a count for each cause");

static void field(struct text_out *o, const char *key, uint64_t value)
{
    text_out(o, ",\"");
    text_out(o, key);
    text_out(o, "\":");
    text_out_u64(o, value);
}

static void field_text(struct text_out *o, const char *key, const char *value)
{
    text_out(o, ",\"");
    text_out(o, key);
    text_out(o, "\":\"");
    text_out(o, value);
    text_out(o, "\"");
}

static const char *condition_text(uint32_t condition)
{
    static const char *const text[] = {
        [JOURNAL_STARTING] = "starting",
        [JOURNAL_READY] = "ready",
        [JOURNAL_NO_MEDIUM] = "no medium",
        [JOURNAL_FOREIGN] = "foreign medium",
    };
    return condition <= JOURNAL_FOREIGN ? text[condition] : "unknown";
}

static const char *clock_name(uint8_t quality)
{
    static const char *const text[] = {
        [CLOCK_UNSET] = "unset",
        [CLOCK_RTC] = "rtc",
        [CLOCK_SNTP] = "sntp",
    };
    return quality <= CLOCK_SNTP ? text[quality] : "unknown";
}

static uint64_t last_of(const struct journal_state *j)
{
    return j->next_number == 0 ? 0 : j->next_number - 1;
}

/* A number that was given and not accepted is given again after a power cut, and the broker must not seem to
 * know more than the journal then. */
uint64_t health_last(const struct journal_state *j)
{
    return j->boot != 0 ? j->durable : last_of(j);
}

/* Numbers lost ever, by cause; causes without a loss are left out. */
static void losses(struct text_out *o, const struct journal_state *j)
{
    bool any = false;
    text_out(o, ",\"lost\":{");
    for (unsigned i = 0; i < JOURNAL_LOSS_CAUSES; i++) {
        if (j->lost[i] != 0) {
            text_out(o, any ? ",\"" : "\"");
            text_out(o, loss_cause_text((enum loss_cause)i));
            text_out(o, "\":");
            text_out_u64(o, j->lost[i]);
            any = true;
        }
    }
    text_out(o, "}");
}

/* Of a name from outside what needs no escaping. */
static void name_out(struct text_out *o, const char name[HEALTH_NAME_SIZE])
{
    for (size_t i = 0; i < HEALTH_NAME_SIZE && name[i] != '\0'; i++) {
        bool plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9');
        text_out_bytes(o, plain ? &name[i] : "_", 1);
    }
}

/* All restarts, and which components had them. */
static void restarts(struct text_out *o, const struct health *h)
{
    field(o, "restarts", h->restarts);
    for (uint32_t i = 0; i < h->components && i < HEALTH_COMPONENTS; i++) {
        text_out(o, i == 0 ? ",\"restarted\":{\"" : ",\"");
        name_out(o, h->component[i].name);
        text_out(o, "\":");
        text_out_u64(o, h->component[i].restarts);
    }
    text_out(o, h->components != 0 ? "}" : "");
}

static size_t finish(struct text_out *o, const char *begin)
{
    text_out(o, "}");
    return o->fits ? (size_t)(o->at - begin) : 0;
}

bool health_journal_valid(const struct journal_state *j)
{
    if (j->condition > JOURNAL_FOREIGN || j->ranges > JOURNAL_LOSS_RANGES || j->letters > JOURNAL_LETTERS ||
        j->used > j->capacity || (j->next_number != 0 && j->released > last_of(j))) {
        return false;
    }
    for (uint32_t i = 0; i < j->ranges; i++) {
        const struct journal_loss *r = &j->range[i];
        if (r->first > r->last || r->missing == 0 || r->missing - 1 > r->last - r->first ||
            r->cause >= LOSS_CAUSES || (i != 0 && r->first <= j->range[i - 1].last)) {
            return false;
        }
    }
    return true;
}

size_t health_text(const struct health *h, const struct journal_state *j, char *text, size_t size)
{
    struct text_out o = {text, text + size, true};
    bool age_known = j->oldest_ns != 0 && h->wall_ns > j->oldest_ns;
    text_out(&o, "{\"state\":\"online\"");
    field(&o, "boot", j->boot);
    field(&o, "last", health_last(j));
    field(&o, "delivered", j->released);
    field(&o, "waiting", health_last(j) > j->released ? health_last(j) - j->released : 0);
    field(&o, "oldest_s", age_known ? (h->wall_ns - j->oldest_ns) / SECOND_NS : 0);
    field_text(&o, "store", condition_text(j->condition));
    /* A percentage of up to 2^64 bytes without overflow. */
    field(&o, "fill_pct", j->capacity < 100 ? 0 : j->used / (j->capacity / 100));
    field(&o, "medium_errors", j->medium_errors);
    field(&o, "round_trip_ms", h->round_trip_ns / 1000000);
    field(&o, "connects", h->connects);
    field_text(&o, "clock", clock_name(h->quality));
    field(&o, "refused", h->refused);
    field(&o, "dead", j->letters);
    restarts(&o, h);
    losses(&o, j);
    if (h->ahead != 0) {
        field(&o, "broker_knew", h->ahead);
    }
    return finish(&o, text);
}

size_t health_will_text(uint64_t boot, const struct journal_state *j, char *text, size_t size)
{
    struct text_out o = {text, text + size, true};
    uint64_t last = health_last(j);
    text_out(&o, "{\"state\":\"offline\"");
    field(&o, "boot", boot);
    /* It may stay when nobody has agreed with the journal on what follows. */
    field(&o, "last", j->unsure != 0 && last >= j->unsure ? j->unsure - 1 : last);
    return finish(&o, text);
}

size_t health_numbers_text(const struct journal_state *j, char *text, size_t size)
{
    struct text_out o = {text, text + size, true};
    text_out(&o, "{\"boot\":");
    text_out_u64(&o, j->boot);
    field(&o, "last", health_last(j));
    return finish(&o, text);
}

size_t health_ledger_text(const struct journal_state *j, char *text, size_t size)
{
    struct text_out o = {text, text + size, true};
    text_out(&o, "{\"boot\":");
    text_out_u64(&o, j->boot);
    field(&o, "last", last_of(j));
    losses(&o, j);
    text_out(&o, ",\"ranges\":[");
    for (uint32_t i = 0; i < j->ranges; i++) {
        const struct journal_loss *r = &j->range[i];
        text_out(&o, i == 0 ? "{\"first\":" : ",{\"first\":");
        text_out_u64(&o, r->first);
        field(&o, "last", r->last);
        field(&o, "missing", r->missing);
        field_text(&o, "cause", loss_cause_text((enum loss_cause)r->cause));
        text_out(&o, "}");
    }
    text_out(&o, "]");
    return finish(&o, text);
}

bool health_read_last(const uint8_t *text, size_t len, uint64_t *last)
{
    static const char key[] = "\"last\":";
    size_t at = 0;
    while (at + sizeof key - 1 < len && memcmp(text + at, key, sizeof key - 1) != 0) {
        at++;
    }
    at += sizeof key - 1;
    *last = 0;
    size_t first = at;
    while (at < len && text[at] >= '0' && text[at] <= '9') {
        unsigned digit = (unsigned)(text[at] - '0');
        if (*last > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *last = *last * 10 + digit;
        at++;
    }
    return at > first && at < len;
}
