/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's two output forms. */
#include "print.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S  1000000000L
#define NS_PER_MS 1000000L

static bool as_json;

static void end_line(void)
{
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
}

static struct json_object *json_line(const char *type)
{
    struct json_object *line = json_object_new_object();

    if (line == NULL) {
        (void)fputs("collector: out of memory\n", stderr);
        abort();
    }
    json_object_object_add(line, "type", json_object_new_string(type));
    return line;
}

static void json_end(struct json_object *line)
{
    (void)fputs(json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                stdout);
    json_object_put(line);
    end_line();
}

static void add_text(struct json_object *line, const char *key, const char *text)
{
    json_object_object_add(line, key, json_object_new_string(text));
}

static void add_count(struct json_object *line, const char *key, uint64_t count)
{
    json_object_object_add(line, key, json_object_new_uint64(count));
}

/* A number whose decimal text is written as it stands. */
static void add_number(struct json_object *line, const char *key, const char *text)
{
    json_object_object_add(line, key, json_object_new_double_s(0.0, text));
}

static void add_range(struct json_object *line, const char *device, struct track_range range)
{
    add_text(line, "device", device);
    add_count(line, "first", range.first);
    add_count(line, "last", range.last);
}

static void json_reading(const char *type, const struct reading *r)
{
    struct json_object *line = json_line(type);
    char time_text[40];

    (void)snprintf(time_text, sizeof(time_text), "%" PRId64 ".%09" PRId64, r->time_ns / NS_PER_S,
                   r->time_ns % NS_PER_S);
    add_number(line, "time", time_text);
    add_text(line, "device", r->device);
    add_text(line, "sensor", r->sensor);
    add_text(line, "quantity", r->quantity);
    add_number(line, "value", r->value);
    add_text(line, "unit", r->unit);
    add_count(line, "seq", r->seq);
    if (r->historical) {
        json_object_object_add(line, "historical", json_object_new_boolean(true));
    }
    if (r->corrected) {
        json_object_object_add(line, "corrected", json_object_new_boolean(true));
    }
    if (r->clock[0] != '\0') {
        add_text(line, "clock", r->clock);
    }
    json_end(line);
}

static void text_range(const char *what, struct track_range range)
{
    (void)printf("%s %" PRIu64, what, range.first);
    if (range.first != range.last) {
        (void)printf("..%" PRIu64, range.last);
    }
}

static void show_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        (void)fputc(*text >= ' ' && *text <= '~' ? *text : '?', stdout);
    }
}

void print_start(bool json)
{
    as_json = json;
    if (!as_json) {
        (void)printf("%-23s  %-14s %-8s %-12s %12s %-6s %10s", "time (UTC)", "device", "sensor", "quantity",
                     "value", "unit", "seq");
        end_line();
    }
}

void print_subscribed(const char *filter)
{
    if (as_json) {
        struct json_object *line = json_line("subscribed");

        add_text(line, "filter", filter);
        json_end(line);
    } else {
        (void)printf("subscribed: %s", filter);
        end_line();
    }
}

void print_disconnected(const char *reason)
{
    if (as_json) {
        struct json_object *line = json_line("disconnected");

        add_text(line, "reason", reason);
        json_end(line);
    } else {
        (void)printf("disconnected: %s", reason);
        end_line();
    }
}

void print_reading(const struct reading *r)
{
    time_t seconds = (time_t)(r->time_ns / NS_PER_S);
    char when[32] = "?";
    struct tm utc;

    if (as_json) {
        json_reading("reading", r);
        return;
    }
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &utc);
    }
    (void)printf("%s.%03d  %-14s %-8s %-12s %12s %-6s %10" PRIu64, when,
                 (int)(r->time_ns % NS_PER_S / NS_PER_MS), r->device, r->sensor, r->quantity, r->value,
                 r->unit, r->seq);
    if (r->historical) {
        (void)fputs("  historical", stdout);
    }
    if (r->corrected) {
        (void)fputs("  corrected", stdout);
    }
    if (r->clock[0] != '\0') {
        (void)printf("  clock %s", r->clock);
    }
    end_line();
}

void print_gap(const char *device, struct track_range range)
{
    if (as_json) {
        struct json_object *line = json_line("gap");

        add_range(line, device, range);
        json_end(line);
    } else {
        (void)printf("gap: %s ", device);
        text_range("missing", range);
        end_line();
    }
}

void print_duplicate(const struct reading *r)
{
    if (as_json) {
        json_reading("duplicate", r);
    } else {
        (void)printf("duplicate: %s %" PRIu64, r->device, r->seq);
        end_line();
    }
}

void print_out_of_order(const struct reading *r)
{
    if (as_json) {
        json_reading("out_of_order", r);
    } else {
        print_reading(r);
        (void)printf("out of order: %s %" PRIu64, r->device, r->seq);
        end_line();
    }
}

void print_malformed(const char *topic, const char *error)
{
    if (as_json) {
        struct json_object *line = json_line("malformed");

        add_text(line, "topic", topic);
        add_text(line, "error", error);
        json_end(line);
    } else {
        (void)fputs("malformed: ", stdout);
        show_printable(topic);
        (void)fputs(": ", stdout);
        show_printable(error);
        end_line();
    }
}

static struct json_object *json_loss(const struct ledger_range *r)
{
    struct json_object *loss = json_object_new_object();

    if (loss != NULL) {
        add_count(loss, "first", r->numbers.first);
        add_count(loss, "last", r->numbers.last);
        add_count(loss, "missing", r->missing);
        add_text(loss, "cause", r->cause);
    }
    return loss;
}

void print_ledger(const char *device, const struct ledger *ledger)
{
    if (as_json) {
        struct json_object *line = json_line("ledger");
        struct json_object *ranges = json_object_new_array();

        add_text(line, "device", device);
        add_count(line, "boot", ledger->boot);
        add_count(line, "last", ledger->last);
        for (size_t i = 0; i < ledger->count; i++) {
            (void)json_object_array_add(ranges, json_loss(&ledger->range[i]));
        }
        json_object_object_add(line, "ranges", ranges);
        json_end(line);
        return;
    }
    (void)printf("ledger: %s start %" PRIu64, device, ledger->boot);
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_range *r = &ledger->range[i];

        text_range(i == 0 ? ": lost" : ", lost", r->numbers);
        (void)printf(" (%" PRIu64 " %s)", r->missing, r->cause);
    }
    (void)fputs(ledger->count == 0 ? ": nothing lost" : "", stdout);
    end_line();
}

void print_postmortem(const char *device, const struct postmortem *postmortem)
{
    if (as_json) {
        struct json_object *line = json_line("postmortem");

        add_text(line, "device", device);
        json_object_object_add(line, "report", json_object_get(postmortem->report));
        json_end(line);
        return;
    }
    (void)printf("post-mortem: %s %s, fault %" PRIu64 ": %s", device, postmortem->component,
                 postmortem->fault, postmortem->cause);
    end_line();
}

void print_received(const char *device, struct track_range range)
{
    if (as_json) {
        struct json_object *line = json_line("received");

        add_range(line, device, range);
        json_end(line);
    } else {
        (void)printf("received: %s ", device);
        text_range("numbers", range);
        end_line();
    }
}

void print_missing(const char *device, struct track_range range, const char *cause)
{
    if (as_json) {
        struct json_object *line = json_line("missing");

        add_range(line, device, range);
        if (cause != NULL) {
            add_text(line, "cause", cause);
        }
        json_end(line);
    } else {
        (void)printf("never came: %s ", device);
        text_range("missing", range);
        (void)printf(": %s", cause != NULL ? cause : "not explained");
        end_line();
    }
}

void print_summary(const struct totals *totals)
{
    if (as_json) {
        struct json_object *line = json_line("summary");

        add_count(line, "readings", totals->readings);
        add_count(line, "missing", totals->missing);
        add_count(line, "explained", totals->explained);
        add_count(line, "duplicates", totals->duplicates);
        add_count(line, "out_of_order", totals->out_of_order);
        add_count(line, "malformed", totals->malformed);
        json_end(line);
    } else {
        (void)printf("%" PRIu64 " readings, %" PRIu64 " missing (%" PRIu64 " explained), %" PRIu64
                     " duplicate, %" PRIu64 " out of order, %" PRIu64 " malformed messages",
                     totals->readings, totals->missing, totals->explained, totals->duplicates,
                     totals->out_of_order, totals->malformed);
        end_line();
    }
}
