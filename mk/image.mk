# SPDX-License-Identifier: BSD-2-Clause
# The product image: programs and configuration files composed for a board. CONFIG_DIR holds the per-device files
# (identity, broker address); IMAGE is where the result goes.

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

.PHONY: programs image image-command

programs: $(PROGRAMS) $(KERNEL_ELF) $(LOADER_BIN) $(INITIALISER) $(COMPOSER) ## build kernel, protection domains and composer

image: programs ## compose the bootable image: CONFIG_DIR=folder with device files, IMAGE=output
	@mkdir -p "$$(dirname "$(IMAGE)")"
	$(COMPOSE)

# Says how image composes, a word a line, for who makes many images of the same programs.
image-command: programs
	@printf 'word %s\n' $(COMPOSE)
