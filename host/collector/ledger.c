/* SPDX-License-Identifier: BSD-2-Clause */
/* The ledger's reader: what a gateway cannot have written is refused. */
#include "ledger.h"

#include <stdio.h>
#include <string.h>

static bool refuse(char *error, const char *what, size_t index)
{
    (void)snprintf(error, JSON_IN_ERROR_SIZE, "range %zu: %s", index + 1, what);
    return false;
}

static struct json_object *field(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static bool read_cause(struct json_object *value, char out[LEDGER_CAUSE_SIZE])
{
    if (!json_object_is_type(value, json_type_string)) {
        return false;
    }
    const char *text = json_object_get_string(value);
    size_t length = (size_t)json_object_get_string_len(value);

    if (length == 0 || length >= LEDGER_CAUSE_SIZE) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && (text[i] < 'a' || text[i] > 'z')) {
            return false;
        }
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static bool read_range(struct ledger *l, struct json_object *object, size_t index, char *error)
{
    struct ledger_range *r = &l->range[index];

    if (!json_object_is_type(object, json_type_object) ||
        !json_in_u64(field(object, "first"), &r->numbers.first) ||
        !json_in_u64(field(object, "last"), &r->numbers.last) ||
        !json_in_u64(field(object, "missing"), &r->missing)) {
        return refuse(error, "\"first\", \"last\" and \"missing\" are not all integers of 64 bits", index);
    }
    if (r->numbers.first > r->numbers.last || r->numbers.last > l->last) {
        return refuse(error, "it ends before it begins, or beyond the last number given", index);
    }
    if (index != 0 && r->numbers.first <= l->range[index - 1].numbers.last) {
        return refuse(error, "it does not begin after the one before it", index);
    }
    if (r->missing == 0 || r->missing - 1 > r->numbers.last - r->numbers.first) {
        return refuse(error, "none is missing, or more than it spans", index);
    }
    if (!read_cause(field(object, "cause"), r->cause)) {
        return refuse(error, "\"cause\" is not a word or two in small letters", index);
    }
    return true;
}

static bool read_ledger(struct ledger *l, struct json_object *root, char *error)
{
    if (!json_object_is_type(root, json_type_object) || !json_in_u64(field(root, "boot"), &l->boot) ||
        !json_in_u64(field(root, "last"), &l->last)) {
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "not an object with \"boot\" and \"last\"");
        return false;
    }
    struct json_object *ranges = field(root, "ranges");

    if (!json_object_is_type(ranges, json_type_array) ||
        json_object_array_length(ranges) > LEDGER_MAX_RANGES) {
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "\"ranges\" is not an array of up to %u",
                       LEDGER_MAX_RANGES);
        return false;
    }
    l->count = json_object_array_length(ranges);
    for (size_t i = 0; i < l->count; i++) {
        if (!read_range(l, json_object_array_get_idx(ranges, i), i, error)) {
            return false;
        }
    }
    return true;
}

bool ledger_parse(const char *payload, size_t size, struct ledger *out, char error[JSON_IN_ERROR_SIZE])
{
    struct json_object *root = json_in_parse(payload, size, error);

    if (root == NULL) {
        return false;
    }
    bool good = read_ledger(out, root, error);

    json_object_put(root);
    return good;
}
