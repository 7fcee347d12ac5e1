/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides which post-mortem is told when. */
#include "remains.h"
#include "mqtt/text.h"
#include "report.h"
#include <postern/crc32.h>
#include <postern/log.h>
#include <string.h>

#define OTHER (UINT64_C(1) << 63) /* not a message of readings */

static uint32_t told_crc(const struct postmortem_told *told)
{
    return crc32_update(0, (const uint8_t *)told->record, sizeof told->record);
}

void remains_init(struct remains *r, const char *topic)
{
    *r = (struct remains){.topic = {(const uint8_t *)topic, strlen(topic)}};
}

void remains_open(struct remains *r, uint64_t page, struct postmortem_told *told)
{
    r->page = page;
    r->told = told;
    if (told->magic != POSTMORTEM_MAGIC || told->crc != told_crc(told)) {
        *told = (struct postmortem_told){.magic = POSTMORTEM_MAGIC};
        told->crc = told_crc(told);
    }
}

void remains_connected(struct remains *r)
{
    r->off = r->topic.len == 0 || r->page == 0;
    r->sending = 0;
}

static void settle(struct remains *r, uint32_t i, uint32_t crc)
{
    r->told->record[i] = crc;
    r->told->crc = told_crc(r->told);
}

/* A cheap look before a record is copied. */
static bool is_news(const struct remains *r, uint32_t i)
{
    const struct postmortem *record = &((const struct postmortem_page *)(uintptr_t)r->page)->pd[i];

    return *(const volatile uint32_t *)&record->fault != 0 &&
           (*(const volatile uint32_t *)&record->flags & POSTMORTEM_FINAL) != 0 &&
           *(const volatile uint32_t *)&record->crc != r->told->record[i];
}

static void tell(struct remains *r, struct mqtt_client *c, char *text, uint32_t i, uint64_t now_ns)
{
    size_t len = remains_text(&r->record, text, REMAINS_TEXT_SIZE);
    const struct mqtt_message m = {
        .topic = r->topic,
        .payload = {(const uint8_t *)text, len},
        .token = OTHER | REPORT_TOKEN | REMAINS_TOKEN | r->record.crc,
        .qos = 1,
    };
    enum mqtt_error err = mqtt_client_publish(c, &m, now_ns);

    if (err == MQTT_OK) {
        r->sending = i + 1;
    } else if (err == MQTT_ERR_PACKET_LIMIT || err == MQTT_ERR_ARGUMENT) {
        log_warn("post-mortem of %s is too large for the broker", r->record.name);
        settle(r, i, r->record.crc);
    }
}

void remains_publish(struct remains *r, struct mqtt_client *c, char text[REMAINS_TEXT_SIZE], uint64_t now_ns)
{
    if (c->state != MQTT_CONNECTED || r->off || r->page == 0 || r->sending != 0 || mqtt_client_room(c) == 0 ||
        now_ns < r->look_ns) {
        return;
    }
    for (uint32_t i = 0; i < POSTMORTEM_MAX; i++) {
        if (is_news(r, i) && postmortem_read(r->page, i, &r->record) &&
            (r->record.flags & POSTMORTEM_FINAL) != 0) {
            tell(r, c, text, i, now_ns);
            return;
        }
    }
    r->look_ns = now_ns + REMAINS_LOOK_NS;
}

void remains_answered(struct remains *r, uint64_t token, uint8_t reason)
{
    uint32_t i = r->sending - 1;

    if (r->sending == 0 || (uint32_t)(token & UINT32_MAX) != r->record.crc) {
        return;
    }
    r->sending = 0;
    if (mqtt_message_advice(reason) == MQTT_MESSAGE_TAKEN) {
        settle(r, i, r->record.crc);
        return;
    }
    r->off = true;
    log_warn("post-mortem refused: %s", mqtt_reason_text(MQTT_PUBACK, reason));
}
