/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Post-mortems to the broker: each record of the supervisor's memory once, when it is complete. What has been
 * told is remembered in a page that outlives the uplink.
 */
#ifndef POSTERN_REMAINS_H
#define POSTERN_REMAINS_H

#include "mqtt/client.h"
#include <postern/postmortem.h>

#define REMAINS_TEXT_SIZE 3072u /* the largest record */

/* This is called for every message; components fail more seldom. */
#define REMAINS_LOOK_NS UINT64_C(100000000)

/* Tokens of post-mortems have this bit besides REPORT_TOKEN. */
#define REMAINS_TOKEN (UINT64_C(1) << 61)

struct remains {
    struct mqtt_bytes topic;      /* empty: none are told */
    uint64_t page;                /* address of the supervisor's memory, 0: there is none */
    struct postmortem_told *told; /* NULL if `page` is 0 */
    bool off;                     /* refused on this connection */
    uint64_t look_ns;             /* not before: there was nothing to tell */
    uint32_t sending;             /* one more than the record whose answer is awaited, 0: none */
    struct postmortem record;     /* a private copy, while it is told */
};

/* The topic stays with it; "" for none. Until remains_open nothing is told. */
void remains_init(struct remains *r, const char *topic);

/* Where the records are, and the memory of what has been told: kept if it makes sense, else begun anew. */
void remains_open(struct remains *r, uint64_t page, struct postmortem_told *told);

/* MQTT is connected. */
void remains_connected(struct remains *r);

/* Publishes the next record that is complete and has not been told, if there is room. `text`: for its use
 * meanwhile. */
void remains_publish(struct remains *r, struct mqtt_client *c, char text[REMAINS_TEXT_SIZE], uint64_t now_ns);

/* The broker's answer to a message whose token has REMAINS_TOKEN. */
void remains_answered(struct remains *r, uint64_t token, uint8_t reason);

/* One record as JSON (docs/messages.md); returns its length, 0 if `size` is too small. */
size_t remains_text(const struct postmortem *record, char *text, size_t size);

#endif
