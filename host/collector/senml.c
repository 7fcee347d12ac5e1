/* SPDX-License-Identifier: BSD-2-Clause */
/* The SenML reader. json_in.c does the JSON; this file holds it to RFC 8428 and to what a gateway sends. */
#include "senml.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S          1000000000L
/* Times below this many seconds are relative to now: RFC 8428 section 4.5.3. */
#define RELATIVE_LIMIT_NS (((int64_t)1 << 28) * NS_PER_S)
#define TIME_LIMIT_S      4.0e9L
#define HIGHEST_VERSION   10

struct parser {
    const char *device;
    int64_t now_ns;
    char *error;
    size_t record;
    /* Base fields, which a record may set for itself and those that follow. */
    char base_name[READING_NAME_SIZE * 3];
    char base_unit[READING_UNIT_SIZE];
    int64_t base_time_ns;
    char base_clock[READING_CLOCK_SIZE];
    bool base_historical;
    bool base_corrected;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct parser *p, const char *format, ...)
{
    int used = snprintf(p->error, SENML_ERROR_SIZE, "record %zu: ", p->record + 1);
    va_list args;

    va_start(args, format);
    if (used > 0 && used < SENML_ERROR_SIZE) {
        (void)vsnprintf(p->error + used, SENML_ERROR_SIZE - (size_t)used, format, args);
    }
    va_end(args);
    return false;
}

/* Copies a JSON string of printable ASCII without NUL into a buffer of size bytes. */
static bool copy_text(struct parser *p, const char *field, struct json_object *value, char *out, size_t size)
{
    if (!json_object_is_type(value, json_type_string)) {
        return refuse(p, "\"%s\" is not a string", field);
    }
    const char *text = json_object_get_string(value);
    size_t length = (size_t)json_object_get_string_len(value);

    if (length >= size) {
        return refuse(p, "\"%s\" is longer than %zu characters", field, size - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return refuse(p, "\"%s\" holds a character that is not printable ASCII", field);
        }
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* Numbers beyond 64 bits are clamped by json-c without a word, so the ends of the range are refused. */
static bool is_exact_number(struct json_object *value)
{
    if (json_object_is_type(value, json_type_int)) {
        return json_object_get_int64(value) != INT64_MIN && json_object_get_uint64(value) != UINT64_MAX;
    }
    return json_object_is_type(value, json_type_double) && isfinite(json_object_get_double(value));
}

static bool read_time(struct parser *p, const char *field, struct json_object *value, int64_t *out_ns)
{
    if (!is_exact_number(value)) {
        return refuse(p, "\"%s\" is not a finite number", field);
    }
    /* From the text: a double cannot hold today's time to the nanosecond, a long double can. */
    long double seconds = strtold(json_object_get_string(value), NULL);

    if (!(fabsl(seconds) < TIME_LIMIT_S)) {
        return refuse(p, "\"%s\" is out of range", field);
    }
    *out_ns = (int64_t)llroundl(seconds * (long double)NS_PER_S);
    return true;
}

static bool read_value(struct parser *p, struct json_object *value, struct reading *r)
{
    if (!is_exact_number(value)) {
        return refuse(p, "\"v\" is not a finite number");
    }
    /* json-c keeps the text of a number with a fraction or exponent, and integers have only one text. */
    const char *text = json_object_get_string(value);

    if (strlen(text) >= sizeof(r->value)) {
        return refuse(p, "\"v\" has more than %zu characters", sizeof(r->value) - 1);
    }
    memcpy(r->value, text, strlen(text) + 1);
    return true;
}

static bool read_seq(struct parser *p, struct json_object *value, struct reading *r)
{
    return json_in_u64(value, &r->seq) || refuse(p, "\"seq\" is not an integer of 64 bits");
}

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-:./_", c) != NULL);
}

static bool copy_part(struct parser *p, const char *what, const char *begin, const char *end, char *out)
{
    size_t length = (size_t)(end - begin);

    if (length == 0 || length >= READING_NAME_SIZE) {
        return refuse(p, "the %s in the name is empty or longer than %d characters", what,
                      READING_NAME_SIZE - 1);
    }
    memcpy(out, begin, length);
    out[length] = '\0';
    return true;
}

/* Splits "device/sensor/quantity"; the sensor may hold further slashes. Names: RFC 8428 section 4.5.1. */
static bool split_name(struct parser *p, const char *name, struct reading *r)
{
    size_t device_length = strlen(p->device);

    for (const char *c = name; *c != '\0'; c++) {
        if (!is_name_character(*c)) {
            return refuse(p, "the name holds the character '%c'", *c);
        }
    }
    if (strncmp(name, p->device, device_length) != 0 || name[device_length] != '/') {
        return refuse(p, "name '%s' does not belong to the topic's device '%s'", name, p->device);
    }
    const char *sensor = name + device_length + 1;
    const char *slash = strrchr(sensor, '/');

    if (slash == NULL) {
        return refuse(p, "name '%s' is not device/sensor/quantity", name);
    }
    return copy_part(p, "device", name, name + device_length, r->device) &&
           copy_part(p, "sensor", sensor, slash, r->sensor) &&
           copy_part(p, "quantity", slash + 1, slash + 1 + strlen(slash + 1), r->quantity);
}

/* What one record carries besides base fields. */
struct record {
    char name[READING_NAME_SIZE * 2];
    char unit[READING_UNIT_SIZE];
    int64_t time_ns;
    bool has_unit, has_value, has_seq;
};

static bool check_version(struct parser *p, struct json_object *value)
{
    int64_t version = json_object_get_int64(value);

    if (!json_object_is_type(value, json_type_int) || version < 1 || version > HIGHEST_VERSION) {
        return refuse(p, "\"bver\" is not a version up to %d", HIGHEST_VERSION);
    }
    return true;
}

static bool read_mark(struct parser *p, const char *field, struct json_object *value, bool *out)
{
    if (!json_object_is_type(value, json_type_boolean)) {
        return refuse(p, "\"%s\" is not true or false", field);
    }
    *out = json_object_get_boolean(value) != 0;
    return true;
}

/* Fields that nobody knows mean nothing, but for those that change what the others mean (section 4.4). */
static bool ignore_field(struct parser *p, const char *key)
{
    size_t length = strlen(key);

    if (strcmp(key, "bv") == 0 || strcmp(key, "bs") == 0 || strcmp(key, "s") == 0 ||
        (length > 0 && key[length - 1] == '_')) {
        return refuse(p, "a field that changes the meaning is not supported");
    }
    return true;
}

static bool read_base_field(struct parser *p, const char *key, struct json_object *value)
{
    if (strcmp(key, "bn") == 0) {
        return copy_text(p, key, value, p->base_name, sizeof(p->base_name));
    }
    if (strcmp(key, "bu") == 0) {
        return copy_text(p, key, value, p->base_unit, sizeof(p->base_unit));
    }
    if (strcmp(key, "bt") == 0) {
        return read_time(p, key, value, &p->base_time_ns);
    }
    if (strcmp(key, "bver") == 0) {
        return check_version(p, value);
    }
    if (strcmp(key, "bhist") == 0) {
        return read_mark(p, key, value, &p->base_historical);
    }
    if (strcmp(key, "bcor") == 0) {
        return read_mark(p, key, value, &p->base_corrected);
    }
    if (strcmp(key, "bclk") == 0) {
        return copy_text(p, key, value, p->base_clock, sizeof(p->base_clock));
    }
    return ignore_field(p, key);
}

static bool read_field(struct parser *p, const char *key, struct json_object *value, struct record *rec,
                       struct reading *r)
{
    if (key[0] == 'b') {
        return read_base_field(p, key, value);
    }
    if (strcmp(key, "n") == 0) {
        return copy_text(p, key, value, rec->name, sizeof(rec->name));
    }
    if (strcmp(key, "u") == 0) {
        rec->has_unit = true;
        return copy_text(p, key, value, rec->unit, sizeof(rec->unit));
    }
    if (strcmp(key, "t") == 0) {
        return read_time(p, key, value, &rec->time_ns);
    }
    if (strcmp(key, "v") == 0) {
        rec->has_value = true;
        return read_value(p, value, r);
    }
    if (strcmp(key, "seq") == 0) {
        rec->has_seq = true;
        return read_seq(p, value, r);
    }
    return ignore_field(p, key);
}

static bool read_record(struct parser *p, struct json_object *object, struct reading *r)
{
    struct record rec = {0};
    char name[sizeof(p->base_name) + sizeof(rec.name)];

    memset(r, 0, sizeof(*r));
    if (!json_object_is_type(object, json_type_object)) {
        return refuse(p, "not an object");
    }
    json_object_object_foreach(object, key, value)
    {
        if (!read_field(p, key, value, &rec, r)) {
            return false;
        }
    }
    if (!rec.has_value) {
        return refuse(p, "no numeric value \"v\"");
    }
    if (!rec.has_seq) {
        return refuse(p, "no sequence number \"seq\"");
    }
    r->time_ns = p->base_time_ns + rec.time_ns;
    if (r->time_ns < RELATIVE_LIMIT_NS) {
        r->time_ns += p->now_ns;
    }
    memcpy(r->clock, p->base_clock, sizeof(r->clock));
    r->historical = p->base_historical;
    r->corrected = p->base_corrected;
    memcpy(r->unit, rec.has_unit ? rec.unit : p->base_unit, sizeof(r->unit));
    (void)snprintf(name, sizeof(name), "%s%s", p->base_name, rec.name);
    return split_name(p, name, r);
}

size_t senml_parse(const char *payload, size_t size, const char *device, int64_t now_ns,
                   struct reading out[SENML_MAX_RECORDS], char error[SENML_ERROR_SIZE])
{
    struct parser p = {.device = device, .now_ns = now_ns, .error = error};
    size_t count = 0;

    struct json_object *root = json_in_parse(payload, size, error);

    if (root == NULL) {
        return 0;
    }
    if (!json_object_is_type(root, json_type_array) || json_object_array_length(root) == 0 ||
        json_object_array_length(root) > SENML_MAX_RECORDS) {
        (void)snprintf(error, SENML_ERROR_SIZE, "not an array of 1 to %u records", SENML_MAX_RECORDS);
    } else {
        count = json_object_array_length(root);
        for (p.record = 0; p.record < count; p.record++) {
            if (!read_record(&p, json_object_array_get_idx(root, p.record), &out[p.record])) {
                count = 0;
            }
        }
    }
    json_object_put(root);
    return count;
}
