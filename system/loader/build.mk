# SPDX-License-Identifier: BSD-2-Clause
# The loader: build/$(BOARD)/$(CONFIG)/loader.bin, flat, runs at any address.
# Linker relaxation would turn addresses near 0 into absolute ones.

LOADER_DIR := system/loader
LOADER_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -fno-builtin -fno-pic \
    -fno-jump-tables -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-common -msmall-data-limit=0 \
    -std=c11 -O2 -g $(REPRODUCIBLE) $(WARNINGS) -Ikernel/abi -I$(LOADER_DIR)
LOADER_OBJS := $(patsubst %,$(OUT)/obj/loader/%.o,start.S sbi.c loader.c fdt.c region.c machine.c share.c) \
    $(OUT)/obj/loader/memory.o

$(OUT)/obj/loader/%.o: $(LOADER_DIR)/% $(LOADER_DIR)/build.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(LOADER_CFLAGS) -MMD -MP -c -o $@ $<

# The compiler's names for copying and clearing structures.
$(OUT)/obj/loader/memory.o: kernel/src/machine/memory.c $(LOADER_DIR)/build.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(LOADER_CFLAGS) -Ikernel/src -MMD -MP -c -o $@ $<

$(OUT)/loader.elf: $(LOADER_OBJS) $(LOADER_DIR)/loader.ld
	$(RISCV_CC) $(LOADER_CFLAGS) -nostdlib -static -Wl,--no-relax -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	    -Wl,-T,$(LOADER_DIR)/loader.ld -o $@ $(LOADER_OBJS)

$(OUT)/loader.bin: $(OUT)/loader.elf
	$(RISCV_OBJCOPY) -O binary $< $@

-include $(LOADER_OBJS:.o=.d)
