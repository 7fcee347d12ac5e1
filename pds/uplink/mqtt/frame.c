/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet framing over arbitrary chunk boundaries. */
#include "frame.h"
#include "wire.h"

void mqtt_framer_init(struct mqtt_framer *f, uint8_t *buffer, size_t capacity)
{
    *f = (struct mqtt_framer){.buffer = buffer, .capacity = capacity};
    f->limit = capacity > MQTT_VARINT_MAX ? MQTT_VARINT_MAX : (uint32_t)capacity;
}

void mqtt_framer_reset(struct mqtt_framer *f)
{
    f->header_have = 0;
    f->header_done = false;
    f->body = 0;
    f->have = 0;
}

/* Decides about the header bytes collected so far. A length of five bytes and one that is not minimal are
 * refused as soon as they show. */
static enum mqtt_error header_complete(struct mqtt_framer *f)
{
    uint8_t last = f->header[f->header_have - 1];
    if ((last & 0x80) != 0) {
        return f->header_have == 5 ? MQTT_ERR_REMAINING_LENGTH : MQTT_OK;
    }
    struct mqtt_reader r = {f->header + 1, (size_t)f->header_have - 1, MQTT_OK};
    f->body = mqtt_read_varint(&r);
    f->header_done = true;
    if (r.err != MQTT_OK) {
        return r.err;
    }
    return f->body > f->limit || f->header_have > f->limit - f->body ? MQTT_ERR_TOO_LARGE : MQTT_OK;
}

static size_t take_header(struct mqtt_framer *f, const uint8_t *in, size_t len, enum mqtt_error *err)
{
    size_t used = 0;
    while (used < len && !f->header_done && *err == MQTT_OK) {
        f->header[f->header_have++] = in[used++];
        if (f->header_have >= 2) {
            *err = header_complete(f);
        }
    }
    return used;
}

size_t mqtt_framer_feed(struct mqtt_framer *f, const uint8_t *in, size_t len, struct mqtt_frame *out,
                        bool *complete, enum mqtt_error *err)
{
    *complete = false;
    *err = MQTT_OK;
    size_t used = take_header(f, in, len, err);
    if (*err != MQTT_OK || !f->header_done) {
        return used;
    }
    size_t left = len - used;
    if (f->have == 0 && left >= f->body) {
        out->body = in + used;
        used += f->body;
    } else {
        size_t want = f->body - f->have;
        size_t part = want < left ? want : left;
        if (part != 0) {
            memcpy(f->buffer + f->have, in + used, part);
        }
        f->have += (uint32_t)part;
        used += part;
        if (f->have < f->body) {
            return used;
        }
        out->body = f->buffer;
    }
    out->first = f->header[0];
    out->len = f->body;
    *complete = true;
    mqtt_framer_reset(f);
    return used;
}
