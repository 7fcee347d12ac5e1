/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake network device. */
#include "eth_fake.h"

#include <assert.h>
#include <string.h>

struct eth_fake eth_fake;

void fake_reset(void)
{
    memset(&eth_fake, 0, sizeof(eth_fake));
    fake_power_on(1, UINT64_C(1) << 5 | UINT64_C(1) << 16 | UINT64_C(1) << 32 | UINT64_C(1) << 29 | 3);
    memcpy(fake.config, "\x52\x54\x00\x12\x34\x56\x01\x00", 8);
}

bool fake_receive_raw(const void *data, uint32_t length, uint32_t claimed)
{
    uint16_t id;
    struct fake_desc desc;
    if (!fake_take(0, &id, &desc)) {
        return false;
    }
    assert(desc.flags == 2);
    uint32_t n = length < desc.length ? length : desc.length;
    memcpy(fake_memory(desc.paddr, n), data, n);
    fake_push_used(0, id, claimed);
    return true;
}

bool fake_receive(const void *frame, uint32_t length)
{
    static uint8_t raw[70000];
    memset(raw, 0, 12);
    memcpy(raw + 12, frame, length);
    return fake_receive_raw(raw, length + 12, length + 12);
}

unsigned fake_transmit(unsigned limit)
{
    unsigned count = 0;
    uint16_t id;
    struct fake_desc desc;
    while (count < limit && fake_take(1, &id, &desc)) {
        assert(desc.flags == 0 && desc.length > 12 && eth_fake.sent_count < 64);
        static const uint8_t zero[12];
        assert(memcmp(fake_memory(desc.paddr, desc.length), zero, 12) == 0);
        eth_fake.sent_length[eth_fake.sent_count] = desc.length - 12;
        memcpy(eth_fake.sent[eth_fake.sent_count++], fake_memory(desc.paddr, desc.length) + 12,
               desc.length - 12);
        fake_push_used(1, id, 0);
        count++;
    }
    return count;
}
