/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink's configuration: text of `key = value` lines, checked in full before anything is used. */
#ifndef POSTERN_UPLINK_CONF_H
#define POSTERN_UPLINK_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPLINK_DEVICE_SIZE 33  /* longest device name, with terminator */
#define UPLINK_TOPIC_SIZE  129 /* likewise */
#define UPLINK_ERROR_SIZE  96

struct uplink_conf {
    char device[UPLINK_DEVICE_SIZE];        /* client identifier, and the beginning of all names */
    char base_name[UPLINK_DEVICE_SIZE + 1]; /* device, then '/' */
    char topic[UPLINK_TOPIC_SIZE];
    uint16_t keepalive_s;
};

/* Keys: device (required; SenML name, at most 32 characters, no '/'), topic (required; no wildcard, not
 * starting with '$'), keepalive_s (5..65535, default 60). False: *error says which line and key is wrong,
 * and why. */
bool uplink_conf_read(struct uplink_conf *conf, const char *text, size_t size, char error[UPLINK_ERROR_SIZE]);

#endif
