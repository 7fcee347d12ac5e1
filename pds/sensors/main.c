/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sensors component: samples every configured BME280 over the SPI bus driver and passes good readings on.
 * A bad value never leaves; what is wrong with a sensor is said once and kept in the metrics. Numbers go on
 * where the journal says; while a full journal asks for it, nothing is sampled.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/journal_view.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/reading.h>
#include <postern/protocol/spi.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>
#include <stdio.h>
#include <string.h>

#include "backlog.h"
#include "bme280.h"
#include "ports.h"
#include "publish.h"
#include "sampler.h"

/* An answer with its data, as it comes out of the ring. */
struct message {
    struct spi_response response;
    uint8_t data[SPI_MAX_LENGTH];
};

/* What the operator sees of one sensor. */
struct sensor_view {
    enum bme280_error reported;
    bool known; /* reported at least once */
    uint64_t *ok, *error, *samples, *failures, *t, *p, *h;
};

static struct sampler sampler;
static struct ring spi_requests, spi_responses, readings_out;
static struct sensor_view view[SENSOR_COUNT];
static uint64_t seq;
static uint64_t shift;        /* the jumps of the journal's numbering that `seq` has made too */
static uint64_t dropped_from; /* first number of a run of drops, 0: nothing is being dropped */
static uint64_t held_rounds;  /* of the present run of rounds that a full journal has held up */
static bool counting;         /* the journal has said with which number to begin, or to go on */
static bool sampling;         /* the first number is known */
static struct backlog backlog;
static uint64_t journal_restarts;
static uint64_t armed_ns = UINT64_MAX;
static uint64_t *metric_seq, *metric_dropped, *metric_overruns, *metric_stale, *metric_held, *metric_requests,
    *metric_journal_waits, *metric_late, *metric_bad;

static const char *quantity_text(enum bme280_quantity_error quantity)
{
    switch (quantity) {
    case BME280_BAD_TEMPERATURE:
        return "temperature";
    case BME280_BAD_PRESSURE:
        return "pressure";
    case BME280_BAD_HUMIDITY:
        return "humidity";
    case BME280_PLAUSIBLE:
        break;
    }
    return "value";
}

static void log_state(const char *name, const struct bme280 *dev, bool first)
{
    switch (dev->error) {
    case BME280_OK:
        log_info("sensor %s: %s", name, first ? "found, chip id 0x60" : "works again");
        break;
    case BME280_ABSENT:
    case BME280_STUCK:
    case BME280_WRONG_ID:
        log_warn("sensor %s: chip id 0x%02x, expected 0x60: %s", name, dev->chip_id,
                 bme280_error_text(dev->error));
        break;
    case BME280_OUT_OF_RANGE:
        log_warn("sensor %s: %s outside the operating range", name, quantity_text(dev->quantity));
        break;
    case BME280_BAD_CALIBRATION:
    case BME280_UNSTABLE:
    case BME280_NOT_CONFIGURED:
    case BME280_NO_MEASUREMENT:
    case BME280_SKIPPED:
    case BME280_BUS:
        log_warn("sensor %s: %s", name, bme280_error_text(dev->error));
        break;
    }
}

/* One line where a loss begins and one that names all of it. */
static void log_drops(uint64_t first, bool dropped)
{
    if (dropped && dropped_from == 0) {
        dropped_from = first;
        log_warn("readings are dropped from number %llu on: the journal takes none",
                 (unsigned long long)first);
    } else if (!dropped && dropped_from != 0) {
        log_warn("readings %llu to %llu were dropped", (unsigned long long)dropped_from,
                 (unsigned long long)(first - 1));
        dropped_from = 0;
    }
}

/* A journal that started anew has lost what it had not made durable. Nothing is sent to it before it says
 * where it stands. */
static void notice_journal_restart(void)
{
    (void)ring_space(&readings_out);
    if (readings_out.counters.restarts != journal_restarts) {
        journal_restarts = readings_out.counters.restarts;
        counting = false;
    }
}

/* From this number on the journal has nothing. */
static void send_again(uint64_t next)
{
    const struct reading *reading;

    for (reading = backlog_from(&backlog, next); reading;
         reading = backlog_from(&backlog, reading->seq + 1)) {
        if (ring_push(&readings_out, READING_VALUE, reading, sizeof(*reading)) != RING_OK) {
            return;
        }
    }
    ring_notify(&readings_out, readings_id);
}

/* The journal's numbering has jumped: what is numbered from now on, or sent again, jumps as far. */
static void jump_along(const struct journal_state *state)
{
    uint64_t by = state->shift > shift ? state->shift - shift : 0;

    shift = state->shift;
    seq += by;
    backlog_shift(&backlog, by);
}

/* A look at one word says whether there is more to look at. */
static void notice_jump(void)
{
    const struct journal_state *page = (const struct journal_state *)(uintptr_t)journal_state;
    struct journal_state state;

    if (*(const volatile uint64_t *)&page->shift != shift && journal_view(journal_state, &state) &&
        state.condition != JOURNAL_STARTING) {
        jump_along(&state);
    }
}

/* The whole sample or nothing: its numbers are used up either way, so that a loss shows as a gap. */
static void publish(unsigned index, const struct bme280 *dev, uint64_t taken_ns)
{
    struct reading readings[READINGS_PER_SAMPLE];
    uint32_t sent = 0;

    notice_journal_restart();
    if (counting) {
        notice_jump();
    }
    publish_readings(readings, &dev->values, (uint8_t)index, taken_ns, &seq);
    for (unsigned i = 0; i < READINGS_PER_SAMPLE; i++) {
        backlog_add(&backlog, &readings[i]);
    }
    if (!counting) {
        return; /* sent with the backlog */
    }
    if (ring_space(&readings_out) >= READINGS_PER_SAMPLE) {
        while (sent < READINGS_PER_SAMPLE &&
               ring_push(&readings_out, READING_VALUE, &readings[sent], sizeof(readings[sent])) == RING_OK) {
            sent++;
        }
    }
    metric_set(metric_seq, seq);
    metric_add(metric_dropped, READINGS_PER_SAMPLE - sent);
    log_drops(readings[0].seq, sent < READINGS_PER_SAMPLE);
    ring_notify(&readings_out, readings_id);
}

static void finished(unsigned index, const struct bme280 *dev, uint64_t taken_ns)
{
    struct sensor_view *sensor = &view[index];

    metric_set(sensor->ok, dev->error == BME280_OK);
    metric_set(sensor->error, dev->error);
    if (!sensor->known || sensor->reported != dev->error) {
        log_state(sensor_config[index].name, dev, !sensor->known);
        sensor->known = true;
        sensor->reported = dev->error;
    }
    if (dev->error != BME280_OK) {
        metric_add(sensor->failures, 1);
        return;
    }
    metric_add(sensor->samples, 1);
    metric_set(sensor->t, (uint64_t)(int64_t)dev->values.t_centi);
    metric_set(sensor->p, dev->values.p_q24_8 >> 8);
    metric_set(sensor->h, dev->values.h_q22_10 >> 10);
    publish(index, dev, taken_ns);
}

static bool send(const struct spi_request *request, const uint8_t *tx)
{
    metric_add(metric_requests, 1);
    enum ring_status status =
        ring_push2(&spi_requests, SPI_TRANSFER, request, sizeof(*request), tx, request->length);

    if (status == RING_RESTARTED) {
        status = ring_push2(&spi_requests, SPI_TRANSFER, request, sizeof(*request), tx, request->length);
    }
    ring_notify(&spi_requests, spi_req_id);
    return status == RING_OK;
}

static const struct sampler_owner owner = {send, finished};

/* Take one answer. False: there is none, and we shall be notified. */
static bool take_answer(void)
{
    struct message message;
    uint32_t kind;
    uint32_t length;

    memset(&message, 0, sizeof(message));
    switch (ring_pop(&spi_responses, &kind, &message, sizeof(message), &length)) {
    case RING_OK:
        if (kind == SPI_DONE && length >= sizeof(message.response)) {
            sampler_answer(&sampler, &message.response, message.data,
                           length - (uint32_t)sizeof(message.response), clock_ns());
        } else {
            metric_add(metric_bad, 1);
        }
        ring_notify(&spi_responses, spi_rsp_id);
        return true;
    case RING_TOO_LONG:
        metric_add(metric_bad, 1);
        return true;
    case RING_RESTARTED:
        sampler_bus_restarted(&sampler, clock_ns());
        return true;
    default:
        return ring_consumer_has_more(&spi_responses);
    }
}

/* The journal started anew: what it does not have is sent again. It may have its medium back, with numbers
 * above those that were given while it had none. */
static void go_on_counting(const struct journal_state *state)
{
    jump_along(state);
    if (state->condition != JOURNAL_READY) {
        return;
    }
    send_again(state->next_number);
    if (seq < state->next_number - 1) {
        seq = state->next_number - 1;
    }
}

/* Nothing is sampled before the journal knows the next number. */
static bool may_count(void)
{
    struct journal_state state;

    if (!counting && journal_view(journal_state, &state) && state.condition != JOURNAL_STARTING &&
        state.next_number != 0) {
        counting = true;
        if (!sampling) {
            sampling = true;
            seq = state.next_number - 1;
            shift = state.shift;
            metric_set(metric_seq, seq);
            sampler_init(&sampler, &owner, clock_ns());
        } else {
            go_on_counting(&state);
        }
    }
    metric_set(metric_journal_waits, !counting);
    return counting;
}

/* Back-pressure: the journal is full and its policy makes us wait. A round is left out as a whole, so that no
 * number is lost. */
static bool held_up(void)
{
    struct journal_state state;

    if (ring_space(&readings_out) >= SENSOR_COUNT * READINGS_PER_SAMPLE) {
        return false;
    }
    return journal_view(journal_state, &state) && state.hold == 1;
}

static void hold_round(uint64_t now_ns)
{
    if (!sampler_round_due(&sampler, now_ns)) {
        return;
    }
    /* How late a round begins is how much others can disturb the sampling. */
    uint64_t late_us = (now_ns - sampler.deadline_ns) / 1000;
    metric_set(metric_late, late_us > *metric_late ? late_us : *metric_late);
    if (held_up()) {
        if (held_rounds++ == 0) {
            log_warn("sampling waits: the journal is full");
        }
        metric_add(metric_held, 1);
        sampler_skip_round(&sampler, now_ns);
    } else if (held_rounds != 0) {
        log_info("sampling goes on, rounds left out: %llu", (unsigned long long)held_rounds);
        held_rounds = 0;
    }
}

/* The timer is asked only if it would not wake us by the deadline anyway. */
static void arm_timer(void)
{
    if (sampler.deadline_ns < armed_ns && timer_set(timer_id, sampler.deadline_ns)) {
        armed_ns = sampler.deadline_ns;
    }
}

static void work(void)
{
    bool more = true;

    notice_journal_restart();
    if (!may_count()) {
        return;
    }
    for (uint32_t i = 0; i <= ring_batch(&spi_responses) && more; i++) {
        more = take_answer();
    }
    hold_round(clock_ns());
    sampler_tick(&sampler, clock_ns());
    metric_set(metric_overruns, sampler.overruns);
    metric_set(metric_stale, sampler.stale);
    arm_timer();
}

void notified(microkit_channel ch)
{
    if (ch == timer_id) {
        armed_ns = UINT64_MAX;
    }
    work();
    ring_metrics_update();
}

static uint64_t *add_metric(const char *sensor, const char *what)
{
    char name[METRICS_NAME_SIZE];

    (void)snprintf(name, sizeof(name), "%s.%s", sensor, what);
    return metrics_add(name);
}

static void add_metrics(void)
{
    metrics_start(metrics);
    metric_seq = metrics_add("last_seq");
    metric_dropped = metrics_add("dropped");
    metric_overruns = metrics_add("overruns");
    metric_stale = metrics_add("stale_answers");
    metric_held = metrics_add("held");
    metric_late = metrics_add("late_max_us");
    metric_requests = metrics_add("bus_requests");
    metric_bad = metrics_add("bad_answers");
    metric_journal_waits = metrics_add("journal_waits");
    for (unsigned i = 0; i < SENSOR_COUNT; i++) {
        const char *name = sensor_config[i].name;

        view[i].ok = add_metric(name, "ok");
        view[i].error = add_metric(name, "error");
        view[i].samples = add_metric(name, "samples");
        view[i].failures = add_metric(name, "failures");
        view[i].t = add_metric(name, "centi_celsius");
        view[i].p = add_metric(name, "pascal");
        view[i].h = add_metric(name, "percent");
    }
}

void init(void)
{
    LOG_START();
    add_metrics();
    RING_PRODUCER(&spi_requests, spi_req, SPI_REQ);
    RING_CONSUMER(&spi_responses, spi_rsp, SPI_RSP);
    RING_PRODUCER(&readings_out, readings, READINGS);
    work();
}
