# SPDX-License-Identifier: BSD-2-Clause
# The kernel's test root task and the stub that starts the kernel without the system loader.

KTEST_DIR := $(BUILD)/$(BOARD)/kernel-tests
KTEST_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -fno-builtin -O2 -std=c11 -g \
    -fno-stack-protector -fno-pic -mno-relax -fno-tree-loop-distribute-patterns $(WARNINGS) $(REPRODUCIBLE) -Ikernel/abi -Itests/kernel/lib
KTEST_SOURCES := $(sort $(wildcard tests/kernel/lib/*.c tests/kernel/lib/*.S tests/kernel/cases/*.c))
KTEST_OBJS := $(patsubst tests/kernel/%,$(KTEST_DIR)/%.o,$(KTEST_SOURCES))

$(KTEST_DIR)/%.o: tests/kernel/% tests/kernel/build.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(KTEST_CFLAGS) -MMD -MP -c -o $@ $<

$(KTEST_DIR)/root.elf: $(KTEST_OBJS) tests/kernel/root.ld
	$(RISCV_CC) $(KTEST_CFLAGS) -nostdlib -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	    -Wl,-T,tests/kernel/root.ld -o $@ $(KTEST_OBJS)
	@echo "  test     $@"

$(KTEST_DIR)/stub.elf: tests/kernel/stub.S
	@mkdir -p $(@D)
	$(RISCV_CC) $(KTEST_CFLAGS) -nostdlib -static -Wl,--build-id=none -Wl,-Ttext=0x80200000 -o $@ $<

$(KTEST_DIR)/%.bin: $(KTEST_DIR)/%.elf
	$(RISCV_OBJCOPY) -O binary $< $@

-include $(KTEST_OBJS:.o=.d)

include docs/examples/runtime-mode/build.mk

KTEST_IMAGES := $(KTEST_DIR)/root.bin $(KTEST_DIR)/root.elf $(KTEST_DIR)/stub.bin \
    $(KTEST_DIR)/runtime-mode.bin $(KTEST_DIR)/runtime-mode.elf \
    $(foreach c,debug release probe,$(BUILD)/$(BOARD)/$(c)/kernel/kernel.bin)

.PHONY: kernel-tests test-kernel
kernel-tests: $(KTEST_IMAGES)

test-kernel: kernel-tests
	@/usr/bin/python3 tests/kernel/run.py --no-build --build $(BUILD)/$(BOARD)
