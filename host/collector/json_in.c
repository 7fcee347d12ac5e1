/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds json-c to RFC 8259: its strict mode, white space, and the end of the text. */
#include "json_in.h"

#include <stdio.h>

#define MAX_DEPTH 8

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct json_object *json_in_parse(const char *payload, size_t size, char error[JSON_IN_ERROR_SIZE])
{
    if (size == 0 || size > JSON_IN_MAX_PAYLOAD) {
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "payload of %zu bytes: need 1 to %u", size,
                       JSON_IN_MAX_PAYLOAD);
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);

    if (tokener == NULL) {
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "out of memory");
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *root = json_tokener_parse_ex(tokener, payload, (int)size);
    enum json_tokener_error status = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);

    while (status == json_tokener_success && end < size && is_space(payload[end])) {
        end++;
    }
    if (status != json_tokener_success || end != size) {
        const char *reason = status == json_tokener_continue  ? "unexpected end"
                             : status != json_tokener_success ? json_tokener_error_desc(status)
                                                              : "more text after the value";
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "not JSON: byte %zu: %s", end, reason);
        json_object_put(root);
        root = NULL;
    } else if (root == NULL) { /* json-c has no object for it */
        (void)snprintf(error, JSON_IN_ERROR_SIZE, "nothing but null");
    }
    json_tokener_free(tokener);
    return root;
}

bool json_in_u64(struct json_object *value, uint64_t *out)
{
    if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
        json_object_get_uint64(value) == UINT64_MAX) {
        return false;
    }
    *out = json_object_get_uint64(value);
    return true;
}
