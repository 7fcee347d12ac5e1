/* SPDX-License-Identifier: BSD-2-Clause */
/* The medium and its power supply. */
#include "media_model.h"
#include <string.h>

uint64_t media_model_random(struct media_model *m, uint64_t below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random % below;
}

void media_model_init(struct media_model *m, uint64_t size, uint32_t unit, uint32_t erase, uint64_t seed)
{
    memset(m, 0, sizeof *m);
    m->geometry = (struct media_geometry){size, unit, erase};
    m->random = seed * 2 + 1;
    memset(m->medium, erase != 0 ? 0xff : 0, sizeof m->medium);
    memcpy(m->view, m->medium, sizeof m->view);
}

/* Put `length` bytes onto `target`; a NOR flash can only clear bits. */
static void program(const struct media_model *m, uint8_t *target, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        target[i] = m->geometry.erase != 0 ? target[i] & data[i] : data[i];
    }
}

static void apply(const struct media_model *m, uint8_t *image, const struct media_pending *p)
{
    if (p->op.kind == MEDIA_ERASE) {
        memset(image + p->op.offset, 0xff, p->op.length);
    } else {
        program(m, image + p->op.offset, p->data, p->op.length);
    }
}

/* Some of the bits of a unit have changed. */
static void tear_unit(struct media_model *m, const struct media_pending *p, uint32_t at)
{
    uint8_t *unit = m->medium + p->op.offset + at;
    for (uint32_t i = 0; i < m->geometry.unit; i++) {
        uint8_t wanted = p->op.kind == MEDIA_ERASE ? 0xff : p->data[at + i];
        uint8_t mask = (uint8_t)media_model_random(m, 256);
        uint8_t mixed = (uint8_t)((unit[i] & ~mask) | (wanted & mask));
        if (p->op.kind == MEDIA_WRITE && m->geometry.erase != 0) {
            mixed &= unit[i];
        }
        unit[i] = mixed;
    }
}

static void tear(struct media_model *m, const struct media_pending *p)
{
    for (uint32_t at = 0; at < p->op.length; at += m->geometry.unit) {
        switch (media_model_random(m, 3)) {
        case 0:
            break;
        case 1:
            tear_unit(m, p, at);
            break;
        default:
            if (p->op.kind == MEDIA_ERASE) {
                memset(m->medium + p->op.offset + at, 0xff, m->geometry.unit);
            } else {
                program(m, m->medium + p->op.offset + at, p->data + at, m->geometry.unit);
            }
            break;
        }
    }
}

void media_model_power(struct media_model *m, enum media_cut kind)
{
    for (size_t i = 0; i < m->pending_count; i++) {
        bool last = i + 1 == m->pending_count;
        if (kind == CUT_EVERYTHING || (kind == CUT_LAST && last) || (kind == CUT_FIRST && !last)) {
            apply(m, m->medium, &m->pending[i]);
        } else if (kind == CUT_TORN) {
            tear(m, &m->pending[i]);
        }
    }
    m->pending_count = 0;
    m->off = false;
    m->cut_at = 0;
    memcpy(m->view, m->medium, sizeof m->view);
}

static bool in_bounds(const struct media_model *m, const struct media_op *op)
{
    uint32_t grain = op->kind == MEDIA_ERASE ? m->geometry.erase : m->geometry.unit;
    if (op->kind == MEDIA_FLUSH) {
        return true;
    }
    return grain != 0 && op->length != 0 && op->offset % grain == 0 && op->length % grain == 0 &&
           op->offset < m->geometry.size && op->length <= m->geometry.size - op->offset &&
           (op->kind == MEDIA_ERASE || op->length <= MEDIA_IO_MAX);
}

static enum media_result read_units(const struct media_model *m, const struct media_op *op)
{
    uint64_t bad = (m->bad_unit - 1) * m->geometry.unit;
    if (m->bad_unit != 0 && bad >= op->offset && bad - op->offset < op->length) {
        return MEDIA_ERROR;
    }
    memcpy(op->data, m->view + op->offset, op->length);
    return MEDIA_OK;
}

static void check_nor(struct media_model *m, const struct media_op *op)
{
    for (uint32_t i = 0; i < op->length && m->geometry.erase != 0; i++) {
        if (m->view[op->offset + i] != 0xff) {
            m->rule_broken++;
            return;
        }
    }
}

static void remember(struct media_model *m, const struct media_op *op)
{
    struct media_pending *p = &m->pending[m->pending_count++];
    p->op = *op;
    if (op->kind == MEDIA_WRITE) {
        check_nor(m, op);
        memcpy(p->data, op->data, op->length);
        m->bytes_written += op->length;
    }
    apply(m, m->view, p);
}

static void flush(struct media_model *m)
{
    for (size_t i = 0; i < m->pending_count; i++) {
        apply(m, m->medium, &m->pending[i]);
    }
    m->pending_count = 0;
}

enum media_result media_model_do(struct media_model *m, const struct media_op *op)
{
    if (!in_bounds(m, op) || m->pending_count == MEDIA_PENDING) {
        m->rule_broken++;
        return MEDIA_ERROR;
    }
    if (m->off || (m->sick >> op->kind & 1) != 0) {
        return MEDIA_ERROR;
    }
    if (op->kind == MEDIA_READ) {
        return read_units(m, op);
    }
    m->operations++;
    if (op->kind != MEDIA_FLUSH) {
        remember(m, op);
    }
    if (m->operations == m->cut_at) {
        m->off = true;
        return MEDIA_ERROR;
    }
    if (m->operations == m->fail_at) {
        return MEDIA_ERROR;
    }
    if (op->kind == MEDIA_FLUSH) {
        flush(m);
    }
    return MEDIA_OK;
}
