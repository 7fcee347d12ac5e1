# SPDX-License-Identifier: BSD-2-Clause
# The SDK, laid out as Microkit's: $(SDK)/bin/microkit and board/BOARD/CONFIG/{include,lib,elf}. Programs link with
#
#     -L$BOARD_DIR/lib -lmicrokit -Tmicrokit.ld
#
# Its libmicrokit has the ABI that Microkit's users compile for, with floating-point registers.

SDK := $(BUILD)/sdk
SDK_BOARD := $(SDK)/board/$(BOARD)/$(CONFIG)
SDK_OBJ := $(OUT)/sdk-obj
SDK_CFLAGS := -march=rv64imafdc_zicsr_zifencei -mabi=lp64d -mcmodel=medany -ffreestanding -std=c11 -O2 -g \
    -ffunction-sections -fdata-sections $(REPRODUCIBLE) $(WARNINGS) -Ikernel/abi -Isystem/runtime/include \
    -Isystem/runtime/config/$(CONFIG)
SDK_OBJS := $(patsubst %,$(SDK_OBJ)/%.o,$(basename $(MICROKIT_SRCS) $(RUNTIME)/src/hard/fpu.S))

SDK_FROM_INCLUDE := microkit.h $(patsubst system/runtime/include/%,%,$(sort $(wildcard system/runtime/include/sel4/*.h \
        system/runtime/include/sel4/*/*.h)))
SDK_FILES := $(addprefix $(SDK_BOARD)/include/,$(SDK_FROM_INCLUDE) postern/abi.h postern/limits.h kernel/gen_config.h) \
    $(addprefix $(SDK_BOARD)/,lib/libmicrokit.a lib/microkit.ld elf/kernel.elf elf/loader.bin elf/initialiser.elf \
    board.xml) $(SDK)/bin/microkit $(SDK)/VERSION
# Texts and examples that come along, without what needs more than the SDK.
SDK_DOCS := $(addprefix $(SDK)/,LICENSE.md LICENSES/BSD-2-Clause.txt doc/microkit.md doc/composer.md) \
    $(patsubst docs/examples/%,$(SDK)/example/%,$(filter-out docs/examples/runtime-mode/% docs/examples/README.md, \
        $(sort $(wildcard docs/examples/*.mk docs/examples/*/*))))

.PHONY: sdk sdk-config
sdk: $(DEPS_STAMP) ## SDK in Microkit's layout, for systems of your own: build/sdk
	@$(LOCKED) $(MAKE) --no-print-directory CONFIG=debug sdk-config
	@$(LOCKED) $(MAKE) --no-print-directory CONFIG=release sdk-config

sdk-config: $(SDK_FILES) $(SDK_DOCS)

$(SDK_OBJ)/%.o: %.c mk/sdk.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(SDK_CFLAGS) -MMD -MP -c -o $@ $<

$(SDK_OBJ)/%.o: %.S mk/sdk.mk
	@mkdir -p $(@D)
	$(RISCV_CC) $(SDK_CFLAGS) -MMD -MP -c -o $@ $<

$(SDK_BOARD)/lib/libmicrokit.a: $(SDK_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	$(RISCV_AR) rcsD $@ $^

define SDK_COPY
@mkdir -p $(@D)
cp -f $< $@
endef

$(SDK_BOARD)/include/postern/%.h: kernel/abi/postern/%.h
	$(SDK_COPY)
$(SDK_BOARD)/include/kernel/%.h: system/runtime/config/$(CONFIG)/kernel/%.h
	$(SDK_COPY)
$(SDK_BOARD)/include/%.h: system/runtime/include/%.h
	$(SDK_COPY)
$(SDK_BOARD)/lib/microkit.ld: system/runtime/microkit.ld
	$(SDK_COPY)
$(SDK_BOARD)/elf/kernel.elf: $(KERNEL_ELF)
	$(SDK_COPY)
$(SDK_BOARD)/elf/loader.bin: $(LOADER_BIN)
	$(SDK_COPY)
$(SDK_BOARD)/elf/initialiser.elf: $(INITIALISER)
	$(SDK_COPY)
$(SDK_BOARD)/board.xml: boards/$(BOARD)/microkit.xml
	$(SDK_COPY)
$(SDK)/bin/microkit: $(MICROKIT_TOOL)
	$(SDK_COPY)

$(SDK)/doc/%.md: docs/%.md
	$(SDK_COPY)
$(SDK)/example/%: docs/examples/%
	$(SDK_COPY)
$(SDK)/LICENSE%: LICENSE%
	$(SDK_COPY)

# The Microkit that the SDK is compatible with.
$(SDK)/VERSION: mk/sdk.mk
	@mkdir -p $(@D)
	@echo 2.3.0-postern > $@

-include $(SDK_OBJS:.o=.d)
