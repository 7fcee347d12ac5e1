/* SPDX-License-Identifier: BSD-2-Clause */
/* What MQTT's numbers mean: texts for people, which packet may carry which reason code, and what to tell
 * the server when its packets are wrong. */
#ifndef POSTERN_MQTT_TEXT_H
#define POSTERN_MQTT_TEXT_H

#include "types.h"
#include <stdbool.h>

/* Text of an MQTT 5 reason code as packet `type` means it (2.4); never NULL. */
const char *mqtt_reason_text(enum mqtt_type type, uint8_t reason);

/* May a server send `reason` in packet `type` (the tables of 3.2.2.2, 3.4.2.1 ... 3.14.2.1)? */
bool mqtt_reason_valid(enum mqtt_type type, uint8_t reason);

/* Text of an error; never NULL. */
const char *mqtt_error_text(enum mqtt_error err);

/* Reason code of the DISCONNECT that answers `err` (4.13.1). */
uint8_t mqtt_error_reason(enum mqtt_error err);

#endif
