/* SPDX-License-Identifier: BSD-2-Clause */
/* One function a message; the table at the end says which lengths are legal. */
#include "vhost_user.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEATURE_PROTOCOL  (UINT64_C(1) << 30)
#define FEATURE_VERSION_1 (UINT64_C(1) << 32)
#define PROTOCOL_CONFIG   (UINT64_C(1) << 9)
#define FLAG_VERSION      1u
#define FLAG_VERSION_MASK 3u
#define FLAG_REPLY        4u
#define INDEX_MASK        0xffu
#define INDEX_NO_FD       0x100u
#define CONFIG_WINDOW     256u

enum request {
    GET_FEATURES = 1,
    SET_FEATURES = 2,
    SET_OWNER = 3,
    RESET_OWNER = 4,
    SET_MEM_TABLE = 5,
    SET_VRING_NUM = 8,
    SET_VRING_ADDR = 9,
    SET_VRING_BASE = 10,
    GET_VRING_BASE = 11,
    SET_VRING_KICK = 12,
    SET_VRING_CALL = 13,
    SET_VRING_ERR = 14,
    GET_PROTOCOL_FEATURES = 15,
    SET_PROTOCOL_FEATURES = 16,
    GET_QUEUE_NUM = 17,
    SET_VRING_ENABLE = 18,
    GET_CONFIG = 24,
    REQUESTS
};

struct message {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    union {
        uint64_t word;
        struct {
            uint32_t index, number;
        } state;
        struct {
            uint32_t index, flags;
            uint64_t desc, used, avail, log;
        } address;
        struct {
            uint32_t count, padding;
            struct vhost_region_info region[VHOST_REGIONS];
        } memory;
        struct {
            uint32_t offset, size, flags;
            uint8_t bytes[CONFIG_WINDOW];
        } config;
    } body;
    int fds[VHOST_REGIONS];
    size_t fd_count;
};

_Static_assert(offsetof(struct message, size) == 8, "the header on the wire is the first 12 bytes");
#define WIRE_HEADER 12u

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

static void reset_ring(struct vhost_ring *ring)
{
    close_fd(&ring->kick_fd);
    close_fd(&ring->call_fd);
    *ring = (struct vhost_ring){.kick_fd = -1, .call_fd = -1};
}

void vhost_user_init(struct vhost_user *vhost, vhost_ring_handler *handler, void *context)
{
    *vhost = (struct vhost_user){.socket = -1, .handler = handler, .context = context};
    for (unsigned i = 0; i < VHOST_QUEUES; i++) {
        vhost->ring[i] = (struct vhost_ring){.kick_fd = -1, .call_fd = -1};
    }
}

void vhost_user_attach(struct vhost_user *vhost, int socket)
{
    vhost_user_detach(vhost);
    vhost->socket = socket;
}

void vhost_user_detach(struct vhost_user *vhost)
{
    close_fd(&vhost->socket);
    for (unsigned i = 0; i < VHOST_QUEUES; i++) {
        reset_ring(&vhost->ring[i]);
    }
    vhost_memory_clear(&vhost->memory);
    vhost->features = 0;
}

static const char *reply(struct vhost_user *vhost, struct message *message, uint32_t size)
{
    uint8_t wire[WIRE_HEADER + sizeof(message->body)];

    message->flags = FLAG_VERSION | FLAG_REPLY;
    message->size = size;
    memcpy(wire, message, WIRE_HEADER);
    memcpy(wire + WIRE_HEADER, &message->body, size);
    if (send(vhost->socket, wire, WIRE_HEADER + size, MSG_NOSIGNAL) != (ssize_t)(WIRE_HEADER + size)) {
        return "reply not sent";
    }
    return NULL;
}

static const char *reply_word(struct vhost_user *vhost, struct message *message, uint64_t word)
{
    message->body.word = word;
    return reply(vhost, message, sizeof(word));
}

static struct vhost_ring *ring_of(struct vhost_user *vhost, uint64_t index)
{
    return index < VHOST_QUEUES ? &vhost->ring[index] : NULL;
}

static const char *get_features(struct vhost_user *vhost, struct message *message)
{
    return reply_word(vhost, message, FEATURE_VERSION_1 | FEATURE_PROTOCOL);
}

static const char *set_features(struct vhost_user *vhost, struct message *message)
{
    vhost->features = message->body.word;
    /* Without the protocol extension there is no enable message: rings run from their kick on. */
    for (unsigned i = 0; i < VHOST_QUEUES && (vhost->features & FEATURE_PROTOCOL) == 0; i++) {
        vhost->ring[i].enabled = true;
    }
    return NULL;
}

static const char *accept_silently(struct vhost_user *vhost, struct message *message)
{
    (void)vhost;
    (void)message;
    return NULL;
}

static const char *set_memory(struct vhost_user *vhost, struct message *message)
{
    uint32_t count = message->body.memory.count;

    if (count > VHOST_REGIONS || message->fd_count != count ||
        message->size < 8 + count * sizeof(struct vhost_region_info)) {
        return "malformed memory table";
    }
    if (vhost_memory_set(&vhost->memory, message->body.memory.region, message->fds, count) != 0) {
        return "cannot map guest memory";
    }
    return NULL;
}

static const char *set_ring_size(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.state.index);
    uint32_t size = message->body.state.number;

    if (ring == NULL || size == 0 || size > 32768 || (size & (size - 1)) != 0) {
        return "bad ring size";
    }
    ring->size = (uint16_t)size;
    return NULL;
}

static const char *set_ring_address(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.address.index);

    if (ring == NULL) {
        return "no such ring";
    }
    ring->desc_user = message->body.address.desc;
    ring->used_user = message->body.address.used;
    ring->avail_user = message->body.address.avail;
    ring->broken = false;
    return NULL;
}

static const char *set_ring_base(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.state.index);

    if (ring == NULL || message->body.state.number > UINT16_MAX) {
        return "bad ring base";
    }
    ring->next = (uint16_t)message->body.state.number;
    return NULL;
}

/* The machine pauses, or the guest resets the device; nothing tells which. Lines stay as they are: a guest
 * that goes on relies on them, and one that starts anew sets them. */
static const char *get_ring_base(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.state.index);

    if (ring == NULL) {
        return "no such ring";
    }
    message->body.state.number = ring->next;
    close_fd(&ring->kick_fd);
    ring->enabled = (vhost->features & FEATURE_PROTOCOL) == 0;
    return reply(vhost, message, sizeof(message->body.state));
}

/* Move the descriptor that came with the message into `slot`. */
static const char *take_fd(struct message *message, int *slot)
{
    close_fd(slot);
    if ((message->body.word & INDEX_NO_FD) != 0) {
        return NULL;
    }
    if (message->fd_count != 1) {
        return "a file descriptor is missing";
    }
    *slot = message->fds[0];
    message->fd_count = 0;
    return NULL;
}

static const char *set_kick(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.word & INDEX_MASK);

    return ring == NULL ? "no such ring" : take_fd(message, &ring->kick_fd);
}

static const char *set_call(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.word & INDEX_MASK);

    return ring == NULL ? "no such ring" : take_fd(message, &ring->call_fd);
}

static const char *get_protocol_features(struct vhost_user *vhost, struct message *message)
{
    return reply_word(vhost, message, PROTOCOL_CONFIG);
}

static const char *get_queue_number(struct vhost_user *vhost, struct message *message)
{
    return reply_word(vhost, message, VHOST_QUEUES);
}

static const char *serve(struct vhost_user *vhost)
{
    if (vhost->ring[0].kick_fd < 0) {
        return NULL;
    }
    return vhost_ring_serve(&vhost->ring[0], &vhost->memory, vhost->handler, vhost->context);
}

static const char *set_ring_enable(struct vhost_user *vhost, struct message *message)
{
    struct vhost_ring *ring = ring_of(vhost, message->body.state.index);

    if (ring == NULL) {
        return "no such ring";
    }
    ring->enabled = message->body.state.number != 0;
    return serve(vhost);
}

static const char *get_config(struct vhost_user *vhost, struct message *message)
{
    uint32_t offset = message->body.config.offset;
    uint32_t size = message->body.config.size;

    if (size > CONFIG_WINDOW || message->size != 12 + size || offset > vhost->config_size ||
        size > vhost->config_size - offset) {
        return "configuration read out of range";
    }
    memcpy(message->body.config.bytes, vhost->config + offset, size);
    return reply(vhost, message, 12 + size);
}

struct entry {
    const char *(*obey)(struct vhost_user *vhost, struct message *message);
    uint32_t least; /* smallest legal body */
};

static const struct entry table[REQUESTS] = {
    [GET_FEATURES] = {get_features, 0},
    [SET_FEATURES] = {set_features, 8},
    [SET_OWNER] = {accept_silently, 0},
    [RESET_OWNER] = {accept_silently, 0},
    [SET_MEM_TABLE] = {set_memory, 8},
    [SET_VRING_NUM] = {set_ring_size, 8},
    [SET_VRING_ADDR] = {set_ring_address, 40},
    [SET_VRING_BASE] = {set_ring_base, 8},
    [GET_VRING_BASE] = {get_ring_base, 8},
    [SET_VRING_KICK] = {set_kick, 8},
    [SET_VRING_CALL] = {set_call, 8},
    [SET_VRING_ERR] = {accept_silently, 8},
    [GET_PROTOCOL_FEATURES] = {get_protocol_features, 0},
    [SET_PROTOCOL_FEATURES] = {accept_silently, 8},
    [GET_QUEUE_NUM] = {get_queue_number, 0},
    [SET_VRING_ENABLE] = {set_ring_enable, 8},
    [GET_CONFIG] = {get_config, 12},
};

/* Keep the descriptors that came with a header. */
static void collect_fds(struct msghdr *header, struct message *message)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS) {
            size_t bytes = at->cmsg_len - CMSG_LEN(0);

            message->fd_count = bytes / sizeof(int);
            memcpy(message->fds, CMSG_DATA(at), bytes);
        }
    }
}

static const char *receive(int socket, struct message *message)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * VHOST_REGIONS)];
    } control;
    struct iovec part = {message, WIRE_HEADER};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_WAITALL);

    message->fd_count = 0;
    if (got == 0 || (got < 0 && errno == ECONNRESET)) {
        return "";
    }
    if (got > 0) {
        collect_fds(&header, message);
    }
    if (got != (ssize_t)WIRE_HEADER) {
        return "truncated header";
    }
    if ((message->flags & FLAG_VERSION_MASK) != FLAG_VERSION || message->size > sizeof(message->body)) {
        return "malformed header";
    }
    memset(&message->body, 0, sizeof(message->body));
    if (message->size != 0 &&
        recv(socket, &message->body, message->size, MSG_WAITALL) != (ssize_t)message->size) {
        return "truncated message";
    }
    return NULL;
}

const char *vhost_user_message(struct vhost_user *vhost)
{
    struct message message;
    const char *wrong = receive(vhost->socket, &message);

    if (wrong == NULL) {
        const struct entry *entry = message.request < REQUESTS ? &table[message.request] : &table[0];

        if (entry->obey == NULL) {
            wrong = "unknown request";
        } else {
            wrong = message.size < entry->least ? "message too short" : entry->obey(vhost, &message);
        }
    }
    for (size_t i = 0; i < message.fd_count; i++) {
        close(message.fds[i]);
    }
    return wrong;
}

const char *vhost_user_kicked(struct vhost_user *vhost)
{
    uint64_t count;

    if (read(vhost->ring[0].kick_fd, &count, sizeof(count)) != (ssize_t)sizeof(count)) {
        return NULL;
    }
    return serve(vhost);
}
