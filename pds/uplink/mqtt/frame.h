/* SPDX-License-Identifier: BSD-2-Clause */
/* Cuts a byte stream, arriving in chunks of any size, into MQTT packets (2.1). A packet that lies whole in
 * its chunk is not copied. */
#ifndef POSTERN_MQTT_FRAME_H
#define POSTERN_MQTT_FRAME_H

#include "types.h"
#include <stdbool.h>

struct mqtt_framer {
    uint8_t *buffer; /* for packets that span chunks */
    size_t capacity;
    uint32_t limit; /* largest whole packet accepted */
    uint32_t body;  /* length of the body, once the header is complete */
    uint32_t have;  /* bytes of the body in `buffer` */
    uint8_t header[5];
    uint8_t header_have;
    bool header_done;
};

struct mqtt_frame {
    uint8_t first; /* type and flags */
    const uint8_t *body;
    uint32_t len;
};

/* Sets up `f` with a private buffer of `capacity` bytes, which is also the largest packet (header included)
 * that it accepts, and which must outlive it. */
void mqtt_framer_init(struct mqtt_framer *f, uint8_t *buffer, size_t capacity);

/* Forgets a packet begun: a new stream starts. */
void mqtt_framer_reset(struct mqtt_framer *f);

/* Takes bytes from `in` up to the end of the next packet. Returns how many it took (all of them, unless a
 * packet ended earlier). If a packet is complete, *complete is true and *out describes it; out->body points
 * into `in` or into the buffer and is valid until the next call. *err is MQTT_OK,
 * MQTT_ERR_REMAINING_LENGTH or MQTT_ERR_TOO_LARGE; after an error the stream is beyond repair. */
size_t mqtt_framer_feed(struct mqtt_framer *f, const uint8_t *in, size_t len, struct mqtt_frame *out,
                        bool *complete, enum mqtt_error *err);

#endif
