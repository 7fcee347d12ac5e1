/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines and metrics of the journal. */
#include "tell.h"
#include <postern/log.h>
#include <postern/metrics.h>

static struct {
    uint64_t *condition, *boot, *accepted, *durable, *released, *lost, *not_durable, *frames, *bytes_written;
    uint64_t *fill_percent, *disk_errors, *forged, *bad_messages, *repeated, *recovery_us, *disk_waits,
        *seal_waits, *taken, *turned_away;
} metric;

void tell_start(uint64_t page)
{
    metrics_start(page);
    metric.condition = metrics_add("condition");
    metric.boot = metrics_add("boot");
    metric.accepted = metrics_add("accepted");
    metric.durable = metrics_add("durable");
    metric.released = metrics_add("released");
    metric.lost = metrics_add("lost");
    metric.not_durable = metrics_add("not_durable");
    metric.frames = metrics_add("frames");
    metric.bytes_written = metrics_add("bytes_written");
    metric.fill_percent = metrics_add("fill_percent");
    metric.disk_errors = metrics_add("disk_errors");
    metric.forged = metrics_add("forged");
    metric.bad_messages = metrics_add("bad_messages");
    metric.repeated = metrics_add("repeated");
    metric.recovery_us = metrics_add("recovery_us");
    metric.disk_waits = metrics_add("disk_waits");
    metric.seal_waits = metrics_add("seal_waits");
    metric.taken = metrics_add("taken");
    metric.turned_away = metrics_add("turned_away");
}

static unsigned long long number(uint64_t n)
{
    return n;
}

static void tell_ready(const struct store *s, uint64_t recovery_ns)
{
    uint64_t released = store_published(s, s->state.released), durable = store_published(s, s->durable_seq);
    log_info("journal of %llu KiB, start %llu, ready in %llu us", number(log_capacity(&s->log) / 1024),
             number(s->state.boot), number(recovery_ns / 1000));
    if (durable > released) {
        log_info("readings %llu to %llu wait for delivery", number(released + 1), number(durable));
    }
    if (s->counters.forged != 0) {
        log_warn("frames that are not authentic: %llu", number(s->counters.forged));
    }
}

static void tell_foreign(const struct store *s)
{
    if (s->log.failure == LOG_OTHER_LAYOUT) {
        log_error("the disk holds a journal of layout %u, this release knows %u: left alone",
                  (unsigned)s->log.layout, FORMAT_LAYOUT);
    } else if (s->log.failure == LOG_OTHER_GEOMETRY) {
        log_error("the disk holds a journal of another size: left alone");
    } else {
        log_error("the disk holds a journal that this device cannot open: left alone");
    }
    log_warn("readings pass through memory and are not durable");
}

void tell_condition(const struct store *s, enum store_condition before, uint64_t recovery_ns)
{
    switch (s->condition) {
    case STORE_READY:
        if (before == STORE_STARTING) {
            tell_ready(s, recovery_ns);
        } else {
            log_info("the disk works again: readings are durable from number %llu on",
                     number((s->durable_seq > s->given_seq ? s->durable_seq : s->given_seq) + 1));
        }
        break;
    case STORE_FOREIGN:
        tell_foreign(s);
        break;
    case STORE_NO_MEDIUM:
        if (s->log.failure == LOG_MEDIUM) {
            log_error("the disk fails: readings pass through memory and are not durable");
        }
        break;
    case STORE_STARTING:
        break;
    }
}

void tell_fallen(const struct store *s)
{
    static uint64_t told;
    if (s->state.dead.fallen > told) {
        log_warn("refused readings that are not kept, or not any more: %llu", number(s->state.dead.fallen));
    }
    told = s->state.dead.fallen;
}

void tell_metrics(const struct tell_sources *from, uint64_t recovery_ns)
{
    const struct store *s = from->store;
    metric_set(metric.condition, s->condition);
    metric_set(metric.boot, s->state.boot);
    metric_set(metric.accepted, s->counters.accepted);
    metric_set(metric.durable, store_published(s, s->durable_seq));
    metric_set(metric.released, store_published(s, s->state.released));
    metric_set(metric.lost, ledger_sum(&s->state.ledger));
    metric_set(metric.not_durable, s->counters.not_durable);
    metric_set(metric.frames, s->counters.frames);
    metric_set(metric.bytes_written, s->log.counters.written);
    metric_set(metric.fill_percent, store_durable(s) ? store_fill(s) : 0);
    metric_set(metric.disk_errors, from->disk->errors);
    metric_set(metric.forged, s->counters.forged);
    metric_set(metric.bad_messages,
               s->counters.bad + from->disk->bad + from->sealer->bad + from->intake->bad + from->outlet->bad);
    metric_set(metric.repeated, from->disk->repeated + from->sealer->repeated);
    metric_set(metric.recovery_us, recovery_ns / 1000);
    metric_set(metric.disk_waits, from->disk->op != NULL ? from->disk->sent : !from->disk->known);
    metric_set(metric.seal_waits, from->sealer->data != NULL && from->sealer->sent);
    metric_set(metric.taken, s->last_seq);
    metric_set(metric.turned_away, from->turned_away);
}
