/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of reason codes and errors. */
#include "text.h"

#define IN(type) (1u << (type))
#define CON      IN(MQTT_CONNACK)
#define ACK      IN(MQTT_PUBACK)
#define REC      IN(MQTT_PUBREC)
#define REL      (IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP))
#define DIS      IN(MQTT_DISCONNECT)
#define SUB      IN(MQTT_SUBACK)
#define UNS      IN(MQTT_UNSUBACK)

static const struct reason {
    uint8_t code;
    uint16_t packets;
    const char *text;
} reasons[] = {
    {0x00, CON | ACK | REC | REL | DIS | SUB | UNS, "success"},
    {0x01, SUB, "granted QoS 1"},
    {0x02, SUB, "granted QoS 2"},
    {0x10, ACK | REC, "no matching subscribers"},
    {0x11, UNS, "no subscription existed"},
    {0x80, CON | ACK | REC | DIS | SUB | UNS, "unspecified error"},
    {0x81, CON | DIS, "malformed packet"},
    {0x82, CON | DIS, "protocol error"},
    {0x83, CON | ACK | REC | DIS | SUB | UNS, "implementation specific error"},
    {0x84, CON, "unsupported protocol version"},
    {0x85, CON, "client identifier not valid"},
    {0x86, CON, "bad user name or password"},
    {0x87, CON | ACK | REC | DIS | SUB | UNS, "not authorized"},
    {0x88, CON, "server unavailable"},
    {0x89, CON | DIS, "server busy"},
    {0x8a, CON, "banned"},
    {0x8b, DIS, "server shutting down"},
    {0x8c, CON | DIS, "bad authentication method"},
    {0x8d, DIS, "keep alive timeout"},
    {0x8e, DIS, "session taken over"},
    {0x8f, DIS | SUB | UNS, "topic filter invalid"},
    {0x90, CON | ACK | REC | DIS, "topic name invalid"},
    {0x91, ACK | REC | SUB | UNS, "packet identifier in use"},
    {0x92, REL, "packet identifier not found"},
    {0x93, DIS, "receive maximum exceeded"},
    {0x94, DIS, "topic alias invalid"},
    {0x95, CON | DIS, "packet too large"},
    {0x96, DIS, "message rate too high"},
    {0x97, CON | ACK | REC | DIS | SUB, "quota exceeded"},
    {0x98, DIS, "administrative action"},
    {0x99, CON | ACK | REC | DIS, "payload format invalid"},
    {0x9a, CON | DIS, "retain not supported"},
    {0x9b, CON | DIS, "QoS not supported"},
    {0x9c, CON | DIS, "use another server"},
    {0x9d, CON | DIS, "server moved"},
    {0x9e, DIS | SUB, "shared subscriptions not supported"},
    {0x9f, CON | DIS, "connection rate exceeded"},
    {0xa0, DIS, "maximum connect time"},
    {0xa1, DIS | SUB, "subscription identifiers not supported"},
    {0xa2, DIS | SUB, "wildcard subscriptions not supported"},
};

static const struct failure {
    uint8_t reason;
    const char *text;
} failures[MQTT_ERR_COUNT] = {
    [MQTT_OK] = {MQTT_REASON_SUCCESS, "no error"},
    [MQTT_ERR_REMAINING_LENGTH] = {MQTT_REASON_MALFORMED, "bad variable byte integer"},
    [MQTT_ERR_TYPE] = {MQTT_REASON_MALFORMED, "packet type not for a client"},
    [MQTT_ERR_FLAGS] = {MQTT_REASON_MALFORMED, "bad flags in the fixed header"},
    [MQTT_ERR_TRUNCATED] = {MQTT_REASON_MALFORMED, "field runs over the end of its packet"},
    [MQTT_ERR_TRAILING] = {MQTT_REASON_MALFORMED, "bytes after the last field"},
    [MQTT_ERR_STRING] = {MQTT_REASON_MALFORMED, "string is not UTF-8"},
    [MQTT_ERR_PROPERTY_ID] = {MQTT_REASON_MALFORMED, "property unknown or not of this packet"},
    [MQTT_ERR_PROPERTY_TWICE] = {MQTT_REASON_PROTOCOL_ERROR, "property given twice"},
    [MQTT_ERR_PROPERTY_VALUE] = {MQTT_REASON_PROTOCOL_ERROR, "property out of range"},
    [MQTT_ERR_REASON_CODE] = {MQTT_REASON_MALFORMED, "reason code not of this packet"},
    [MQTT_ERR_CONNACK_FLAGS] = {MQTT_REASON_MALFORMED, "bad connect acknowledge flags"},
    [MQTT_ERR_SESSION_PRESENT] = {MQTT_REASON_PROTOCOL_ERROR, "server resumed a session not asked for"},
    [MQTT_ERR_QOS] = {MQTT_REASON_MALFORMED, "bad quality of service"},
    [MQTT_ERR_TOPIC] = {MQTT_REASON_PROTOCOL_ERROR, "bad topic name"},
    [MQTT_ERR_TOPIC_ALIAS] = {MQTT_REASON_TOPIC_ALIAS, "topic alias not allowed"},
    [MQTT_ERR_PACKET_ID] = {MQTT_REASON_PROTOCOL_ERROR, "packet identifier zero"},
    [MQTT_ERR_UNEXPECTED] = {MQTT_REASON_PROTOCOL_ERROR, "unexpected packet"},
    [MQTT_ERR_TOO_LARGE] = {MQTT_REASON_TOO_LARGE, "packet larger than announced maximum"},
    [MQTT_ERR_RECEIVE_MAXIMUM] = {MQTT_REASON_RECEIVE_MAXIMUM,
                                  "more messages than announced receive maximum"},
    [MQTT_ERR_QOS_UNSUPPORTED] = {MQTT_REASON_QOS_UNSUPPORTED, "server takes QoS 0 only"},
    [MQTT_ERR_CONNACK_TIMEOUT] = {MQTT_REASON_FAILURE, "no CONNACK in time"},
    [MQTT_ERR_PING_TIMEOUT] = {MQTT_REASON_FAILURE, "no PINGRESP in time"},
    [MQTT_ERR_ACK_TIMEOUT] = {MQTT_REASON_FAILURE, "no PUBACK in time"},
    [MQTT_ERR_STATE] = {MQTT_REASON_FAILURE, "not possible in this state"},
    [MQTT_ERR_WINDOW] = {MQTT_REASON_FAILURE, "too many messages in flight"},
    [MQTT_ERR_ORDER] = {MQTT_REASON_FAILURE, "older messages must be sent again first"},
    [MQTT_ERR_SPACE] = {MQTT_REASON_FAILURE, "no room in the output buffer"},
    [MQTT_ERR_PACKET_LIMIT] = {MQTT_REASON_FAILURE, "larger than the server's maximum packet size"},
    [MQTT_ERR_ARGUMENT] = {MQTT_REASON_FAILURE, "value that no packet can carry"},
};

static const struct reason *find(uint8_t code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].code == code) {
            return &reasons[i];
        }
    }
    return NULL;
}

const char *mqtt_reason_text(enum mqtt_type type, uint8_t reason)
{
    const struct reason *r = find(reason);
    if (r == NULL) {
        return "unknown reason";
    }
    return type == MQTT_DISCONNECT && reason == 0 ? "normal disconnection" : r->text;
}

bool mqtt_reason_valid(enum mqtt_type type, uint8_t reason)
{
    const struct reason *r = find(reason);
    return r != NULL && (r->packets & IN(type)) != 0;
}

const char *mqtt_error_text(enum mqtt_error err)
{
    return (unsigned)err < MQTT_ERR_COUNT ? failures[err].text : "unknown error";
}

uint8_t mqtt_error_reason(enum mqtt_error err)
{
    return (unsigned)err < MQTT_ERR_COUNT ? failures[err].reason : (uint8_t)MQTT_REASON_FAILURE;
}
