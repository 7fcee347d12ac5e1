# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of the loader's modules that need no machine.

$(eval $(call unit,fdt,$(addprefix system/loader/,fdt.c machine.c region.c share.c),-Isystem/loader))
