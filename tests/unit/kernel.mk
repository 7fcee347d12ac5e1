# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of kernel modules that need no machine.

$(eval $(call unit,fdt,$(addprefix kernel/src/boot/,fdt.c platform.c region.c),-Ikernel/src))
