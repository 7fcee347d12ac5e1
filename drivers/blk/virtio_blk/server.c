/* SPDX-License-Identifier: BSD-2-Clause */
/* Between ring and device. An answer's room in the ring is certain before its request is taken. */
#include "server.h"

#include <string.h>

static void answer(struct server *s, uint32_t id, enum block_status status, const void *data, uint32_t length)
{
    const struct block_response response = {.id = id, .status = status};
    (void)ring_push2(s->answers, BLOCK_DONE, &response, sizeof response, data, length);
}

static void announce(struct server *s, uint32_t id)
{
    struct block_info info = {.id = id, .status = BLOCK_NO_DEVICE};
    if (s->device->running) {
        info.status = BLOCK_OK;
        info.size = s->device->size;
        info.unit = s->device->unit;
        info.read_only = s->device->read_only ? 1 : 0;
    }
    (void)ring_push(s->answers, BLOCK_INFO_IS, &info, sizeof info);
}

void server_init(struct server *s, struct virtio_blk *device, struct ring *requests, struct ring *answers)
{
    *s = (struct server){.device = device, .requests = requests, .answers = answers};
    announce(s, 0);
}

static enum block_status status_of(enum virtio_blk_result result)
{
    return result == VIRTIO_BLK_OK ? BLOCK_OK : BLOCK_IO_ERROR;
}

/* A write that goes through has been done: its flush is the second half. False: the device does not take it.
 */
static bool flush_write(struct server *s, unsigned slot)
{
    s->through[slot] = false;
    s->counters.flushes++;
    return virtio_blk_start(s->device, slot, VIRTIO_BLK_FLUSH, 0, 0);
}

static void take_answers(struct server *s, uint64_t now_ns)
{
    unsigned slot;
    enum virtio_blk_result result;
    while (virtio_blk_done(s->device, &slot, &result)) {
        bool ok = result == VIRTIO_BLK_OK;
        if (ok && s->through[slot]) {
            s->busy_since_ns = now_ns;
            ok = flush_write(s, slot);
            if (ok) {
                continue;
            }
            result = VIRTIO_BLK_ERROR;
        }
        uint32_t length = ok && s->device->reads[slot] ? s->device->length[slot] : 0;
        s->counters.errors += !ok;
        s->fruitless = 0;
        s->flushing = false;
        s->busy_since_ns = now_ns;
        answer(s, s->id[slot], status_of(result), virtio_blk_data(s->device, slot), length);
    }
}

/* All that is in flight ends with `status`. */
static void drop_all(struct server *s, enum block_status status)
{
    for (unsigned slot = 0; slot < VIRTIO_BLK_SLOTS; slot++) {
        if (s->device->busy[slot]) {
            s->counters.errors++;
            answer(s, s->id[slot], status, NULL, 0);
        }
    }
    s->flushing = false;
}

static enum server_event recover(struct server *s, enum block_status status)
{
    drop_all(s, status);
    if (++s->fruitless > SERVER_RESETS || virtio_blk_reopen(s->device) != VIRTIO_OK) {
        s->device->running = false;
        virtio_mmio_stop(&s->device->dev);
        return SERVER_GIVEN_UP;
    }
    return SERVER_RESET;
}

static bool valid(const struct server *s, uint32_t kind, uint32_t data_length)
{
    const struct block_request *r = &s->message.request;
    uint32_t unit = s->device->unit;
    switch (kind) {
    case BLOCK_INFO:
    case BLOCK_FLUSH:
        return r->offset == 0 && r->length == 0 && data_length == 0;
    case BLOCK_READ:
    case BLOCK_WRITE:
    case BLOCK_WRITE_THROUGH:
        return data_length == (kind == BLOCK_READ ? 0 : r->length) && r->length != 0 &&
               r->length <= BLOCK_MAX_LENGTH && r->length % unit == 0 && r->offset % unit == 0 &&
               r->offset <= s->device->size && r->length <= s->device->size - r->offset;
    default:
        return false;
    }
}

/* An answer without the device. False: the device must do it. */
static bool answer_at_once(struct server *s, uint32_t length)
{
    uint32_t id = s->message.request.id;
    if (s->kind == BLOCK_INFO && length == sizeof s->message.request) {
        announce(s, id);
    } else if (!s->device->running) {
        answer(s, id, BLOCK_NO_DEVICE, NULL, 0);
    } else if (!valid(s, s->kind, length - (uint32_t)sizeof s->message.request)) {
        s->counters.bad_requests++;
        answer(s, id, BLOCK_BAD_REQUEST, NULL, 0);
    } else if ((s->kind == BLOCK_WRITE || s->kind == BLOCK_WRITE_THROUGH) && s->device->read_only) {
        answer(s, id, BLOCK_READ_ONLY, NULL, 0);
    } else {
        return false;
    }
    return true;
}

/* Takes the next request into `message`. False: there is none, or no room for its answer. */
static bool take_request(struct server *s)
{
    uint32_t length;
    if (ring_space(s->answers) <= s->device->in_flight) {
        return false;
    }
    enum ring_status status = ring_pop(s->requests, &s->kind, &s->message, sizeof s->message, &length);
    if (status == RING_TOO_LONG || (status == RING_OK && length < sizeof s->message.request)) {
        s->counters.bad_requests++;
        return true;
    }
    if (status == RING_RESTARTED) {
        return true;
    }
    if (status != RING_OK) {
        return false;
    }
    s->waiting = !answer_at_once(s, length);
    return true;
}

/* Gives `message` to the device. False: it has to wait. */
static bool begin_waiting(struct server *s, uint64_t now_ns)
{
    const struct block_request *r = &s->message.request;
    int slot = virtio_blk_slot(s->device);
    bool flush = s->kind == BLOCK_FLUSH;
    if (slot < 0 || s->flushing || (flush && s->device->in_flight != 0)) {
        return false;
    }
    enum virtio_blk_kind kind = flush                   ? VIRTIO_BLK_FLUSH
                                : s->kind == BLOCK_READ ? VIRTIO_BLK_IN
                                                        : VIRTIO_BLK_OUT;
    s->counters.reads += kind == VIRTIO_BLK_IN;
    s->counters.writes += kind == VIRTIO_BLK_OUT;
    s->counters.flushes += flush;
    if (flush && !virtio_blk_flushes(s->device)) {
        answer(s, r->id, BLOCK_OK, NULL, 0);
        return true;
    }
    if (kind == VIRTIO_BLK_OUT) {
        memcpy(virtio_blk_data(s->device, (unsigned)slot), s->message.data, r->length);
    }
    if (!virtio_blk_start(s->device, (unsigned)slot, kind, r->offset, r->length)) {
        answer(s, r->id, BLOCK_IO_ERROR, NULL, 0);
        return true;
    }
    s->id[slot] = r->id;
    s->through[slot] = s->kind == BLOCK_WRITE_THROUGH && virtio_blk_flushes(s->device);
    s->flushing = flush;
    s->busy_since_ns = now_ns;
    return true;
}

enum server_event server_poll(struct server *s, uint64_t now_ns)
{
    enum server_event event = SERVER_NOTHING;
    take_answers(s, now_ns);
    if (virtio_blk_failed(s->device)) {
        event = recover(s, BLOCK_IO_ERROR);
    } else if (now_ns >= server_deadline(s)) {
        event = recover(s, BLOCK_TIMEOUT);
    }
    for (uint32_t i = 0; i < ring_batch(s->requests); i++) {
        if (s->waiting && !s->device->running) {
            s->waiting = false;
            answer(s, s->message.request.id, BLOCK_NO_DEVICE, NULL, 0);
        }
        s->waiting = s->waiting && !begin_waiting(s, now_ns);
        if (s->waiting || !take_request(s)) {
            break;
        }
    }
    s->waiting = s->waiting && !begin_waiting(s, now_ns);
    virtio_blk_kick(s->device);
    return event;
}

bool server_has_more(struct server *s)
{
    if (s->device->running && virtq_irq_on(&s->device->queue)) {
        return true;
    }
    if (s->waiting) {
        return false; /* the device's next answer lets it go on */
    }
    if (ring_space(s->answers) <= s->device->in_flight) {
        /* Room is asked for only by who needs it: the wish stays, and the journal would wake us for each
         * answer. */
        return s->device->in_flight == 0 && ring_consumer_has_more(s->requests) &&
               ring_producer_has_space(s->answers);
    }
    return ring_consumer_has_more(s->requests);
}

uint64_t server_deadline(const struct server *s)
{
    return s->device->running && s->device->in_flight != 0 ? s->busy_since_ns + SERVER_PATIENCE_NS
                                                           : UINT64_MAX;
}
