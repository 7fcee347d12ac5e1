# SPDX-License-Identifier: BSD-2-Clause
# The product image: programs and configuration files composed for a board. CONFIG_DIR holds the per-device files
# (identity, broker address; docs/configuration.md); IMAGE is where the result goes. The files are checked first;
# CHECK_DEVICE=no is for tests of what the gateway says of wrong ones.

CONFIG_DIR ?= $(BUILD)/device
IMAGE      ?= $(OUT)/postern.img
# The kernel does not depend on the product.
KERNEL_ELF  := $(BUILD)/$(BOARD)/$(CONFIG)/kernel/kernel.elf
LOADER_BIN  := $(OUT)/loader.bin
INITIALISER := $(OUT)/initialiser.elf

COMPOSE = $(COMPOSER) --product $(PRODUCT) --board boards/$(BOARD)/board.xml --search $(OUT)/pd --search "$(CONFIG_DIR)" \
    --kernel $(KERNEL_ELF) --loader $(LOADER_BIN) --initialiser $(INITIALISER) \
    --output "$(IMAGE)" --report "$(IMAGE).report.txt" --matrix "$(IMAGE).matrix.txt" \
    --graph "$(IMAGE).graph.svg" --system "$(IMAGE).system" --json "$(IMAGE).json" --depfile "$(IMAGE).d"

.PHONY: programs image image-command check-device

programs: $(PROGRAMS) $(KERNEL_ELF) $(LOADER_BIN) $(INITIALISER) $(COMPOSER) ## build kernel, protection domains and composer

CHECK_DEVICE ?= yes
image: $(if $(filter no,$(CHECK_DEVICE)),,check-device) programs ## compose the bootable image: CONFIG_DIR=folder with device files, IMAGE=output
	@mkdir -p "$$(dirname "$(IMAGE)")"
	$(COMPOSE)

check-device: $(CONF_CHECK) ## check a device's files: CONFIG_DIR=folder
	@host/check-device "$(CONFIG_DIR)"

# Says how image composes, a word a line, for who makes many images of the same programs.
image-command: programs
	@printf 'word %s\n' $(COMPOSE)
