# SPDX-License-Identifier: BSD-2-Clause
# How a protection domain is built. A component's build.mk says
#
#     $(eval $(call pd,NAME,SOURCES,CFLAGS,LIBRARIES))
#
# NAME is the component in system/gateway.xml; the program becomes $(OUT)/pd/NAME.elf. SOURCES are paths from the root.
# The generated ports.h and ports.c (addresses, channels and geometry of the component's connections) are made first and
# found by #include "ports.h". CFLAGS are extra flags; LIBRARIES extra objects or archives.

PRODUCT ?= system/gateway.xml
GEN := $(OUT)/gen
PROGRAMS :=

$(GEN)/%/ports.h $(GEN)/%/ports.c &: $(PRODUCT) boards/$(BOARD)/board.xml $(COMPOSER)
	@mkdir -p $(GEN)/$*
	$(COMPOSER) --product $(PRODUCT) --board boards/$(BOARD)/board.xml --ports $* -o $(GEN)/$*/ports.h
	$(COMPOSER) --product $(PRODUCT) --board boards/$(BOARD)/board.xml --ports-c $* -o $(GEN)/$*/ports.c

# What a program is linked with. Of its own libmicrokit everything is kept, for the weak entry points; another SDK's
# library is searched as its users do.
ifeq ($(PD_SDK),)
PD_RUNTIME  := $(OUT)/lib/libmicrokit.a
PD_SCRIPT := system/runtime/microkit.ld
PD_LIBS   := -L$(OUT)/lib -Wl,--whole-archive -lmicrokit -Wl,--no-whole-archive -lpostern
else
PD_RUNTIME  := $(PD_SDK)/lib/libmicrokit.a
PD_SCRIPT := $(PD_SDK)/lib/microkit.ld
PD_LIBS   := -L$(OUT)/lib -L$(PD_SDK)/lib -lpostern -lmicrokit
endif

define pd
PROGRAMS += $(OUT)/pd/$(1).elf
PD_OBJS_$(1) := $(patsubst %.c,$(OUT)/obj/$(1)/%.o,$(2))

$(OUT)/obj/$(1)/%.o: %.c $(GEN)/$(1)/ports.h
	@mkdir -p $$(@D)
	$$(RISCV_CC) $$(PD_CFLAGS) -I$(GEN)/$(1) -I$$(dir $$<) $(3) -MMD -MP -c -o $$@ $$<

$(OUT)/obj/$(1)/ports.o: $(GEN)/$(1)/ports.c
	@mkdir -p $$(@D)
	$$(RISCV_CC) $$(PD_CFLAGS) -I$(GEN)/$(1) -c -o $$@ $$<

$(OUT)/obj/$(1)/last_words.o: system/runtime/plan/last_words.c $(GEN)/$(1)/ports.h
	@mkdir -p $$(@D)
	$$(RISCV_CC) $$(PD_CFLAGS) -I$(GEN)/$(1) -MMD -MP -c -o $$@ $$<

$(OUT)/pd/$(1).elf: $$(PD_OBJS_$(1)) $(OUT)/obj/$(1)/ports.o $(OUT)/obj/$(1)/last_words.o $(4) $(PD_RUNTIME) $(OUT)/lib/libpostern.a $(PD_SCRIPT)
	@mkdir -p $$(@D)
	$$(RISCV_CC) $$(PD_LDFLAGS) -T $(PD_SCRIPT) -o $$@ $$(PD_OBJS_$(1)) $(OUT)/obj/$(1)/ports.o \
	    $(OUT)/obj/$(1)/last_words.o $(4) $(PD_LIBS)
	@echo "  program  $$@"

-include $$(PD_OBJS_$(1):.o=.d) $(OUT)/obj/$(1)/last_words.d
endef
