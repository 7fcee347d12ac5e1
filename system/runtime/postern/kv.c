/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration text parser: one pass over the lines, no allocation.
 */
#include <string.h>
#include <postern/kv.h>

struct span {
    const char *at;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
    while (s.length > 0 && is_blank(s.at[0])) {
        s.at++;
        s.length--;
    }
    while (s.length > 0 && is_blank(s.at[s.length - 1])) {
        s.length--;
    }
    return s;
}

static bool printable(struct span s)
{
    size_t i;

    for (i = 0; i < s.length; i++) {
        if (s.at[i] != '\t' && (s.at[i] < 0x20 || s.at[i] > 0x7e)) {
            return false;
        }
    }
    return true;
}

static bool valid_key(struct span key)
{
    size_t i;

    for (i = 0; i < key.length; i++) {
        char c = key.at[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.')) {
            return false;
        }
    }
    return key.length > 0;
}

static void report_key(struct kv_result *result, struct span key)
{
    size_t i;

    for (i = 0; i < key.length && i < sizeof result->key - 1; i++) {
        result->key[i] = (key.at[i] > 0x20 && key.at[i] <= 0x7e) ? key.at[i] : '?';
    }
    result->key[i] = '\0';
}

static enum kv_error read_number(struct span value, struct kv_field *field)
{
    uint64_t number = 0;
    size_t i;

    for (i = 0; i < value.length; i++) {
        uint64_t digit = (uint64_t)(unsigned char)value.at[i] - '0';

        if (value.at[i] < '0' || value.at[i] > '9') {
            return KV_NOT_NUMBER;
        }
        if (number > (UINT64_MAX - digit) / 10) {
            return KV_OUT_OF_RANGE;
        }
        number = number * 10 + digit;
    }
    if (number < field->min || number > field->max) {
        return KV_OUT_OF_RANGE;
    }
    *field->number = number;
    return KV_OK;
}

static enum kv_error store(struct span value, struct kv_field *field)
{
    if (field->type == KV_NUMBER) {
        return read_number(value, field);
    }
    if (value.length >= field->max) {
        return KV_TOO_LONG;
    }
    memcpy(field->text, value.at, value.length);
    field->text[value.length] = '\0';
    return KV_OK;
}

static struct kv_field *find(struct kv_field *fields, size_t count, struct span key)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strlen(fields[i].key) == key.length && memcmp(fields[i].key, key.at, key.length) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static enum kv_error parse_line(struct span line, unsigned number, struct kv_field *fields, size_t count,
                                struct kv_result *result)
{
    const char *equals = memchr(line.at, '=', line.length);
    struct kv_field *field;
    struct span key, value;
    enum kv_error error;

    if (!printable(line)) {
        return KV_BAD_BYTE;
    }
    if (!equals) {
        report_key(result, line);
        return KV_NO_EQUALS;
    }
    key = trim((struct span){line.at, (size_t)(equals - line.at)});
    value = trim((struct span){equals + 1, line.length - (size_t)(equals - line.at) - 1});
    report_key(result, key);
    if (!valid_key(key)) {
        return KV_BAD_KEY;
    }
    if (value.length == 0) {
        return KV_NO_VALUE;
    }
    field = find(fields, count, key);
    if (!field) {
        return KV_UNKNOWN_KEY;
    }
    if (field->line != 0) {
        return KV_DUPLICATE;
    }
    error = store(value, field);
    field->line = error == KV_OK ? number : 0;
    return error;
}

static struct kv_result check_required(const struct kv_field *fields, size_t count)
{
    struct kv_result result = {.error = KV_OK};
    size_t i;

    for (i = 0; i < count; i++) {
        if (fields[i].required && fields[i].line == 0) {
            result.error = KV_MISSING;
            report_key(&result, (struct span){fields[i].key, strlen(fields[i].key)});
            return result;
        }
    }
    return result;
}

struct kv_result kv_parse(const char *text, size_t length, struct kv_field *fields, size_t count)
{
    struct kv_result result = {.error = KV_OK};
    const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
    size_t left = nul ? (size_t)(nul - text) : length;
    size_t i;

    for (i = 0; i < count; i++) {
        fields[i].line = 0;
    }
    while (left > 0) {
        const char *end = memchr(text, '\n', left);
        size_t line_length = end ? (size_t)(end - text) : left;
        struct span line = trim((struct span){text, line_length});

        result.line++;
        if (line.length > 0 && line.at[0] != '#') {
            result.error = parse_line(line, result.line, fields, count, &result);
            if (result.error != KV_OK) {
                return result;
            }
        }
        text += line_length + (end ? 1 : 0);
        left -= line_length + (end ? 1 : 0);
    }
    return check_required(fields, count);
}

const char *kv_error_text(enum kv_error error)
{
    static const char *const text[] = {
        [KV_OK] = "no error",
        [KV_NO_EQUALS] = "line without '='",
        [KV_BAD_KEY] = "key may have only a-z 0-9 _ .",
        [KV_NO_VALUE] = "no value",
        [KV_BAD_BYTE] = "unprintable character",
        [KV_UNKNOWN_KEY] = "unknown key",
        [KV_DUPLICATE] = "key given twice",
        [KV_TOO_LONG] = "value too long",
        [KV_NOT_NUMBER] = "not a decimal number",
        [KV_OUT_OF_RANGE] = "number out of range",
        [KV_MISSING] = "required key missing",
    };

    if ((size_t)error >= sizeof text / sizeof text[0]) {
        return "unknown error";
    }
    return text[error];
}
