/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON from any sender: strict, bounded in size and depth, nothing after it. */
#ifndef COLLECTOR_JSON_IN_H
#define COLLECTOR_JSON_IN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_IN_MAX_PAYLOAD 65536u
#define JSON_IN_ERROR_SIZE  160

/* Returns the value, which the caller puts, or NULL with *error in printable ASCII; null is refused. */
struct json_object *json_in_parse(const char *payload, size_t size, char error[JSON_IN_ERROR_SIZE]);

/* Takes an integer from 0 to 2^64 - 2; json-c clamps greater ones to 2^64 - 1 without a word. */
bool json_in_u64(struct json_object *value, uint64_t *out);

#endif
