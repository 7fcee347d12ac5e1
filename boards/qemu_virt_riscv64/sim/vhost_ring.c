/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor chains are copied before use; a chain has at most as many links as the ring. */
#include "vhost_ring.h"

#include <linux/virtio_ring.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The three parts of the ring, mapped here. */
struct view {
    const volatile struct vring_desc *desc;
    const volatile struct vring_avail *avail;
    volatile struct vring_used *used;
};

/* A request gathered, and where its response goes. */
struct chain {
    uint8_t request[VHOST_REQUEST_MAX];
    size_t request_size;
    struct {
        uint8_t *at;
        size_t size;
    } room[4];
    size_t rooms;
};

static const char *map_view(const struct vhost_ring *ring, const struct vhost_memory *memory,
                            struct view *view)
{
    uint64_t entries = ring->size;

    view->desc = vhost_memory_user(memory, ring->desc_user, sizeof(struct vring_desc) * entries);
    view->avail = vhost_memory_user(memory, ring->avail_user, sizeof(struct vring_avail) + 2 * entries);
    view->used = vhost_memory_user(memory, ring->used_user,
                                   sizeof(struct vring_used) + sizeof(struct vring_used_elem) * entries);
    return view->desc != NULL && view->avail != NULL && view->used != NULL ? NULL
                                                                           : "ring outside guest memory";
}

static const char *take_part(struct chain *chain, const struct vhost_memory *memory,
                             const struct vring_desc *desc)
{
    uint8_t *at = vhost_memory_guest(memory, desc->addr, desc->len);

    if (at == NULL) {
        return "buffer outside guest memory";
    }
    if ((desc->flags & VRING_DESC_F_WRITE) != 0) {
        if (chain->rooms == sizeof(chain->room) / sizeof(chain->room[0])) {
            return "too many response buffers";
        }
        chain->room[chain->rooms].at = at;
        chain->room[chain->rooms].size = desc->len;
        chain->rooms++;
        return NULL;
    }
    if (desc->len > sizeof(chain->request) - chain->request_size) {
        return "request too long";
    }
    memcpy(chain->request + chain->request_size, at, desc->len);
    chain->request_size += desc->len;
    return NULL;
}

static const char *gather(const struct vhost_ring *ring, const struct view *view,
                          const struct vhost_memory *memory, uint16_t head, struct chain *chain)
{
    uint16_t at = head;

    chain->request_size = 0;
    chain->rooms = 0;
    for (unsigned links = 0; links < ring->size; links++) {
        struct vring_desc desc;
        const char *wrong;

        if (at >= ring->size) {
            return "descriptor index out of range";
        }
        desc = (struct vring_desc){view->desc[at].addr, view->desc[at].len, view->desc[at].flags,
                                   view->desc[at].next};
        if ((desc.flags & VRING_DESC_F_INDIRECT) != 0) {
            return "indirect descriptor was not negotiated";
        }
        wrong = take_part(chain, memory, &desc);
        if (wrong != NULL || (desc.flags & VRING_DESC_F_NEXT) == 0) {
            return wrong;
        }
        at = desc.next;
    }
    return "descriptor loop";
}

static uint32_t scatter(const struct chain *chain, const uint8_t *response, size_t size)
{
    size_t done = 0;

    for (size_t i = 0; i < chain->rooms && done < size; i++) {
        size_t part = size - done < chain->room[i].size ? size - done : chain->room[i].size;

        memcpy(chain->room[i].at, response + done, part);
        done += part;
    }
    return (uint32_t)done;
}

static void tell_guest(const struct vhost_ring *ring, const struct view *view)
{
    uint64_t one = 1;

    atomic_thread_fence(memory_order_seq_cst);
    if (ring->call_fd >= 0 && (view->avail->flags & VRING_AVAIL_F_NO_INTERRUPT) == 0) {
        /* A full counter means that the guest has been told already. */
        (void)!write(ring->call_fd, &one, sizeof(one));
    }
}

static const char *serve_one(struct vhost_ring *ring, const struct view *view,
                             const struct vhost_memory *memory, vhost_ring_handler *handler, void *context)
{
    uint8_t response[VHOST_RESPONSE_MAX];
    struct chain chain;
    uint16_t mask = (uint16_t)(ring->size - 1u);
    uint16_t head = view->avail->ring[ring->next & mask];
    const char *wrong = gather(ring, view, memory, head, &chain);
    size_t size;

    if (wrong != NULL) {
        return wrong;
    }
    size = handler(context, chain.request, chain.request_size, response);
    view->used->ring[ring->next & mask].id = head;
    view->used->ring[ring->next & mask].len = scatter(&chain, response, size);
    ring->next++;
    atomic_thread_fence(memory_order_release);
    view->used->idx = ring->next;
    return NULL;
}

const char *vhost_ring_serve(struct vhost_ring *ring, const struct vhost_memory *memory,
                             vhost_ring_handler *handler, void *context)
{
    struct view view;
    const char *wrong;
    uint16_t begin = ring->next;

    if (ring->broken || !ring->enabled || ring->size == 0) {
        return NULL;
    }
    wrong = map_view(ring, memory, &view);
    while (wrong == NULL && view.avail->idx != ring->next) {
        if ((uint16_t)(view.avail->idx - ring->next) > ring->size) {
            wrong = "available index runs ahead of the ring";
            break;
        }
        atomic_thread_fence(memory_order_acquire);
        wrong = serve_one(ring, &view, memory, handler, context);
    }
    ring->broken = wrong != NULL;
    if (ring->next != begin) {
        tell_guest(ring, &view);
    }
    return wrong;
}
