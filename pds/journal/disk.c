/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to the block driver, and what its answers are worth. */
#include "disk.h"
#include <string.h>

#define UNIT_MIN 64u

void disk_init(struct disk *d, struct ring *requests, struct ring *answers, uint64_t now_ns)
{
    *d = (struct disk){
        .requests = requests, .answers = answers, .ask = true, .deadline_ns = now_ns + DISK_PATIENCE_NS};
}

static bool power_of_two(uint32_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

bool disk_usable(const struct disk *d)
{
    const struct block_info *i = &d->info;
    return i->status == BLOCK_OK && i->read_only == 0 && power_of_two(i->unit) && i->unit >= UNIT_MIN &&
           i->unit <= MEDIA_IO_MAX && i->size % i->unit == 0 && i->size <= UINT64_MAX / 4 &&
           (i->erase == 0 || (power_of_two(i->erase) && i->erase >= i->unit));
}

struct media_geometry disk_geometry(const struct disk *d)
{
    return (struct media_geometry){.size = d->info.size, .unit = d->info.unit, .erase = d->info.erase};
}

void disk_start(struct disk *d, const struct media_op *op, uint64_t now_ns)
{
    d->op = op;
    d->id++;
    d->sent = false;
    d->clean = d->clean && op->kind != MEDIA_WRITE && op->kind != MEDIA_ERASE;
    d->deadline_ns = now_ns + DISK_PATIENCE_NS;
}

/* Each write is flushed with it, since a frame's is anyway: its flush then finds nothing to do. */
static enum disk_event ended(struct disk *d, enum disk_event how)
{
    d->clean = how == DISK_DONE && (d->clean || d->op->kind == MEDIA_WRITE || d->op->kind == MEDIA_FLUSH);
    d->op = NULL;
    d->deadline_ns = UINT64_MAX;
    d->errors += how == DISK_FAILED;
    return how;
}

static bool push(struct disk *d, enum block_request_kind kind, const struct block_request *request,
                 const void *data, uint32_t length)
{
    enum ring_status status = ring_push2(d->requests, kind, request, sizeof *request, data, length);
    if (status == RING_RESTARTED) { /* what that means the answers' ring tells too */
        status = ring_push2(d->requests, kind, request, sizeof *request, data, length);
    }
    return status == RING_OK ||
           (status == RING_FULL && ring_producer_has_space(d->requests) &&
            ring_push2(d->requests, kind, request, sizeof *request, data, length) == RING_OK);
}

static void send(struct disk *d)
{
    static const enum block_request_kind kinds[] = {[MEDIA_READ] = BLOCK_READ,
                                                    [MEDIA_WRITE] = BLOCK_WRITE_THROUGH,
                                                    [MEDIA_ERASE] = BLOCK_ERASE,
                                                    [MEDIA_FLUSH] = BLOCK_FLUSH};
    if (d->ask) {
        const struct block_request info = {.id = 0};
        d->ask = !push(d, BLOCK_INFO, &info, NULL, 0);
    } else if (d->op != NULL && !d->sent) {
        const struct block_request request = {.id = d->id, .length = d->op->length, .offset = d->op->offset};
        d->sent = push(d, kinds[d->op->kind], &request, d->op->data,
                       d->op->kind == MEDIA_WRITE ? d->op->length : 0);
    }
}

static enum disk_event take_info(struct disk *d, const uint8_t *message, uint32_t length)
{
    struct block_info info;
    if (length != sizeof info) {
        d->bad++;
        return DISK_NOTHING;
    }
    memcpy(&info, message, sizeof info);
    info.id = 0;
    info.reserved = 0;
    bool known = d->known, same = memcmp(&info, &d->info, sizeof info) == 0;
    d->info = info;
    d->known = true;
    if (!known) {
        d->deadline_ns = UINT64_MAX;
        return DISK_FOUND;
    }
    d->clean = d->clean && same;
    return same ? DISK_NOTHING : DISK_CHANGED;
}

static enum disk_event take_answer(struct disk *d, const uint8_t *message, uint32_t length)
{
    struct block_response response;
    if (length < sizeof response) {
        d->bad++;
        return DISK_NOTHING;
    }
    memcpy(&response, message, sizeof response);
    if (d->op == NULL || !d->sent || response.id != d->id) {
        d->bad++;
        return DISK_NOTHING;
    }
    if (response.status != BLOCK_OK) {
        return ended(d, DISK_FAILED);
    }
    length -= (uint32_t)sizeof response;
    if (length != (d->op->kind == MEDIA_READ ? d->op->length : 0)) {
        d->bad++;
        return ended(d, DISK_FAILED);
    }
    if (d->op->kind == MEDIA_READ) {
        memcpy(d->op->data, message + sizeof response, length);
    }
    return ended(d, DISK_DONE);
}

/* One message. *more: there may be another one. */
static enum disk_event take(struct disk *d, uint8_t *message, bool *more)
{
    uint32_t kind, length;
    switch (ring_pop(d->answers, &kind, message, DISK_MESSAGE_MAX, &length)) {
    case RING_OK:
        if (kind == BLOCK_INFO_IS) {
            return take_info(d, message, length);
        }
        return take_answer(d, message, length);
    case RING_RESTARTED:
        d->repeated += d->op != NULL && d->sent;
        d->sent = false;
        return DISK_NOTHING;
    case RING_TOO_LONG:
        d->bad++;
        return DISK_NOTHING;
    case RING_EMPTY:
        *more = ring_consumer_has_more(d->answers);
        return DISK_NOTHING;
    default:
        *more = false;
        return DISK_NOTHING;
    }
}

enum disk_event disk_poll(struct disk *d, uint8_t *message, uint64_t now_ns)
{
    enum disk_event event = DISK_NOTHING;
    bool more = true;
    if (d->op != NULL && d->op->kind == MEDIA_FLUSH && d->clean) {
        return ended(d, DISK_DONE);
    }
    for (uint32_t i = 0; more && event == DISK_NOTHING && i <= 2 * ring_batch(d->answers); i++) {
        event = take(d, message, &more);
    }
    if (event == DISK_NOTHING && now_ns >= d->deadline_ns) {
        if (d->op != NULL) {
            return ended(d, DISK_FAILED);
        }
        d->deadline_ns = UINT64_MAX;
        d->known = true;
        d->info = (struct block_info){.status = BLOCK_NO_DEVICE};
        return DISK_FOUND;
    }
    send(d);
    return event;
}
