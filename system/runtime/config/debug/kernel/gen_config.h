/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the debug kernel is, in seL4's words and spelling: two blanks before each value, because build files
 * cut the architecture's name out of this file.
 */
#ifndef KERNEL_GEN_CONFIG_H
#define KERNEL_GEN_CONFIG_H

/* clang-format off */
#define CONFIG_ARCH  riscv
#define CONFIG_ARCH_RISCV  1
#define CONFIG_ARCH_RISCV64  1
#define CONFIG_SEL4_ARCH  riscv64
#define CONFIG_SEL4_ARCH_RISCV64  1
#define CONFIG_WORD_SIZE  64
#define CONFIG_PT_LEVELS  3
#define CONFIG_PLAT_QEMU_RISCV_VIRT  1
#define CONFIG_NUM_PRIORITIES  256
#define CONFIG_L1_CACHE_LINE_SIZE_BITS  6
#define CONFIG_KERNEL_MCS  1
#define CONFIG_HAVE_FPU  1
#define CONFIG_MAX_NUM_NODES  1
/* disabled: CONFIG_ENABLE_SMP_SUPPORT */
/* disabled: CONFIG_RISCV_HYPERVISOR_SUPPORT */
/* disabled: CONFIG_ENABLE_BENCHMARKS */
#define CONFIG_DEBUG_BUILD  1
#define CONFIG_PRINTING  1
/* clang-format on */

#endif
