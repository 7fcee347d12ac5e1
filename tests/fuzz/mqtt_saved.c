/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the journal gives back as the saved MQTT session: refused, or sound enough to go on with and to be
 * written again.
 */
#include <mqtt/client.h>

#include "fuzz.h"

/* Messages that do not overlap, under identifiers of their own. */
static void check_entries(const struct mqtt_saved *saved)
{
    for (unsigned i = 0; i < saved->count; i++) {
        const struct mqtt_saved_entry *a = &saved->entry[i];
        FUZZ_CHECK(a->first != 0 && a->first + a->extent >= a->first && (a->qos == 1 || a->qos == 2));
        for (unsigned j = 0; j < i; j++) {
            const struct mqtt_saved_entry *b = &saved->entry[j];
            FUZZ_CHECK(a->id == 0 || a->id != b->id);
            FUZZ_CHECK(a->first > b->first + b->extent || b->first > a->first + a->extent);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    size_t length;
    uint8_t *copy = fuzz_copy(&input, size, &length);
    struct mqtt_saved saved, again;
    uint8_t bytes[MQTT_SAVED_SIZE], in[64], out[256];
    if (mqtt_saved_read(&saved, copy, length)) {
        FUZZ_CHECK(saved.count <= MQTT_SAVED_ENTRIES);
        check_entries(&saved);
        size_t written = mqtt_saved_write(&saved, bytes);
        FUZZ_CHECK(written <= MQTT_SAVED_SIZE && mqtt_saved_read(&again, bytes, written));
        FUZZ_CHECK(again.count == saved.count && again.last_id == saved.last_id);
        static const struct mqtt_settings settings = {.client_id = {(const uint8_t *)"d", 1},
                                                      .receive_maximum = 1};
        struct mqtt_client client;
        FUZZ_CHECK(mqtt_client_init(&client, &settings, in, sizeof in, out, sizeof out) == MQTT_OK);
        mqtt_client_restore(&client, &saved);
        FUZZ_CHECK(mqtt_client_open(&client, 1) == MQTT_OK);
    } else {
        FUZZ_CHECK(saved.count == 0);
    }
    free(copy);
    return 0;
}
