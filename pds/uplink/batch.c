/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings into SenML messages. */
#include "batch.h"
#include <postern/protocol/timer.h>

#define SENSORS    1u
#define QUANTITIES 3u

/* Wall times beyond the year 2262 do not fit signed nanoseconds: they are nonsense. */
#define WALL_LIMIT_NS ((uint64_t)INT64_MAX)

/* Any one reading with its base fields fits. */
#define SINGLE_MAX 320u

#define FRESH UINT32_MAX /* not of a message under way */

static const struct {
    const char *name;
    const char *unit;
} series[SENSORS][QUANTITIES] = {
    {
        [QUANTITY_TEMPERATURE] = {"bme280/temperature", "Cel"},
        [QUANTITY_PRESSURE] = {"bme280/pressure", "Pa"},
        [QUANTITY_HUMIDITY] = {"bme280/humidity", "%RH"},
    },
};

void batch_init(struct batch *b, struct outbox *outbox, const struct batch_rules *rules)
{
    *b = (struct batch){.outbox = outbox, .rules = *rules, .limit = OUTBOX_PAYLOAD, .entry = FRESH};
}

void batch_start(struct batch *b, uint64_t boot, uint64_t released)
{
    b->boot = boot;
    b->last_seq = released;
    b->open = false;
    b->all_given = false;
    b->entry = FRESH;
}

/* The number of a message under way goes; if it is the open one, that becomes a message like any other. */
static void remove_entry(struct batch *b, unsigned i)
{
    b->under_way.count--;
    if (b->entry == i) {
        b->entry = FRESH;
    } else if (b->entry == b->under_way.count) {
        b->entry = i;
    }
    b->under_way.entry[i] = b->under_way.entry[b->under_way.count];
}

static uint64_t end_of(const struct mqtt_saved_entry *e)
{
    return e->first + e->extent;
}

/* A range that overlaps or meets another one takes it in. False: there is none. */
static bool take_in(struct batch *b, uint64_t *first, uint64_t *last)
{
    for (unsigned i = 0; i < b->under_way.count; i++) {
        const struct mqtt_saved_entry e = b->under_way.entry[i];
        uint64_t from = e.first < *first ? e.first : *first;
        uint64_t to = end_of(&e) > *last ? end_of(&e) : *last;
        bool meets = e.first <= *last + 1 && *first <= end_of(&e) + 1 && to - from <= UINT32_MAX;
        if (i != b->entry && e.stage == MQTT_SAVED_DONE && meets) {
            *first = from;
            *last = to;
            remove_entry(b, i);
            return true;
        }
    }
    return false;
}

bool batch_ahead(struct batch *b, uint64_t first, uint64_t last)
{
    unsigned ranges = 0;
    bool grown = false;
    while (take_in(b, &first, &last)) {
        grown = true;
    }
    for (unsigned i = 0; i < b->under_way.count; i++) {
        ranges += i != b->entry && b->under_way.entry[i].stage == MQTT_SAVED_DONE;
    }
    if ((!grown && ranges >= BATCH_AHEAD) || b->under_way.count >= MQTT_SAVED_ENTRIES ||
        last - first > UINT32_MAX) {
        return false;
    }
    b->under_way.entry[b->under_way.count++] = (struct mqtt_saved_entry){
        .first = first, .extent = (uint32_t)(last - first), .qos = 1, .stage = MQTT_SAVED_DONE};
    return true;
}

void batch_answered(struct batch *b, uint64_t first_seq, bool taken)
{
    for (unsigned i = 0; i < b->under_way.count; i++) {
        if (b->under_way.entry[i].first == first_seq && taken) {
            b->under_way.entry[i].stage = MQTT_SAVED_DONE;
        } else if (b->under_way.entry[i].first == first_seq) {
            remove_entry(b, i);
        }
    }
}

/* The message under way that the number belongs to, or FRESH. */
static unsigned entry_of(const struct batch *b, uint64_t seq)
{
    for (unsigned i = 0; i < b->under_way.count; i++) {
        const struct mqtt_saved_entry *e = &b->under_way.entry[i];
        if (seq >= e->first && seq - e->first <= e->extent) {
            return i;
        }
    }
    return FRESH;
}

bool batch_has_ahead(const struct batch *b, uint64_t seq)
{
    unsigned entry = entry_of(b, seq);
    return entry != FRESH && entry != b->entry && b->under_way.entry[entry].stage == MQTT_SAVED_DONE;
}

void batch_prune(struct batch *b, uint64_t seq)
{
    for (unsigned i = b->under_way.count; i-- != 0;) {
        const struct mqtt_saved_entry *e = &b->under_way.entry[i];
        if (i != b->entry && e->stage == MQTT_SAVED_DONE && end_of(e) < seq) {
            remove_entry(b, i);
        }
    }
}

void batch_put_off(struct batch *b, uint64_t first_seq)
{
    for (unsigned i = 0; i < b->under_way.count; i++) {
        if (b->under_way.entry[i].first == first_seq && b->under_way.entry[i].stage == MQTT_SAVED_PUBLISH) {
            b->under_way.entry[i].stage = MQTT_SAVED_LATE;
        }
    }
}

bool batch_gone(struct batch *b, uint64_t *first_seq)
{
    for (unsigned i = 0; i < b->under_way.count; i++) {
        const struct mqtt_saved_entry *e = &b->under_way.entry[i];
        if (i != b->entry && e->stage == MQTT_SAVED_LATE && (b->all_given || end_of(e) <= b->last_seq)) {
            *first_seq = e->first;
            remove_entry(b, i);
            return true;
        }
    }
    return false;
}

void batch_session_lost(struct batch *b)
{
    for (unsigned i = b->under_way.count; i-- != 0;) {
        if (b->under_way.entry[i].stage != MQTT_SAVED_DONE) {
            remove_entry(b, i);
        }
    }
}

bool batch_open_is_new(const struct batch *b)
{
    return b->open && b->entry == FRESH;
}

bool batch_has_room(const struct batch *b)
{
    return outbox_room(b->outbox) >= 2;
}

uint64_t batch_due_ns(const struct batch *b)
{
    if (!batch_open_is_new(b)) {
        return UINT64_MAX;
    }
    if (b->pack.historical && b->rules.wait_ns < BATCH_HISTORY_NS) {
        return b->begun_ns + BATCH_HISTORY_NS;
    }
    if (b->rules.wait_ns == 0) {
        return b->complete ? 0 : b->begun_ns + BATCH_AGE_NS;
    }
    return b->begun_ns + b->rules.wait_ns;
}

/* The open message is packed: it is no longer looked for. What does not fit into it is a message of its own.
 */
static enum outbox_state settle(struct batch *b)
{
    if (b->entry == FRESH) {
        return OUTBOX_READY;
    }
    struct mqtt_saved_entry *e = &b->under_way.entry[b->entry];
    uint64_t last = outbox_slot(b->outbox)->last_seq, left = e->extent - (last - e->first);
    bool done = e->stage == MQTT_SAVED_DONE, late = e->stage == MQTT_SAVED_LATE;
    if (done && left != 0) { /* is complete, too */
        e->first = last + 1;
        e->extent = (uint32_t)(left - 1);
        b->entry = FRESH;
    } else {
        remove_entry(b, b->entry);
    }
    return done ? OUTBOX_DONE : late ? OUTBOX_READY : OUTBOX_SENT;
}

void batch_flush(struct batch *b)
{
    if (!b->open) {
        return;
    }
    outbox_slot(b->outbox)->length = (uint16_t)senml_end(&b->pack);
    outbox_add(b->outbox, settle(b));
    b->open = false;
}

bool batch_expects(struct batch *b, uint64_t seq)
{
    unsigned entry = entry_of(b, seq);
    if (b->entry != FRESH && b->entry != entry) {
        batch_flush(b);
    }
    return entry != FRESH;
}

void batch_all_given(struct batch *b)
{
    if (b->entry != FRESH) {
        batch_flush(b);
    }
    for (unsigned i = b->under_way.count; i-- != 0;) {
        uint8_t stage = b->under_way.entry[i].stage;
        bool ahead = b->rules.ahead && stage == MQTT_SAVED_DONE;
        if (!ahead && stage != MQTT_SAVED_LATE) {
            remove_entry(b, i);
        }
    }
    b->all_given = true;
}

/* NULL: clock quality is that of the gateway's real-time clock. */
static const char *clock_text(uint8_t quality)
{
    switch (quality) {
    case CLOCK_UNSET:
        return "unset";
    case CLOCK_RTC:
        return NULL;
    case CLOCK_SNTP:
        return "sntp";
    default:
        return "unknown";
    }
}

static uint64_t wall_of(const struct stored_reading *r)
{
    return r->reading.mono_ns + (uint64_t)r->wall_offset;
}

/* Was it taken in an earlier start? Without a medium starts are not counted, and nothing is left of them. */
static bool is_earlier(const struct batch *b, const struct stored_reading *r)
{
    return b->boot != 0 && r->boot != b->boot;
}

static bool makes_sense(const struct batch *b, const struct stored_reading *r, uint64_t now_ns)
{
    const struct reading *v = &r->reading;
    return v->seq > b->last_seq && v->seq <= BATCH_SEQ_MAX && v->sensor < SENSORS &&
           v->quantity < QUANTITIES && v->exponent >= -9 && v->exponent <= 9 && wall_of(r) <= WALL_LIMIT_NS &&
           (r->boot != b->boot || v->mono_ns <= now_ns);
}

static bool is_historical(const struct batch *b, const struct stored_reading *r, uint64_t now_ns)
{
    return is_earlier(b, r) || now_ns - r->reading.mono_ns > b->rules.historical_ns;
}

/* A broker that takes very small packets only gets one reading in each. */
static uint32_t most_readings(const struct batch *b)
{
    return b->limit < SINGLE_MAX + BATCH_SPARE ? 1 : b->rules.readings;
}

static size_t room_of(const struct batch *b, unsigned entry)
{
    if (entry != FRESH) {
        return OUTBOX_PAYLOAD;
    }
    return b->limit < SINGLE_MAX + BATCH_SPARE ? SINGLE_MAX : b->limit - BATCH_SPARE;
}

static void begin(struct batch *b, const struct stored_reading *r, unsigned entry, uint64_t now_ns)
{
    struct outbox_message *m = outbox_slot(b->outbox);
    bool historical = is_historical(b, r, now_ns);
    b->entry = entry;
    b->open = true;
    b->begun_ns = now_ns;
    b->boot_taken = r->boot;
    b->quality = r->quality;
    m->first_seq = entry != FRESH ? b->under_way.entry[entry].first : r->reading.seq;
    m->from_seq = b->from_seq != 0 ? b->from_seq : m->first_seq;
    m->last_seq = r->reading.seq;
    m->readings = 0;
    m->live_ns = historical ? 0 : r->reading.mono_ns;
    senml_begin(&b->pack, m->payload, room_of(b, entry), b->rules.base_name, wall_of(r), historical,
                clock_text(r->quality));
    b->pack.corrected = r->corrected != 0;
}

/* May the reading go into the open message? What is in one message has one base time and one set of marks. */
static bool belongs(const struct batch *b, const struct stored_reading *r, unsigned entry, uint64_t now_ns)
{
    if (!b->open || entry != b->entry) {
        return false;
    }
    return entry != FRESH ||
           (r->boot == b->boot_taken && r->quality == b->quality &&
            b->pack.corrected == (r->corrected != 0) && b->pack.historical == is_historical(b, r, now_ns));
}

static bool add(struct batch *b, const struct stored_reading *r)
{
    const struct reading *v = &r->reading;
    struct outbox_message *m = outbox_slot(b->outbox);
    const struct senml_record record = {series[v->sensor][v->quantity].name,
                                        series[v->sensor][v->quantity].unit,
                                        v->value,
                                        v->exponent,
                                        v->seq,
                                        wall_of(r)};
    if (v->seq - m->first_seq > UINT32_MAX || !senml_add(&b->pack, &record)) {
        return false;
    }
    m->last_seq = v->seq;
    m->readings++;
    return true;
}

/* Is the open message full, or all that it was in an earlier start? */
static bool full(const struct batch *b, uint64_t seq)
{
    if (b->entry != FRESH) {
        return seq - b->under_way.entry[b->entry].first >= b->under_way.entry[b->entry].extent;
    }
    return outbox_slot(b->outbox)->readings >= most_readings(b);
}

/* A message without content stands for those that are passed over, so that they are told in their turn. */
static void tell_passed(struct batch *b, const struct mqtt_saved_entry *e, uint64_t seq)
{
    struct outbox *o = b->outbox;
    struct outbox_message *m = outbox_count(o) != 0 ? outbox_at(o, outbox_count(o) - 1) : NULL;
    if (m != NULL && m->readings == 0 && m->first_seq >= e->first) {
        m->last_seq = seq;
        return;
    }
    m = outbox_slot(o);
    m->first_seq = seq;
    m->last_seq = seq;
    m->from_seq = seq;
    m->live_ns = 0;
    m->readings = 0;
    m->length = 0;
    outbox_add(o, OUTBOX_DONE);
}

/* Has the broker had it ahead of its turn? Nothing of a message that is being packed again is passed over. */
static bool passed_over(struct batch *b, uint64_t seq)
{
    batch_prune(b, seq);
    if (!batch_has_ahead(b, seq)) {
        return false;
    }
    batch_flush(b); /* no message goes across a range */
    tell_passed(b, &b->under_way.entry[entry_of(b, seq)], seq);
    b->last_seq = seq;
    batch_prune(b, seq + 1);
    return true;
}

bool batch_take(struct batch *b, const struct stored_reading *r, uint64_t now_ns)
{
    if (!makes_sense(b, r, now_ns)) {
        return false;
    }
    if (b->rules.ahead && b->under_way.count != 0 && passed_over(b, r->reading.seq)) {
        return true;
    }
    unsigned entry = entry_of(b, r->reading.seq);
    if (!belongs(b, r, entry, now_ns) || !add(b, r)) {
        batch_flush(b);
        begin(b, r, entry_of(b, r->reading.seq), now_ns);
        (void)add(b, r); /* an empty message holds any one reading */
    }
    b->last_seq = r->reading.seq;
    b->complete = r->reading.sample_index + UINT64_C(1) >= r->reading.sample_size;
    if (full(b, r->reading.seq)) {
        batch_flush(b);
    }
    return true;
}
