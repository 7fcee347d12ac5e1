/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server's reason code asks of the client (2.4): one table, so that no code is without an answer. */
#ifndef POSTERN_MQTT_ADVICE_H
#define POSTERN_MQTT_ADVICE_H

#include <stdint.h>

/* About one message: the reason of its PUBACK, PUBREC or PUBCOMP. */
enum mqtt_message_advice {
    MQTT_MESSAGE_TAKEN,      /* the server has it */
    MQTT_MESSAGE_WAIT,       /* the server has no room now: nothing is wrong with the message */
    MQTT_MESSAGE_TRY_AGAIN,  /* the server does not say what is wrong: it may pass */
    MQTT_MESSAGE_RENUMBER,   /* the identifier, not the message, was refused: again under another */
    MQTT_MESSAGE_NOT_WANTED, /* this message, or this topic, will not be taken as it is */
};

/* About the connection: the reason of a CONNACK or DISCONNECT. */
enum mqtt_link_advice {
    MQTT_LINK_AGAIN,    /* as after any loss of a connection */
    MQTT_LINK_BUSY,     /* later: the server has too much to do */
    MQTT_LINK_OPERATOR, /* trying again will not help until somebody changes something: seldom */
    MQTT_LINK_WILL,     /* the will cannot be taken: without it */
    MQTT_LINK_CONTENT,  /* something that was sent is not liked: if a message keeps causing it, that one */
};

enum mqtt_message_advice mqtt_message_advice(uint8_t reason);
enum mqtt_link_advice mqtt_link_advice(uint8_t reason);

#endif
