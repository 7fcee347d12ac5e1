/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector: an MQTT client that receives readings, checks their order and prints them. This file
 * holds the connection; what a message means is in senml.c, ledger.c,
 * postmortem.c, track.c, account.c and print.c. */
#include <errno.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account.h"
#include "ledger.h"
#include "options.h"
#include "postmortem.h"
#include "print.h"
#include "senml.h"
#include "track.h"

#define KEEPALIVE_S      15
#define LOOP_MS          200
#define FIRST_RETRY_MS   50L
#define LONGEST_RETRY_MS 1000L
#define NS_PER_S         1000000000L
#define NS_PER_MS        1000000L
#define REFUSED          0x80
#define UNUSABLE         "Error: Unable to load " /* how libmosquitto begins to say that a file is no good */

struct collector {
    struct options options;
    struct track *track;
    struct account *account;
    struct ledger ledger;
    struct totals totals;
    int subscription; /* identifier of the one to readings */
    bool subscribed, refused, done, unexplained;
    bool unusable; /* a file of the command line is not what it has to be: trying on is of no use */
    struct reading readings[SENML_MAX_RECORDS];
};

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Takes the device out of "postern/<device>/<kind>". */
static bool device_of_topic(const char *topic, const char *kind, char device[READING_NAME_SIZE])
{
    const char *begin = topic + strlen("postern/");
    const char *end = strrchr(topic, '/');

    if (strncmp(topic, "postern/", strlen("postern/")) != 0 || end <= begin || strcmp(end + 1, kind) != 0) {
        return false;
    }
    size_t length = (size_t)(end - begin);

    if (length >= READING_NAME_SIZE || memchr(begin, '/', length) != NULL) {
        return false;
    }
    memcpy(device, begin, length);
    device[length] = '\0';
    return true;
}

static void note_malformed(struct collector *c, const char *topic, const char *error)
{
    c->totals.malformed++;
    print_malformed(topic, error);
}

static void note_reading(struct collector *c, const char *topic, const struct reading *r)
{
    struct track_range gap = {0, 0};

    switch (track_note(c->track, r->device, r->seq, &gap)) {
    case TRACK_GAP:
        print_gap(r->device, gap);
        break;
    case TRACK_DUPLICATE:
        c->totals.duplicates++;
        print_duplicate(r);
        return;
    case TRACK_OUT_OF_ORDER:
        c->totals.out_of_order++;
        c->totals.readings++;
        print_out_of_order(r);
        return;
    case TRACK_NO_ROOM:
        note_malformed(c, topic, "more devices than the collector follows");
        return;
    case TRACK_OK:
        break;
    }
    c->totals.readings++;
    print_reading(r);
}

static void note_ledger(struct collector *c, const struct mosquitto_message *message, size_t size,
                        const char *device)
{
    char error[JSON_IN_ERROR_SIZE] = "";

    if (!ledger_parse(message->payload, size, &c->ledger, error)) {
        note_malformed(c, message->topic, error);
    } else if (!account_take(c->account, device, &c->ledger)) {
        note_malformed(c, message->topic, "more devices than the collector follows");
    } else {
        print_ledger(device, &c->ledger);
    }
}

static void note_postmortem(struct collector *c, const struct mosquitto_message *message, size_t size,
                            const char *device)
{
    char error[JSON_IN_ERROR_SIZE] = "";
    struct postmortem postmortem = {.fault = 0};

    if (!postmortem_parse(message->payload, size, &postmortem, error)) {
        note_malformed(c, message->topic, error);
        return;
    }
    print_postmortem(device, &postmortem);
    json_object_put(postmortem.report);
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message)
{
    struct collector *c = context;
    char device[READING_NAME_SIZE];
    char error[SENML_ERROR_SIZE] = "";
    size_t size = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;

    (void)client;
    if (device_of_topic(message->topic, "ledger", device)) {
        note_ledger(c, message, size, device);
        return;
    }
    if (device_of_topic(message->topic, "postmortem", device)) {
        note_postmortem(c, message, size, device);
        return;
    }
    if (!device_of_topic(message->topic, "readings", device)) {
        note_malformed(c, message->topic, "topic is not postern/DEVICE/readings, ledger or postmortem");
        return;
    }
    size_t count = senml_parse(message->payload, size, device, now_ns(), c->readings, error);

    if (count == 0) {
        note_malformed(c, message->topic, error);
    }
    for (size_t i = 0; i < count && !c->done; i++) {
        note_reading(c, message->topic, &c->readings[i]);
        c->done = c->options.count != 0 && c->totals.readings >= c->options.count;
    }
}

static void on_connect(struct mosquitto *client, void *context, int result)
{
    struct collector *c = context;
    const struct options *o = &c->options;

    if (result != 0) {
        (void)fprintf(stderr, "collector: refused: %s\n", mosquitto_connack_string(result));
        c->refused = true;
    } else if (mosquitto_subscribe(client, NULL, o->ledger_topic, 1) != MOSQ_ERR_SUCCESS ||
               mosquitto_subscribe(client, NULL, o->postmortem_topic, 1) != MOSQ_ERR_SUCCESS ||
               mosquitto_subscribe(client, &c->subscription, o->topic, 1) != MOSQ_ERR_SUCCESS) {
        (void)fprintf(stderr, "collector: cannot subscribe to '%s', '%s' and '%s'\n", o->topic,
                      o->ledger_topic, o->postmortem_topic);
        c->refused = true;
    }
}

static void on_subscribe(struct mosquitto *client, void *context, int id, int count, const int *granted)
{
    struct collector *c = context;
    bool readings = id == c->subscription;
    bool refused = count < 1 || granted[0] >= REFUSED;

    (void)client;
    if (refused) {
        (void)fprintf(stderr, "collector: the broker refuses the subscription to %s\n",
                      readings ? c->options.topic : "ledgers or post-mortems");
        c->refused = true;
    } else if (readings) {
        c->subscribed = true;
        print_subscribed(c->options.topic);
    }
}

/* libmosquitto reads certificates and key when it connects, and says only here why TLS failed. */
static void on_log(struct mosquitto *client, void *context, int level, const char *text)
{
    struct collector *c = context;

    (void)client;
    if (level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING) {
        (void)fprintf(stderr, "collector: %s\n", text);
        c->unusable = c->unusable || strncmp(text, UNUSABLE, strlen(UNUSABLE)) == 0;
    }
}

static struct mosquitto *make_client(struct collector *c)
{
    const struct options *o = &c->options;
    struct mosquitto *client = mosquitto_new(o->id, false, c);

    if (client == NULL) {
        (void)fprintf(stderr, "collector: cannot make a client: %s\n", strerror(errno));
        return NULL;
    }
    int result = mosquitto_tls_set(client, o->ca, NULL, o->certificate, o->key, NULL);

    if (result == MOSQ_ERR_SUCCESS) {
        result = mosquitto_tls_opts_set(client, 1, "tlsv1.3", NULL);
    }
    if (result != MOSQ_ERR_SUCCESS) {
        (void)fprintf(stderr, "collector: cannot set up TLS: %s\n", mosquitto_strerror(result));
        mosquitto_destroy(client);
        return NULL;
    }
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_log_callback_set(client, on_log);
    return client;
}

static const char *reason_of(int result, int error)
{
    return result == MOSQ_ERR_ERRNO ? strerror(error) : mosquitto_strerror(result);
}

static void pause_ms(long ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * NS_PER_MS};

    (void)nanosleep(&pause, NULL); /* a signal ends it early, which is wanted */
}

/* Runs until asked to stop, done, or refused. */
static void run(struct collector *c, struct mosquitto *client)
{
    long retry_ms = FIRST_RETRY_MS;
    int result = mosquitto_connect(client, c->options.host, c->options.port, KEEPALIVE_S);

    while (!stop_asked && !c->done && !c->refused) {
        if (result == MOSQ_ERR_SUCCESS) {
            result = mosquitto_loop(client, LOOP_MS, 1);
            continue;
        }
        if (c->unusable) {
            break;
        }
        const char *reason = reason_of(result, errno);

        if (c->subscribed) {
            c->subscribed = false;
            retry_ms = FIRST_RETRY_MS;
            print_disconnected(reason);
        } else if (retry_ms == FIRST_RETRY_MS) {
            (void)fprintf(stderr, "collector: cannot connect to %s port %d, trying on: %s\n", c->options.host,
                          c->options.port, reason);
        }
        pause_ms(retry_ms);
        retry_ms = retry_ms * 2 > LONGEST_RETRY_MS ? LONGEST_RETRY_MS : retry_ms * 2;
        result = stop_asked ? result : mosquitto_reconnect(client);
    }
    (void)mosquitto_disconnect(client);
}

static void show_received(void *context, const char *device, struct track_range range)
{
    (void)context;
    print_received(device, range);
}

static void count_missing(void *context, const char *device, struct track_range range)
{
    struct collector *c = context;

    account_count(c->account, device, range);
}

static void show_part(void *context, const char *device, struct track_range part, const char *cause)
{
    struct collector *c = context;
    uint64_t count = part.last - part.first + 1;

    c->totals.missing += count;
    c->totals.explained += cause != NULL ? count : 0;
    c->unexplained = c->unexplained || cause == NULL;
    print_missing(device, part, cause);
}

static void show_missing(void *context, const char *device, struct track_range range)
{
    struct collector *c = context;

    account_explain(c->account, device, range, show_part, c);
}

static enum exit_status finish(struct collector *c)
{
    const struct totals *t = &c->totals;

    track_received(c->track, show_received, c);
    track_missing(c->track, count_missing, c);
    track_missing(c->track, show_missing, c);
    print_summary(t);
    if (c->unusable) {
        return EXIT_USAGE;
    }
    if (c->refused) {
        return EXIT_REFUSED;
    }
    bool enough = c->options.count == 0 || t->readings >= c->options.count;

    bool in_order = t->out_of_order == 0 || c->options.live_first;

    return !c->unexplained && in_order && t->malformed == 0 && enough ? EXIT_ALL_GOOD : EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
    static struct collector c;
    struct sigaction action = {.sa_handler = on_signal};
    enum options_result read = options_read(argc, argv, &c.options);

    if (read != OPTIONS_RUN) {
        return read == OPTIONS_HELP ? EXIT_ALL_GOOD : EXIT_USAGE;
    }
    /* Without SA_RESTART, so that waiting ends at once. */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)mosquitto_lib_init();
    c.track = track_new();
    c.account = account_new();
    struct mosquitto *client = make_client(&c);
    enum exit_status status = EXIT_USAGE;

    if (client != NULL && c.track != NULL && c.account != NULL) {
        print_start(c.options.json);
        run(&c, client);
        status = finish(&c);
    }
    mosquitto_destroy(client);
    track_free(c.track);
    account_free(c.account);
    (void)mosquitto_lib_cleanup();
    return (int)status;
}
