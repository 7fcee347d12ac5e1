/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of post-mortems. */
#include "postmortem.h"

#include <stdio.h>
#include <string.h>

/* Takes a printable text. */
static bool take_text(struct json_object *root, const char *key, char *out, size_t room)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(root, key, &value) || !json_object_is_type(value, json_type_string)) {
        return false;
    }
    const char *text = json_object_get_string(value);
    size_t length = (size_t)json_object_get_string_len(value);

    if (length == 0 || length >= room) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return false;
        }
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static bool take(struct json_object *root, struct postmortem *out)
{
    struct json_object *fault = NULL;

    return json_object_is_type(root, json_type_object) &&
           take_text(root, "component", out->component, sizeof out->component) &&
           take_text(root, "cause", out->cause, sizeof out->cause) &&
           json_object_object_get_ex(root, "fault", &fault) && json_in_u64(fault, &out->fault);
}

bool postmortem_parse(const char *payload, size_t size, struct postmortem *out,
                      char error[JSON_IN_ERROR_SIZE])
{
    struct json_object *root = json_in_parse(payload, size, error);

    if (root == NULL && error[0] != '\0') {
        return false;
    }
    if (!take(root, out)) {
        (void)snprintf(error, JSON_IN_ERROR_SIZE,
                       "not an object with \"component\", \"cause\" and \"fault\"");
        json_object_put(root);
        return false;
    }
    out->report = root;
    return true;
}
