/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only door to device registers in the virtio library, so that a host test can
 * put a fake device behind it. Each access is ordered against the DMA memory that it
 * announces or follows; callers need no fence of their own around it.
 */
#ifndef POSTERN_DRIVERS_VIRTIO_REG_H
#define POSTERN_DRIVERS_VIRTIO_REG_H

#include <stdint.h>

/* Read the 32-bit register at byte offset `off`; later memory reads stay behind it. */
uint32_t virtio_reg_read32(const volatile uint32_t *regs, uint32_t off);

/* Read one byte of the device configuration; same ordering as virtio_reg_read32. */
uint8_t virtio_reg_read8(const volatile uint32_t *regs, uint32_t off);

/* Write the 32-bit register at byte offset `off` after every earlier memory access is visible. */
void virtio_reg_write32(volatile uint32_t *regs, uint32_t off, uint32_t value);

#endif
