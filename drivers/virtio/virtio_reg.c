/* SPDX-License-Identifier: BSD-2-Clause */
/* Register access on the machine: plain loads and stores with the I/O fences of RISC-V. */
#include "virtio_reg.h"

uint32_t virtio_reg_read32(const volatile uint32_t *regs, uint32_t off)
{
    uint32_t value = regs[off / sizeof(uint32_t)];

    __asm__ volatile("fence ir, ir" ::: "memory");
    return value;
}

uint8_t virtio_reg_read8(const volatile uint32_t *regs, uint32_t off)
{
    uint8_t value = ((const volatile uint8_t *)regs)[off];

    __asm__ volatile("fence ir, ir" ::: "memory");
    return value;
}

void virtio_reg_write32(volatile uint32_t *regs, uint32_t off, uint32_t value)
{
    __asm__ volatile("fence iorw, ow" ::: "memory");
    regs[off / sizeof(uint32_t)] = value;
}
