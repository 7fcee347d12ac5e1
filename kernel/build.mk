# SPDX-License-Identifier: BSD-2-Clause
# The kernel: build/$(BOARD)/$(CONFIG)/kernel/kernel.elf (and kernel.bin, the flat image) for CONFIG debug, release
# and probe (debug plus system calls that test the kernel's own protection, without fast paths). No board constant
# enters.

# Entry and exit save and restore every register, so no function of the kernel has to preserve any.
KERNEL_NO_SAVED := $(foreach r,1 2 3 4 5 6 7 8 9 10 11,-fcall-used-s$(r)) -ffixed-s0
# Passes that compute an address anew at each use, or gather small fields for one wide store: longer code here.
KERNEL_NO_PASSES := -fno-tree-forwprop -fno-tree-vectorize -fno-ipa-sra
KERNEL_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -fno-builtin -O2 -std=c11 \
    -g -flto -msmall-data-limit=128 -ffunction-sections -fdata-sections -fno-common -fno-stack-protector -malign-data=natural -fno-pic $(KERNEL_NO_SAVED) $(KERNEL_NO_PASSES) \
    -flto-partition=one \
    $(WARNINGS) $(REPRODUCIBLE) \
    -Ikernel/abi -Ikernel/src
KERNEL_LDFLAGS := -nostdlib -static -Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,--build-id=none \
    -Wl,-T,kernel/src/kernel.ld -Wl,-z,max-page-size=4096

# Optimised for speed; all else for size.
KERNEL_QUICK := $(addprefix kernel/src/,fast/ipc.c syscall.c sched.c irq.c trap.c ready.c object/ipc.c object/reply.c \
    object/notification.c object/queue.c object/fault.c object/sched_context.c object/refill.c)

KERNEL_COMMON := $(sort $(wildcard kernel/src/*.c kernel/src/object/*.c kernel/src/boot/*.c kernel/src/machine/*.c)) \
    $(addprefix kernel/src/machine/,head.S trap.S fpu.S)
KERNEL_debug := $(KERNEL_COMMON) kernel/src/fast/ipc.c $(sort $(wildcard kernel/src/debug/*.c))
KERNEL_release := $(filter-out kernel/src/check.c,$(KERNEL_COMMON)) kernel/src/fast/ipc.c $(sort $(wildcard kernel/src/release/*.c))
KERNEL_probe := $(KERNEL_COMMON) kernel/src/fast/none.c $(filter-out kernel/src/debug/probe_none.c,$(sort $(wildcard kernel/src/debug/*.c))) \
    $(sort $(wildcard kernel/src/probe/*.c kernel/src/probe/*.S))

# $(1): configuration
define KERNEL_RULES
KERNEL_OBJS_$(1) := $$(patsubst kernel/src/%,$$(BUILD)/$$(BOARD)/$(1)/kernel/%.o,$$(KERNEL_$(1)))

$$(BUILD)/$$(BOARD)/$(1)/kernel/%.o: kernel/src/% kernel/build.mk
	@mkdir -p $$(@D)
	$$(RISCV_CC) $$(KERNEL_CFLAGS) $$(if $$(filter $$(KERNEL_QUICK),$$<),,-Os -fno-tree-ch) -MMD -MP -c -o $$@ $$<

$$(BUILD)/$$(BOARD)/$(1)/kernel/kernel.elf: $$(KERNEL_OBJS_$(1)) kernel/src/kernel.ld
	$$(RISCV_CC) $$(KERNEL_CFLAGS) $$(KERNEL_LDFLAGS) -o $$@ $$(KERNEL_OBJS_$(1))
	@echo "  kernel   $$@"

$$(BUILD)/$$(BOARD)/$(1)/kernel/kernel.bin: $$(BUILD)/$$(BOARD)/$(1)/kernel/kernel.elf
	$$(RISCV_OBJCOPY) -O binary $$< $$@

-include $$(KERNEL_OBJS_$(1):.o=.d)
endef

$(foreach config,debug release probe,$(eval $(call KERNEL_RULES,$(config))))

.PHONY: kernel
kernel: $(BUILD)/$(BOARD)/$(CONFIG)/kernel/kernel.elf

include tests/kernel/build.mk
