/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink's configuration: text of `key = value` lines, checked in full before anything is used. */
#ifndef POSTERN_UPLINK_CONF_H
#define POSTERN_UPLINK_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPLINK_DEVICE_SIZE 33  /* longest device name, with terminator */
#define UPLINK_TOPIC_SIZE  129 /* likewise */
#define UPLINK_ERROR_SIZE  160

#define UPLINK_BATCH_MAX 64 /* readings in a message, if they fit */

struct uplink_conf {
    char device[UPLINK_DEVICE_SIZE];        /* client identifier, and the beginning of all names */
    char base_name[UPLINK_DEVICE_SIZE + 1]; /* device, then '/' */
    char topic[UPLINK_TOPIC_SIZE];
    char health_topic[UPLINK_TOPIC_SIZE];     /* "": no health message, no will */
    char ledger_topic[UPLINK_TOPIC_SIZE];     /* "": the loss ledger is not published */
    char dead_topic[UPLINK_TOPIC_SIZE];       /* "": refused messages are not published elsewhere */
    char numbers_topic[UPLINK_TOPIC_SIZE];    /* "": the health message remembers the last number */
    char postmortem_topic[UPLINK_TOPIC_SIZE]; /* "": post-mortems are not published */
    uint16_t keepalive_s;
    uint8_t qos;            /* of readings: 1 or 2 */
    uint8_t refuse_tries;   /* how often a message that is refused is sent in all */
    uint8_t batch_readings; /* most readings in a message */
    uint32_t batch_ms;      /* how long a reading may wait for others; 0: for the rest of its sample */
    uint32_t historical_s;  /* readings older than this when they are packed are marked historical */
    uint32_t expiry_s;      /* message expiry; 0: none */
    uint32_t session_s;     /* how long the broker keeps the session */
    bool live_first;       /* new readings overtake those that wait; otherwise the order is that of numbers */
    uint32_t will_delay_s; /* how long the broker waits before it says that the gateway is offline */
};

/*
 * Keys, with range and default:
 *   device          required; SenML name, at most 32 characters, no '/'
 *   topic           required; topics have no wildcard, do not start with '$', and are all different
 *   health_topic, ledger_topic, numbers_topic, dead_topic, postmortem_topic   default none
 *   qos             1..2, 1                      keepalive_s     5..65535, 60
 *   batch_readings  1..64, 64                    batch_ms        0..60000, 0
 *   refuse_tries    1..100, 4                    historical_s    1..10^9, 60
 *   expiry_s        0..2^32-1, 0                 session_s       0..2^32-1, 86400
 *   will_delay_s    0..10^6, 0                   order           strict or live-first, strict
 * False: *error says which line and key is wrong, and why.
 */
bool uplink_conf_read(struct uplink_conf *conf, const char *text, size_t size, char error[UPLINK_ERROR_SIZE]);

#endif
