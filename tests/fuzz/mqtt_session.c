/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session of the MQTT client with a server that says anything, in pieces of any size, at any time: it keeps
 * its window and its buffers, and takes nothing for delivered that it did not publish.
 */
#include <mqtt/client.h>

#include "fuzz.h"

#define IN_SIZE  256u
#define OUT_SIZE 512u
#define STEPS    200u

struct session {
    struct mqtt_client client;
    uint8_t *in, *out;
    uint64_t now;
    uint64_t published; /* tokens go from 1 to this */
    uint64_t acknowledged;
};

static struct mqtt_bytes text(const char *string)
{
    return (struct mqtt_bytes){(const uint8_t *)string, strlen(string)};
}

static void check(const struct session *s)
{
    struct mqtt_bytes out = mqtt_client_output(&s->client);
    FUZZ_CHECK(out.len <= OUT_SIZE);
    FUZZ_CHECK(out.len == 0 || (out.at >= s->out && out.at + out.len <= s->out + OUT_SIZE));
    FUZZ_CHECK(s->acknowledged <= s->published);
    FUZZ_CHECK(mqtt_client_room(&s->client) <= MQTT_SAVED_ENTRIES);
}

static void take_event(struct session *s, const struct mqtt_event *event)
{
    if (event->kind == MQTT_EVENT_ACKNOWLEDGED) {
        FUZZ_CHECK(event->token >= 1 && event->token <= s->published);
        s->acknowledged++;
    }
    FUZZ_CHECK(event->kind != MQTT_EVENT_FAILED || event->error != MQTT_OK);
}

static void receive(struct session *s, struct fuzz_input *input)
{
    size_t size;
    uint8_t *bytes = fuzz_copy(input, fuzz_byte(input), &size);
    size_t done = 0;
    for (unsigned rounds = 0; done < size; rounds++) {
        struct mqtt_event event = {0};
        size_t taken = mqtt_client_receive(&s->client, bytes + done, size - done, s->now, &event);
        FUZZ_CHECK(taken <= size - done && rounds <= 2 * size);
        take_event(s, &event);
        done += taken;
        check(s);
    }
    free(bytes);
}

static void publish(struct session *s, uint8_t choice)
{
    uint64_t token;
    bool again = mqtt_client_next_resend(&s->client, &token);
    struct mqtt_message message = {.topic = text("d/readings"),
                                   .payload = text("[{\"v\":1}]"),
                                   .token = again ? token : s->published + 1,
                                   .qos = 1 + choice % 2,
                                   .lasting = true};
    if (mqtt_client_publish(&s->client, &message, s->now) == MQTT_OK && !again) {
        s->published++;
    }
}

static void keep(struct session *s)
{
    struct mqtt_saved saved = {0}, back;
    uint8_t bytes[MQTT_SAVED_SIZE];
    mqtt_client_save(&s->client, &saved);
    size_t length = mqtt_saved_write(&saved, bytes);
    FUZZ_CHECK(mqtt_saved_read(&back, bytes, length) && back.count == saved.count);
    mqtt_client_saved(&s->client);
}

static void step(struct session *s, struct fuzz_input *input)
{
    uint8_t choice = fuzz_byte(input);
    struct mqtt_event event = {0};
    switch (choice % 8) {
    case 0:
    case 1:
    case 2:
        receive(s, input);
        break;
    case 3:
        publish(s, choice >> 3);
        break;
    case 4:
        mqtt_client_sent(&s->client, mqtt_client_output(&s->client).len, s->now);
        break;
    case 5:
        s->now += (uint64_t)choice << 27;
        mqtt_client_tick(&s->client, s->now, &event);
        take_event(s, &event);
        break;
    case 6:
        (void)mqtt_client_closed(&s->client);
        (void)mqtt_client_open(&s->client, s->now);
        break;
    default:
        keep(s);
        break;
    }
    check(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    uint8_t choice = fuzz_byte(&input);
    static struct session s;
    memset(&s, 0, sizeof s);
    s.now = 1;
    s.in = malloc(IN_SIZE);
    s.out = malloc(OUT_SIZE);
    FUZZ_CHECK(s.in != NULL && s.out != NULL);
    const struct mqtt_settings settings = {.client_id = text("device"),
                                           .keep_alive_s = choice & 1 ? 60 : 0,
                                           .receive_maximum = 1 + (choice >> 1 & 3),
                                           .session_expiry_s = 100,
                                           .response_ns = UINT64_C(10000000000),
                                           .ack_ns = choice & 8 ? UINT64_C(20000000000) : 0,
                                           .write_ahead = (choice & 16) != 0};
    FUZZ_CHECK(mqtt_client_init(&s.client, &settings, s.in, IN_SIZE, s.out, OUT_SIZE) == MQTT_OK);
    FUZZ_CHECK(mqtt_client_open(&s.client, s.now) == MQTT_OK);
    for (unsigned i = 0; i < STEPS && input.left != 0; i++) {
        step(&s, &input);
    }
    free(s.in);
    free(s.out);
    return 0;
}
