# SPDX-License-Identifier: BSD-2-Clause
# How an example is built, with any SDK in Microkit's layout. Its Makefile says
#
#     NAME := hello         the description is hello.system
#     PROGRAMS := hello     hello.c becomes hello.elf
#     QEMU_FLAGS := ...     more flags for the emulator (optional)
#     include ../example.mk
#
# and is called with MICROKIT_SDK=folder and BUILD_DIR=folder. MICROKIT_BOARD, MICROKIT_CONFIG choose the variant;
# LLVM=1 compiles with clang and links with ld.lld.

ifeq ($(strip $(MICROKIT_SDK)),)
$(error MICROKIT_SDK: say where the SDK is (Postern's: make sdk writes build/sdk))
endif
ifeq ($(strip $(BUILD_DIR)),)
$(error BUILD_DIR: say where the results go)
endif
MICROKIT_BOARD ?= qemu_virt_riscv64
MICROKIT_CONFIG ?= debug

BOARD_DIR := $(MICROKIT_SDK)/board/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG)
ifeq ($(wildcard $(BOARD_DIR)),)
$(error $(MICROKIT_SDK) has no board/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG))
endif
ARCH := $(shell grep 'CONFIG_SEL4_ARCH  ' $(BOARD_DIR)/include/kernel/gen_config.h | cut -d' ' -f4)
ifneq ($(ARCH),riscv64)
$(error these flags are for riscv64; $(MICROKIT_BOARD) is '$(ARCH)')
endif

ifeq ($(LLVM),)
CC := riscv64-unknown-elf-gcc -march=rv64imafdc_zicsr_zifencei
LD := riscv64-unknown-elf-ld
else
CC := clang --target=riscv64-unknown-elf -march=rv64imafdc
LD := ld.lld
endif
CFLAGS := -mabi=lp64d -mcmodel=medany -nostdlib -ffreestanding -std=c11 -O2 -g -Wall -Wextra -Werror \
    -I$(BOARD_DIR)/include -MMD -MP
IMAGE_FILE := $(BUILD_DIR)/loader.img
REPORT_FILE := $(BUILD_DIR)/report.txt

.PHONY: all run
all: $(IMAGE_FILE)

$(BUILD_DIR):
	mkdir -p $@

$(BUILD_DIR)/%.o: %.c $(MAKEFILE_LIST) | $(BUILD_DIR)
	$(CC) -c $(CFLAGS) $< -o $@

$(BUILD_DIR)/%.elf: $(BUILD_DIR)/%.o
	$(LD) -L$(BOARD_DIR)/lib $^ -lmicrokit -Tmicrokit.ld -o $@

$(IMAGE_FILE): $(NAME).system $(PROGRAMS:%=$(BUILD_DIR)/%.elf)
	$(MICROKIT_SDK)/bin/microkit $(NAME).system --search-path $(BUILD_DIR) --board $(MICROKIT_BOARD) \
	    --config $(MICROKIT_CONFIG) -o $(IMAGE_FILE) -r $(REPORT_FILE)

run: $(IMAGE_FILE)
	qemu-system-riscv64 -machine virt -nographic -serial mon:stdio -kernel $(IMAGE_FILE) -m size=2G $(QEMU_FLAGS)

.SECONDARY:
-include $(wildcard $(BUILD_DIR)/*.d)
