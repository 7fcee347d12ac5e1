/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the gateway tells about itself, retained by the broker: the health message, the loss ledger and the
 * last number. The last number that the broker remembers is read back at the first connect, from the health
 * message if it has no topic of its own: if the journal does not know it, an old disk was put back. Until
 * then no reading is sent.
 */
#ifndef POSTERN_REPORT_H
#define POSTERN_REPORT_H

#include "health.h"
#include "mqtt/client.h"

#define REPORT_TEXT_SIZE 3072u /* a full ledger, and a post-mortem */

/* Health is told so often, if it has changed; a change may be so old when it is told. */
#define REPORT_HEALTH_NS UINT64_C(4000000000)

/* Tokens of reports have this bit. */
#define REPORT_TOKEN (UINT64_C(1) << 62)

struct report {
    struct mqtt_bytes health_topic;  /* empty: none */
    struct mqtt_bytes ledger_topic;  /* likewise */
    struct mqtt_bytes numbers_topic; /* likewise */
    struct journal_state journal;    /* as it was seen last */
    struct health health;            /* likewise; kept up to date by the uplink */
    uint64_t states;                 /* address of the supervisor's table, 0: none */
    bool journal_known;
    bool reading_back; /* what the broker remembers is awaited: before it is replaced, and before readings are
                          sent */
    bool checked;      /* it has been read back, or there is none: */
    bool agreed;       /* the journal has been told, and goes on */
    uint64_t known;    /* the last number that the broker knows of, 0: none */
    bool health_off;   /* refused on this connection */
    bool ledger_off;   /* likewise */
    bool numbers_off;  /* likewise */
    uint64_t read_until_ns;
    uint64_t numbers_ns;   /* the last number is told next at this time, if it has changed */
    uint64_t numbers_told; /* on this connection, and one; 0: none was */
    uint64_t health_ns;    /* told next at this time */
    uint64_t health_told;  /* digest of what was told on this connection, 0: nothing */
    uint64_t ledger_told;  /* losses of the ledger that was told on this connection, and one; 0: none was */
    char text[REPORT_TEXT_SIZE];
};

/* Topics stay with the report; "" for none. */
void report_init(struct report *r, const char *health_topic, const char *ledger_topic,
                 const char *numbers_topic);

/* The journal's page, a private copy from an untrusted peer; nonsense is ignored. */
void report_journal(struct report *r, const struct journal_state *state);

/* MQTT is connected. */
void report_connected(struct report *r, struct mqtt_client *c, uint64_t now_ns);

/* The broker has taken the subscription: what it remembers comes with that, or hardly any more. */
void report_subscribed(struct report *r, uint64_t now_ns);

/* The retained message, or a refused subscription (NULL). */
void report_read_back(struct report *r, struct mqtt_client *c, const struct mqtt_bytes *message);

/* Has the retained message been awaited for long enough? report_read_back(NULL) is due. */
bool report_read_back_over(const struct report *r, uint64_t now_ns);

/* Publishes what is due, as far as there is room. */
void report_publish(struct report *r, struct mqtt_client *c, uint64_t now_ns);

/* The broker's answer to a message whose token has REPORT_TOKEN. */
void report_answered(struct report *r, uint64_t token, uint8_t reason);

/* When report_publish is needed next, UINT64_MAX: not by time alone. */
uint64_t report_deadline(const struct report *r, const struct mqtt_client *c);

#endif
