/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log on its medium. The medium is cut into segments; the segment with serial number s (from 1) lies at
 * place (s - 1) mod (number of segments), so that the whole medium wears evenly. A segment is one unit of
 * header and then frames, each at the beginning of a unit. All numbers are little endian.
 *
 * Every frame names its journal, segment and who opened it: frames survive the loss of the segment's header,
 * and what an earlier use left in the same place is not mistaken for one, not even when a power cut has taken
 * back the header of the earlier one and not its frames.
 */
#ifndef POSTERN_JOURNAL_FORMAT_H
#define POSTERN_JOURNAL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_LAYOUT      1u
#define FORMAT_ID_SIZE     16u
#define FORMAT_HEADER_SIZE 64u /* of a segment and of a frame */
#define FORMAT_FRAME_MAX   4096u

/* Serial and sequence numbers stay below this, so that sums with them do not wrap. */
#define FORMAT_NUMBER_MAX (UINT64_C(1) << 62)

struct segment_header {
    uint8_t id[FORMAT_ID_SIZE]; /* of the journal: random, chosen when the medium is first used */
    uint64_t serial;
    uint64_t first_seq; /* no frame in here has a smaller sequence number */
    uint64_t life;      /* of the log that opened the segment: its frames carry it, others are left-overs */
    uint32_t unit;
    uint32_t segment_size;
    uint32_t segments;
};

struct frame_header {
    uint64_t serial;
    uint64_t life;      /* as in the segment's header */
    uint64_t first_seq; /* of the readings in the frame; without any: the next number to come */
    uint64_t last_seq;  /* without any: first_seq - 1 */
    uint32_t length;    /* bytes of payload */
};

enum format_result {
    FORMAT_OK,
    FORMAT_BLANK,       /* nothing but 0x00 or nothing but 0xff */
    FORMAT_INVALID,     /* not ours */
    FORMAT_SHORT,       /* begins like a frame that goes on behind the bytes given */
    FORMAT_TORN,        /* begins like a frame, but is not whole */
    FORMAT_OTHER_LAYOUT /* a journal of another version of the layout */
};

/* Write the FORMAT_HEADER_SIZE bytes of a segment's header to `out`. */
void segment_header_write(uint8_t *out, const struct segment_header *h);

/* Read it from the beginning of a unit of `length` bytes. `*layout` is set for FORMAT_OK and
 * FORMAT_OTHER_LAYOUT. */
enum format_result segment_header_read(const uint8_t *unit, size_t length, struct segment_header *h,
                                       uint32_t *layout);

/* Write the FORMAT_HEADER_SIZE bytes in front of `payload` (h->length bytes) to `out`. */
void frame_header_write(uint8_t *out, const struct frame_header *h, const uint8_t *id,
                        const uint8_t *payload);

/* Read the frame that starts at `bytes`, of which `length` are there. FORMAT_OK: `h`, and `id` the journal
 * that it belongs to, are valid and the whole payload lies behind the header, undamaged. Never FORMAT_BLANK.
 */
enum format_result frame_header_read(const uint8_t *bytes, size_t length, struct frame_header *h,
                                     uint8_t *id);

/* Nothing but 0xff: never written since the erase. */
bool format_erased(const uint8_t *bytes, size_t length);

#endif
