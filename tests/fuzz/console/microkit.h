/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much of Microkit's interface as the console uses, for the host: calls are answered by the fuzz target.
 */
#ifndef MICROKIT_H
#define MICROKIT_H

#include <stdint.h>

typedef unsigned int microkit_channel;
typedef uint64_t seL4_Word;
typedef uint8_t seL4_Uint8;
typedef struct {
    uint64_t label;
    uint16_t count;
} microkit_msginfo;

void microkit_notify(microkit_channel ch);
microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo message);
void microkit_mr_set(seL4_Uint8 mr, seL4_Word value);
seL4_Word microkit_mr_get(seL4_Uint8 mr);

static inline microkit_msginfo microkit_msginfo_new(uint64_t label, uint16_t count)
{
    return (microkit_msginfo){label, count};
}

static inline uint64_t microkit_msginfo_get_label(microkit_msginfo message)
{
    return message.label;
}

static inline uint64_t microkit_msginfo_get_count(microkit_msginfo message)
{
    return message.count;
}

#endif
