# SPDX-License-Identifier: BSD-2-Clause
# The runtime-mode example: a root task that runs directly on the kernel. Uses the linker script of the kernel's tests.

EXAMPLE_DIR := $(BUILD)/$(BOARD)/kernel-tests
EXAMPLE_SOURCE := docs/examples/runtime-mode
EXAMPLE_OBJS := $(EXAMPLE_DIR)/runtime-mode/main.c.o $(EXAMPLE_DIR)/runtime-mode/start.S.o

$(EXAMPLE_DIR)/runtime-mode/%.o: $(EXAMPLE_SOURCE)/% $(EXAMPLE_SOURCE)/build.mk
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(RISCV_CC) $(KTEST_CFLAGS) -MMD -MP -c -o $@ $<

$(EXAMPLE_DIR)/runtime-mode.elf: $(EXAMPLE_OBJS) tests/kernel/root.ld
	@echo "  LD      $@"
	@$(RISCV_CC) $(KTEST_CFLAGS) -nostdlib -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	    -Wl,-T,tests/kernel/root.ld -o $@ $(EXAMPLE_OBJS)

-include $(EXAMPLE_OBJS:.o=.d)
