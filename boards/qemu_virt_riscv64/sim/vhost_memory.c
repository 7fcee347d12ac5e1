/* SPDX-License-Identifier: BSD-2-Clause */
/* Every translation is checked against the region that it falls into. */
#include "vhost_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

void vhost_memory_clear(struct vhost_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++) {
        munmap(memory->region[i].mapping, memory->region[i].info.offset + memory->region[i].info.size);
    }
    memory->count = 0;
}

int vhost_memory_set(struct vhost_memory *memory, const struct vhost_region_info *info, const int *fds,
                     size_t count)
{
    vhost_memory_clear(memory);
    for (size_t i = 0; i < count; i++) {
        void *mapping = MAP_FAILED;

        errno = EINVAL;
        if (info[i].size != 0 && info[i].offset <= SIZE_MAX - info[i].size) {
            mapping =
                mmap(NULL, info[i].offset + info[i].size, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
        }
        if (mapping == MAP_FAILED) {
            int error = errno;

            vhost_memory_clear(memory);
            errno = error;
            return -1;
        }
        memory->region[i] = (struct vhost_region){info[i], mapping};
        memory->count = i + 1;
    }
    return 0;
}

static void *translate(const struct vhost_memory *memory, uint64_t address, uint64_t size, bool by_user)
{
    for (size_t i = 0; i < memory->count; i++) {
        const struct vhost_region_info *info = &memory->region[i].info;
        uint64_t offset = address - (by_user ? info->user : info->guest);

        if (offset < info->size && size <= info->size - offset) {
            return memory->region[i].mapping + info->offset + offset;
        }
    }
    return NULL;
}

void *vhost_memory_guest(const struct vhost_memory *memory, uint64_t address, uint64_t size)
{
    return translate(memory, address, size, false);
}

void *vhost_memory_user(const struct vhost_memory *memory, uint64_t address, uint64_t size)
{
    return translate(memory, address, size, true);
}
