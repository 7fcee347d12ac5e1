/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of Microkit's .system files for RISC-V.
 */
#ifndef COMPOSER_SYSTEM_SHAPE_H
#define COMPOSER_SYSTEM_SHAPE_H

#include "shape.h"

/* What prefill_bootinfo may name; only the last one is not of another machine. */
#define SYSTEM_BOOT_INFORMATION "x86_vbe|x86_mbmmap|x86_acpi_rsdp|x86_framebuffer|x86_tsc_freq|fdt"

extern const struct element_shape system_shape;

#endif
