/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake disk. */
#include "blk_fake.h"

#include <assert.h>
#include <string.h>

struct disk disk;

void disk_reset(uint64_t features, uint32_t unit)
{
    const uint64_t sectors = DISK_SIZE / 512;
    memset(&disk, 0, sizeof disk);
    fake_power_on(2, features | UINT64_C(1) << 32 | UINT64_C(1) << 29 | (unit != 0 ? DISK_BLK_SIZE : 0));
    memcpy(fake.config, &sectors, sizeof sectors);
    memcpy(fake.config + 20, &unit, sizeof unit);
}

unsigned disk_look(void)
{
    uint16_t id;
    struct fake_desc desc;
    while (disk.taken_count < 16 && fake_take(0, &id, &desc)) {
        disk.taken[disk.taken_count++].id = id;
    }
    return disk.taken_count;
}

/* The parts of a request. */
struct parts {
    uint32_t type;
    uint64_t offset;
    struct fake_desc data; /* length 0: none */
    uint8_t *status;
};

static struct parts parts_of(uint16_t head)
{
    struct parts p = {0};
    struct fake_desc d = fake_descriptor(0, head);
    assert(d.flags == 1 && d.length == 16);
    memcpy(&p.type, fake_memory(d.paddr, 16), 4);
    memcpy(&p.offset, fake_memory(d.paddr, 16) + 8, 8);
    p.offset *= 512;
    d = fake_descriptor(0, d.next);
    if ((d.flags & 1) != 0) {
        p.data = d;
        d = fake_descriptor(0, d.next);
    }
    assert(d.flags == 2 && d.length == 1);
    p.status = fake_memory(d.paddr, 1);
    return p;
}

/* Does it; returns the bytes that were written to memory. */
static uint32_t transfer(const struct parts *p)
{
    assert(p->offset + p->data.length <= DISK_SIZE && p->data.length % 512 == 0);
    switch (p->type) {
    case 0:
        assert((p->data.flags & 2) != 0 && p->data.length != 0);
        memcpy(fake_memory(p->data.paddr, p->data.length), disk.data + p->offset, p->data.length);
        return p->data.length;
    case 1:
        assert((p->data.flags & 2) == 0 && p->data.length != 0);
        memcpy(disk.data + p->offset, fake_memory(p->data.paddr, p->data.length), p->data.length);
        return 0;
    default:
        assert(p->type == 4 && p->data.length == 0);
        disk.flushes++;
        memcpy(disk.durable, disk.data, DISK_SIZE);
        return 0;
    }
}

void disk_do(unsigned position)
{
    assert(position < disk.taken_count);
    uint16_t id = disk.taken[position].id;
    memmove(&disk.taken[position], &disk.taken[position + 1],
            (--disk.taken_count - position) * sizeof disk.taken[0]);
    struct parts p = parts_of(id);
    enum disk_answer how = disk.next;
    uint32_t written = 0;
    disk.next = DISK_HONEST;
    if (how == DISK_HONEST || how == DISK_SHORT || how == DISK_NO_STATUS) {
        written = transfer(&p);
    }
    if (how != DISK_NO_STATUS) {
        *p.status = how == DISK_IO_ERROR ? 1 : how == DISK_UNSUPPORTED ? 2 : 0;
    }
    disk.done++;
    fake_push_used(0, id, how == DISK_SHORT ? written / 2 : written + 1);
}

void disk_do_all(void)
{
    while (disk_look() != 0) {
        disk_do(0);
    }
}
