/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's memory as vhost-user hands it over: regions of shared files, mapped here. */
#ifndef POSTERN_SIM_VHOST_MEMORY_H
#define POSTERN_SIM_VHOST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define VHOST_REGIONS 8u

/* One region on the wire. */
struct vhost_region_info {
    uint64_t guest;  /* guest physical address */
    uint64_t size;   /* bytes */
    uint64_t user;   /* address in the front end's process */
    uint64_t offset; /* where it starts in the file */
};

struct vhost_region {
    struct vhost_region_info info;
    uint8_t *mapping; /* the file from its start */
};

struct vhost_memory {
    struct vhost_region region[VHOST_REGIONS];
    size_t count;
};

/*
 * Replace the regions by `count` new ones. The file descriptors stay the caller's. Returns 0, or -1
 * with errno set and no region mapped.
 */
int vhost_memory_set(struct vhost_memory *memory, const struct vhost_region_info *info, const int *fds,
                     size_t count);

void vhost_memory_clear(struct vhost_memory *memory);

/* `size` bytes at a guest physical address or at a front-end address; NULL if not all inside a region. */
void *vhost_memory_guest(const struct vhost_memory *memory, uint64_t address, uint64_t size);
void *vhost_memory_user(const struct vhost_memory *memory, uint64_t address, uint64_t size);

#endif
