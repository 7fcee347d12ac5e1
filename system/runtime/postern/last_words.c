/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Last words. Runs before the program's data is restored: constants and the caller's stack are all there is.
 */
#include <postern/last_words.h>
#include <postern/protocol/log.h>
#include <postern/ring.h>
#include <stddef.h>
#include <string.h>

/* A note of the linker: three words, the owner's name "GNU", the ID. Absent where the linker script drops it.
 */
#define NOTE_ID 16
extern const uint8_t postern_build_note[] __attribute__((weak));

_Static_assert(sizeof(struct last_words) ==
                   32 + LAST_WORDS_STACK + LAST_WORDS_RINGS * 48 + LAST_WORDS_LINES * 96,
               "no padding");

static uint64_t build_id(void)
{
    uint64_t id = 0;

    for (unsigned i = 0; postern_build_note != NULL && i < sizeof id; i++) {
        id = id << 8 | postern_build_note[NOTE_ID + i];
    }
    return id;
}

static struct last_words_half half(const volatile uint64_t *address)
{
    const volatile struct ring_header *header = (const volatile struct ring_header *)(uintptr_t)*address;

    return (struct last_words_half){header->index, header->epoch, header->want};
}

static void tell_ring(struct last_words_ring *ring, const struct last_words_port *port)
{
    *ring = (struct last_words_ring){.own = half(port->own), .peer = half(port->peer)};
    for (size_t i = 0; i < sizeof ring->name - 1 && port->name[i] != '\0'; i++) {
        ring->name[i] = port->name[i];
    }
}

/* The component may have spoiled its own slots: lengths are bounded. */
static void tell_line(struct last_words_line *line, const uint8_t *slot, uint32_t slot_size)
{
    struct log_line head;
    uint32_t length;

    memcpy(&length, slot, sizeof length);
    memcpy(&head, slot + RING_SLOT_HEADER, sizeof head);
    *line = (struct last_words_line){.time = head.time, .level = head.level};
    if (length < sizeof head || length > slot_size - RING_SLOT_HEADER) {
        return;
    }
    line->length = length - (uint32_t)sizeof head;
    line->length = line->length < LAST_WORDS_TEXT ? line->length : LAST_WORDS_TEXT;
    memcpy(line->text, slot + RING_SLOT_HEADER + sizeof head, line->length);
}

static void tell_lines(struct last_words *words, const struct last_words_port *port)
{
    const uint8_t *slots = (const uint8_t *)(uintptr_t)*port->own + RING_HEADER_SIZE;
    uint64_t index = half(port->own).index;
    uint32_t most = port->slots < LAST_WORDS_LINES ? port->slots : LAST_WORDS_LINES;

    words->lines = index < most ? (uint32_t)index : most;
    for (uint32_t i = 0; i < words->lines; i++) {
        uint64_t number = index - words->lines + i;

        tell_line(&words->line[i], slots + number % port->slots * port->slot_size, port->slot_size);
    }
}

static void tell_stack(struct last_words *words, uint64_t sp, uint64_t bottom, uint64_t top)
{
    words->sp = sp;
    words->stack_bytes = 0;
    if (sp < bottom || sp > top || sp % sizeof(uint64_t) != 0) {
        return;
    }
    words->stack_bytes = top - sp < LAST_WORDS_STACK ? (uint32_t)(top - sp) : LAST_WORDS_STACK;
    memcpy(words->stack, (const void *)(uintptr_t)sp, words->stack_bytes);
}

void last_words_tell(const struct last_words_plan *plan, uint64_t sp, uint64_t bottom, uint64_t top)
{
    if (plan->page == NULL || plan->size < sizeof(struct last_words)) {
        return;
    }
    struct last_words *words = (struct last_words *)(uintptr_t)(*plan->page + plan->size - sizeof *words);

    words->build = build_id();
    tell_stack(words, sp, plan->secret != 0 ? top : bottom, top);
    words->rings = plan->ports < LAST_WORDS_RINGS ? plan->ports : LAST_WORDS_RINGS;
    words->lines = 0;
    for (uint32_t i = 0; i < words->rings; i++) {
        tell_ring(&words->ring[i], &plan->port[i]);
        if (strcmp(plan->port[i].name, "log") == 0) {
            tell_lines(words, &plan->port[i]);
        }
    }
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint32_t *)&words->count = words->count + 1;
}
