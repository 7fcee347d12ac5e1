# SPDX-License-Identifier: BSD-2-Clause
# The initialiser: build/$(BOARD)/$(CONFIG)/initialiser.elf, the root task.

INITIALISER_DIR := system/initialiser
INITIALISER_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -fno-builtin -fno-pic \
    -fno-stack-protector -fno-common -msmall-data-limit=0 -std=c11 -O2 -g $(REPRODUCIBLE) $(WARNINGS) \
    -Ikernel/abi -I$(INITIALISER_DIR)
INITIALISER_OBJS := $(patsubst %,$(OUT)/obj/initialiser/%.o,start.S main.c invoke.c capdist_read.c slots.c memory.c \
    threads.c $(CONFIG)/console.c)

$(OUT)/obj/initialiser/%.o: $(INITIALISER_DIR)/% $(INITIALISER_DIR)/build.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(INITIALISER_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/initialiser.elf: $(INITIALISER_OBJS) $(INITIALISER_DIR)/initialiser.ld
	$(RISCV_CC) $(INITIALISER_CFLAGS) -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
	    -Wl,-T,$(INITIALISER_DIR)/initialiser.ld -o $@ $(INITIALISER_OBJS)

-include $(INITIALISER_OBJS:.o=.d)
