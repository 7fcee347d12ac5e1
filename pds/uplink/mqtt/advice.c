/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of what reason codes ask for. Codes unknown to it count as unspecified errors. */
#include "advice.h"
#include "types.h"

enum mqtt_message_advice mqtt_message_advice(uint8_t reason)
{
    switch (reason) {
    case 0x97: /* quota exceeded */
        return MQTT_MESSAGE_WAIT;
    case 0x91: /* packet identifier in use */
        return MQTT_MESSAGE_RENUMBER;
    case 0x87: /* not authorized */
    case 0x90: /* topic name invalid */
    case 0x95: /* packet too large */
    case 0x99: /* payload format invalid */
        return MQTT_MESSAGE_NOT_WANTED;
    case MQTT_REASON_ID_NOT_FOUND: /* of a PUBCOMP: it is complete, and the server knows no more of it */
        return MQTT_MESSAGE_TAKEN;
    default:
        return reason < MQTT_REASON_FAILURE ? MQTT_MESSAGE_TAKEN : MQTT_MESSAGE_TRY_AGAIN;
    }
}

enum mqtt_link_advice mqtt_link_advice(uint8_t reason)
{
    switch (reason) {
    case 0x88: /* server unavailable */
    case 0x89: /* server busy */
    case 0x96: /* message rate too high */
    case 0x97: /* quota exceeded */
    case 0x9f: /* connection rate exceeded */
        return MQTT_LINK_BUSY;
    case 0x84: /* unsupported protocol version: both were tried */
    case 0x85: /* client identifier not valid */
    case 0x86: /* bad user name or password */
    case 0x87: /* not authorized */
    case 0x8a: /* banned */
    case 0x8c: /* bad authentication method */
    case 0x8e: /* session taken over: another gateway has this name */
    case 0x98: /* administrative action */
    case 0x9c: /* use another server */
    case 0x9d: /* server moved */
        return MQTT_LINK_OPERATOR;
    case 0x9a: /* retain not supported */
    case 0x9b: /* QoS not supported */
        return MQTT_LINK_WILL;
    case 0x81: /* malformed packet */
    case 0x82: /* protocol error */
    case 0x90: /* topic name invalid */
    case 0x95: /* packet too large */
    case 0x99: /* payload format invalid */
        return MQTT_LINK_CONTENT;
    default:
        return MQTT_LINK_AGAIN;
    }
}
